/**
 * Missing candles of watched series: found in what is stored, told as gaps on the bus, fetched, and told again with how it ended. The
 * gap of one hole keeps its id, across restarts too.
 */
import {
  type EpochMs,
  type Gap,
  type Instrument,
  openTimeOf,
  type Period,
  periodMs,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Storage } from '../storage/contract.ts'
import type { Downtimes } from './downtimes.ts'
import type { FillReport, KlineHistory } from './history.ts'
import type { Span } from './history-pages.ts'

/** Why candles are looked after now. */
export type RepairOccasion = 'start' | 'reconnect' | 'routine'

type Reason = Pick<Gap, 'cause' | 'detail'>

export interface CandleGapsOptions {
  readonly history: KlineHistory
  readonly storage: Storage | null
  readonly bus: Bus
  /** Shared by everybody who finds gaps. */
  readonly nextGapId: () => number
  /** When this run of the program began, epoch ms. */
  readonly startedAt: EpochMs
  /** Why nothing was recorded before it. */
  readonly away?: Reason
  /** What kept candles away in this run. */
  readonly downtimes?: Pick<Downtimes, 'reasonOf'>
  /** Days that candles are kept; null or absent: for ever. Older ones are no gaps, and are not fetched again. */
  readonly keptDays?: () => number | null
  readonly now?: () => EpochMs
}

/** A candle that ended just now may still be on its way: to be closed by the exchange, or into the database. */
const settledAfterMs = 30_000
/** Candles back from now that are looked through for holes, however few the start loads. */
const fewestLooked = 500
/** Candles back from now that are filled where a hole reaches so far. */
const longestRepair = 5_000
/** What was stored so long ago and never since was not being recorded. */
const longestTold = 30 * periodMs['1d']
/** Stored gaps of one instrument's candles that are looked through for one known already. */
const mostKnown = 1_000

export class CandleGaps {
  private readonly options: CandleGapsOptions
  private readonly now: () => EpochMs
  /** By series: the gaps that are not filled. */
  private readonly open = new Map<string, readonly Gap[]>()

  constructor(options: CandleGapsOptions) {
    this.options = options
    this.now = options.now ?? Date.now
  }

  /**
   * Fills the last `candles` of the series (0: none but missing ones) as `KlineHistory.fill` does, and tells of the holes in them, and in
   * the last `fewestLooked` at least, which are filled, too; a hole that began earlier is filled as far as `longestRepair`. A routine asks the exchange only where there are some. A series of which nothing is stored yet
   * has none.
   */
  async fill(
    instrument: Instrument,
    period: Period,
    candles: number,
    signal: AbortSignal | undefined,
    occasion: RepairOccasion,
  ): Promise<FillReport> {
    const { history } = this.options
    const series = seriesOf(instrument, period)
    const step = periodMs[period]
    const now = history.sourceOf(instrument)?.now() ?? this.now()
    const current = openTimeOf(now, period)
    const kept = this.kept(current, period)
    if (kept === 0) return { candles: 0, problem: null }
    const reaching = (count: number) => current - (Math.min(count, kept) - 1) * step
    const newest = openTimeOf(now - settledAfterMs, period) - step
    const looked = { from: reaching(Math.max(candles, fewestLooked)), to: newest }
    const holes = await this.holes(instrument, period, looked, reaching(kept))
    const known = holes.length === 0 ? [] : await this.stored(instrument, period)
    for (const hole of holes) this.found(instrument, period, hole, occasion, known)
    const open = this.open.get(series) ?? []
    if (occasion === 'routine' && open.length === 0) return { candles: 0, problem: null }
    const wanted = Math.max(candles, ...holes.map(({ from }) => (current - from) / step + 1))
    const filled = Math.min(kept, Math.max(candles, Math.min(wanted, longestRepair)))
    const report = await history.fill(instrument, period, filled, signal)
    if (signal?.aborted) return report
    for (const { id } of open) await this.settle(instrument, period, id, reaching(filled), report.problem)
    return report
  }

  /** How many candles up to the current one retention leaves alone. */
  private kept(current: EpochMs, period: Period): number {
    const days = this.options.keptDays?.() ?? null
    if (days === null) return Number.POSITIVE_INFINITY
    const oldest = openTimeOf(this.now() - days * periodMs['1d'], period)
    return Math.max(0, (current - oldest) / periodMs[period] + 1)
  }

  /** In the span, the first from where it really begins, but not before `oldest`. */
  private async holes(instrument: Instrument, period: Period, span: Span, oldest: EpochMs): Promise<readonly Span[]> {
    const { storage, history } = this.options
    if (storage === null) return []
    const [first, ...rest] = await history.lacking(instrument, period, span)
    if (!first) return []
    if (first.from > span.from) return [first, ...rest]
    const { openTime, isClosed } = await storage.klines(instrument.id, period, span.from, 1)
    const before = openTime[0]
    // What comes before the first stored candle was never recorded.
    if (before === undefined || before < this.now() - longestTold) return rest
    const begin = isClosed[0] === 1 ? before + periodMs[period] : before
    return [{ from: Math.max(oldest, begin), to: first.to }, ...rest]
  }

  /** Gaps of the series from earlier runs that are not filled. */
  private async stored(instrument: Instrument, period: Period): Promise<readonly Gap[]> {
    const { storage } = this.options
    if (storage === null || this.open.has(seriesOf(instrument, period))) return []
    const filter = { instrumentId: instrument.id, kind: 'kline', from: null, to: null, limit: mostKnown } as const
    const gaps = await storage.marketRows.gaps(filter)
    return gaps
      .filter((gap) => gap.period === period && gap.filledAt === null)
      .map(({ instrumentId: _, ...gap }): Gap => ({ ...gap, ...namesOf(instrument) }))
  }

