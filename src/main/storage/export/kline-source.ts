import type { Database } from 'better-sqlite3'
import { Period, periodMs, periods } from '../../../shared/domain/index.ts'
import { Continuity, type Extent, endOfGaps, type Series } from '../continuity/holes.ts'
import { batchOf, column } from './columns.ts'
import { chosenInstruments } from './instruments.ts'
import type { Source, SourceOptions } from './source.ts'

const pageRows = 20_000

const columns = [
  column('exchange', 'text'),
  column('symbol', 'text'),
  column('period', 'text'),
  column('time', 'time'),
  ...['open', 'high', 'low', 'close', 'volume'].map((name) => column(name, 'number')),
  column('quote_volume', 'number', true),
  column('is_closed', 'boolean'),
]

interface StoredSeries extends Series {
  readonly period: Period
  readonly extent: Extent
  /** In the range. */
  readonly rows: number
}

/** Candles, one series (instrument and period) after the other, each ascending: so a filter reads only what it asks for. */
export function klineSource({ database, request, onGap }: SourceOptions): Source {
  const { instruments } = chosenInstruments(database, request)
  const from = request.from ?? 0
  const to = request.to ?? Number.MAX_SAFE_INTEGER
  const count = database
    .prepare<[number, string, number, number], number>(
      'SELECT count(*) FROM klines WHERE instrument_id = ? AND period = ? AND open_time >= ? AND open_time < ?',
    )
    .pluck()
  const wanted = request.period === null ? periods : [request.period]
  const extents = seriesReader(database)
  const all = instruments.flatMap(({ id, exchange, symbol }) =>
    extents(id)
      .filter(({ period }) => wanted.includes(period))
      .sort((a, b) => periodMs[a.period] - periodMs[b.period])
      .map(({ period, extent }): StoredSeries => {
        // Candles that come later are not part of it.
        const end = Math.min(to, extent.last + 1)
        const rows = count.get(id, period, from, end) ?? 0
        return { instrumentId: id, exchange, symbol, period, stepMs: periodMs[period], extent, rows }
      }),
  )
  const inRange = all.filter(({ rows }) => rows > 0)
  const page = database
    .prepare<[number, string, number, number], unknown[]>(
      `SELECT open_time, open, high, low, close, volume, quote_volume, is_closed FROM klines
       WHERE instrument_id = ? AND period = ? AND open_time >= ? AND open_time < ? ORDER BY open_time LIMIT ${pageRows}`,
    )
    .raw()
  const continuities = wanted.map((period) => {
    const ofPeriod = all.filter((series) => series.period === period)
    const first = Math.min(...ofPeriod.map(({ extent }) => extent.first))
    const last = Math.max(...ofPeriod.map(({ extent }) => extent.last))
    const after = last + periodMs[period]
    const instrumentIds = ofPeriod.map(({ instrumentId }) => instrumentId)
    // As of quotes: where even the last candle of all is followed by a gap, the recording goes on to where that ends.
    const recordedTo =
      request.to === null || ofPeriod.length === 0
        ? after
        : endOfGaps(database, { kind: 'kline', period, instrumentIds, after, now: Math.min(request.to, Date.now()) })
    const continuity = new Continuity({
      database,
      kind: 'kline',
      from: Math.max(from, first),
      to: Math.min(to, recordedTo),
      extent: ({ instrumentId }) => ofPeriod.find((one) => one.instrumentId === instrumentId)?.extent ?? null,
      onGap,
    })
    return { period, ofPeriod, continuity }
  })
  return {
    columns,
    extents: {
      rows: inRange.reduce((sum, { rows }) => sum + rows, 0),
      isExact: true,
      first: inRange.length === 0 ? null : Math.min(...inRange.map(({ extent }) => Math.max(from, extent.first))),
      last: inRange.length === 0 ? null : Math.max(...inRange.map(({ extent }) => Math.min(to - 1, extent.last))),
    },
    *batches() {
      for (const series of inRange) {
        const { instrumentId, exchange, symbol, period, extent } = series
        const continuity = continuities.find((one) => one.period === period)?.continuity
        const end = Math.min(to, extent.last + 1)
        let seen: ReturnType<Continuity['begin']> | undefined
        for (let at = from; ; ) {
          const rows = page.all(instrumentId, period, at, end)
          for (const [openTime] of rows) {
            at = Number(openTime)
            if (seen === undefined) seen = continuity?.begin(series, at)
            else continuity?.next(seen, at)
          }
          yield batchOf(
            columns,
            rows.map((candle) => [exchange, symbol, period, ...candle]),
          )
          if (rows.length < pageRows) break
          at++
        }
      }
    },
    continuity() {
      const totals = continuities.flatMap(({ continuity, ofPeriod }) => continuity.finish(ofPeriod))
      return {
        expectedRows: continuities.reduce((sum, { continuity }) => sum + continuity.expectedRows, 0),
        gaps: continuities.reduce((sum, { continuity }) => sum + continuity.gaps, 0),
        series: totals,
      }
    },
  }
}

/** The periods stored of an instrument, by seeks in the key's index. */
function seriesReader(database: Database): (instrumentId: number) => { period: Period; extent: Extent }[] {
  const edge = database
    .prepare<[{ id: number; period: string }], [first: number | null, last: number | null]>(
      `SELECT (SELECT min(open_time) FROM klines WHERE instrument_id = @id AND period = @period),
              (SELECT max(open_time) FROM klines WHERE instrument_id = @id AND period = @period)`,
    )
    .raw()
  return (instrumentId) =>
    Period.options.flatMap((period) => {
      const [first = null, last = null] = edge.get({ id: instrumentId, period }) ?? []
      return first === null || last === null ? [] : [{ period, extent: { first, last } }]
    })
}
