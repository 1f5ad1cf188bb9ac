/** Bybit V5: spot and linear perpetuals (USDT and USDC) over one API. Docs: https://bybit-exchange.github.io/docs/v5/intro */
import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type InstrumentStatus,
  type ListedInstrument,
  type MarketKind,
  symbolOf,
} from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, joinPassedOver, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { bybitAccount } from './account.ts'
import { bookRules } from './depth.ts'
import {
  candlesPerCall,
  categories,
  dialect,
  fees,
  instrumentsPerCall,
  pools,
  restOrigin,
  streamOrigin,
  urls,
} from './endpoints.ts'
import { pageOf, resultOf } from './fields.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { maintenance } from './maintenance.ts'
import { createNormalizer, isSound } from './normalize.ts'
import { createReaders } from './reader.ts'
import { CandleRow, LinearRow, SpotRow, TimeResult } from './schemas.ts'
import { feeds, intervals, route } from './subscribe.ts'

export const bybit: Connector = {
  exchange: 'bybit',
  title: 'Bybit',
  kinds: ['spot', 'perpetual'],
  origins: [restOrigin, streamOrigin],
  fees,
  quirks,
  unverified,
  account: bybitAccount,
  feeds,
  route,
  createNormalizer: (feed, lookup) => readFirst(createReaders(feed, lookup), createNormalizer(feed, lookup)),
  bookRules: () => bookRules,
  dialect,
  pools,
  serverTime: () => ({
    url: urls.time,
    query: [],
    pool: 'market',
    weight: 1,
    parse(body) {
      const result = resultOf(body)
      if (!result.ok) return result
      const time = TimeResult.safeParse(result.value)
      // Milliseconds stand before the last six digits; the number itself is beyond what a float64 holds.
      return time.success
        ? { ok: true, value: Number(time.data.timeNano.slice(0, -6)) }
        : { ok: false, problem: `result.timeNano is no time: ${JSON.stringify(result.value)}` }
    },
  }),
  maintenance,
  instruments: () => [
    instrumentsCall('spot', (json) => checked(SpotRow, json, readSpot)),
    instrumentsCall('perpetual', (json) => checked(LinearRow, json, readLinear)),
  ],
  klinesPerCall: () => candlesPerCall,
  klines,
  fundingRates,
  settledRates,
}

/** `start` and `end` are open times, both inclusive; rows come newest first, and the newest may still be open. */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
  return {
    url: urls.klines,
    query: [
      ['category', categories[instrument.kind]],
      ['symbol', instrument.nativeName],
      ['interval', intervals[period]],
      ['start', String(from)],
      ['end', String(to)],
      ['limit', String(candlesPerCall)],
    ],
    pool: 'market',
    weight: 1,
    parse: (body) => readCandles(body, range),
  }
}

/** In ["1670608800000","17071","17073","17027","17055.5","268611","15.74462667"]: volume base asset, turnover quote asset. */
function readCandles(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const page = pageOf(body)
  if (!page.ok) return page
  return readCandleRows(range, page.value.rows, 0, (json) =>
    checked(CandleRow, json, (row) => {
      const [openTime, open, high, low, close, volume, turnover] = row
      const candle = {
        openTime: parseDecimal(openTime),
        open: parseDecimal(open),
        high: parseDecimal(high),
        low: parseDecimal(low),
        close: parseDecimal(close),
        volume: parseDecimal(volume),
        quoteVolume: parseDecimal(turnover),
      }
      return isSound(candle) ? good({ ...candle, isClosed: null }) : bad('candle', row, 'impossible values')
    }),
  )
}

/** Asked for no status, Bybit lists what trades. Spot comes whole; linear, some 700 rows, fits into the largest page. */
function instrumentsCall(
  kind: MarketKind,
  read: (json: unknown) => RowReading<ListedInstrument>,
): RestCall<readonly ListedInstrument[]> {
  const category = categories[kind]
  return {
    url: urls.instruments,
    query: [
      ['category', category],
      ['limit', String(instrumentsPerCall)],
    ],
    pool: 'market',
    weight: 1,
    parse(body) {
      const page = pageOf(body)
      if (!page.ok) return page
      const parsed = readListing('instruments', page.value.rows, 'symbol', read)
      if (!parsed.ok || page.value.next === null || kind === 'spot') return parsed
      const more = { count: 1, samples: [`${category}: the list goes on behind ${instrumentsPerCall} rows`], names: [] }
      const passedOver = joinPassedOver([parsed.passedOver, more])
      return passedOver === null ? parsed : { ...parsed, passedOver }
    },
  }
}

/** The smallest quantity is told but not enforced any more; the smallest amount is. */
const readSpot = ({ symbol, baseCoin, quoteCoin, status, lotSizeFilter, priceFilter }: SpotRow) =>
  good<ListedInstrument>({
    exchange: 'bybit',
    symbol: symbolOf(baseCoin, quoteCoin, 'spot'),
    kind: 'spot',
    base: baseCoin,
    quote: quoteCoin,
    nativeName: symbol,
    tickSize: positiveOrNull(priceFilter.tickSize),
    lotSize: positiveOrNull(lotSizeFilter.basePrecision),
    minimumQuantity: null,
    minimumNotional: positiveOrNull(lotSizeFilter.minOrderAmt),
    contractSize: 1,
    status: statusOf(status),
  })

/** Dated futures stand in the same list. Sizes count base asset; one of several coins (`1000PEPE`) is a base asset of its own. */
function readLinear(row: LinearRow): RowReading<ListedInstrument> {
  if (row.contractType !== 'LinearPerpetual') return foreign
  const { symbol, baseCoin, quoteCoin, settleCoin, status, lotSizeFilter, priceFilter } = row
  if (settleCoin !== quoteCoin) return bad('settleCoin', settleCoin, `not ${quoteCoin}, in which it is quoted`)
  return good({
    exchange: 'bybit',
    symbol: symbolOf(baseCoin, quoteCoin, 'perpetual'),
    kind: 'perpetual',
    base: baseCoin,
    quote: quoteCoin,
    nativeName: symbol,
    tickSize: positiveOrNull(priceFilter.tickSize),
    lotSize: positiveOrNull(lotSizeFilter.qtyStep),
    minimumQuantity: positiveOrNull(lotSizeFilter.minOrderQty),
    minimumNotional: positiveOrNull(lotSizeFilter.minNotionalValue ?? ''),
    contractSize: 1,
    status: statusOf(status),
  })
}

function positiveOrNull(text: string): number | null {
  const value = parseDecimal(text)
  return value > 0 ? value : null
}

/** `PreLaunch`, `Delivering` and states yet to come are listed but cannot be traded at the market. */
function statusOf(status: string): InstrumentStatus {
  if (status === 'Trading') return 'trading'
  return status === 'Closed' ? 'delisted' : 'halted'
}