  private found(
    instrument: Instrument,
    period: Period,
    { from, to: last }: Span,
    occasion: RepairOccasion,
    stored: readonly Gap[],
  ): void {
    const series = seriesOf(instrument, period)
    const open = this.open.get(series) ?? []
    const to = last + periodMs[period]
    const overlaps = (gap: Gap) => gap.from < to && (gap.to ?? to) > from
    const known = open.find(overlaps) ?? stored.find(overlaps)
    const others = open.filter(({ id }) => id !== known?.id)
    if (known && known.from <= from && (known.to ?? to) >= to) {
      this.open.set(series, [...others, known])
      return
    }
    const gap: Gap = known
      ? { ...known, from: Math.min(known.from, from), to: Math.max(known.to ?? to, to), whyNotFilled: null }
      : {
          ...{ id: this.options.nextGapId(), ...namesOf(instrument), kind: 'kline', period, from, to },
          ...{ ...this.reasonOf(instrument, period, occasion, { from, to }), filledAt: null, whyNotFilled: null },
        }
    this.open.set(series, [...others, gap])
    this.options.bus.publish({ kind: 'gap', gap })
  }

  /** A hole that ended before this run began was there before, and nothing tells why. */
  private reasonOf(instrument: Instrument, period: Period, occasion: RepairOccasion, { from, to }: Span): Reason {
    const { downtimes, startedAt, away } = this.options
    // A candle that closed while nobody heard of it is missing, however long before it began.
    const down = downtimes?.reasonOf(instrument, period, Math.max(from, startedAt), to + settledAfterMs) ?? null
    const wasAway = occasion === 'start' && from < startedAt && to >= startedAt - settledAfterMs
    if (wasAway && (down === null || startedAt - from > to - startedAt))
      return away ?? { cause: 'shutdown', detail: '' }
    return down ?? { cause: occasion === 'reconnect' ? 'disconnect' : 'unknown', detail: '' }
  }

  /**
   * Somebody else had candles of [from, to] fetched (a chart, a history request): gaps that begin or end among them may be filled by now.
   * Rejects with a StorageError.
   */
  async fetched(instrument: Instrument, period: Period, { from, to }: Span): Promise<void> {
    const { storage, history, bus } = this.options
    if (storage === null) return
    const step = periodMs[period]
    const end = to + step
    const series = seriesOf(instrument, period)
    const filter = { instrumentId: instrument.id, kind: 'kline', from, to: end, limit: mostKnown } as const
    const known = await storage.marketRows.gaps(filter)
    for (const { instrumentId: _, ...stored } of known) {
      const gap: Gap = { ...stored, ...namesOf(instrument) }
      const isOpen = gap.period === period && gap.filledAt === null && gap.to !== null
      if (!isOpen || gap.to === null || !(gap.from >= from || gap.to <= end)) continue
      const left = await history.lacking(instrument, period, { from: gap.from, to: gap.to - step })
      if (left.length > 0) continue
      const others = (this.open.get(series) ?? []).filter(({ id }) => id !== gap.id)
      this.open.set(series, others)
      bus.publish({ kind: 'gap', gap: { ...gap, filledAt: this.now(), whyNotFilled: null } })
    }
  }

  private async settle(
    instrument: Instrument,
    period: Period,
    id: number,
    oldest: EpochMs,
    problem: string | null,
  ): Promise<void> {
    const step = periodMs[period]
    const series = seriesOf(instrument, period)
    const find = () => this.open.get(series)?.find((one) => one.id === id)
    const gap = find()
    if (!gap) return
    const span = { from: gap.from, to: (gap.to ?? gap.from) - step }
    const left = await this.options.history.lacking(instrument, period, span)
    // Another run of the same series settled it, or found it to be longer.
    if (find() !== gap) return
    const others = (this.open.get(series) ?? []).filter((one) => one !== gap)
    if (left.length === 0) {
      this.open.set(series, others)
      this.options.bus.publish({ kind: 'gap', gap: { ...gap, filledAt: this.now(), whyNotFilled: null } })
      return
    }
    // It may still be filled.
    if (problem !== null) return
    const whyNotFilled = whyNot(gap, left, oldest, step)
    const settled = { ...gap, whyNotFilled }
    // Beyond what later runs look at, nobody will fill it.
    this.open.set(series, span.to < oldest ? others : [...others, settled])
    if (whyNotFilled !== gap.whyNotFilled) this.options.bus.publish({ kind: 'gap', gap: settled })
  }
}

function whyNot({ exchange, from, to }: Gap, left: readonly Span[], oldest: EpochMs, step: number): string {
  const count = (spans: readonly Span[]) => spans.reduce((sum, span) => sum + (span.to - span.from) / step + 1, 0)
  const older = left
    .filter((span) => span.from < oldest)
    .map((span) => ({ ...span, to: Math.min(span.to, oldest - step) }))
  const [tooOld, absent] = [count(older), count(left) - count(older)]
  const all = ((to ?? from) - from) / step
  const reasons = [
    ...(absent > 0 ? [`${exchange} has no candles for ${absent} of ${all}`] : []),
    ...(tooOld > 0 ? [`${tooOld} of ${all} are older than what is repaired: a history request fetches them`] : []),
  ]
  return reasons.join('; ')
}

const seriesOf = ({ id }: Instrument, period: Period): string => `${id} ${period}`

const namesOf = ({ key: instrument, exchange, symbol }: Instrument) => ({ instrument, exchange, symbol })
