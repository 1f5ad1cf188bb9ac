/** How whole the recording is, by instrument and day: expected rows, held ones, and why the others are missing. */
import type { Database } from 'better-sqlite3'
import { type EpochMs, type Period, periodMs } from '../../../shared/domain/index.ts'
import type { ContinuityQuestion, StoredContinuity } from '../continuity-contract.ts'
import { Calendar } from './calendar.ts'
import { Continuity, causeReader, causeSweep, type Extent, type Series } from './holes.ts'
import { storedSeconds } from './quote-rows.ts'
import { Spans } from './spans.ts'

const secondMs = 1_000
/** Candles counted between two pauses. */
const candlesAtOnce = 50_000
/** Whole stretches of candles are found by counting so many at once. */
const candlesPerCount = 1_440

/** Yields often, for others to be answered meanwhile; returns the report. The same rules as in exports: `holes.ts` has them. */
export function continuityReport(database: Database, question: ContinuityQuestion): Generator<void, StoredContinuity> {
  if (question.kind === 'book_ticker') return quotes(database, question)
  if (question.kind === 'kline') return klines(database, question)
  return withoutRhythm(database, question)
}

interface Watch {
  readonly series: Series
  readonly calendar: Calendar
}

/** The continuity of some series, and its gaps by day. */
function begin(
  database: Database,
  { instruments, kind, period, from, to, utcOffsetMinutes }: ContinuityQuestion,
  stepMs: number,
  extent: (series: Series) => Extent | null,
) {
  const watches = new Map(
    instruments.map(({ id }): [number, Watch] => {
      const series: Series = { instrumentId: id, exchange: '', symbol: '', period, stepMs }
      return [id, { series, calendar: new Calendar(utcOffsetMinutes, stepMs) }]
    }),
  )
  const continuity = new Continuity({
    ...{ database, kind, from, to, extent },
    // A hole at the end is rounded up to whole rows.
    recorded: causeSweep(database, kind, from, to + stepMs),
    onGap: (gap) => watches.get(gap.series.instrumentId)?.calendar.add(gap),
  })
  return {
    continuity,
    watch({ series }: Watch, spans: Spans): void {
      let seen: ReturnType<Continuity['begin']> | undefined
      const [start, end] = [Math.ceil(from / stepMs) * stepMs, Math.ceil(to / stepMs) * stepMs]
      for (const span of spans.list) {
        const first = Math.max(start, span.from)
        const last = Math.min(end, span.to)
        if (first >= last) continue
        if (seen !== undefined) continuity.nextRows(seen, first, last)
        else {
          seen = continuity.begin(series, first)
          if (last > first + stepMs) continuity.nextRows(seen, first + stepMs, last)
        }
      }
    },
    watches,
    report(): StoredContinuity {
      const totals = continuity.finish([...watches.values()].map(({ series }) => series))
      const byId = new Map(totals.map((total) => [total.series.instrumentId, total]))
      return [...watches].map(([id, { calendar }]) => {
        const { from: first = 0, to: last = 0 } = byId.get(id) ?? {}
        return calendar.series(id, first, last)
      })
    },
  }
}

function* quotes(database: Database, question: ContinuityQuestion): Generator<void, StoredContinuity> {
  const { instruments, from, to } = question
  const damaged: Parameters<Continuity['unreadable']>[] = []
  const ids = instruments.map(({ id }) => id)
  const stored = yield* storedSeconds(database, ids, from, to, (...damage) => damaged.push(damage))
  const { continuity, watch, watches, report } = begin(database, question, secondMs, ({ instrumentId }) => {
    const seconds = stored.get(instrumentId)
    const [first, last] = [seconds?.spans.list[0], seconds?.spans.list.at(-1)]
    if (seconds === undefined || !(seconds.before || seconds.after || first)) return null
    // Beyond the range it matters only that there is something.
    return {
      first: seconds.before ? from - secondMs : (first?.from ?? to + secondMs),
      last: seconds.after ? to + secondMs : last ? last.to - secondMs : from - secondMs,
    }
  })
  for (const damage of damaged) continuity.unreadable(...damage)
  for (const [id, one] of watches) {
    watch(one, stored.get(id)?.spans ?? new Spans())
    yield
  }
  return report()
}

