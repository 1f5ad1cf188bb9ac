import type { FeedRules, WireRequest } from './feed.ts'

/** After so many requests without an answer a wire counts as refused. */
const mostTries = 3
/** Wires handed to `rules.subscribe` at once; the rules batch them further as their exchange allows. */
const mostWiresAtOnce = 256

interface Pending {
  readonly kind: 'subscribe' | 'unsubscribe'
  /** Not settled yet. */
  readonly wires: Set<string>
  readonly deadline: number
  /** Asked again meanwhile; a late answer still counts. */
  expired: boolean
}

export interface Refusal {
  readonly wire: string
  readonly message: string
}

/**
 * What one connection has asked for and been granted, beside what is wanted of it. Keeps no clock and no socket: `take` gives
 * the next frame to send, answers come in by `acknowledge` and `refuse`, `expire` looks for answers that did not come.
 * A refusal that names no wires but concerns several is narrowed down by asking for halves, so that one unknown symbol does not
 * take its neighbours with it. `now` is any clock that only grows, ms.
 */
export class Subscriptions {
  private readonly rules: FeedRules
  private readonly nextId: () => number
  private wanted: ReadonlySet<string> = new Set()
  private readonly toAsk = new Set<string>()
  private readonly toDrop = new Set<string>()
  /** Wires to ask for apart from the others: after a time-out or a refusal of several. */
  private readonly groups: (readonly string[])[] = []
  /** The server knows of them: an unsubscribe is due when they are no longer wanted. */
  private readonly asked = new Set<string>()
  private readonly acked = new Set<string>()
  private readonly refused = new Map<string, { message: string; at: number }>()
  private readonly tries = new Map<string, number>()
  private readonly pending = new Map<number, Pending>()
  private readonly handles = new Map<string, number>()

  constructor(rules: FeedRules, nextId: () => number) {
    this.rules = rules
    this.nextId = nextId
  }

  want(wires: ReadonlySet<string>): void {
    for (const wire of wires) {
      if (this.wanted.has(wire)) continue
      if (!this.toDrop.delete(wire)) this.toAsk.add(wire)
    }
    for (const wire of this.wanted) {
      if (wires.has(wire)) continue
      this.toAsk.delete(wire)
      this.refused.delete(wire)
      this.tries.delete(wire)
      if (this.asked.has(wire)) this.toDrop.add(wire)
    }
    this.wanted = new Set(wires)
  }

  /** Asks for a granted wire anew, for the sake of what its stream begins with; false where it is not granted. */
  again(wire: string): boolean {
    if (!this.wanted.has(wire) || !this.acked.has(wire)) return false
    this.tries.delete(wire)
    this.toDrop.add(wire)
    this.toAsk.add(wire)
    return true
  }

  get acknowledged(): number {
    let count = 0
    for (const wire of this.wanted) if (this.acked.has(wire)) count++
    return count
  }

  isAcknowledged(wire: string): boolean {
    return this.acked.has(wire)
  }

  /** Every wanted wire has its answer. */
  get settled(): boolean {
    for (const wire of this.wanted) if (!this.acked.has(wire) && !this.refused.has(wire)) return false
    return true
  }

  /** Wanted, but the exchange will not: wire to its words. */
  get refusals(): ReadonlyMap<string, { readonly message: string }> {
    return this.refused
  }

  /** The next frame to send, or null; `wallNow` (epoch ms) is for frames that carry the time. */
  take(now: number, wallNow: number): WireRequest | null {
    if (this.toDrop.size > 0) return this.takeUnsubscribe(now, wallNow)
    for (let group = this.groups.shift(); group !== undefined; group = this.groups.shift()) {
      const open = group.filter((wire) => this.wanted.has(wire) && !this.acked.has(wire))
      const request = this.takeSubscribe(open, now, wallNow)
      if (request === null) continue
      const rest = open.filter((wire) => !request.wires.includes(wire))
      if (rest.length > 0) this.groups.unshift(rest)
      return request
    }
    const request = this.takeSubscribe(firstOf(this.toAsk), now, wallNow)
    for (const wire of request?.wires ?? []) this.toAsk.delete(wire)
    return request
  }

  /** For feeds whose address subscribes: what is wanted is granted. True: something was settled by it. */
  grantAll(): boolean {
    let settled = false
    for (const wire of this.wanted) {
      if (!this.acked.has(wire)) settled = true
      this.acked.add(wire)
    }
    for (const wire of this.acked) if (!this.wanted.has(wire)) this.acked.delete(wire)
    this.toAsk.clear()
    this.toDrop.clear()
    return settled
  }

