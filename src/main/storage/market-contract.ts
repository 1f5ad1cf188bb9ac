/** The part of storage that answers for public trades, for gaps, and for candles by range. */
import type { KlineColumns } from '../../shared/columns.ts'
import type { EpochMs, Gap, GapCause, GapKind, Period, Side } from '../../shared/domain/index.ts'
import type { WriteReport } from './contract.ts'

export interface TradeRow {
  readonly instrumentId: number
  readonly tradeId: string | null
  readonly price: number
  /** base asset */
  readonly quantity: number
  /** the taker's */
  readonly side: Side
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
}

/** A gap as it is stored: by the instrument's id. */
export interface StoredGap extends Omit<Gap, 'instrument' | 'exchange' | 'symbol'> {
  readonly instrumentId: number
}

/** A gap that is over. */
export interface LastGap {
  readonly from: EpochMs
  readonly to: EpochMs
  readonly cause: GapCause
}

export interface GapFilter {
  /** null: all */
  readonly instrumentId: number | null
  /** Absent: all */
  readonly kind?: GapKind
  /** Gaps that overlap from <= t < to; null: open on that side. */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  /** Only those that come after this one, newest first; not given: from the newest on. */
  readonly after?: { readonly from: EpochMs; readonly id: number } | undefined
  readonly limit: number
}

export interface MarketRowStorage {
  /** One transaction; never dropped. A trade already stored (instrument and trade id) is left alone and not counted. */
  saveTrades(rows: readonly TradeRow[]): Promise<WriteReport>
  /** Time of the newest stored trade; null: none. */
  newestTradeAt(instrumentId: number): Promise<EpochMs | null>
  /** Upsert by id; never dropped. */
  saveGaps(gaps: readonly StoredGap[]): Promise<WriteReport>
  /** Newest first. */
  gaps(filter: GapFilter): Promise<readonly StoredGap[]>
  /** 0 where there is none. */
  lastGapId(): Promise<number>
  /** By instrument: the latest end of its gaps of a kind; one that lasts has none. */
  gapEnds(kind: GapKind): Promise<ReadonlyMap<number, EpochMs>>
  /** By instrument: the gap of a kind that began last as they were told, where it is over. */
  lastGaps(kind: GapKind): Promise<ReadonlyMap<number, LastGap>>
  /** Time of the newest stored snapshot row of each instrument, hot or cold. */
  newestSnapshots(): Promise<ReadonlyMap<number, EpochMs>>
  /** Time of the instrument's first snapshot row at `from` or later, hot or cold; null: none. */
  firstSnapshot(instrumentId: number, from: EpochMs): Promise<EpochMs | null>
  /** Candles with from <= openTime < to, ascending. */
  klineRange(instrumentId: number, period: Period, from: EpochMs, to: EpochMs): Promise<KlineColumns>
}