function* klines(database: Database, question: ContinuityQuestion): Generator<void, StoredContinuity> {
  const { from, to } = question
  const period: Period = question.period ?? '1m'
  const step = periodMs[period]
  const edges = database
    .prepare<[{ id: number; period: Period }], [first: EpochMs | null, last: EpochMs | null]>(
      `SELECT (SELECT min(open_time) FROM klines WHERE instrument_id = @id AND period = @period),
              (SELECT max(open_time) FROM klines WHERE instrument_id = @id AND period = @period)`,
    )
    .raw()
  const range = 'WHERE instrument_id = ? AND period = ? AND open_time >= ? AND open_time < ?'
  const count = database
    .prepare<[number, Period, EpochMs, EpochMs], number>(`SELECT count(*) FROM klines ${range}`)
    .pluck()
  const times = database
    .prepare<[number, Period, EpochMs, EpochMs], EpochMs>(`SELECT open_time FROM klines ${range} ORDER BY open_time`)
    .pluck()
  const extentOf = (id: number): Extent | null => {
    const [first = null, last = null] = edges.get({ id, period }) ?? []
    return first === null || last === null ? null : { first, last }
  }
  const { watch, watches, report } = begin(database, question, step, ({ instrumentId }) => extentOf(instrumentId))
  let counted = 0
  for (const [id, one] of watches) {
    const extent = extentOf(id)
    if (extent === null) continue
    const spans = new Spans()
    const end = Math.min(to, extent.last + step)
    const length = candlesPerCount * step
    for (let at = Math.ceil(Math.max(from, extent.first) / step) * step; at < end; at += length) {
      const until = Math.min(at + length, Math.ceil(end / step) * step)
      if (count.get(id, period, at, until) === (until - at) / step) spans.add(at, until)
      else for (const time of times.all(id, period, at, until)) spans.add(time, time + step)
      counted += candlesPerCount
      if (counted % candlesAtOnce < candlesPerCount) yield
    }
    watch(one, spans)
    yield
  }
  return report()
}

/** Trades and order books: from the first that is known of them on every second is held that no gap covers. */
function* withoutRhythm(database: Database, question: ContinuityQuestion): Generator<void, StoredContinuity> {
  const { instruments, kind, from, to, utcOffsetMinutes } = question
  const gapEdges = database
    .prepare<[number, string], [first: EpochMs | null, last: EpochMs | null, lasting: number | null]>(
      `SELECT min(from_time), max(coalesce(to_time, from_time)), max(to_time IS NULL) FROM gaps
       WHERE instrument_id = ? AND kind = ?`,
    )
    .raw()
  // By the index of trade ids, which begins with the instrument: the one by time would be walked through for nothing.
  const hasTrades = database
    .prepare<[number], 1>('SELECT 1 FROM trades WHERE instrument_id = ? AND trade_id IS NOT NULL LIMIT 1')
    .pluck()
  const trade = (direction: 'ASC' | 'DESC') =>
    database
      .prepare<[number], EpochMs>(`SELECT time FROM trades WHERE instrument_id = ? ORDER BY time ${direction} LIMIT 1`)
      .pluck()
  const firstTrade = trade('ASC')
  const lastTrade = trade('DESC')
  const recorded = causeReader(database, kind)
  const report: StoredContinuity[number][] = []
  for (const { id, isRecorded } of instruments) {
    const calendar = new Calendar(utcOffsetMinutes, secondMs)
    const [firstGap = null, lastGap = null, lasting = null] = gapEdges.get(id, kind) ?? []
    const traded = kind === 'trade' && hasTrades.get(id) !== undefined
    const firsts = [firstGap, traded ? firstTrade.get(id) : null].filter((time) => time !== null && time !== undefined)
    const lasts = [lastGap, traded ? lastTrade.get(id) : null].filter((time) => time !== null && time !== undefined)
    const first = Math.max(from, Math.floor(Math.min(...firsts) / secondMs) * secondMs)
    const last = isRecorded || lasting === 1 ? to : Math.min(to, Math.max(...lasts) + secondMs)
    let at = first
    const series: Series = { instrumentId: id, exchange: '', symbol: '', period: null, stepMs: secondMs }
    for (const gap of firsts.length === 0 ? [] : recorded(series, first, last)) {
      const start = Math.max(at, Math.floor(gap.from / secondMs) * secondMs)
      const end = Math.min(last, Math.ceil(gap.to / secondMs) * secondMs)
      if (end <= start) continue
      calendar.add({ from: start, to: end, cause: gap.cause, detail: gap.detail })
      at = end
    }
    report.push(firsts.length === 0 ? calendar.series(id, 0, 0) : calendar.series(id, first, last))
    yield
  }
  return report
}
