/** Candles of the past. Docs: https://docs.kraken.com/api/docs/rest-api/get-ohlc-data */
import { parseDecimal } from '../../../shared/decimal.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { isCandle } from '../candles.ts'
import type { HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows } from '../rows.ts'
import { readResult } from './calls.ts'
import { urls } from './endpoints.ts'
import { CandlesReply, HistoryRow } from './schemas.ts'
import { intervals } from './subscribe.ts'

/**
 * Only the newest 720 of a period can be had, whatever is asked: of an older range nothing comes. `since` is exclusive, and there is no
 * end, so that the reply is cut to the range.
 *
 * In      {"error":[],"result":{"BTC/USD":[[1790348400,"84001.9","84075.9","83351.5","83777.5","83714.6","159.04484404",9205],…],
 *         "last":1790355600}}; columns: time in s, open, high, low, close, mean price, volume, count; the key is as one asked
 * Out     isClosed up to `last`, the newest that is; quoteVolume null: the mean price is rounded
 */
export const klines = (range: KlineRange): RestCall<readonly HistoryCandle[]> => ({
  url: urls.candles,
  query: [
    ['pair', range.instrument.nativeName],
    ['interval', String(intervals[range.period])],
    ['since', String(range.from / 1_000 - 1)],
  ],
  pool: 'candles',
  weight: 1,
  parse: (body) =>
    readResult(CandlesReply, body, ({ last, ...byPair }) => readCandles(Object.values(byPair), last, range)),
})

function readCandles(lists: readonly unknown[], last: number, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const [rows, ...more] = lists
  if (!Array.isArray(rows) || more.length > 0) return { ok: false, problem: 'result: not one list of candles' }
  return readCandleRows(range, rows, 0, (json) => checked(HistoryRow, json, (row) => readCandle(row, last, range)))
}

function readCandle(row: HistoryRow, last: number, { from, to }: KlineRange): RowReading<HistoryCandle> {
  const openTime = row[0] * 1_000
  const [open, high, low, close] = [
    parseDecimal(row[1]),
    parseDecimal(row[2]),
    parseDecimal(row[3]),
    parseDecimal(row[4]),
  ]
  const volume = parseDecimal(row[6])
  if (!(openTime > 0) || !isCandle(open, high, low, close, volume, 0)) return bad('candle', row, 'impossible values')
  if (openTime < from || openTime > to) return foreign
  return good({ openTime, open, high, low, close, volume, quoteVolume: null, isClosed: row[0] <= last })
}
