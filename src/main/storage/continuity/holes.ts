/** How whole a recording is: rows expected and held by series, each hole with its causes. In constant memory, while the rows go by. */
import type { Database } from 'better-sqlite3'
import { downCauses, type EpochMs, GapCause, type GapKind, type Period } from '../../../shared/domain/index.ts'

export interface Series {
  readonly instrumentId: number
  readonly exchange: string
  readonly symbol: string
  /** of klines, else null */
  readonly period: Period | null
  /** One row is expected in each, ms. */
  readonly stepMs: number
}

/** from <= t < to; on the grid of the series. */
export interface SeriesGap {
  readonly series: Series
  readonly from: EpochMs
  readonly to: EpochMs
  /** Rows that an unbroken recording would hold here; 0 where nobody watched. */
  readonly missingRows: number
  readonly cause: GapCause
  readonly detail: string
}

export interface SeriesTotals {
  readonly series: Series
  /** What was watched of the range. */
  readonly from: EpochMs
  readonly to: EpochMs
  readonly expectedRows: number
  readonly heldRows: number
}

export interface Extent {
  readonly first: EpochMs
  readonly last: EpochMs
}

export interface ContinuityOptions {
  readonly database: Database
  readonly kind: GapKind
  /** from <= t < to, already cut to what the recording as a whole covers. */
  readonly from: EpochMs
  readonly to: EpochMs
  /** Of all that is stored of the series, also outside the range; null: nothing. Asked only at the edges. */
  readonly extent: (series: Series) => Extent | null
  readonly onGap: (gap: SeriesGap) => void
  /** Recorded gaps that overlap, ascending; asked of the file unless given. */
  readonly recorded?: RecordedGaps
}

export type RecordedGaps = (series: Series, from: EpochMs, to: EpochMs) => readonly RecordedGap[]

interface Seen {
  readonly series: Series
  /** Of its first row in the range that can be relied on; null: none yet. */
  first: EpochMs | null
  last: EpochMs
  held: number
  /** Rows of these times cannot be relied on; those that end before the newest row are passed. */
  readonly doubtful: readonly RecordedGap[]
  passed: number
  /** Between its first and its last row nobody watched for so many rows. */
  unwatched: number
}

/** A remainder this short beside an explained part belongs to it: a quote comes a little after its feed is back. */
const sliverMs = 5_000
export const notWatched = 'not_watched'

export class Continuity {
  expectedRows = 0
  /** Those in which rows are missing. */
  gaps = 0
  private readonly options: ContinuityOptions
  private readonly recorded: RecordedGaps
  /** By instrument: found while reading, not recorded. */
  private readonly found = new Map<number, RecordedGap[]>()
  private readonly seen = new Map<string, Seen>()

  constructor(options: ContinuityOptions) {
    this.options = options
    this.recorded = options.recorded ?? causeReader(options.database, options.kind)
  }

  /** Rows of from <= t < to are stored, but cannot be read. Told before the series goes on after it. */
  unreadable(instrumentId: number, from: EpochMs, to: EpochMs, detail: string): void {
    const gaps = this.found.get(instrumentId) ?? []
    this.found.set(instrumentId, [...gaps, { from, to, cause: 'storage', detail }])
  }

  /** The first row of a series in the range; returns what `next` wants. */
  begin(series: Series, time: EpochMs): Seen {
    const doubtful = this.doubtful(series)
    const seen: Seen = { series, first: null, last: time, held: 0, doubtful, passed: 0, unwatched: 0 }
    this.seen.set(keyOf(series), seen)
    this.next(seen, time)
    return seen
  }

  /** Rows of a series come ascending. */
  next(seen: Seen, time: EpochMs): void {
    if (seen.passed < seen.doubtful.length && this.doubtAt(seen, time) <= time) return
    this.hold(seen, time, time + seen.series.stepMs)
  }