  /** True: something was settled by it. `wires` null: every wire of request `id`. */
  acknowledge(id: number | null, wires: readonly string[] | null, handle?: number): boolean {
    const pending = id === null ? undefined : this.pending.get(id)
    const named = wires ?? [...(pending?.wires ?? [])]
    if (handle !== undefined) for (const wire of named) this.handles.set(wire, handle)
    if (id !== null && pending?.kind === 'unsubscribe') {
      for (const wire of named) pending.wires.delete(wire)
      if (pending.wires.size === 0) this.pending.delete(id)
      return false
    }
    let settled = false
    for (const wire of named) {
      if (!this.asked.has(wire)) continue
      this.answered(wire)
      this.refused.delete(wire)
      if (!this.acked.has(wire)) settled = true
      this.acked.add(wire)
    }
    return settled
  }

  /** The wires refused for good by this answer. */
  refuse(id: number | null, wires: readonly string[] | null, message: string, now: number): readonly Refusal[] {
    const pending = id === null ? undefined : this.pending.get(id)
    if (id !== null && pending?.kind === 'unsubscribe') {
      this.pending.delete(id)
      return []
    }
    // An acknowledged wire is lost only when the server says so unasked; to a second request it may say "already subscribed".
    const unasked = id === null
    const named = (wires ?? [...(pending?.wires ?? [])]).filter(
      (wire) => this.asked.has(wire) && (unasked || !this.acked.has(wire)),
    )
    for (const wire of named) {
      this.answered(wire)
      this.asked.delete(wire)
      this.acked.delete(wire)
      this.toDrop.delete(wire)
      this.tries.delete(wire)
    }
    if (wires === null && named.length > 1) {
      const half = Math.ceil(named.length / 2)
      this.groups.push(named.slice(0, half), named.slice(half))
      return []
    }
    return named.filter((wire) => this.wanted.has(wire)).map((wire) => this.markRefused(wire, message, now))
  }

  /** Requests whose answer is overdue are asked again; the wires given up after the last try are returned. */
  expire(now: number): readonly Refusal[] {
    const given: Refusal[] = []
    for (const [id, pending] of this.pending) {
      if (pending.expired || pending.deadline > now) continue
      if (pending.kind === 'unsubscribe') {
        this.pending.delete(id)
        continue
      }
      pending.expired = true
      const open = [...pending.wires].filter((wire) => this.wanted.has(wire))
      const again = open.filter((wire) => (this.tries.get(wire) ?? 0) < mostTries)
      if (again.length > 0) this.groups.push(again)
      for (const wire of open) {
        if (again.includes(wire)) continue
        this.tries.delete(wire)
        given.push(this.markRefused(wire, `no acknowledgement after ${mostTries} requests`, now))
      }
    }
    return given
  }

  /** Asks once more for wires that were refused before `before`: a refusal may have been a mood. */
  retryRefused(before: number, now: number): void {
    const again: string[] = []
    for (const [wire, refusal] of this.refused) {
      if (refusal.at > before) continue
      refusal.at = now
      this.answered(wire)
      again.push(wire)
    }
    if (again.length > 0) this.groups.push(again)
  }

  private takeUnsubscribe(now: number, wallNow: number): WireRequest | null {
    const handleOf = (wire: string) => this.handles.get(wire) ?? null
    const request = this.rules.unsubscribe(firstOf(this.toDrop), this.nextId, wallNow, handleOf)[0]
    if (request === undefined || request.wires.length === 0) {
      // Nothing can be sent for them: they stay on the socket, and their frames are ignored.
      this.toDrop.clear()
      return null
    }
    this.pending.set(request.id, this.pendingOf('unsubscribe', request, now))
    for (const wire of request.wires) {
      this.toDrop.delete(wire)
      this.asked.delete(wire)
      this.acked.delete(wire)
      this.handles.delete(wire)
    }
    return request
  }

  private takeSubscribe(wires: readonly string[], now: number, wallNow: number): WireRequest | null {
    if (wires.length === 0) return null
    const request = this.rules.subscribe(wires, this.nextId, wallNow)[0]
    if (request === undefined || request.wires.length === 0) {
      for (const wire of wires) {
        this.toAsk.delete(wire)
        this.markRefused(wire, 'there is no request for it', now)
      }
      return null
    }
    this.pending.set(request.id, this.pendingOf('subscribe', request, now))
    for (const wire of request.wires) {
      this.asked.add(wire)
      this.tries.set(wire, (this.tries.get(wire) ?? 0) + 1)
    }
    return request
  }

  private pendingOf(kind: Pending['kind'], request: WireRequest, now: number): Pending {
    return { kind, wires: new Set(request.wires), deadline: now + this.rules.ackTimeoutMs, expired: false }
  }

  private answered(wire: string): void {
    for (const [id, pending] of this.pending) {
      if (pending.kind !== 'subscribe' || !pending.wires.delete(wire)) continue
      if (pending.wires.size === 0) this.pending.delete(id)
    }
  }

  private markRefused(wire: string, message: string, at: number): Refusal {
    this.refused.set(wire, { message, at })
    return { wire, message }
  }
}

function firstOf(wires: ReadonlySet<string>): readonly string[] {
  const first: string[] = []
  for (const wire of wires) {
    if (first.length === mostWiresAtOnce) break
    first.push(wire)
  }
  return first
}
