/**
 * Candle history. Spot's documented endpoint gives the newest rows only; those of a window come from one in no document. Swaps take a
 * window. Days are made of their hours, since HTX's own begin at 16:00 UTC.
 */
import { type EpochMs, type Instrument, type Period, periodMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, readCandleRows } from '../rows.ts'
import { joinCandles, readCandle } from './candles.ts'
import { rowsPerCall, urls, windowedSpotRows } from './endpoints.ts'
import { CandleRow, Rows } from './schemas.ts'
import { intervals } from './subscribe.ts'

/** Candles that HTX is asked for; a day is 24 of its. */
const partPeriod = (period: Period): Period => (period === '1d' ? '1h' : period)
const partsPerCandle = (period: Period): number => periodMs[period] / periodMs[partPeriod(period)]

export const klinesPerCall = ({ kind }: Instrument, period: Period): number =>
  Math.floor((kind === 'spot' ? windowedSpotRows : rowsPerCall) / partsPerCandle(period))

export function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period } = range
  const part = partPeriod(period)
  const parts: KlineRange = { ...range, period: part, to: range.to + periodMs[period] - periodMs[part] }
  const name = instrument.nativeName
  const parse = (body: unknown) => readReply(body, parts, period)
  if (instrument.kind === 'perpetual')
    return {
      url: urls.swapKlines,
      query: [['contract_code', name], ['period', intervals[period]], ...windowOf(parts)],
      ...{ pool: 'swap-market', weight: 1, parse },
    }
  const newest = newestRows(parts)
  if (newest !== null)
    return {
      url: urls.spotKlines,
      query: [
        ['symbol', name],
        ['period', intervals[period]],
        ['size', String(newest)],
      ],
      ...{ pool: 'spot-market', weight: 1, parse },
    }
  return {
    url: urls.spotCandles,
    query: [['symbol', name], ['period', intervals[period]], ['size', String(windowedSpotRows)], ...windowOf(parts)],
    ...{ pool: 'spot-market', weight: 1, parse },
  }
}

/** Seconds, both inclusive. */
const windowOf = ({ from, to }: KlineRange): readonly (readonly [string, string])[] => [
  ['from', String(from / 1_000)],
  ['to', String(to / 1_000)],
]

/** How many of the newest rows reach back to `from`; null where that is more than are given, or the time is not known. */
function newestRows({ from, period, now }: KlineRange & { readonly now?: EpochMs }): number | null {
  if (now === undefined) return null
  // One more for a clock a little off.
  const rows = Math.floor((now - from) / periodMs[period]) + 2
  return rows <= rowsPerCall ? Math.max(1, rows) : null
}

/**
 * In      {"status":"ok","ch":"market.btcusdt.kline.1min","ts":1591515374371,"data":[{"id":1591515360,"open":9094.5,...}]}, spot newest
 *         first, swaps in an order that is not promised
 * Out     `isClosed` null: rows carry no flag. A day one of whose hours cannot be read would be wrong, and so none of the reply's is told
 */
function readReply(body: unknown, parts: KlineRange, period: Period): Parsed<readonly HistoryCandle[]> {
  const reply = Rows.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'klines: data: no list' }
  const parsed = readCandleRows(parts, reply.data.data, 'id', (json) =>
    checked(CandleRow, json, (row) => {
      const candle = readCandle(row, parts.instrument)
      if (candle === null) return bad('candle', row, 'impossible values')
      const { openTime } = candle
      return openTime < parts.from || openTime > parts.to ? foreign : good<HistoryCandle>({ ...candle, isClosed: null })
    }),
  )
  if (!parsed.ok || parts.period === period) return parsed
  const { passedOver } = parsed
  if (passedOver !== undefined)
    return {
      ok: false,
      problem: `klines: ${passedOver.count} hours of ${period} cannot be read: ${passedOver.samples[0]}`,
    }
  return { ok: true, value: joinCandles(parsed.value, period) }
}