  /** The same for rows that follow each other without a hole, from <= t < to: at once. */
  nextRows(seen: Seen, from: EpochMs, to: EpochMs): void {
    const { doubtful, series } = seen
    for (let at = from; at < to; ) {
      const doubted = Math.min(to, gridUp(this.doubtAt(seen, at), series.stepMs))
      if (doubted > at) this.hold(seen, at, doubted)
      at = doubted < to ? gridUp(doubtful[seen.passed]?.to ?? to, series.stepMs) : to
    }
  }

  /** Where the next time begins of which rows cannot be relied on, the one that holds `time` included. */
  private doubtAt(seen: Seen, time: EpochMs): EpochMs {
    const { doubtful } = seen
    while ((doubtful[seen.passed]?.to ?? Number.POSITIVE_INFINITY) <= time) seen.passed++
    return doubtful[seen.passed]?.from ?? Number.POSITIVE_INFINITY
  }

  private doubtful(series: Series): readonly RecordedGap[] {
    const { kind, from, to } = this.options
    return kind === 'book_ticker' ? this.recorded(series, from, to).filter(isOfSilence) : []
  }

  private hold(seen: Seen, from: EpochMs, to: EpochMs): void {
    const { series } = seen
    if (seen.first === null) {
      seen.first = from
      seen.unwatched += this.beforeFirst(series, from)
    } else if (from - seen.last > series.stepMs) {
      seen.unwatched += this.hole(series, seen.last + series.stepMs, from)
    }
    seen.last = to - series.stepMs
    seen.held += (to - from) / series.stepMs
  }

  /** The hole before the first row in the range, as far as the series was watched; returns the rows in it that nobody watched. */
  private beforeFirst(series: Series, first: EpochMs): number {
    const start = gridUp(this.options.from, series.stepMs)
    if (first <= start) return 0
    const begun = Math.max(start, this.begunAt(series, first))
    if (begun > start) this.unwatched(series, start, begun, 'nothing is stored before')
    return begun < first ? this.hole(series, begun, first) : 0
  }

  /** Its first row ever, on the grid, where that is earlier than `first`. */
  private begunAt(series: Series, first: EpochMs): EpochMs {
    const extent = this.options.extent(series)
    return extent === null ? first : Math.min(first, gridUp(extent.first, series.stepMs))
  }

  /** After the last row. `others`: series to be told of even if no row of them was seen. */
  finish(others: readonly Series[]): readonly SeriesTotals[] {
    const totals: SeriesTotals[] = []
    for (const seen of this.seen.values()) {
      const total = seen.first === null ? this.withoutRows(seen.series) : this.close(seen, seen.first)
      if (total !== null) totals.push(total)
    }
    for (const series of others) {
      const total = this.seen.has(keyOf(series)) ? null : this.withoutRows(series)
      if (total !== null) totals.push(total)
    }
    for (const { expectedRows } of totals) this.expectedRows += expectedRows
    return totals
  }

  private close({ series, last, held, unwatched }: Seen, first: EpochMs): SeriesTotals {
    const start = gridUp(this.options.from, series.stepMs)
    const from = first > start ? Math.max(start, this.begunAt(series, first)) : first
    const extent = last + series.stepMs < this.options.to ? this.options.extent(series) : null
    const tail = this.tail(series, last + series.stepMs, extent?.last ?? last)
    const expectedRows = (tail.to - from) / series.stepMs - unwatched - tail.unwatched
    return { series, from, to: tail.to, expectedRows, heldRows: held }
  }

  private withoutRows(series: Series): SeriesTotals | null {
    const extent = this.options.extent(series)
    const start = gridUp(this.options.from, series.stepMs)
    const end = gridUp(this.options.to, series.stepMs)
    if (extent === null || start >= end) return null
    if (extent.first >= end) {
      this.unwatched(series, start, end, 'nothing is stored before')
      return { series, from: start, to: start, expectedRows: 0, heldRows: 0 }
    }
    const begun = Math.max(start, gridUp(extent.first, series.stepMs))
    if (begun > start) this.unwatched(series, start, begun, 'nothing is stored before')
    const { to, unwatched } = this.tail(series, begun, extent.last)
    return { series, from: begun, to, expectedRows: (to - begun) / series.stepMs - unwatched, heldRows: 0 }
  }

