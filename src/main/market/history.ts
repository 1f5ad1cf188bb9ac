/**
 * Candle history: the backfill at start, the repair after a reconnect, and older candles on demand for a chart. What is stored is
 * read, what is missing is asked of the exchange in calls no larger than it allows, stored, and returned.
 */
import type { KlineColumns } from '../../shared/contract.ts'
import { type EpochMs, type Instrument, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import type { HistoryCandle, KlineRange } from '../exchanges/contract.ts'
import type { RestResult } from '../net/rest.ts'
import type { KlineRow, Storage } from '../storage/contract.ts'

/** An exchange's side of it; null while that exchange is not running. */
export interface KlineSource {
  readonly klinesPerCall: (instrument: Instrument, period: Period) => number
  readonly klines: (
    range: KlineRange,
    options: { readonly signal?: AbortSignal; readonly priority: 'interactive' | 'history' },
  ) => Promise<RestResult<readonly HistoryCandle[]>>
  /** The exchange's clock, epoch ms. */
  readonly now: () => EpochMs
}

export interface HistoryOptions {
  readonly storage: Storage | null
  readonly sourceOf: (instrument: Instrument) => KlineSource | null
}

/** Where a reply has no closed flag, a candle counts as closed this long after its end, so that late trades are in it. */
const closedAfterMs = 2_000

export interface FillReport {
  readonly candles: number
  /** null: all went well. */
  readonly problem: string | null
}

export class KlineHistory {
  private readonly options: HistoryOptions
  /** Ranges already asked for in vain or filled, so that a hole the exchange itself has is not asked for at every scroll. */
  private readonly asked = new Set<string>()

  constructor(options: HistoryOptions) {
    this.options = options
  }

  /**
   * Makes sure the last `candles` of the series are stored, the open one included. Starts at the newest stored closed candle
   * when that lies within them.
   */
  async fill(instrument: Instrument, period: Period, candles: number, signal?: AbortSignal): Promise<FillReport> {
    // Nothing to fill: charts ask by themselves.
    if (!this.options.storage) return { candles: 0, problem: null }
    const source = this.options.sourceOf(instrument)
    if (!source) return { candles: 0, problem: `${instrument.exchange} is not running` }
    await untilClosed(source, period, signal)
    const to = openTimeOf(source.now(), period)
    const oldest = to - (candles - 1) * periodMs[period]
    const stored = await this.storedFrom(instrument, period, oldest)
    return this.fetch(source, { instrument, period, from: Math.max(oldest, stored ?? oldest), to }, 'history', signal)
  }

  /** Asks for the last `candles` of the series, whatever is stored, stores them and gives them, the open one included. */
  async refresh(
    instrument: Instrument,
    period: Period,
    candles: number,
    signal?: AbortSignal,
  ): Promise<{ readonly rows: readonly KlineRow[]; readonly problem: string | null }> {
    const source = this.options.sourceOf(instrument)
    if (!source) return { rows: [], problem: `${instrument.exchange} is not running` }
    const to = openTimeOf(source.now(), period)
    const rows: KlineRow[] = []
    const range = { instrument, period, from: to - (candles - 1) * periodMs[period], to }
    const { problem } = await this.fetch(source, range, 'history', signal, rows)
    return { rows, problem }
  }

  /**
   * The `limit` newest candles with openTime < `before` (null: up to now), ascending, fetched where they are not stored. When
   * the exchange cannot be asked, what is stored is returned: a chart with a hole beats none, and the hole shows.
   */
  async list(instrument: Instrument, period: Period, before: EpochMs | null, limit: number): Promise<KlineColumns> {
    const source = this.options.sourceOf(instrument)
    const step = periodMs[period]
    const end = before === null ? openTimeOf(source?.now() ?? Date.now(), period) : openTimeOf(before - 1, period)
    const from = end - (limit - 1) * step
    const stored = this.options.storage ? await this.options.storage.klines(instrument.id, period, before, limit) : null
    if (!source) return stored ?? toColumns(instrument.id, period, [])
    // A candle stored open whose time is over was under way when its feed or the program ended: its numbers are not final.
    const final = (openTime: EpochMs, isClosed: boolean) => isClosed || openTime + step + closedAfterMs > source.now()
    const missing = missingRanges(openTimesOf(stored, final), from, end, step)
    const fetched: KlineRow[] = []
    for (const range of missing) {
      const key = `${instrument.id} ${period} ${range.from} ${range.to}`
      // The newest candle changes all the time, so a range that ends now may always be asked for again.
      if (range.to < end && this.asked.has(key)) continue
      const report = await this.fetch(source, { instrument, period, ...range }, 'interactive', undefined, fetched)
      if (report.problem === null) this.asked.add(key)
    }
    if (fetched.length === 0 && stored) return stored
    if (this.options.storage) return this.options.storage.klines(instrument.id, period, before, limit)
    return toColumns(instrument.id, period, fetched)
  }

  private async storedFrom(instrument: Instrument, period: Period, oldest: EpochMs): Promise<EpochMs | null> {
    const { storage } = this.options
    if (!storage) return null
    // Only an unbroken run from `oldest` on saves anything; a hole in it means fetching from the hole.
    const newest = await storage.newestClosedKline(instrument.id, period)
    if (newest === null || newest < oldest) return null
    const count = (newest - oldest) / periodMs[period] + 1
    const stored = await storage.klines(instrument.id, period, newest + 1, count)
    const closed = openTimesOf(stored, (_, isClosed) => isClosed)
    const [hole] = missingRanges(closed, oldest, newest, periodMs[period])
    return hole ? hole.from : newest
  }

  private async fetch(
    source: KlineSource,
    range: KlineRange,
    priority: 'interactive' | 'history',
    signal?: AbortSignal,
    into: KlineRow[] = [],
  ): Promise<FillReport> {
    const { instrument, period } = range
    const step = periodMs[period]
    const span = (source.klinesPerCall(instrument, period) - 1) * step
    let candles = 0
    // Backwards, so that the newest are there first and an aborted backfill leaves no hole before the present.
    for (let to = range.to; to >= range.from; to -= span + step) {
      const part = { instrument, period, from: Math.max(range.from, to - span), to, now: source.now() }
      const reply = await source.klines(part, { priority, ...(signal ? { signal } : {}) })
      if (!reply.ok) return { candles, problem: reply.failure.message }
      const now = source.now()
      const rows = reply.value.map((candle): KlineRow => {
        const { openTime, open, high, low, close, volume, quoteVolume } = candle
        const isClosed = candle.isClosed ?? openTime + step + closedAfterMs <= now
        return { instrumentId: instrument.id, period, openTime, open, high, low, close, volume, quoteVolume, isClosed }
      })
      candles += rows.length
      into.unshift(...rows)
      if (this.options.storage && rows.length > 0) await this.options.storage.saveKlines(rows)
      // Nothing that far back: it was not listed yet, so older calls would be empty too.
      if (rows.length === 0) break
    }
    return { candles, problem: null }
  }
}

/**
 * In the first moments of a period the exchange may not have closed the one before, and a candle stored as open then would stay
 * so. Ends early when aborted.
 */
async function untilClosed(source: KlineSource, period: Period, signal: AbortSignal | undefined): Promise<void> {
  const now = source.now()
  const waitMs = openTimeOf(now, period) + closedAfterMs - now
  if (waitMs <= 0 || signal?.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, waitMs)
    function done() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', done)
      resolve()
    }
    signal?.addEventListener('abort', done)
  })
}

