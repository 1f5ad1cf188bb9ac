/**
 * What one stream client is sent, and when. State is conflated: per key the newest, at most once per interval, and not at all while the
 * client is backed up. Happenings are all sent, in order; a client that leaves too much of it unread is cut off.
 */
import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'
import type { FeedListener, StateEntry } from './feed.ts'
import type { Address, EventType, Topic } from './topics.ts'

/** With this much unsent, state waits; with that much, the client is cut off. Bytes. */
export const backedUpBytes = 262_144
export const hopelessBytes = 8_388_608
/** What one turn of the event loop sends is written at the latest when it is this much. Bytes. */
export const mostGatheredBytes = 65_536
/** While a snapshot is made, happenings wait; more than this cannot be, and would be a client cut off, too. */
const mostHeld = 10_000
/** How often a client that was backed up is looked at again, ms. */
const backedUpEveryMs = 25
/**
 * State messages of one client in one turn of the event loop; what else changes waits for the next. Turns are long when the hub is behind:
 * then clients that want each change must not make them longer.
 */
const mostStateInTurn = 256
/** A client cut off that does not answer is dropped after this long, ms. */
const goodbyeMs = 2_000

const tooSlow = 4408

export interface Subscription {
  readonly topic: Topic
  readonly intervalMs: number
}

export class Outbox implements FeedListener {
  /** What is told of each key that changed and has not been sent. */
  private readonly pending = new Set<StateEntry>()
  /** By the clock that nobody sets, as all times here: one set back would keep what changed waiting until then. */
  private readonly sentAt = new WeakMap<StateEntry, number>()
  private readonly socket: WebSocket
  /** What the socket writes to. */
  private readonly connection: Writable
  private readonly onStartOver: (events: ReadonlySet<EventType>) => void
  private readonly onCutOff: (reason: string) => void
  private subscriptions = new Map<string, Subscription>()
  private byEvent = new Map<EventType, Subscription[]>()
  /** Interval by address; -1: not wanted. */
  private intervals = new WeakMap<Address, number>()
  /** Happenings that wait for a snapshot; null: none is being made. */
  private held: string[] | null = null
  private holders = 0
  private isGathering = false
  private stateInTurn = 0
  private timer: NodeJS.Timeout | null = null
  private timerAt = 0

  constructor(
    socket: WebSocket,
    connection: Writable,
    onStartOver: (events: ReadonlySet<EventType>) => void,
    onCutOff: (reason: string) => void,
  ) {
    this.socket = socket
    this.connection = connection
    this.onStartOver = onStartOver
    this.onCutOff = onCutOff
  }

  get topics(): readonly Subscription[] {
    return [...this.subscriptions.values()]
  }

  get isBackedUp(): boolean {
    return this.socket.bufferedAmount > backedUpBytes
  }

  /** Replaces what was subscribed under the same text. */
  subscribe(added: readonly Subscription[]): void {
    for (const subscription of added) this.subscriptions.set(subscription.topic.text, subscription)
    this.subscriptionsChanged()
  }

  /** The texts of those that were there. */
  unsubscribe(texts: readonly string[]): readonly string[] {
    const removed = texts.filter((text) => this.subscriptions.delete(text))
    this.subscriptionsChanged()
    for (const entry of this.pending) if (this.intervalOf(entry.address) < 0) this.pending.delete(entry)
    return removed
  }

  /** Nothing but what `work` sends goes out until it is done; what happened meanwhile follows, in order. */
  async holding(work: () => Promise<void>): Promise<void> {
    this.holders++
    this.held ??= []
    try {
      await work()
    } finally {
      this.holders--
      if (this.holders === 0) {
        const held = this.held ?? []
        this.held = null
        for (const text of held) this.sendText(text)
        this.flush()
      }
    }
  }

  close(): void {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    this.pending.clear()
    this.subscriptions.clear()
    this.subscriptionsChanged()
  }

