/**
 * Candle history: what is stored is read, what is missing is asked of the exchange in calls no larger than it allows, stored, and
 * returned. The backfill at start, the repair after a reconnect, charts and history requests all come here.
 */
import type { KlineColumns, KlinePage } from '../../shared/columns.ts'
import { type EpochMs, type Instrument, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import type { RestFailure } from '../net/rest.ts'
import type { KlineRow, Storage } from '../storage/contract.ts'
import { Absences } from './history-absences.ts'
import {
  CandlePages,
  closedAfterMs,
  countWithin,
  type KlineSource,
  type LoadOptions,
  missingRanges,
  planCalls,
  type Span,
  without,
} from './history-pages.ts'
import { HistoryReach } from './history-reach.ts'

export type { KlineSource } from './history-pages.ts'

export interface HistoryOptions {
  readonly storage: Storage | null
  /** null while that exchange is not running. */
  readonly sourceOf: (instrument: Instrument) => KlineSource | null
  /** Candles of the span were asked for by a chart or a history request, and are stored. */
  readonly onFetched?: (instrument: Instrument, period: Period, span: Span) => void
  /** For what is remembered of exchanges, epoch ms; this machine's clock unless said otherwise. */
  readonly now?: () => EpochMs
}

export interface FillReport {
  /** That the exchange gave. */
  readonly candles: number
  /** null: all went well. */
  readonly problem: string | null
}

/** Candles that are not there, and why, in words. */
export interface Hole extends Span {
  readonly reason: string
}

/** Why the exchange could not be asked. */
export interface HistoryFailure {
  readonly kind: RestFailure['kind'] | 'notRunning'
  readonly message: string
}

export interface CompletedRange {
  /** All candles of the range that are stored or came, ascending. One whose time is over may still be open: no better one was to be had. */
  readonly klines: KlineColumns
  /** Candles that the exchange gave for this. */
  readonly fetched: number
  /** Ascending. */
  readonly missing: readonly Hole[]
  readonly failure: HistoryFailure | null
  /** The whole range lies further back than the exchange answers for. */
  readonly isBeyondReach: boolean
}

export interface CompleteOptions extends LoadOptions {
  /** Why the exchange is not to be asked, so that what is stored must do; null: it is. */
  readonly unasked: HistoryFailure | null
  /** The candle under way is asked for though it is stored: who does not follow its stream has no newer one. */
  readonly freshens: boolean
}

/** Exchanges may be late with their newest candles: only an older one that is missing is known not to exist. */
const lateMs = 5 * 60_000

const failureOf = ({ kind, message }: RestFailure): HistoryFailure => ({ kind, message })

export class KlineHistory {
  private readonly options: HistoryOptions
  private readonly pages: CandlePages
  readonly reach: HistoryReach
  private readonly absences: Absences

  constructor(options: HistoryOptions) {
    this.options = options
    this.pages = new CandlePages(options.storage)
    this.reach = new HistoryReach(this.pages, options.now)
    this.absences = new Absences(options.now)
  }

  /** Also null while the exchange is not running. */
  sourceOf(instrument: Instrument): KlineSource | null {
    return this.options.sourceOf(instrument)
  }

  /**
   * The candles of [from, to] (aligned to the period, both inclusive), fetched where they are not stored. A candle stored open whose
   * time is over was under way when its feed or the program ended, so it is fetched anew. Rejects with a StorageError.
   */
  async complete(
    instrument: Instrument,
    period: Period,
    { from, to }: Span,
    options: CompleteOptions,
  ): Promise<CompletedRange> {
    const step = periodMs[period]
    const source = this.options.sourceOf(instrument)
    const stored = await this.stored(instrument, period, { from, to })
    const now = source?.now() ?? Date.now()
    const isFinal = (openTime: EpochMs, isClosed: boolean) =>
      isClosed || (!options.freshens && openTime + step + closedAfterMs > now)
    const missing = (span: Span, columns: KlineColumns) => {
      const spans = missingRanges(openTimesOf(columns, isFinal), span.from, span.to, step)
      return this.worthAsking(instrument, period, spans, source)
    }
    const wanted = missing({ from, to }, stored)
    const asked = await this.askIfPossible(source, instrument, period, wanted, {
      ...options,
      stopsAtListing: false,
      stillMissing: async (span) => missing(span, await this.stored(instrument, period, span)),
    })
    const klines =
      this.options.storage === null
        ? toColumns(instrument.id, period, asked.rows)
        : wanted.length > 0
          ? await this.stored(instrument, period, { from, to })
          : stored
    if (asked.rows.length > 0 && this.options.storage !== null)
      this.options.onFetched?.(instrument, period, { from, to })
    const holes = missingRanges(klines.openTime, from, to, step)
    const beyond = source === null ? null : this.beyondReach(instrument, period, source)
    return {
      klines,
      fetched: countWithin(asked.rows, wanted),
      missing: this.explained(instrument, period, holes, asked, beyond),
      failure: asked.failure,
      isBeyondReach: beyond !== null && to <= beyond.to,
    }
  }

  /**
   * Makes sure the last `candles` of the series are stored and closed, the open one included. Newest first, so that the newest are there
   * first and what is aborted leaves no hole before the present.
   */
  async fill(instrument: Instrument, period: Period, candles: number, signal?: AbortSignal): Promise<FillReport> {
    // Nothing to fill: charts ask by themselves.
    if (!this.options.storage) return { candles: 0, problem: null }
    const source = this.options.sourceOf(instrument)
    if (!source) return { candles: 0, problem: `${instrument.exchange} is not running` }
    await untilClosed(source, period, signal)
    const to = openTimeOf(source.now(), period)
    const from = to - (candles - 1) * periodMs[period]
    const lacking = await this.lacking(instrument, period, { from, to })
    const wanted = this.worthAsking(instrument, period, lacking, source)
    const { rows, failure } = await this.ask(source, instrument, period, wanted, {
      priority: 'history',
      signal,
      stopsAtListing: true,
      stillMissing: async (span) =>
        this.worthAsking(instrument, period, await this.lacking(instrument, period, span), source),
    })
    return { candles: rows.length, problem: failure?.message ?? null }
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
    const span = { from: to - (candles - 1) * periodMs[period], to }
    const { rows, failure } = await this.pages.load(source, instrument, period, span, { priority: 'history', signal })
    return { rows, problem: failure?.message ?? null }
  }

  /**
   * The candles of the `limit` periods before `before` (null: up to now), ascending, fetched where they are not stored. Where there is none, which
   * is no rare page of a quiet market, those of the newest day that has some. When the exchange cannot be asked, `problem` says why and
   * what is stored is returned: a chart with a hole beats none, and the hole shows. Empty without a problem: there are no older ones.
   */
  async list(instrument: Instrument, period: Period, before: EpochMs | null, limit: number): Promise<KlinePage> {
    const { storage } = this.options
    const now = this.options.sourceOf(instrument)?.now() ?? Date.now()
    const to = Math.min(openTimeOf(before === null ? now : before - 1, period), openTimeOf(now, period))
    const from = Math.max(0, to - (limit - 1) * periodMs[period])
    const range = await this.complete(instrument, period, { from, to }, forChart)
    if (range.klines.openTime.length > 0 && range.failure === null) return { klines: range.klines, problem: null }
    const found =
      range.failure === null && !range.isBeyondReach && period !== '1d'
        ? await this.newestDay(instrument, period, from, limit)
        : null
    if (found !== null && found.klines.openTime.length > 0) return found
    // What the exchange cannot be asked for, or does not answer for any more.
    const klines = storage === null ? range.klines : await storage.klines(instrument.id, period, before, limit)
    return { klines, problem: range.failure?.message ?? found?.problem ?? null }
  }

  /**
   * At most `limit` candles before `end`, of the newest day that has some there: candles of a day say which that is, of which one call reaches
   * far back. Empty without a problem: none does.
   */
  private async newestDay(instrument: Instrument, period: Period, end: EpochMs, limit: number): Promise<KlinePage> {
    const day = periodMs['1d']
    const newest = openTimeOf(end - 1, '1d')
    const perCall = this.options.sourceOf(instrument)?.klinesPerCall(instrument, '1d') ?? 1
    const days = await this.complete(
      instrument,
      '1d',
      { from: Math.max(0, newest - (perCall - 1) * day), to: newest },
      forChart,
    )
    const traded = days.klines.openTime.filter((_, row) => (days.klines.volume[row] ?? 0) > 0)
    // The day in which `end` lies may have traded after it alone.
    for (const from of traded.slice(-2).reverse()) {
      const to = Math.min(from + day, end) - periodMs[period]
      const { klines, failure } = await this.complete(instrument, period, { from, to }, forChart)
      if (klines.openTime.length > 0 || failure !== null)
        return { klines: newestOf(klines, limit), problem: (failure ?? days.failure)?.message ?? null }
    }
    return { klines: toColumns(instrument.id, period, []), problem: days.failure?.message ?? null }
  }

  /** The spans of [from, to] of which no closed candle is stored. Read in pieces, so that a long range costs no memory. */
  async lacking(instrument: Instrument, period: Period, { from, to }: Span): Promise<Span[]> {
    const step = periodMs[period]
    const lacking: Span[] = []
    for (let start = from; start <= to; start += candlesPerRead * step) {
      const part = { from: start, to: Math.min(to, start + (candlesPerRead - 1) * step) }
      const closed = openTimesOf(await this.stored(instrument, period, part), (_, isClosed) => isClosed)
      for (const span of missingRanges(closed, part.from, part.to, step)) {
        const last = lacking.at(-1)
        if (last && last.to + step === span.from) lacking[lacking.length - 1] = { from: last.from, to: span.to }
        else lacking.push(span)
      }
    }
    return lacking
  }

  /** What the exchange is known not to have, of a series. */
  knownAbsent(instrument: Instrument, period: Period, span: Span): readonly Span[] {
    return this.absences.within(seriesOf(instrument, period), span)
  }

  /** Later requests do not ask for it for a while. */
  rememberAbsent(instrument: Instrument, period: Period, span: Span, reason: string): void {
    this.absences.add(seriesOf(instrument, period), span, reason, periodMs[period])
  }

  private async stored(instrument: Instrument, period: Period, { from, to }: Span): Promise<KlineColumns> {
    const { storage } = this.options
    if (storage === null) return toColumns(instrument.id, period, [])
    return storage.marketRows.klineRange(instrument.id, period, from, to + periodMs[period])
  }

  /** Without what the exchange is known not to have, or not to answer for. */
  private worthAsking(
    instrument: Instrument,
    period: Period,
    missing: readonly Span[],
    source: KlineSource | null,
  ): Span[] {
    const [first, last] = [missing[0], missing.at(-1)]
    if (!first || !last) return []
    const step = periodMs[period]
    const beyond = source === null ? null : this.beyondReach(instrument, period, source)
    const absent = this.knownAbsent(instrument, period, { from: first.from, to: last.to })
    return without(without(missing, absent, step), beyond === null ? [] : [beyond], step)
  }

  private beyondReach(instrument: Instrument, period: Period, source: KlineSource): Hole | null {
    const depth = this.reach.depthOf(instrument, period)
    if (depth === null) return null
    const to = openTimeOf(source.now(), period) - depth.candles * periodMs[period]
    return { from: 0, to, reason: `${instrument.exchange} answers only for newer ones: ${depth.words}` }
  }

  private async askIfPossible(
    source: KlineSource | null,
    instrument: Instrument,
    period: Period,
    wanted: readonly Span[],
    options: CompleteOptions & AskOptions,
  ): Promise<Asked> {
    if (wanted.length === 0) return { rows: [], failure: null, unanswered: [] }
    if (options.unasked !== null) return { rows: [], failure: options.unasked, unanswered: wanted }
    if (source !== null) return this.ask(source, instrument, period, wanted, options)
    const failure: HistoryFailure = { kind: 'notRunning', message: `${instrument.exchange} is not running` }
    return { rows: [], failure, unanswered: wanted }
  }

  /** `wanted` has just been read. Newest first. */
  private async ask(
    source: KlineSource,
    instrument: Instrument,
    period: Period,
    wanted: readonly Span[],
    options: AskOptions,
  ): Promise<Asked> {
    const step = periodMs[period]
    const perCall = source.klinesPerCall(instrument, period)
    const calls = planCalls(wanted, perCall, step)
    let rows: KlineRow[] = []
    let isMeasured = false
    let isSearched = !options.stopsAtListing
    let isFirst = true
    for (let planned = calls.pop(); planned !== undefined; planned = calls.pop()) {
      // Meanwhile somebody else may have loaded it.
      const call = isFirst || this.options.storage === null ? planned : spanOf(await options.stillMissing(planned))
      isFirst = false
      if (call === null) continue
      const reply = await this.pages.load(source, instrument, period, call, options)
      rows = [...reply.rows, ...rows]
      const { failure } = reply
      if (failure?.kind === 'invalid' && !isMeasured) {
        isMeasured = true
        // Perhaps for lying too far back: then what does not is asked for.
        const depth = await this.reach.measureDepth(source, instrument, period, call, failure.message, options)
        if ('kind' in depth) return { rows, failure: failureOf(depth), unanswered: [...calls, call] }
        if (depth.candles === 0) return { rows, failure: failureOf(failure), unanswered: [...calls, call] }
        const left = this.worthAsking(instrument, period, [...calls, call], source)
        calls.splice(0, calls.length, ...left)
        continue
      }
      if (failure !== null) return { rows, failure: failureOf(failure), unanswered: [...calls, call] }
      this.noteAbsent(source, instrument, period, call, reply.rows)
      const oldest = calls[0]
      if (isSearched || oldest === undefined || reply.rows.length > 0 || call.to - call.from < (perCall - 1) * step)
        continue
      // Not listed yet that far back, so that older calls would be empty too, or nobody traded for so long: candles of days say which.
      isSearched = true
      const older = { from: oldest.from, to: call.from - step }
      const beginning = await this.reach.beginning(source, instrument, older, options)
      if ('kind' in beginning) return { rows, failure: failureOf(beginning), unanswered: calls }
      const begun = beginning.day ?? Number.POSITIVE_INFINITY
      calls.splice(0, calls.length, ...calls.filter(({ to }) => to >= begun))
    }
    return { rows, failure: null, unanswered: [] }
  }

  /** What the exchange did not give of a call that it answered. */
  private noteAbsent(
    source: KlineSource,
    instrument: Instrument,
    period: Period,
    call: Span,
    rows: readonly KlineRow[],
  ): void {
    const step = periodMs[period]
    const settled = Math.min(call.to, openTimeOf(source.now() - lateMs, period) - step)
    const times = Float64Array.from(rows, ({ openTime }) => openTime)
    for (const span of missingRanges(times, call.from, settled, step)) {
      this.rememberAbsent(instrument, period, span, `${instrument.exchange} has no candles there`)
    }
  }

  /** Every hole with its reason; one with several reasons becomes several. */
  private explained(
    instrument: Instrument,
    period: Period,
    holes: readonly Span[],
    { failure, unanswered }: Asked,
    beyond: Hole | null,
  ): Hole[] {
    const [first, last] = [holes[0], holes.at(-1)]
    if (!first || !last) return []
    const step = periodMs[period]
    const absent = this.absences.within(seriesOf(instrument, period), { from: first.from, to: last.to })
    const reasons: Hole[] = [
      ...(beyond === null ? [] : [beyond]),
      ...absent,
      ...(failure === null ? [] : unanswered.map((span) => ({ ...span, reason: failure.message }))),
    ]
    const explained: Hole[] = []
    let left = [...holes]
    for (const { reason, ...span } of reasons) {
      for (const hole of left) {
        const part = { from: Math.max(hole.from, span.from), to: Math.min(hole.to, span.to) }
        if (part.from <= part.to) explained.push({ ...part, reason })
      }
      left = without(left, [span], step)
    }
    const unknown = left.map((hole) => ({ ...hole, reason: `${instrument.exchange} does not have it yet` }))
    return [...explained, ...unknown].sort((one, other) => one.from - other.from)
  }
}

interface Asked {
  /** Ascending. */
  readonly rows: readonly KlineRow[]
  readonly failure: HistoryFailure | null
  /** What the failure kept from being answered. */
  readonly unanswered: readonly Span[]
}

interface AskOptions extends LoadOptions {
  /** After a whole call that brings nothing it is found out where the instrument's candles begin: what lies before is not asked for. */
  readonly stopsAtListing: boolean
  /** What of a span is still worth asking for, by what is stored now; ascending. */
  readonly stillMissing: (span: Span) => Promise<readonly Span[]>
}

function spanOf(spans: readonly Span[]): Span | null {
  const [first, last] = [spans[0], spans.at(-1)]
  return first && last ? { from: first.from, to: last.to } : null
}

const candlesPerRead = 5_000

const forChart: CompleteOptions = { priority: 'interactive', unasked: null, freshens: false }

const seriesOf = ({ id }: Instrument, period: Period): string => `${id} ${period}`

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

const openTimesOf = (columns: KlineColumns, counts: (openTime: EpochMs, isClosed: boolean) => boolean): Float64Array =>
  columns.openTime.filter((openTime, row) => counts(openTime, columns.isClosed[row] === 1))

/** The last `count` rows. */
function newestOf(columns: KlineColumns, count: number): KlineColumns {
  const { instrumentId, period, openTime, open, high, low, close, volume, isClosed } = columns
  const from = Math.max(0, openTime.length - count)
  return {
    ...{ instrumentId, period, openTime: openTime.slice(from), open: open.slice(from), high: high.slice(from) },
    ...{ low: low.slice(from), close: close.slice(from), volume: volume.slice(from), isClosed: isClosed.slice(from) },
  }
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
