/**
 * Downloads of candles, one call at a time and each only once: whoever wants candles that are on their way already waits for that
 * call. What comes is stored before anybody hears of it.
 */
import { type EpochMs, type Instrument, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import type { HistoryCandle, KlineRange } from '../exchanges/contract.ts'
import type { RestFailure, RestResult } from '../net/rest.ts'
import type { KlineRow, Storage } from '../storage/contract.ts'

export type HistoryPriority = 'interactive' | 'history'

/** An exchange's side of it. */
export interface KlineSource {
  readonly klinesPerCall: (instrument: Instrument, period: Period) => number
  readonly klines: (
    range: KlineRange,
    options: { readonly signal?: AbortSignal; readonly priority: HistoryPriority },
  ) => Promise<RestResult<readonly HistoryCandle[]>>
  /** The exchange's clock, epoch ms. */
  readonly now: () => EpochMs
  /** False: it was not measured, or this machine's clock was set since, so that `now` may be far off. Not given: it is known. */
  readonly isClockKnown?: () => boolean
}

/** Open times of neighbouring candles, both ends inclusive. */
export interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

/** Where a reply has no closed flag, a candle counts as closed this long after its end, so that late trades are in it. */
export const closedAfterMs = 2_000

export interface PageReply {
  /** Ascending; of the span asked for. */
  readonly rows: readonly KlineRow[]
  /** null: the exchange has answered for the whole span. */
  readonly failure: RestFailure | null
}

interface Download extends Span {
  readonly controller: AbortController
  readonly reply: Promise<PageReply>
  waiting: number
  /** It is over, and kept for a moment. */
  isDone: boolean
}

/** Who looked into the database right before a download was stored there asks for the same a moment later. */
const keptMs = 500
const mostKept = 16

export interface LoadOptions {
  readonly priority: HistoryPriority
  readonly signal?: AbortSignal | undefined
}

const cancelled: PageReply = {
  rows: [],
  failure: { kind: 'cancelled', code: null, message: 'cancelled', retryAfterMs: null },
}

export class CandlePages {
  private readonly storage: Storage | null
  /** By series, with those that were done just now; the downloads of one never overlap. */
  private readonly underWay = new Map<string, Set<Download>>()
  /** Forgets one that was done just now, the oldest first. */
  private readonly kept: (() => void)[] = []

  constructor(storage: Storage | null) {
    this.storage = storage
  }

  /**
   * The exchange's candles of a span of at most `klinesPerCall` candles. Parts of it that are being downloaded are not asked for again;
   * a download ends early only when nobody waits for it any more. Rejects with a StorageError when they cannot be stored.
   */
  async load(
    source: KlineSource,
    instrument: Instrument,
    period: Period,
    span: Span,
    { priority, signal }: LoadOptions,
  ): Promise<PageReply> {
    if (signal?.aborted) return cancelled
    const { from, to } = span
    const step = periodMs[period]
    const series = `${instrument.id} ${period}`
    const begin = (part: Span) => this.begin(series, source, { instrument, period, ...part }, priority)
    const parts: Download[] = []
    let next = from
    const known = [...(this.underWay.get(series) ?? [])]
      .filter((download) => download.from <= to && download.to >= from)
      .sort((one, other) => one.from - other.from)
    for (const download of known) {
      if (download.from > next) parts.push(begin({ from: next, to: download.from - step }))
      parts.push(download)
      next = download.to + step
    }
    if (next <= to) parts.push(begin({ from: next, to }))
    const replies = await Promise.all(parts.map((download) => this.join(series, download, signal)))
    return {
      rows: replies.flatMap(({ rows }) => rows).filter(({ openTime }) => openTime >= from && openTime <= to),
      failure: replies.find(({ failure }) => failure !== null)?.failure ?? null,
    }
  }

  private begin(series: string, source: KlineSource, range: KlineRange, priority: HistoryPriority): Download {
    const controller = new AbortController()
    const reply = this.download(source, range, priority, controller.signal)
    const download: Download = { from: range.from, to: range.to, controller, reply, waiting: 0, isDone: false }
    const others = this.underWay.get(series)
    if (others) others.add(download)
    else this.underWay.set(series, new Set([download]))
    const forget = () => this.forget(series, download)
    reply.then(({ failure }) => {
      // The newest candles change.
      const isLasting = failure === null && range.to < openTimeOf(source.now(), range.period) - periodMs[range.period]
      download.isDone = isLasting
      if (!isLasting) return forget()
      const timer = setTimeout(forget, keptMs).unref()
      this.kept.push(() => {
        clearTimeout(timer)
        forget()
      })
      if (this.kept.length > mostKept) this.kept.shift()?.()
      // Whoever waits for it hears of a failure to store.
    }, forget)
    return download
  }

  private async join(series: string, download: Download, signal: AbortSignal | undefined): Promise<PageReply> {
    download.waiting++
    let leave = (): void => undefined
    const left = new Promise<PageReply>((resolve) => {
      leave = () => resolve(cancelled)
    })
    signal?.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([download.reply, left])
    } finally {
      signal?.removeEventListener('abort', leave)
      if (--download.waiting === 0 && !download.isDone) {
        // At once, so that nobody joins a download that is being given up.
        this.forget(series, download)
        download.controller.abort()
      }
    }
  }

  private forget(series: string, download: Download): void {
    const others = this.underWay.get(series)
    others?.delete(download)
    if (others?.size === 0) this.underWay.delete(series)
  }

  private async download(
    source: KlineSource,
    range: KlineRange,
    priority: HistoryPriority,
    signal: AbortSignal,
  ): Promise<PageReply> {
    const reply = await source.klines({ ...range, now: source.now() }, { priority, signal })
    if (!reply.ok) return { rows: [], failure: reply.failure }
    const { instrument, period } = range
    const now = source.now()
    // By a clock that may be ahead the candle under way would pass for closed, and stay as it was then: only what another follows is over.
    const surelyBefore = source.isClockKnown?.() === false ? (reply.value.at(-1)?.openTime ?? 0) : now
    const rows = reply.value.map((candle): KlineRow => {
      const { openTime, open, high, low, close, volume, quoteVolume } = candle
      const isOver = openTime < surelyBefore && openTime + periodMs[period] + closedAfterMs <= now
      const isClosed = candle.isClosed ?? isOver
      return { instrumentId: instrument.id, period, openTime, open, high, low, close, volume, quoteVolume, isClosed }
    })
    if (this.storage && rows.length > 0) await this.storage.saveKlines(rows)
    return { rows, failure: null }
  }
}

