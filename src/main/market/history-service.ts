/**
 * History on demand: a range of candles as a stream of chunks. The range goes by in windows of about a thousand candles, a few of them
 * being prepared ahead of the reader, so that a year of minutes costs no more memory than a day.
 */
import type { HistoryErrorCode, HistoryRequest, HistoryResult } from '../../shared/data.ts'
import { type EpochMs, type Instrument, openTimeOf, periodMs } from '../../shared/domain/index.ts'
import type { HistoryPart, HistoryService } from '../data-contract.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import { StorageError } from '../storage/error.ts'
import type { CompletedRange, HistoryFailure, KlineHistory } from './history.ts'
import type { LoadOptions, Span } from './history-pages.ts'

export interface HistoryServiceOptions {
  /** By key, `binance:BTC_USDT`. */
  readonly find: (key: string) => Instrument | undefined
  readonly history: KlineHistory
  readonly logger: Logger
}

/** Of one request: four years of minutes. */
const mostCandles = 2_000_000
/** A window holds whole calls, as many as make about this many candles. */
const candlesPerWindow = 1_000
/** Windows prepared before they are asked for, once the first candle is found. */
const windowsAhead = 4
/** Holes told in a result; what comes after is told as one. */
const mostHoles = 1_000
const dayMs = periodMs['1d']

/**
 * Downloads wait behind everything else (priority `history`): accounts and charts share the exchanges' limits with them.
 *
 * `from` and `to` need not be aligned: candles that open at or after `from` and before `to`, the one under way included, and none
 * if none opens between them. A `to` in the future means now.
 */
export function createHistoryService(options: HistoryServiceOptions): HistoryService {
  return {
    stream: async function* (request, signal) {
      const ending = new AbortController()
      const signals = signal === undefined ? [ending.signal] : [ending.signal, signal]
      const tally = new Tally()
      try {
        const problem = yield* stream(options, request, AbortSignal.any(signals), tally)
        yield { kind: 'complete', result: tally.result(problem) }
      } catch (error) {
        if (!(error instanceof StorageError)) options.logger.error({ err: error, request }, 'a history request failed')
        const message = messageOf(error)
        yield { kind: 'complete', result: tally.result({ code: 'storage', message }) }
      } finally {
        // Also when the reader leaves early.
        ending.abort()
      }
    },
  }
}

type Problem = NonNullable<HistoryResult['error']>

class Tally {
  candles = 0
  fetched = 0
  private readonly missing: { from: number; to: number; reason: string }[] = []
  private untold = 0

  /** `to` exclusive; ascending. */
  miss(from: EpochMs, to: EpochMs, reason: string): void {
    const last = this.missing.at(-1)
    if (last && last.to === from && last.reason === reason) last.to = to
    else if (this.missing.length < mostHoles) this.missing.push({ from, to, reason })
    else if (last) {
      this.untold++
      last.to = to
      last.reason = `${this.untold + 1} holes between these times`
    }
  }

  result(error: Problem | null): HistoryResult {
    return { candles: this.candles, fetched: this.fetched, missing: this.missing, error }
  }
}

/** A window's candles, or why there are none; settled, so that one prepared ahead and never looked at is no unhandled rejection. */
type Prepared =
  | { readonly ok: true; readonly span: Span; readonly range: CompletedRange }
  | { readonly ok: false; readonly error: unknown }

