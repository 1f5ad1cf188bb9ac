/**
 * The contract over a WebSocket, for the headless door: calls get their reply by id, pushes go to their listeners. A lost
 * connection is opened again with growing, jittered waits; not being signed in is final and said in words. One that does not answer any
 * more counts as lost, though nobody closed it: through a tunnel to another machine a dead one stays open for long.
 */
import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  type CallName,
  type CallReply,
  type CrossbookApi,
  calls,
  type PushName,
  type PushPayload,
  pushes,
  type Reply,
} from '../shared/contract.ts'
import { decodeMessage, encodeMessage } from '../shared/wire.ts'
import { textsOf } from './i18n.ts'

/** How the door stands. `generation` grows with every opening: whoever shows state reads it anew then. `silent`: it is there, but nobody answers. */
export interface Link {
  readonly state: 'connecting' | 'open' | 'lost' | 'silent' | 'refused'
  /** In words; null while open or first connecting. */
  readonly problem: string | null
  readonly nextAttemptAt: number | null
  readonly generation: number
}

export interface Door {
  readonly api: CrossbookApi
  readonly link: StoreApi<Link>
  /** Tries at once instead of at `nextAttemptAt`. */
  retry(): void
  close(): void
}

export interface SocketOptions {
  /** `ws://127.0.0.1:7373/ws` */
  readonly url: string
  /** First wait after a loss; it doubles up to `longestWaitMs`, each time shortened by up to half at random. */
  readonly firstWaitMs?: number
  readonly longestWaitMs?: number
  /** A call without a reply for this long is answered `unavailable`. */
  readonly callTimeoutMs?: number
  /** So often it is asked whether anybody is there. */
  readonly lifeEveryMs?: number
}

/** After so many questions without a word nobody is. */
const mostUnanswered = 3

/** The close code of the gateway for whoever is not signed in. */
const notSignedIn = 4401
/** Of our own, for one that does not answer; nobody hears it. */
const silent = 4408
const t = textsOf('shell')

const lost = t('door.lost')
const refused = t('door.refused')

interface Waiting {
  readonly name: CallName
  settle(reply: Reply<unknown>): void
}

export function openSocketDoor(options: SocketOptions): Door {
  const { url, firstWaitMs = 500, longestWaitMs = 15_000, callTimeoutMs = 60_000, lifeEveryMs = 5_000 } = options
  const link = createStore<Link>()(() => ({ state: 'connecting', problem: null, nextAttemptAt: null, generation: 0 }))
  const listeners = new Map<string, Set<(payload: never) => void>>()
  const waiting = new Map<number, Waiting>()
  let socket: WebSocket | null = null
  let timer: ReturnType<typeof setTimeout> | null = null
  let attempts = 0
  let lastId = 0
  let closed = false
  let lifeTimer: ReturnType<typeof setInterval> | null = null
  /** Questions since the last word, whatever it was. */
  let unanswered = 0

  function open(): void {
    timer = null
    const opening = new WebSocket(url)
    socket = opening
    opening.onmessage = (event) => {
      if (socket === opening) receive(event.data)
    }
    opening.onclose = (event) => {
      if (socket === opening) leave(event.code)
    }
    // Not being signed in is told by closing after the handshake, so the connection counts as open with the first answer.
    opening.onopen = () => ask(opening)
  }

  /** Reply 0 is nobody's: that it comes is all that is wanted of it. */
  const ask = (of: WebSocket) => of.send(encodeMessage({ kind: 'call', id: 0, name: 'app.info', request: {} }))

  function leave(code: number): void {
    socket = null
    stopAsking()
    failPending()
    if (!closed) lose(code)
  }

  function keepAsking(of: WebSocket): void {
    unanswered = 0
    lifeTimer = setInterval(() => {
      if (socket !== of) return
      if (unanswered < mostUnanswered) {
        unanswered++
        ask(of)
        return
      }
      // Its own goodbye may take a minute to fail.
      leave(silent)
      of.close()
    }, lifeEveryMs)
  }
  function stopAsking(): void {
    if (lifeTimer !== null) clearInterval(lifeTimer)
    lifeTimer = null
  }

  function settleOpen(): void {
    unanswered = 0
    if (link.getState().state === 'open') return
    if (socket !== null) keepAsking(socket)
    attempts = 0
    link.setState({ state: 'open', problem: null, nextAttemptAt: null, generation: link.getState().generation + 1 })
  }

  function lose(code: number): void {
    if (code === notSignedIn) {
      link.setState({ state: 'refused', problem: refused, nextAttemptAt: null })
      return
    }
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** attempts) * (1 - Math.random() / 2)
    attempts++
    link.setState({ state: 'lost', problem: lost, nextAttemptAt: Date.now() + wait })
    timer = setTimeout(open, wait)
  }

  function failPending(): void {
    const pending = [...waiting.values()]
    waiting.clear()
    for (const { settle } of pending) settle({ ok: false, code: 'unavailable', message: lost })
  }

  function receive(data: unknown): void {
    const decoded = typeof data === 'string' ? decodeMessage(data) : null
    // A message that cannot be read is a bug of the door, not an expected failure: it is shown where developers look.
    if (!decoded?.ok) {
      console.error('unreadable message from Crossbook', decoded?.problem ?? 'not text')
      return
    }
    settleOpen()
    const message = decoded.value
    if (message.kind === 'reply') {
      const call = waiting.get(message.id)
      waiting.delete(message.id)
      call?.settle(message.reply)
    } else if (message.kind === 'push' && isPush(message.name)) {
      const payload = pushes[message.name].safeParse(message.payload)
      if (payload.success) for (const listener of listeners.get(message.name) ?? []) listener(payload.data as never)
      else console.error(`unreadable push ${message.name}`, payload.error.message)
    }
  }

  const api: CrossbookApi = {
    call: (name, request) =>
      new Promise((resolve) => {
        if (socket?.readyState !== WebSocket.OPEN)
          return resolve({ ok: false, code: 'unavailable', message: link.getState().problem ?? lost })
        const id = ++lastId
        const timeout = setTimeout(() => {
          waiting.delete(id)
          resolve({ ok: false, code: 'unavailable', message: t('door.late') })
        }, callTimeoutMs)
        waiting.set(id, {
          name,
          settle: (reply) => {
            clearTimeout(timeout)
            resolve(checkReply(name, reply))
          },
        })
        socket.send(encodeMessage({ kind: 'call', id, name, request }))
      }),
    on<N extends PushName>(name: N, listener: (payload: PushPayload<N>) => void) {
      const set = listeners.get(name) ?? new Set()
      listeners.set(name, set)
      set.add(listener)
      return () => {
        set.delete(listener)
      }
    },
  }

  open()
  return {
    api,
    link,
    retry() {
      if (timer === null) return
      clearTimeout(timer)
      open()
    },
    close() {
      closed = true
      if (timer) clearTimeout(timer)
      timer = null
      stopAsking()
      socket?.close()
    },
  }
}

const isPush = (name: string): name is PushName => Object.hasOwn(pushes, name)

/** The edge of the renderer: a reply that is not what the contract says is a failure, not data. */
function checkReply<N extends CallName>(name: N, reply: Reply<unknown>): Reply<CallReply<N>> {
  if (!reply.ok) return reply
  const parsed = calls[name].reply.safeParse(reply.value)
  if (parsed.success) return { ok: true, value: parsed.data as CallReply<N> }
  return { ok: false, code: 'internal', message: t('door.unreadable', { name }) }
}
