import { Amount, isSameAmount, subtractAmounts } from '../../shared/amount.ts'
import { type EpochMs, type Fill, isFinalStatus, type Order, orderKey } from '../../shared/domain/index.ts'
import { compareOrderStates, joinOrderStates } from '../../shared/order-state.ts'
import { trim } from './bounded.ts'
import { KeySet } from './key-set.ts'

/** Ended orders are remembered with all that is known of them, twice as many as a start recalls from storage; … */
const mostEnded = 2_000
/** … and many more by their keys alone, so that neither a late message nor the exchange's history opens or tells them again. */
const mostOver = 1_000_000
const mostOpen = 20_000

export interface OrderOutcome {
  /** `late`: an earlier state than the one known; of an order that ended long ago, any (then `order` is what was told). */
  readonly kind: 'new' | 'changed' | 'same' | 'late'
  /** As it is known now. */
  readonly order: Order
  readonly before: Order | null
}

interface Entry {
  order: Order
  /** When a stream last brought news of it, by the clock that nobody sets. */
  streamAt: number
}

/**
 * An account's orders: the open ones and, bounded, those that ended lately. States may come in any order and any number of times:
 * what is known is the latest of them.
 */
export class OrderTable {
  private readonly live = new Map<string, Entry>()
  private readonly ended = new Map<string, Entry>()
  private readonly over = new KeySet(mostOver)

  /** undefined: unknown, or ended so long ago that no more than that is known (`hasEnded`). */
  get(key: string): Order | undefined {
    return (this.live.get(key) ?? this.ended.get(key))?.order
  }

  hasEnded(key: string): boolean {
    return this.ended.has(key) || (!this.live.has(key) && this.over.has(key))
  }

  open(): Order[] {
    return [...this.live.values()].map((entry) => entry.order)
  }

  /** A stream brought news of it at or after `at`, by the clock that nobody sets. */
  touchedSince(key: string, at: number): boolean {
    return ((this.live.get(key) ?? this.ended.get(key))?.streamAt ?? Number.NEGATIVE_INFINITY) >= at
  }

  /** `streamAt`: when a stream told of it, by the clock that nobody sets; null for other sources. */
  apply(next: Order, streamAt: number | null): OrderOutcome {
    const key = orderKey(next)
    const entry = this.live.get(key) ?? this.ended.get(key)
    if (entry === undefined && this.over.has(key)) return { kind: 'late', order: next, before: null }
    if (entry === undefined) {
      this.place(key, { order: next, streamAt: streamAt ?? Number.NEGATIVE_INFINITY })
      return { kind: 'new', order: next, before: null }
    }
    const before = entry.order
    const later = compareOrderStates(before, next)
    if (later < 0) return { kind: 'late', order: before, before }
    entry.order = joinOrderStates(before, next)
    const isSame =
      before.status === next.status &&
      before.price === entry.order.price &&
      isSameAmount(before.filledQuantity, next.filledQuantity) &&
      (later === 0 || !isAmended(before, next))
    if (isSame) return { kind: 'same', order: entry.order, before }
    if (streamAt !== null) entry.streamAt = streamAt
    if (this.live.has(key) && isFinalStatus(next.status)) {
      this.live.delete(key)
      this.place(key, entry)
    }
    return { kind: 'changed', order: entry.order, before }
  }

  private place(key: string, entry: Entry): void {
    const isEnded = isFinalStatus(entry.order.status)
    const table = isEnded ? this.ended : this.live
    table.set(key, entry)
    if (isEnded) this.over.add(key)
    trim(table, isEnded ? mostEnded : mostOpen)
  }
}

/** What both tell differs; a later time by itself is no news: streams and answers do not always share theirs. */
const isAmended = (before: Order, next: Order): boolean =>
  (['quantity', 'quoteQuantity', 'stopPrice'] as const).some((field) => {
    const [known, told] = [before[field], next[field]]
    return known !== null && told !== null && !isSameAmount(known, told)
  })

const mostCounted = 10_000
/** Of those that ended with all their fills: what is told of them once more needs no look at fills. */
const mostSettled = 2_000
/** Downloads that may pass without the missing fills before the order's own word is left standing alone. */
const mostTries = 3

interface Count {
  /** Filled before this session looked; null: the order itself is not known yet. */
  base: string | null
  /** Sum of the fills that came since. */
  seen: string
  filled: string
  tries: number
  isOver: boolean
}

/** Compares what orders say is filled with the fills that are known, so that lost fills are asked for. */
export class FillCount {
  private readonly startedAt: EpochMs
  private readonly counts = new Map<string, Count>()
  /** Over and explained. */
  private readonly settled = new Map<string, Count>()
  private readonly short = new Set<string>()

  /** `startedAt`: the exchange's clock when this session began. */
  constructor(startedAt: EpochMs) {
    this.startedAt = startedAt
  }

  addOrder(order: Order): void {
    const key = orderKey(order)
    let count = this.find(key)
    if (count === undefined) {
      // What ended before has its fills in the download at start.
      if (isFinalStatus(order.status) && order.updatedAt < this.startedAt) return
      count = this.begin(key)
    }
    count.isOver = isFinalStatus(order.status)
    const isOurs = order.createdAt !== null && order.createdAt >= this.startedAt
    count.base ??= isOurs ? '0' : atLeastZero(subtractAmounts(order.filledQuantity, count.seen))
    if (new Amount(order.filledQuantity).greaterThan(count.filled)) {
      count.filled = order.filledQuantity
      count.tries = 0
    }
    this.weigh(key, count)
  }

  /** One that was not known before. */
  addFill(fill: Fill): void {
    const key = orderKey(fill)
    let count = this.find(key)
    if (count === undefined) {
      if (fill.at < this.startedAt) return
      count = this.begin(key)
    }
    count.seen = new Amount(count.seen).plus(fill.quantity).toFixed()
    this.weigh(key, count)
  }

  /** Keys of orders that say more is filled than the known fills explain. */
  missing(): readonly string[] {
    return [...this.short]
  }

  /** A download of fills has ended well: what it did not bring is asked for a few times more, then left. */
  downloaded(): readonly string[] {
    const given: string[] = []
    for (const key of this.short) {
      const count = this.find(key)
      if (count !== undefined && ++count.tries < mostTries) continue
      this.short.delete(key)
      if (count === undefined) continue
      count.base = atLeastZero(subtractAmounts(count.filled, count.seen))
      given.push(key)
    }
    return given
  }

  private find(key: string): Count | undefined {
    return this.counts.get(key) ?? this.settled.get(key)
  }

  private begin(key: string): Count {
    const count: Count = { base: null, seen: '0', filled: '0', tries: 0, isOver: false }
    this.counts.set(key, count)
    trim(this.counts, mostCounted)
    return count
  }

  private weigh(key: string, count: Count): void {
    const known = new Amount(count.seen).plus(count.base ?? count.filled)
    const isShort = known.lessThan(count.filled)
    if (isShort) this.short.add(key)
    else this.short.delete(key)
    const [to, from] = count.isOver && !isShort ? [this.settled, this.counts] : [this.counts, this.settled]
    if (!from.delete(key)) return
    to.set(key, count)
    trim(this.settled, mostSettled)
  }
}

const atLeastZero = (amount: string): string => (amount.startsWith('-') ? '0' : amount)