const openTimesOf = (
  columns: KlineColumns | null,
  counts: (openTime: EpochMs, isClosed: boolean) => boolean,
): Float64Array =>
  (columns?.openTime ?? new Float64Array(0)).filter((openTime, row) => counts(openTime, columns?.isClosed[row] === 1))

/** The runs of open times in [from, to] that `openTimes` (ascending) lacks; both ends inclusive. */
export function missingRanges(
  openTimes: Float64Array,
  from: EpochMs,
  to: EpochMs,
  step: number,
): { from: EpochMs; to: EpochMs }[] {
  const missing: { from: EpochMs; to: EpochMs }[] = []
  let next = from
  for (const time of openTimes) {
    if (time < next) continue
    if (time > to) break
    if (time > next) missing.push({ from: next, to: time - step })
    next = time + step
  }
  if (next <= to) missing.push({ from: next, to })
  return missing
}

export function toColumns(instrumentId: number, period: Period, rows: readonly KlineRow[]): KlineColumns {
  return {
    instrumentId,
    period,
    openTime: Float64Array.from(rows, (row) => row.openTime),
    open: Float64Array.from(rows, (row) => row.open),
    high: Float64Array.from(rows, (row) => row.high),
    low: Float64Array.from(rows, (row) => row.low),
    close: Float64Array.from(rows, (row) => row.close),
    volume: Float64Array.from(rows, (row) => row.volume),
    isClosed: Uint8Array.from(rows, (row) => (row.isClosed ? 1 : 0)),
  }
}
