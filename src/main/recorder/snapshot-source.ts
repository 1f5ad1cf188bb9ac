import { type BookTicker, type EpochMs, truthCode } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { SnapshotBatch } from '../storage/contract.ts'

/** After a gap this long connections may be dead without anybody knowing: what was quoted before no longer counts. */
const longGapMs = 10_000

/**
 * Makes the batch of one second out of the quote board: live quotes that had been received by that second and have a side. One that is
 * stale or suspect is nobody's word that its price holds: it is left out, and the second is missing.
 *
 * A quote that is the first one after the second may already stand on the board when the snapshot is taken, depending on who
 * heard it first; the one before it is therefore remembered and taken instead.
 */
export class SnapshotSource {
  private readonly latest = new Map<number, BookTicker>()
  /** When quotes that were not live at the last second came, by slot: one that came since may be, they are not. */
  private readonly notLive = new Map<number, EpochMs>()
  private board: QuoteBoard | null = null
  /** The board's slots in the order of instrument ids, which is the order of the table's key: rows are then appended. */
  private slots: readonly number[] = []
  /** Quotes received before this do not count. */
  private freshSince = Number.NEGATIVE_INFINITY

  /** Call after the snapshot that the quote may have made due, with every quote. */
  remember(quote: BookTicker): void {
    this.latest.set(quote.instrument.id, quote)
  }

  /** The feed of these instruments is down. */
  forget(instrumentIds: readonly number[]): void {
    for (const id of instrumentIds) this.latest.delete(id)
  }

  afterGap(firstMissed: EpochMs, now: EpochMs): void {
    if (now - firstMissed > longGapMs) this.freshSince = now
  }

  /** The clock was set back: a gap that ended by the old one must not keep out what comes until the new one is there. */
  setBack(now: EpochMs): void {
    this.freshSince = Math.min(this.freshSince, now)
  }

  /** null where there is nothing to record. */
  take(board: QuoteBoard | null, second: EpochMs): SnapshotBatch | null {
    if (board === null) return null
    this.use(board)
    const taken: { readonly slot: number; readonly earlier: BookTicker | null }[] = []
    for (const slot of this.slots) {
      const truth = board.truth[slot] ?? truthCode.gap
      if (truth === truthCode.gap) continue
      const receivedAt = board.receivedAt[slot] ?? Number.NaN
      if (receivedAt <= second) {
        if (truth !== truthCode.live) {
          this.notLive.set(slot, receivedAt)
          continue
        }
        const hasSide = !Number.isNaN(board.bidPrice[slot]) || !Number.isNaN(board.askPrice[slot])
        if (hasSide && receivedAt >= this.freshSince) taken.push({ slot, earlier: null })
      } else {
        const earlier = this.latest.get(board.instruments[slot]?.id ?? -1)
        const counts = earlier && earlier.receivedAt <= second && earlier.receivedAt >= this.freshSince
        if (
          counts &&
          !isCrossed(earlier) &&
          this.notLive.get(slot) !== earlier.receivedAt &&
          (earlier.bidPrice !== null || earlier.askPrice !== null)
        )
          taken.push({ slot, earlier })
      }
    }
    if (taken.length === 0) return null
    const column = (name: 'bidPrice' | 'bidQuantity' | 'askPrice' | 'askQuantity'): Float64Array<ArrayBuffer> =>
      Float64Array.from(taken, ({ slot, earlier }) => (earlier ? earlier[name] : board[name][slot]) ?? Number.NaN)
    return {
      time: second,
      instrumentIds: Uint32Array.from(taken, ({ slot }) => board.instruments[slot]?.id ?? 0),
      bidPrice: column('bidPrice'),
      bidQuantity: column('bidQuantity'),
      askPrice: column('askPrice'),
      askQuantity: column('askQuantity'),
    }
  }

  private use(board: QuoteBoard): void {
    if (this.board === board) return
    this.board = board
    this.notLive.clear()
    const { instruments } = board
    this.slots = instruments
      .map((instrument, slot) => ({ id: instrument.id, slot }))
      .sort((a, b) => a.id - b.id)
      .map(({ slot }) => slot)
  }
}

const isCrossed = ({ bidPrice, askPrice }: BookTicker): boolean =>
  bidPrice !== null && askPrice !== null && bidPrice >= askPrice
