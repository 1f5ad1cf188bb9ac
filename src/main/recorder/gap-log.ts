import type { EpochMs, Gap, GapCause, GapKind, Instrument } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { StoredGap } from '../storage/market-contract.ts'

export interface Reason {
  readonly cause: GapCause
  readonly detail: string
}

/** A cut connection says little; what its next attempts met says why. */
const telling: readonly GapCause[] = ['network', 'outage', 'blocked']

/** Whether this keeps a feed down by itself, whatever was before. */
export const isTelling = ({ cause }: Reason): boolean => telling.includes(cause)

/** Whether a feed that was down (or not to be relied on) for `known` is now said to be down for something that explains it better. */
export const isMoreTelling = (known: Reason, next: Reason): boolean =>
  (known.cause === 'disconnect' && isTelling(next)) || (known.cause === 'unknown' && next.cause !== 'unknown')

/** The instruments that gaps are told of. */
export interface InstrumentIndex {
  /** By key, `binance:BTC_USDT`. */
  get(key: string): Instrument | undefined
  byId(id: number): Instrument | undefined
}

export interface GapLogOptions {
  readonly bus: Bus
  readonly instruments: () => InstrumentIndex
  /** Ids go on from here. */
  readonly lastId: number
}

export type GapCounts = Readonly<Record<GapKind, number>>

const whyNotFilled: Readonly<Record<GapKind, string | null>> = {
  book_ticker: 'exchanges do not tell past quotes',
  trade: 'missed trades are not asked for again',
  kline: null,
  order_book: 'exchanges do not tell past order books',
}

const noGaps = (): Record<GapKind, Set<number>> => ({
  book_ticker: new Set(),
  trade: new Set(),
  kline: new Set(),
  order_book: new Set(),
})

/**
 * Every gap of the program, whoever publishes it: numbered here, told over the bus, and kept until storage has it. What waits is the
 * newest state of each gap, so it is bounded by how many there are.
 */
export class GapLog {
  private readonly options: GapLogOptions
  private lastId: number
  /** The newest state of each gap that storage does not have yet, in flight or not. */
  private readonly unsaved = new Map<number, StoredGap>()
  private readonly inFlight = new Set<StoredGap>()
  private readonly found: Record<GapKind, Set<number>> = noGaps()
  private readonly filled: Record<GapKind, Set<number>> = noGaps()

  constructor(options: GapLogOptions) {
    this.options = options
    this.lastId = options.lastId
  }

  /** Hears every gap until the returned function is called. */
  listen(): () => void {
    return this.options.bus.on('gap', ({ gap }) => this.add(gap))
  }

  nextId(): number {
    return ++this.lastId
  }

  /** Publishes a gap that begins. */
  open(kind: GapKind, instrument: Instrument, from: EpochMs, { cause, detail }: Reason): Gap {
    const { key, exchange, symbol } = instrument
    const gap: Gap = {
      id: this.nextId(),
      instrument: key,
      exchange,
      symbol,
      kind,
      period: null,
      from,
      to: null,
      cause,
      detail,
      filledAt: null,
      whyNotFilled: whyNotFilled[kind],
    }
    return this.publish(gap)
  }

  /** Publishes a gap that lasts with a reason that explains it better, and is the gap as it was where it does not. */
  explain(gap: Gap, reason: Reason): Gap {
    return gap.to === null && isMoreTelling(gap, reason) ? this.publish({ ...gap, ...reason }) : gap
  }

  /** Publishes its end; one that would end before it began was none, and is left empty. */
  close(gap: Gap, to: EpochMs): Gap {
    return this.publish({ ...gap, to: Math.max(to, gap.from) })
  }

  /** How many storage does not have yet. */
  get waiting(): number {
    return this.unsaved.size
  }

  /** Those not handed out yet; several batches may be in flight, as long as storage takes them in order. */
  take(): readonly StoredGap[] {
    const rows = [...this.unsaved.values()].filter((row) => !this.inFlight.has(row))
    for (const row of rows) this.inFlight.add(row)
    return rows
  }

  settle(rows: readonly StoredGap[], wereSaved: boolean): void {
    for (const row of rows) {
      this.inFlight.delete(row)
      if (wereSaved && this.unsaved.get(row.id) === row) this.unsaved.delete(row.id)
    }
  }

  counts(): { readonly found: GapCounts; readonly filled: GapCounts } {
    const sizes = ({ book_ticker, trade, kline, order_book }: typeof this.found): GapCounts => ({
      book_ticker: book_ticker.size,
      trade: trade.size,
      kline: kline.size,
      order_book: order_book.size,
    })
    return { found: sizes(this.found), filled: sizes(this.filled) }
  }

  private publish(gap: Gap): Gap {
    this.options.bus.publish({ kind: 'gap', gap })
    return gap
  }

  private add({ instrument: key, exchange: _, symbol: __, ...gap }: Gap): void {
    if (gap.id > this.options.lastId) this.found[gap.kind].add(gap.id)
    if (gap.filledAt !== null) this.filled[gap.kind].add(gap.id)
    const instrument = this.options.instruments().get(key)
    if (instrument === undefined) throw new Error(`a gap of ${key}, which is no known instrument`)
    this.unsaved.set(gap.id, { ...gap, instrumentId: instrument.id })
  }
}