  /** The hole after the last row in the range, as far as the series was watched; returns where that ends, and rows in it that nobody watched. */
  private tail(series: Series, from: EpochMs, lastEver: EpochMs): { readonly to: EpochMs; readonly unwatched: number } {
    const end = gridUp(this.options.to, series.stepMs)
    if (from >= end) return { to: from, unwatched: 0 }
    let watchedTo = lastEver >= end ? end : from
    if (watchedTo < end) {
      for (const gap of this.causes(series, from, end)) {
        if (gap.cause !== notWatched) watchedTo = Math.max(watchedTo, Math.min(end, gridUp(gap.to, series.stepMs)))
      }
    }
    const unwatched = watchedTo > from ? this.hole(series, from, watchedTo) : 0
    if (watchedTo < end) this.unwatched(series, watchedTo, end, 'nothing is stored after')
    return { to: watchedTo, unwatched }
  }

  /** Ascending. */
  private causes(series: Series, from: EpochMs, to: EpochMs): readonly RecordedGap[] {
    const found = this.found.get(series.instrumentId)?.filter((gap) => gap.from < to && gap.to > from) ?? []
    const recorded = this.recorded(series, from, to)
    return found.length === 0 ? recorded : [...found, ...recorded].sort((a, b) => a.from - b.from)
  }

  private unwatched(series: Series, from: EpochMs, to: EpochMs, detail: string): void {
    this.options.onGap({ series, from, to, missingRows: 0, cause: notWatched, detail })
  }

  /**
   * Divided among the recorded gaps that overlap it; what none explains is unknown. Where nobody watched nothing is missing: the rows
   * that are therefore not expected are returned.
   */
  private hole(series: Series, from: EpochMs, to: EpochMs): number {
    const parts: RecordedGap[] = []
    let at = from
    for (const gap of this.causes(series, from, to)) {
      const start = Math.max(at, gridUp(gap.from, series.stepMs))
      const end = Math.min(to, gridUp(gap.to, series.stepMs))
      if (end <= start) continue
      const isSliver = start - at <= sliverMs
      if (start > at && !isSliver) parts.push({ from: at, to: start, cause: 'unknown', detail: '' })
      parts.push({ from: isSliver ? at : start, to: end, cause: gap.cause, detail: gap.detail })
      at = end
    }
    const last = parts.at(-1)
    if (at < to) {
      if (last !== undefined && to - at <= sliverMs) parts[parts.length - 1] = { ...last, to }
      else parts.push({ from: at, to, cause: 'unknown', detail: '' })
    }
    let unwatched = 0
    for (const part of parts) {
      const rows = (part.to - part.from) / series.stepMs
      const isMissing = part.cause !== notWatched
      if (isMissing) this.gaps++
      else unwatched += rows
      this.options.onGap({ series, ...part, missingRows: isMissing ? rows : 0 })
    }
    return unwatched
  }
}

const keyOf = ({ instrumentId, period }: Series): string => `${instrumentId} ${period ?? ''}`
export const gridUp = (time: EpochMs, stepMs: number): EpochMs => Math.ceil(time / stepMs) * stepMs

export interface RecordedGap {
  readonly from: EpochMs
  /** `lasting`: it is not over. */
  readonly to: EpochMs
  readonly cause: GapCause
  readonly detail: string
}

const lasting: EpochMs = Number.MAX_SAFE_INTEGER

const wasDown: ReadonlySet<string> = new Set(downCauses)
/** Of quotes, over, and of a feed that was down or had fallen silent: what is stored of that time is the last that was known. */
export const isOfSilence = ({ cause, to }: RecordedGap): boolean => wasDown.has(cause) && to !== lasting