/** The spans of open times in [from, to] that `openTimes` (ascending) lacks. */
export function missingRanges(openTimes: Float64Array, from: EpochMs, to: EpochMs, step: number): Span[] {
  const missing: Span[] = []
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

/** How many of `rows` lie in `spans`; both ascending. */
export function countWithin(rows: readonly { readonly openTime: EpochMs }[], spans: readonly Span[]): number {
  let place = 0
  let count = 0
  for (const { openTime } of rows) {
    while ((spans[place]?.to ?? Number.POSITIVE_INFINITY) < openTime) place++
    if ((spans[place]?.from ?? Number.POSITIVE_INFINITY) <= openTime) count++
  }
  return count
}

/** What of `spans` (ascending) lies outside `cuts` (ascending, not overlapping). */
export function without(spans: readonly Span[], cuts: readonly Span[], step: number): Span[] {
  return spans.flatMap((span) => {
    const left: Span[] = []
    let next = span.from
    for (const cut of cuts) {
      if (cut.to < next) continue
      if (cut.from > span.to) break
      if (cut.from > next) left.push({ from: next, to: cut.from - step })
      next = cut.to + step
    }
    if (next <= span.to) left.push({ from: next, to: span.to })
    return left
  })
}

/**
 * The calls that bring what is missing (ascending): holes that fit into one call share it. A hole longer than a call is cut where
 * multiples of a call's length lie, so that requests for overlapping ranges make the same calls.
 */
export function planCalls(missing: readonly Span[], perCall: number, step: number): Span[] {
  const length = perCall * step
  const calls: Span[] = []
  for (const { from, to } of missing) {
    const last = calls.at(-1)
    if (last && to - last.from < length) {
      calls[calls.length - 1] = { from: last.from, to }
      continue
    }
    if (to - from < length) {
      calls.push({ from, to })
      continue
    }
    for (let start = from; start <= to; ) {
      const end = Math.min(to, start - (start % length) + length - step)
      calls.push({ from: start, to: end })
      start = end + step
    }
  }
  return calls
}
