/** Coinbase, spot only: market data without a key, the private half by Advanced Trade (account.ts). */
import { parseDecimal } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, periodMs, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { quirks, unverified } from './about.ts'
import { coinbaseAccount } from './account.ts'
import { bookRules } from './depth.ts'
import { dialect } from './dialect.ts'
import {
  candlesPerCall,
  fees,
  granularities,
  marketOrigin,
  pools,
  publicHeaders,
  restOrigin,
  tradesOrigin,
  urls,
  userOrigin,
} from './endpoints.ts'
import { createNormalizer, readCandle } from './normalize.ts'
import { CandleRow, CandlesReply, ProductRow, ProductsReply, TimeReply } from './schemas.ts'
import { feeds, route } from './subscribe.ts'

const publicCall = <T>(url: string, query: RestCall<T>['query'], parse: RestCall<T>['parse']): RestCall<T> => ({
  url,
  query,
  headers: publicHeaders,
  pool: 'public',
  weight: 1,
  parse,
})

export const coinbase: Connector = {
  exchange: 'coinbase',
  title: 'Coinbase',
  kinds: ['spot'],
  origins: [restOrigin, marketOrigin, userOrigin, tradesOrigin],
  fees,
  quirks,
  unverified,
  account: coinbaseAccount,
  feeds,
  route,
  createNormalizer,
  bookRules: (kind) => (kind === 'spot' ? bookRules : null),
  dialect,
  pools,
  serverTime: () => publicCall(urls.time, [], readTime),
  instruments: () => [publicCall(urls.products, [['product_type', 'SPOT']], readProducts)],
  klinesPerCall: () => candlesPerCall,
  klines,
  fundingRates: () => [],
}

/** {"iso":"2026-09-27T16:00:00Z","epochSeconds":"1790524800","epochMillis":"1790524800123"} */
function readTime(body: unknown): Parsed<number> {
  const reply = TimeReply.safeParse(body)
  const now = reply.success ? parseDecimal(reply.data.epochMillis) : Number.NaN
  return now > 0 ? { ok: true, value: now } : { ok: false, problem: 'epochMillis is no time' }
}

/** Fixture coinbase/rest_public.json. */
function readProducts(body: unknown): Parsed<readonly ListedInstrument[]> {
  const reply = ProductsReply.safeParse(body)
  if (!reply.success) return { ok: false, problem: 'products: not a list' }
  return readListing('products', reply.data.products, 'product_id', (json) => checked(ProductRow, json, readProduct))
}

/**
 * Not ours to list: futures, and products that are another name of a book (`BTC-USDC` of `BTC-USD`): their streams answer with the other
 * name, and a second market with the prices of the first would be a market that does not exist.
 */
function readProduct(row: ProductRow): RowReading<ListedInstrument> {
  const { base_currency_id: base, quote_currency_id: quote } = row
  if (row.product_type !== 'SPOT' || (row.alias ?? '') !== '') return foreign
  if (base === '') return bad('base_currency_id', base, 'no base asset')
  if (quote === '') return bad('quote_currency_id', quote, 'no quote asset')
  return good({
    exchange: 'coinbase',
    symbol: symbolOf(base, quote, 'spot'),
    kind: 'spot',
    base,
    quote,
    nativeName: row.product_id,
    tickSize: positiveOrNull(row.price_increment),
    lotSize: positiveOrNull(row.base_increment),
    minimumQuantity: positiveOrNull(row.base_min_size),
    minimumNotional: positiveOrNull(row.quote_min_size),
    contractSize: 1,
    status: statusOf(row),
  })
}

function positiveOrNull(text: string): number | null {
  const number = parseDecimal(text)
  return number > 0 ? number : null
}

const statusOf = ({ status, is_disabled, trading_disabled }: ProductRow): InstrumentStatus => {
  if (status === 'delisted') return 'delisted'
  return status === 'online' && !is_disabled && !trading_disabled ? 'trading' : 'halted'
}

/**
 * Bounds in seconds. Whether `end` includes a candle that opens at it is not documented, so it is set within the last candle. Candles
 * without trades are left out of the reply, and the newest may be open: time decides.
 */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
  const query = [
    ['start', String(Math.floor(from / 1_000))],
    ['end', String(Math.floor((to + periodMs[period] - 1) / 1_000))],
    ['granularity', granularities[period]],
  ] as const
  return publicCall(urls.candlesOf(instrument.nativeName), query, (body) => {
    const reply = CandlesReply.safeParse(body)
    if (!reply.success) return { ok: false, problem: 'candles: not a list' }
    return readCandleRows(range, reply.data.candles, 'start', (json) =>
      checked(CandleRow, json, (row) => {
        const candle = readCandle(row)
        if (candle === null) return bad('candle', row, 'impossible values')
        // One that opens at a bound which Coinbase counts otherwise.
        if (candle.openTime < from || candle.openTime > to) return foreign
        return good({ ...candle, isClosed: null })
      }),
    )
  })
}