/** How many recorded gaps that do not overlap are passed over before the search backwards ends: they hardly ever lie in each other. */
const patience = 16

/** Recorded gaps of a kind that overlap a range of a series. */
export function causeReader(database: Database, kind: GapKind): RecordedGaps {
  const backwards = database
    .prepare<
      [number, string, string | null, number],
      [from: number, to: number | null, cause: string, detail: string, whyNot: string | null]
    >(
      `SELECT from_time, to_time, cause, detail, why_not_filled FROM gaps
       WHERE instrument_id = ? AND kind = ? AND period IS ? AND from_time < ? ORDER BY from_time DESC, id DESC`,
    )
    .raw()
  /** Ascending. One that still lasts ends nowhere. */
  return ({ instrumentId, period }: Series, from: EpochMs, to: EpochMs): readonly RecordedGap[] => {
    const found: RecordedGap[] = []
    let passed = 0
    for (const [start, end, cause, detail, whyNot] of backwards.iterate(instrumentId, kind, period, to)) {
      if (end !== null && end <= from) {
        if (++passed > patience) break
        continue
      }
      const known = GapCause.safeParse(cause)
      found.push({
        from: start,
        to: end ?? lasting,
        cause: known.success ? known.data : 'unknown',
        detail: [detail, whyNot ?? ''].filter((text) => text !== '').join('; '),
      })
    }
    return found.reverse()
  }
}

/** The same out of one read of each series' gaps from `from` to `to`, for holes that come ascending. */
export function causeSweep(database: Database, kind: GapKind, from: EpochMs, to: EpochMs): RecordedGaps {
  const read = causeReader(database, kind)
  const known = new Map<Series, { readonly gaps: readonly RecordedGap[]; place: number }>()
  return (series, first, end) => {
    const sweep = known.get(series) ?? { gaps: read(series, from, to), place: 0 }
    known.set(series, sweep)
    while ((sweep.gaps[sweep.place]?.to ?? Number.POSITIVE_INFINITY) <= first) sweep.place++
    const found: RecordedGap[] = []
    for (let i = sweep.place; i < sweep.gaps.length; i++) {
      const gap = sweep.gaps[i]
      if (gap === undefined || gap.from >= end) break
      if (gap.to > first) found.push(gap)
    }
    return found
  }
}

/** Instruments with recorded gaps of this kind that reach into the range. */
export function instrumentsWithGaps(database: Database, kind: GapKind, from: EpochMs, to: EpochMs): readonly number[] {
  return database
    .prepare<[string, number, number], number>(
      `SELECT DISTINCT instrument_id FROM gaps WHERE kind = ? AND from_time < ? AND coalesce(to_time, 9e15) > ?`,
    )
    .pluck()
    .all(kind, to, from)
}

/**
 * Where recorded gaps of these instruments end that reach beyond `after`, those that last at `now`; `after` where there are none. What
 * nobody watched is none.
 */
export function endOfGaps(
  database: Database,
  {
    kind,
    period,
    instrumentIds,
    after,
    now,
  }: {
    readonly kind: GapKind
    /** of klines, else null */
    readonly period: Period | null
    readonly instrumentIds: readonly number[]
    readonly after: EpochMs
    readonly now: EpochMs
  },
): EpochMs {
  const end = database
    .prepare<[number, string, string | null, string, number], EpochMs | null>(
      `SELECT max(coalesce(to_time, ?)) FROM gaps WHERE kind = ? AND period IS ? AND cause <> '${notWatched}'
         AND instrument_id IN (SELECT value FROM json_each(?)) AND coalesce(to_time, 9e15) > ?`,
    )
    .pluck()
    .get(now, kind, period, JSON.stringify(instrumentIds), after)
  return Math.max(after, end ?? after)
}
