/** Crypto.com Exchange v1: spot and perpetuals in USD over one API. Docs: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html */
import { parseDecimal } from '../../../shared/decimal.ts'
import { type ListedInstrument, periodMs, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { quirks, unverified } from './about.ts'
import { cryptocomAccount } from './account.ts'
import { bookRules } from './depth.ts'
import { dialect } from './dialect.ts'
import { candlesPerCall, fees, pools, restOrigin, streamOrigin, urls } from './endpoints.ts'
import { rowsOf, timeOf } from './fields.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { maintenance } from './maintenance.ts'
import { createNormalizer, readCandle } from './normalize.ts'
import { CandleRow, InstrumentRow, TickerTime } from './schemas.ts'
import { feeds, route, timeframes } from './subscribe.ts'

export const cryptocom: Connector = {
  exchange: 'cryptocom',
  title: 'Crypto.com',
  kinds: ['spot', 'perpetual'],
  origins: [restOrigin, streamOrigin],
  fees,
  quirks,
  unverified,
  account: cryptocomAccount,
  feeds,
  route,
  createNormalizer,
  bookRules: () => bookRules,
  dialect,
  pools,
  serverTime,
  maintenance,
  instruments: () => [
    {
      url: urls.instruments,
      query: [],
      pool: 'get-instruments',
      weight: 1,
      parse(body) {
        const rows = rowsOf(body)
        return rows.ok
          ? readListing('instruments', rows.value, 'symbol', (json) => checked(InstrumentRow, json, readInstrument))
          : rows
      },
    },
  ],
  klinesPerCall: () => candlesPerCall,
  klines,
  fundingRates,
  settledRates,
}

/**
 * No method tells the time: the newest of all tickers is the nearest to it, a fraction of a second behind at most while anything at all is
 * traded. Requests may be a minute off.
 */
function serverTime(): RestCall<number> {
  return {
    url: urls.tickers,
    query: [],
    pool: 'get-tickers',
    weight: 1,
    parse(body) {
      const rows = rowsOf(body)
      if (!rows.ok) return rows
      let newest = 0
      for (const json of rows.value) {
        const row = TickerTime.safeParse(json)
        const at = row.success ? timeOf(row.data.t) : Number.NaN
        if (at > newest) newest = at
      }
      return newest > 0 ? { ok: true, value: newest } : { ok: false, problem: 'tickers: none bears a time' }
    },
  }
}

/**
 * The server walks back from `end_ts` by `count` rows, and takes no notice of `start_ts`. Whether a candle that opens at `end_ts` belongs
 * to the reply is not documented: the millisecond after the last one is asked for, one row more than wanted, and what is outside of the
 * range is dropped.
 */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
  return {
    url: urls.candles,
    query: [
      ['instrument_name', instrument.nativeName],
      ['timeframe', timeframes[period]],
      ['count', String((to - from) / periodMs[period] + 2)],
      ['end_ts', String(to + 1)],
    ],
    pool: 'get-candlestick',
    weight: 1,
    parse: (body) => readCandles(body, range),
  }
}

/** Ascending, the running one last and without a mark. */
function readCandles(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const rows = rowsOf(body)
  if (!rows.ok) return rows
  return readCandleRows(range, rows.value, 't', (json) =>
    checked(CandleRow, json, (row): RowReading<HistoryCandle> => {
      const candle = readCandle(row)
      if (candle === null) return bad('candle', row, 'impossible values')
      return candle.openTime < range.from || candle.openTime > range.to ? foreign : good({ ...candle, isClosed: null })
    }),
  )
}

const kinds = { CCY_PAIR: 'spot', PERPETUAL_SWAP: 'perpetual' } as const
const kindOf = (type: string): 'spot' | 'perpetual' | null =>
  type === 'CCY_PAIR' || type === 'PERPETUAL_SWAP' ? kinds[type] : null

/**
 * Not ours to list: dated futures, perpetuals on stocks and commodities, and pairs of other venues (`SHIB_BTC@OEX_HK`). Perpetuals are
 * quoted and settled in USD whatever a trader holds: `BTCUSD-PERP` is BTC_USD_PERP, and none is in USDT.
 */
function readInstrument(row: InstrumentRow): RowReading<ListedInstrument> {
  const { symbol: nativeName, base_ccy: base, quote_ccy: quote } = row
  const kind = kindOf(row.inst_type)
  const isCrypto = !row.product_type || row.product_type === 'DIGITAL_CURRENCIES'
  if (kind === null || !isCrypto || nativeName.includes('@')) return foreign
  if (base === '') return bad('base_ccy', base, 'no base asset')
  if (quote === '') return bad('quote_ccy', quote, 'no quote asset')
  if (nativeName.endsWith('-PERP') !== (kind === 'perpetual'))
    return bad('symbol', nativeName, `no name of a ${kind} market`)
  // Whether sizes would count contracts or base asset, then, nobody has said.
  if (kind === 'perpetual' && row.contract_size && parseDecimal(row.contract_size) !== 1)
    return bad('contract_size', row.contract_size, 'not one of the base asset')
  const lotSize = positiveOrNull(parseDecimal(row.qty_tick_size))
  return good({
    exchange: 'cryptocom',
    symbol: symbolOf(base, quote, kind),
    kind,
    base,
    quote,
    nativeName,
    tickSize: positiveOrNull(parseDecimal(row.price_tick_size)),
    lotSize,
    minimumQuantity: lotSize,
    minimumNotional: null,
    contractSize: 1,
    status: row.tradable ? 'trading' : 'halted',
  })
}

const positiveOrNull = (value: number): number | null => (value > 0 ? value : null)