  sendText(text: string): void {
    if (this.socket.readyState !== this.socket.OPEN || text === '') return
    if (this.socket.bufferedAmount > hopelessBytes) {
      this.cutOff(`too slow: more than ${hopelessBytes} bytes unread`)
      return
    }
    this.gather()
    this.socket.send(text)
  }

  /** Says why, and does not wait long for a client that does not listen. */
  cutOff(reason: string, code = tooSlow): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    this.onCutOff(reason)
    this.close()
    this.socket.close(code, reason)
    setTimeout(() => this.socket.terminate(), goodbyeMs).unref()
  }

  // ---------------------------------------------------------------- from the feed

  stateChanged(entry: StateEntry): void {
    const interval = this.intervalOf(entry.address)
    if (interval < 0) return
    this.pending.add(entry)
    if (this.held !== null) return
    const wait = (this.sentAt.get(entry) ?? Number.NEGATIVE_INFINITY) + interval - performance.now()
    if (wait > 0) this.wakeIn(wait)
    else if (this.isBackedUp) this.wakeIn(backedUpEveryMs)
    else if (this.stateInTurn >= mostStateInTurn) this.wakeIn(0)
    else this.sendState(entry, performance.now())
  }

  happened(address: Address, text: string): void {
    if (this.intervalOf(address) < 0) return
    if (this.held === null) this.sendText(text)
    else if (this.held.push(text) > mostHeld) this.cutOff('too slow: too much happened during a snapshot')
  }

  settled(entry: StateEntry, text: string): void {
    this.pending.delete(entry)
    this.sentAt.set(entry, performance.now())
    this.happened(entry.address, text)
  }

  startOver(events: ReadonlySet<EventType>): void {
    for (const entry of this.pending) if (events.has(entry.address.event)) this.pending.delete(entry)
    this.onStartOver(events)
  }

  // ---------------------------------------------------------------- inside

  /** All that one turn of the event loop sends goes with one system call, which costs more than everything else about a message. */
  private gather(): void {
    if (this.isGathering) {
      // A turn after a pause brings much: it must not look like a client that does not read.
      if (this.connection.writableLength < mostGatheredBytes) return
      this.connection.uncork()
      this.connection.cork()
      return
    }
    this.isGathering = true
    this.connection.cork()
    setImmediate(() => {
      this.isGathering = false
      this.stateInTurn = 0
      this.connection.uncork()
    })
  }

  private intervalOf(address: Address): number {
    const known = this.intervals.get(address)
    if (known !== undefined) return known
    let interval = -1
    for (const { topic, intervalMs } of this.byEvent.get(address.event) ?? []) {
      if ((interval < 0 || intervalMs < interval) && topic.matches(address)) interval = intervalMs
    }
    this.intervals.set(address, interval)
    return interval
  }

  private subscriptionsChanged(): void {
    this.intervals = new WeakMap()
    this.byEvent = new Map()
    for (const subscription of this.subscriptions.values()) {
      const { event } = subscription.topic
      this.byEvent.set(event, [...(this.byEvent.get(event) ?? []), subscription])
    }
  }

  private sendState(entry: StateEntry, now: number): void {
    this.pending.delete(entry)
    this.sentAt.set(entry, now)
    this.stateInTurn++
    this.sendText(entry.text())
  }

  private flush(): void {
    if (this.pending.size === 0 || this.held !== null) return
    const now = performance.now()
    let soonest = Number.POSITIVE_INFINITY
    for (const entry of this.pending) {
      if (this.isBackedUp) {
        soonest = backedUpEveryMs
        break
      }
      const wait = (this.sentAt.get(entry) ?? Number.NEGATIVE_INFINITY) + this.intervalOf(entry.address) - now
      if (wait > 0) soonest = Math.min(soonest, wait)
      else this.sendState(entry, now)
    }
    if (this.pending.size > 0) this.wakeIn(soonest)
  }

  private wakeIn(ms: number): void {
    const at = performance.now() + ms
    if (this.timer !== null) {
      if (this.timerAt <= at) return
      clearTimeout(this.timer)
    }
    this.timerAt = at
    this.timer = setTimeout(() => {
      this.timer = null
      this.flush()
    }, ms)
  }
}
