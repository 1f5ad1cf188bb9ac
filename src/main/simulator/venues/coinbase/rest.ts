/** Coinbase's REST: Advanced Trade's public half here, the private half and the app's transactions beside. */
import { type Period, periodMs, periods } from '../../../../shared/domain/index.ts'
import { granularities } from '../../../exchanges/coinbase/endpoints.ts'
import type { SimAccount } from '../../account/contract.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { SimInstrument, SimKline, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { keyOfToken } from './auth.ts'
import { price, productOf, quantity, step } from './format.ts'
import { createPrivateEndpoint } from './private-rest.ts'

const brokerage = '/api/v3/brokerage'
const publicPerSecond = 10
const privatePerSecond = 30
const mostCandles = 350

export const ok = (body: unknown): VenueReply => ({ status: 200, body })
export const failed = (status: number, error: string, message: string): VenueReply => ({
  status,
  body: { error, message, error_details: message },
})
const tooMany = failed(429, 'RESOURCE_EXHAUSTED', 'Too many requests')
/** Every reply of Coinbase bears its time; here those where it counts. */
const unauthorized = (now: number): VenueReply => ({
  status: 401,
  headers: { date: new Date(now).toUTCString() },
  body: 'Unauthorized\n',
})
const notFound: VenueReply = { status: 404, body: '404 page not found\n' }

const periodOf: ReadonlyMap<string, Period> = new Map(periods.map((period) => [granularities[period], period]))

export function createRest(
  market: SimMarket,
  instruments: ReadonlyMap<string, SimInstrument>,
  account: SimAccount,
  limits: number,
): (request: VenueRequest) => VenueReply {
  const answerPrivately = createPrivateEndpoint(account, instruments)
  const counts = new WindowCounts()

  const isOverLimit = (who: string, limit: number): boolean => counts.add(who, 1_000, market.now()) > limit * limits

  function answerPublicly(path: string, query: URLSearchParams): VenueReply | null {
    if (path === '/time') return ok(timeBody(market.now()))
    if (path === '/market/products') {
      const wanted = query.getAll('product_ids')
      const type = query.get('product_type')
      const listed = [...instruments.values()].filter(
        (one) => (wanted.length === 0 || wanted.includes(productOf(one))) && (type === null || type === 'SPOT'),
      )
      return ok({ products: listed.flatMap(productRows), num_products: listed.length, pagination: null })
    }
    const [, product, what] = /^\/market\/products\/([^/]+)(\/candles)?$/.exec(path) ?? []
    if (product === undefined) return null
    const instrument = instruments.get(product)
    if (!instrument) return failed(404, 'NOT_FOUND', `Product ${product} not supported`)
    return what === undefined ? ok(productRows(instrument)[0]) : candles(instrument, query)
  }

  /** Bounds in seconds, both counted in; newest first; candles in which nothing was traded are left out. */
  function candles(instrument: SimInstrument, query: URLSearchParams): VenueReply {
    const period = periodOf.get(query.get('granularity') ?? '')
    const [from, to] = [seconds(query.get('start')), seconds(query.get('end'))]
    if (period === undefined || from === null || to === null || to < from)
      return failed(400, 'INVALID_ARGUMENT', 'start, end and granularity argument is invalid')
    if ((to - from) / periodMs[period] > mostCandles)
      return failed(400, 'INVALID_ARGUMENT', 'number of candles requested should be less than 350')
    const rows = market
      .klines(instrument, period, Math.ceil(from / periodMs[period]) * periodMs[period], to)
      .filter(({ trades }) => trades > 0)
    return ok({ candles: rows.map(candleRow).reverse() })
  }

  return (request) => {
    const { method, path, query, headers, address, origin } = request
    if (!origin.startsWith('http')) return notFound
    if (method !== 'GET') return { status: 405, body: 'Method Not Allowed\n' }
    const open = path.startsWith(brokerage) ? answerPublicly(path.slice(brokerage.length), query) : null
    if (open !== null) return isOverLimit(address, publicPerSecond) ? tooMany : open
    const header = headers.authorization ?? ''
    const token = typeof header === 'string' && header.startsWith('Bearer ') ? header.slice('Bearer '.length) : ''
    const key = keyOfToken(account, token, `${method} api.coinbase.com${path}`, address)
    if (key === null) return unauthorized(market.now())
    if (isOverLimit(`user ${account.userId}`, privatePerSecond)) return tooMany
    return answerPrivately(path, query, key) ?? notFound
  }
}

const timeBody = (now: number): unknown => ({
  iso: new Date(now).toISOString(),
  epochSeconds: String(Math.floor(now / 1_000)),
  epochMillis: String(now),
})

function seconds(text: string | null): number | null {
  return text !== null && /^\d{1,12}$/.test(text) ? Number(text) * 1_000 : null
}

const volumeOf = ({ volume, instrument }: SimKline): string => quantity(volume, instrument)

export function candleRow(kline: SimKline): Readonly<Record<string, string>> {
  const { instrument, openTime, open, high, low, close } = kline
  return {
    start: String(openTime / 1_000),
    low: price(low, instrument),
    high: price(high, instrument),
    open: price(open, instrument),
    close: price(close, instrument),
    volume: volumeOf(kline),
  }
}

/** A product, and the other name of its book where it is quoted in dollars. */
function productRows(instrument: SimInstrument): readonly unknown[] {
  const { base, quote, tickSize, lotSize, minimumNotional } = instrument
  const row = {
    product_id: productOf(instrument),
    price: '',
    base_increment: step(lotSize),
    quote_increment: step(tickSize),
    quote_min_size: step(minimumNotional),
    quote_max_size: '150000000',
    base_min_size: step(lotSize),
    base_max_size: '3400',
    is_disabled: false,
    status: 'online',
    cancel_only: false,
    limit_only: false,
    post_only: false,
    trading_disabled: false,
    auction_mode: false,
    product_type: 'SPOT',
    quote_currency_id: quote,
    base_currency_id: base,
    alias: '',
    alias_to: quote === 'USD' ? [`${base}-USDC`] : [],
    price_increment: step(tickSize),
    display_name: productOf(instrument),
    product_venue: 'CBE',
    view_only: false,
    best_bid_price: '',
    best_ask_price: '',
  }
  if (quote !== 'USD') return [row]
  const other = `${base}-USDC`
  const names = { product_id: other, display_name: other, quote_currency_id: 'USDC', alias_to: [] }
  return [row, { ...row, ...names, alias: row.product_id }]
}
