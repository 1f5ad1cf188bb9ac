/** The bridge between the sandboxed renderer and main: it exposes the contract and nothing else, and passes everything unread. */
import { contextBridge, ipcRenderer } from 'electron'
import { callChannel, pushChannel } from '../shared/channels.ts'
import type { CrossbookApi } from '../shared/contract.ts'

type Listener = (payload: never) => void
const listeners = new Map<string, Set<Listener>>()

ipcRenderer.on(pushChannel, (_event, name: string, payload) => {
  // Main sends what the contract says for this name.
  for (const listener of listeners.get(name) ?? []) listener(payload as never)
})

const api = {
  call: (name, request) => ipcRenderer.invoke(callChannel, name, request),
  on: (name, listener) => {
    const set = listeners.get(name) ?? new Set<Listener>()
    listeners.set(name, set)
    set.add(listener)
    return () => {
      set.delete(listener)
    }
  },
} satisfies CrossbookApi

contextBridge.exposeInMainWorld('crossbook', api)
