/** What the rest of the program sees of order books. */
import type { BookColumns } from '../../../shared/columns.ts'
import type { BookStatus, EpochMs, Instrument, KeptBook } from '../../../shared/domain/index.ts'
import type { DepthUpdate } from '../../exchanges/depth.ts'
import type { TopicsChange } from '../../exchanges/session.ts'

export interface OrderBooks {
  /** The instruments whose books are kept from now on. */
  watch(instruments: readonly Instrument[]): void
  /** A depth message of any exchange. */
  apply(depth: DepthUpdate): void
  /** Topics came or went, of every channel. */
  follow(change: TopicsChange): void
  /** Call about once a second: books grow old, and doubts arise, by themselves. */
  sweep(now: EpochMs): void
  of(instrumentId: number): KeptBook | undefined
  list(): readonly BookStatus[]
  /** Builds one book anew; false where none is kept. */
  resync(instrumentId: number, why: string): boolean
  stop(): void
}

/** What crosses the contract of a book; its sides are empty where nothing is known that holds now. */
export function bookColumns({ instrument, book, truth, reason, ...rest }: KeptBook, levels: number): BookColumns {
  const top = book.top(truth === 'gap' ? 0 : levels)
  const { updateId, exchangeAt, receivedAt } = rest
  return {
    instrumentId: instrument.id,
    truth,
    reason,
    ...top,
    bidLevels: truth === 'gap' ? 0 : book.bidLevels,
    askLevels: truth === 'gap' ? 0 : book.askLevels,
    updateId,
    exchangeAt,
    receivedAt,
  }
}