async function* stream(
  { find, history }: HistoryServiceOptions,
  request: HistoryRequest,
  signal: AbortSignal,
  tally: Tally,
): AsyncGenerator<HistoryPart, Problem | null> {
  const { period } = request
  const step = periodMs[period]
  const instrument = find(request.instrument)
  if (!instrument) {
    const message = `no exchange lists "${request.instrument}"; keys look like binance:BTC_USDT`
    return { code: 'unknown_symbol', message }
  }
  const source = history.sourceOf(instrument)
  const now = source?.now() ?? Date.now()
  const bad = badRange(request, now)
  if (bad !== null) return { code: 'bad_range', message: bad }
  const first = Math.ceil(request.from / step) * step
  const end = Math.min(Math.ceil(request.to / step) * step, openTimeOf(now, period) + step)
  const total = Math.max(0, (end - first) / step)
  const perCall = source?.klinesPerCall(instrument, period) ?? candlesPerWindow
  const callMs = perCall * step
  const windowMs = Math.max(1, Math.floor(candlesPerWindow / perCall)) * callMs
  const load: LoadOptions = { priority: 'history', signal }

  let problem: HistoryFailure | null = null
  /** Open time of the first candle that no window covers yet. */
  let next = first
  /** Open time of the first candle that nothing was said of yet. */
  let told = first
  let isSearched = false
  const prepare = async (): Promise<Prepared> => {
    // A call long until there is a candle. Ends where multiples of its length lie, so that overlapping requests ask for the same pages.
    const length = tally.candles > 0 ? windowMs : callMs
    const span = { from: next, to: Math.min(end, next - (next % length) + length) - step }
    next = span.to + step
    try {
      const range = await history.complete(instrument, period, span, { ...load, unasked: problem, freshens: true })
      return { ok: true, span, range }
    } catch (error) {
      return { ok: false, error }
    }
  }
  const ahead: Promise<Prepared>[] = []
  for (;;) {
    // One by one until there is a candle: what comes before a listing is leapt over.
    const wanted = tally.candles > 0 ? windowsAhead : 1
    while (ahead.length < wanted && next < end && !signal.aborted) ahead.push(prepare())
    const prepared = await ahead.shift()
    if (prepared === undefined || signal.aborted) break
    if (!prepared.ok) throw prepared.error
    const { span, range } = prepared
    problem ??= range.failure
    const isEmpty = range.klines.openTime.length === 0
    if (isEmpty && tally.candles === 0 && !isSearched && !range.isBeyondReach && problem === null && source !== null) {
      isSearched = true
      const beginning = await history.reach.beginning(source, instrument, { from: span.from, to: end - step }, load)
      if ('kind' in beginning) problem = beginning
      else {
        const { day, isListing } = beginning
        const until = Math.min(day ?? end, end)
        if (until > next) {
          const reason = isListing ? notListed(day) : `${instrument.exchange} has no candles there`
          history.rememberAbsent(instrument, period, { from: span.from, to: until - step }, reason)
          tally.miss(span.from, until, reason)
          next = until
          told = until
          continue
        }
      }
    }
    for (const hole of range.missing) tally.miss(hole.from, hole.to + step, hole.reason)
    told = span.to + step
    if (isEmpty) continue
    tally.candles += range.klines.openTime.length
    tally.fetched += range.fetched
    yield { kind: 'chunk', klines: range.klines, done: (told - first) / step, total }
  }
  if (signal.aborted && told < end) {
    tally.miss(told, end, 'cancelled')
    return { code: 'cancelled', message: 'the request was cancelled' }
  }
  if (problem !== null) return { code: codeOf(problem, tally.candles), message: wordsOf(instrument, problem) }
  const listed = history.reach.listedOn(instrument)
  if (total > 0 && tally.candles === 0 && listed !== null && end <= listed + dayMs) {
    return { code: 'before_listing', message: `${instrument.key} has no candles before ${iso(end)}` }
  }
  return null
}

/** In words what is wrong with the range; null: nothing. */
function badRange({ from, to, period }: HistoryRequest, now: EpochMs): string | null {
  if (from >= to) return `from (${iso(from)}) must be before to (${iso(to)})`
  if (from > now) return `from (${iso(from)}) lies in the future: it is ${iso(now)}`
  const candles = Math.ceil((Math.min(to, now) - from) / periodMs[period])
  if (candles <= mostCandles) return null
  return `${iso(from)} to ${iso(to)} is ${candles} candles of ${period}; one request may ask for ${mostCandles} at most`
}

function codeOf({ kind }: HistoryFailure, candles: number): HistoryErrorCode {
  if (kind === 'notRunning' || kind === 'cancelled') return 'not_running'
  return kind === 'invalid' && candles === 0 ? 'unknown_symbol' : 'outage'
}

function wordsOf({ exchange, symbol }: Instrument, { kind, message }: HistoryFailure): string {
  if (kind === 'notRunning') return message
  if (kind === 'cancelled') return `${exchange} was stopped meanwhile`
  return kind === 'invalid' ? `${exchange} refuses ${symbol}: ${message}` : `${exchange} could not be asked: ${message}`
}

const notListed = (day: EpochMs | null): string =>
  day === null ? 'not listed yet' : `not listed yet: the first candles are of ${iso(day).slice(0, 10)}`

/** Beyond what a Date can hold, the number itself. */
const iso = (at: EpochMs): string => (Math.abs(at) <= 8.64e15 ? new Date(at).toISOString() : String(at))
