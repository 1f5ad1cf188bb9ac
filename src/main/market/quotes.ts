import {
  type BookTicker,
  type ExchangeId,
  type Instrument,
  type Trade,
  type Truth,
  truthCode,
  truthOf,
} from '../../shared/domain/index.ts'

const columns = [
  'bidPrice',
  'bidQuantity',
  'askPrice',
  'askQuantity',
  'lastPrice',
  'exchangeAt',
  'receivedAt',
  'truth',
  'updates',
] as const

/**
 * The newest quote of every watched instrument, as columns: one slot per instrument, in watch-list order. Absent is NaN.
 * Snapshots, spreads and pushes read the columns directly; nothing else writes them. Fixed to one watch list: a changed list
 * makes a new board.
 */
export class QuoteBoard {
  readonly instruments: readonly Instrument[]
  readonly bidPrice: Float64Array
  readonly bidQuantity: Float64Array
  readonly askPrice: Float64Array
  readonly askQuantity: Float64Array
  readonly lastPrice: Float64Array
  /** Exchange's time of the newest quote, epoch ms. */
  readonly exchangeAt: Float64Array
  /** This machine's time of the newest quote, epoch ms. */
  readonly receivedAt: Float64Array
  /**
   * `truthCode` of each quote; `gap` until one comes, and from the moment its feed goes down, so that what was true before a disconnect
   * is never taken for what is true after it. A quote makes it `live`; `QuoteTruth` lowers it from there.
   */
  readonly truth: Uint8Array
  /** Quotes received since the board was made. */
  readonly updates: Float64Array
  private readonly slots = new Map<number, number>()

  constructor(instruments: readonly Instrument[]) {
    this.instruments = instruments
    const column = () => new Float64Array(instruments.length).fill(Number.NaN)
    this.bidPrice = column()
    this.bidQuantity = column()
    this.askPrice = column()
    this.askQuantity = column()
    this.lastPrice = column()
    this.exchangeAt = column()
    this.receivedAt = column()
    this.truth = new Uint8Array(instruments.length)
    this.updates = new Float64Array(instruments.length)
    instruments.forEach((instrument, slot) => {
      this.slots.set(instrument.id, slot)
    })
  }

  /** -1 for an instrument that is not watched. */
  slotOf(instrumentId: number): number {
    return this.slots.get(instrumentId) ?? -1
  }

  /** null: it is not watched. */
  truthOf(instrumentId: number): Truth | null {
    const slot = this.slotOf(instrumentId)
    return slot < 0 ? null : truthOf(this.truth[slot] ?? truthCode.gap)
  }

  /** Of each exchange. */
  countByTruth(): Map<ExchangeId, Record<Truth, number>> {
    const counts = new Map<ExchangeId, Record<Truth, number>>()
    this.instruments.forEach(({ exchange }, slot) => {
      const count = counts.get(exchange) ?? { gap: 0, stale: 0, suspect: 0, live: 0 }
      counts.set(exchange, count)
      count[truthOf(this.truth[slot] ?? truthCode.gap)]++
    })
    return counts
  }

  /** Takes over what another board knows of the instruments that both watch. */
  copyFrom(other: QuoteBoard): void {
    this.instruments.forEach(({ id }, slot) => {
      const from = other.slotOf(id)
      if (from < 0) return
      for (const column of columns) this[column][slot] = other[column][from] as number
    })
  }

  /** The slot written, or -1. */
  applyBookTicker(quote: BookTicker): number {
    const slot = this.slotOf(quote.instrument.id)
    if (slot < 0) return -1
    this.bidPrice[slot] = quote.bidPrice ?? Number.NaN
    this.bidQuantity[slot] = quote.bidQuantity ?? Number.NaN
    this.askPrice[slot] = quote.askPrice ?? Number.NaN
    this.askQuantity[slot] = quote.askQuantity ?? Number.NaN
    this.exchangeAt[slot] = quote.exchangeAt ?? Number.NaN
    this.receivedAt[slot] = quote.receivedAt
    this.truth[slot] = truthCode.live
    this.updates[slot] = (this.updates[slot] ?? 0) + 1
    return slot
  }

  applyTrade(trade: Trade): number {
    const slot = this.slotOf(trade.instrument.id)
    if (slot >= 0) this.lastPrice[slot] = trade.price
    return slot
  }

  /** The feed of these instruments is down: their quotes no longer count until the next one comes. */
  clearLive(instrumentIds: readonly number[]): void {
    for (const id of instrumentIds) {
      const slot = this.slotOf(id)
      if (slot >= 0) this.truth[slot] = truthCode.gap
    }
  }
}
