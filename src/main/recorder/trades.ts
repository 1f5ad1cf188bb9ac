import type { Trade } from '../../shared/domain/index.ts'
import type { TradeRow } from '../storage/market-contract.ts'

const tradesPerBatch = 5_000
const mostWaiting = 200_000

export interface TradeMeasurements {
  readonly written: number
  /** Not stored yet. */
  readonly waiting: number
  /** Lost, since more waited for the disk than fit. */
  readonly dropped: number
}

export interface TradeRecorderOptions {
  /** Symbols to record, on every exchange; asked with every trade, so that a change counts at once. */
  readonly symbols: () => readonly string[]
  /** A full batch waits. */
  readonly onBatch: () => void
  readonly onDropped: (rows: readonly TradeRow[]) => void
}

/**
 * Public trades on their way to storage. They are happenings: what the disk refuses waits and is tried again. At most 200,000 wait;
 * beyond that the oldest batch is dropped, counted and told.
 */
export class TradeRecorder {
  private readonly options: TradeRecorderOptions
  /** Oldest first. */
  private batches: (readonly TradeRow[])[] = []
  private filling: TradeRow[] = []
  private inBatches = 0
  private listed: readonly string[] = []
  private symbols: ReadonlySet<string> = new Set()
  private written = 0
  private dropped = 0

  constructor(options: TradeRecorderOptions) {
    this.options = options
  }

  get waiting(): number {
    return this.inBatches + this.filling.length
  }

  isRecorded(symbol: string): boolean {
    const listed = this.options.symbols()
    if (listed !== this.listed) {
      this.listed = listed
      this.symbols = new Set(listed)
    }
    return this.symbols.has(symbol)
  }

  add({ instrument, tradeId, price, quantity, side, exchangeAt, receivedAt }: Trade): void {
    if (!this.isRecorded(instrument.symbol)) return
    this.filling.push({ instrumentId: instrument.id, tradeId, price, quantity, side, exchangeAt, receivedAt })
    if (this.filling.length < tradesPerBatch) return
    this.closeBatch()
    this.options.onBatch()
  }

  /** The oldest batch, null where nothing waits; `stored` or `putBack` must follow. */
  take(): readonly TradeRow[] | null {
    if (this.batches.length === 0) this.closeBatch()
    const batch = this.batches.shift() ?? null
    this.inBatches -= batch?.length ?? 0
    return batch
  }

  stored(batch: readonly TradeRow[]): void {
    this.written += batch.length
  }

  putBack(batch: readonly TradeRow[]): void {
    this.batches.unshift(batch)
    this.inBatches += batch.length
    this.dropOldest()
  }

  measurements(): TradeMeasurements {
    return { written: this.written, waiting: this.waiting, dropped: this.dropped }
  }

  private closeBatch(): void {
    if (this.filling.length === 0) return
    this.batches.push(this.filling)
    this.inBatches += this.filling.length
    this.filling = []
    this.dropOldest()
  }

  private dropOldest(): void {
    while (this.inBatches > mostWaiting) {
      const oldest = this.batches.shift() ?? []
      this.inBatches -= oldest.length
      this.dropped += oldest.length
      this.options.onDropped(oldest)
    }
  }
}
