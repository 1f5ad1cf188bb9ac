/** A hub as the renderer sees it: answers set by the test, calls kept, pushes at will. Where sockets matter, tests use real ones. */
import { createStore } from 'zustand/vanilla'
import type { Door, Link } from '../../../src/renderer/socket-api.ts'
import type {
  CallName,
  CallReply,
  CallRequest,
  CrossbookApi,
  PushName,
  PushPayload,
  Reply,
} from '../../../src/shared/contract.ts'

type Answer<N extends CallName> = (request: CallRequest<N>) => CallReply<N> | Promise<CallReply<N>>

export function createHub() {
  const answers = new Map<CallName, (request: never) => unknown>()
  const listeners = new Map<PushName, Set<(payload: never) => void>>()
  const asked: { readonly name: CallName; readonly request: unknown }[] = []
  const link = createStore<Link>()(() => ({ state: 'open', problem: null, nextAttemptAt: null, generation: 1 }))
  const api: CrossbookApi = {
    async call<N extends CallName>(name: N, request: unknown): Promise<Reply<CallReply<N>>> {
      asked.push({ name, request })
      const answer = answers.get(name)
      if (!answer) return { ok: false, code: 'unavailable', message: `no answer to ${name}` }
      return { ok: true, value: (await answer(request as never)) as CallReply<N> }
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener)
      return () => {
        set.delete(listener)
      }
    },
  }
  const door: Door = { api, link, retry: () => {}, close: () => {} }
  return {
    api,
    door,
    link,
    asked,
    answer<N extends CallName>(name: N, reply: Answer<N>): void {
      answers.set(name, reply)
    },
    push<N extends PushName>(name: N, payload: PushPayload<N>): void {
      for (const listener of listeners.get(name) ?? []) listener(payload as never)
    },
  }
}
export type TestHub = ReturnType<typeof createHub>
