/** Which door this page came through: the desktop's bridge, or the headless door's WebSocket on the page's own origin. */
import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../shared/contract.ts'
import { type Door, type Link, openSocketDoor } from './socket-api.ts'

declare global {
  interface Window {
    /** Exposed by the preload script of the desktop; absent in a browser. */
    readonly crossbook?: CrossbookApi
  }
}

export function openDoor(): Door {
  return window.crossbook ? bridgeDoor(window.crossbook) : openSocketDoor({ url: socketUrl() })
}

function bridgeDoor(api: CrossbookApi): Door {
  const link = createStore<Link>()(() => ({ state: 'open', problem: null, nextAttemptAt: null, generation: 1 }))
  return { api, link, retry: () => {}, close: () => {} }
}

/** The browser was signed in by the link it was opened with: its cookie goes with the handshake, and no address holds a secret. */
function socketUrl(): string {
  const url = new URL('/ws', window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  url.hash = ''
  url.search = ''
  return url.href
}
