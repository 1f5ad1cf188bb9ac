import { periodMs, periods } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import type { SimAssets } from '../../assets.ts'
import { mapLevels } from '../../depth.ts'
import type { SimInstrument, SimKline, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { currencyRows } from './assets.ts'
import { fractionalMs, perpetualTrade, spotTicker } from './channels.ts'
import { amount, contracts, nativeName, percent, price, seconds, volume, wantsDecimalSizes } from './format.ts'
import { dayStatistics, fundingInterval, fundingRate, lastPrice, markAndIndex } from './statistics.ts'

export type Instruments = ReadonlyMap<string, SimInstrument>

/** `name` is what follows the endpoint's path: a pair or contract; null for the list. */
type Answer = (request: VenueRequest, name: string | null) => VenueReply
export interface Endpoint {
  readonly answer: Answer
  /** `/spot/currency_pairs/BTC_USDT` beside `/spot/currency_pairs` */
  readonly takesName?: true
}

export const refuse = (status: number, label: string, message: string): VenueReply => ({
  status,
  body: { label, message },
})
const success = (body: unknown): VenueReply => ({ status: 200, body })
const invalidValue = (message: string): VenueReply => refuse(400, 'INVALID_PARAM_VALUE', message)

const isReply = (value: SimInstrument | VenueReply): value is VenueReply => 'status' in value

/** The public endpoints below /api/v4. */
export function createEndpoints(
  market: SimMarket,
  account: SimAccount,
  spot: Instruments,
  perpetual: Instruments,
  assets: SimAssets,
): ReadonlyMap<string, Endpoint> {
  /** The market a parameter names, or Gate's refusal. */
  function spotOf({ query }: VenueRequest): SimInstrument | VenueReply {
    const name = query.get('currency_pair')
    if (name === null) return refuse(400, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: currency_pair')
    return spot.get(name) ?? refuse(400, 'INVALID_CURRENCY_PAIR', `Invalid currency pair ${name}`)
  }
  function contractOf({ query }: VenueRequest): SimInstrument | VenueReply {
    const name = query.get('contract')
    if (name === null) return refuse(400, 'MISSING_REQUIRED_PARAM', 'Missing required parameter: contract')
    return perpetual.get(name) ?? refuse(400, 'CONTRACT_NOT_FOUND', `Contract ${name} not found`)
  }

  /** One by name or all of them; `render` per market. */
  const listing = (
    of: Instruments,
    name: string | null,
    unknown: string,
    render: (one: SimInstrument) => object,
  ): VenueReply => {
    if (name === null) return success([...of.values()].map(render))
    const one = of.get(name)
    return one ? success(render(one)) : refuse(400, unknown, `${name} not found`)
  }

  function contract(instrument: SimInstrument, decimalSizes: boolean): object {
    const { index } = markAndIndex(market, instrument)
    const { rate, markPrice, nextAt, intervalHours } = account.fundingRate(instrument)
    const minimum = contracts(instrument.lotSize, instrument, true)
    return {
      name: nativeName(instrument),
      type: 'direct',
      contract_type: '',
      quanto_multiplier: String(plainNumber(instrument.contractSize)),
      order_price_round: plainNumber(instrument.tickSize),
      mark_price_round: plainNumber(instrument.tickSize),
      order_size_min: decimalSizes ? minimum : Number(minimum),
      order_size_max: decimalSizes ? '1000000' : 1_000_000,
      enable_decimal: false,
      leverage_min: '1',
      leverage_max: '100',
      maintenance_rate: '0.005',
      mark_type: 'index',
      mark_price: markPrice,
      index_price: price(index, instrument),
      last_price: price(lastPrice(market, instrument), instrument),
      funding_rate: rate,
      funding_rate_indicative: rate,
      funding_interval: intervalHours * 3600,
      funding_offset: 0,
      funding_next_apply: seconds(nextAt),
      funding_cap_ratio: '1',
      maker_fee_rate: '-0.0001',
      taker_fee_rate: '0.00075',
      orders_limit: 100,
      in_delisting: false,
      is_pre_market: false,
      status: 'trading',
      launch_time: seconds(instrument.listedAt),
      create_time: seconds(instrument.listedAt),
      position_size: 0,
      trade_size: 0,
      orderbook_id: market.quote(instrument).updateId,
      trade_id: market.trades(instrument, 1).at(-1)?.tradeId ?? 0,
    }
  }

  function spotCandles(request: VenueRequest): VenueReply {
    const instrument = spotOf(request)
    if (isReply(instrument)) return instrument
    const klines = readCandles(market, instrument, request.query, 1_000)
    if ('status' in klines) return klines
    return success(
      klines.map((kline) => [
        String(seconds(kline.openTime)),
        volume(kline.quoteVolume),
        price(kline.close, instrument),
        price(kline.high, instrument),
        price(kline.low, instrument),
        price(kline.open, instrument),
        amount(kline.volume, instrument),
        String(kline.isClosed),
      ]),
    )
  }

  function perpetualCandles(request: VenueRequest): VenueReply {
    const instrument = contractOf(request)
    if (isReply(instrument)) return instrument
    const klines = readCandles(market, instrument, request.query, 2_000)
    if ('status' in klines) return klines
    return success(
      klines.map((kline) => ({
        t: seconds(kline.openTime),
        v: contracts(kline.volume, instrument, wantsDecimalSizes(request.headers)),
        c: price(kline.close, instrument),
        h: price(kline.high, instrument),
        l: price(kline.low, instrument),
        o: price(kline.open, instrument),
        sum: volume(kline.quoteVolume),
      })),
    )
  }

  function spotTrades(request: VenueRequest): VenueReply {
    const instrument = spotOf(request)
    if (isReply(instrument)) return instrument
    const limit = readLimit(request.query, 100, 1_000)
    if (limit === null) return invalidValue('Invalid limit')
    const newestFirst = market.trades(instrument, limit).toReversed()
    return success(
      newestFirst.map((trade) => ({
        id: String(trade.tradeId),
        create_time: String(seconds(trade.at)),
        create_time_ms: fractionalMs(trade.at, trade.tradeId),
        currency_pair: nativeName(instrument),
        side: trade.side === 'BUY' ? 'buy' : 'sell',
        amount: amount(trade.quantity, instrument),
        price: price(trade.price, instrument),
        sequence_id: String(trade.tradeId),
      })),
    )
  }

  function perpetualTrades(request: VenueRequest): VenueReply {
    const instrument = contractOf(request)
    if (isReply(instrument)) return instrument
    const limit = readLimit(request.query, 100, 1_000)
    if (limit === null) return invalidValue('Invalid limit')
    const newestFirst = market.trades(instrument, limit).toReversed()
    return success(newestFirst.map((trade) => perpetualTrade(trade, wantsDecimalSizes(request.headers))))
  }

  function spotBook(request: VenueRequest): VenueReply {
    const instrument = spotOf(request)
    if (isReply(instrument)) return instrument
    const limit = readLimit(request.query, 10, 5_000)
    if (limit === null) return invalidValue('Invalid limit')
    const { updateId, at, bids, asks } = market.book(instrument)
    const row = (value: number, quantity: number) => [price(value, instrument), amount(quantity, instrument)]
    return success({
      ...(request.query.get('with_id') === 'true' ? { id: updateId } : {}),
      current: market.now(),
      update: at,
      asks: mapLevels(asks, limit, row),
      bids: mapLevels(bids, limit, row),
    })
  }

  /** The largest limit is not documented; times are seconds with a fraction here. */
  function perpetualBook(request: VenueRequest): VenueReply {
    const instrument = contractOf(request)
    if (isReply(instrument)) return instrument
    const limit = readLimit(request.query, 10, 1_000)
    if (limit === null) return invalidValue('Invalid limit')
    const { updateId, at, bids, asks } = market.book(instrument)
    const decimalSizes = wantsDecimalSizes(request.headers)
    const row = (value: number, quantity: number) => ({
      p: price(value, instrument),
      s: contracts(quantity, instrument, decimalSizes),
    })
    return success({
      ...(request.query.get('with_id') === 'true' ? { id: updateId } : {}),
      current: market.now() / 1_000,
      update: at / 1_000,
      asks: mapLevels(asks, limit, row),
      bids: mapLevels(bids, limit, row),
    })
  }

  function spotTickers(request: VenueRequest): VenueReply {
    const render = (one: SimInstrument) => spotTicker(market, market.quote(one))
    if (!request.query.has('currency_pair')) return success([...spot.values()].map(render))
    const instrument = spotOf(request)
    return isReply(instrument) ? instrument : success([render(instrument)])
  }

  function perpetualTickers(request: VenueRequest): VenueReply {
    const decimalSizes = wantsDecimalSizes(request.headers)
    const render = (one: SimInstrument): object => {
      const day = dayStatistics(market, one)
      const { index } = markAndIndex(market, one)
      const quote = market.quote(one)
      const { rate, markPrice } = account.fundingRate(one)
      return {
        contract: nativeName(one),
        last: price(day.last, one),
        change_percentage: percent(day.changePercent),
        low_24h: price(day.low, one),
        high_24h: price(day.high, one),
        volume_24h: String(contracts(day.volume, one, true)),
        volume_24h_base: amount(day.volume, one),
        volume_24h_quote: volume(day.quoteVolume),
        volume_24h_settle: volume(day.quoteVolume),
        mark_price: markPrice,
        index_price: price(index, one),
        funding_rate: rate,
        funding_rate_indicative: rate,
        quanto_multiplier: plainNumber(one.contractSize),
        lowest_ask: price(quote.askPrice, one),
        lowest_size: String(contracts(quote.askQuantity, one, decimalSizes)),
        highest_bid: price(quote.bidPrice, one),
        highest_size: String(contracts(quote.bidQuantity, one, decimalSizes)),
      }
    }
    if (!request.query.has('contract')) return success([...perpetual.values()].map(render))
    const instrument = contractOf(request)
    return isReply(instrument) ? instrument : success([render(instrument)])
  }

  /** Past rates, which nobody paid: made up, and not those of the account's payments. Newest first; nothing before the contract was listed or more than 180 days back. */
  function fundingRates(request: VenueRequest): VenueReply {
    const instrument = contractOf(request)
    if (isReply(instrument)) return instrument
    const limit = readLimit(request.query, 100, 1_000)
    if (limit === null) return invalidValue('Invalid limit')
    const now = seconds(market.now())
    const from = Number(request.query.get('from') ?? 0)
    const to = Number(request.query.get('to') ?? now)
    if (!Number.isFinite(from) || !Number.isFinite(to)) return invalidValue('Invalid from or to')
    const oldest = Math.max(from, seconds(instrument.listedAt), now - 180 * 86_400)
    const rates: { t: number; r: string }[] = []
    const newest = Math.min(to, now)
    for (let t = newest - (newest % fundingInterval); t >= oldest && rates.length < limit; t -= fundingInterval) {
      rates.push({ t, r: fundingRate(instrument, t) })
    }
    return success(rates)
  }

  return new Map<string, Endpoint>([
    ['/spot/time', { answer: () => success({ server_time: market.now() }) }],
    [
      '/spot/currency_pairs',
      { answer: (_request, name) => listing(spot, name, 'INVALID_CURRENCY_PAIR', currencyPair), takesName: true },
    ],
    [
      '/spot/currencies',
      {
        answer: (_request, name) => {
          const rows = currencyRows(assets, market.now())
          if (name === null) return success(rows)
          const one = rows.find(({ currency }) => currency === name)
          return one ? success(one) : refuse(400, 'INVALID_CURRENCY', `Invalid currency ${name}`)
        },
        takesName: true,
      },
    ],
    ['/spot/candlesticks', { answer: spotCandles }],
    ['/spot/trades', { answer: spotTrades }],
    ['/spot/tickers', { answer: spotTickers }],
    ['/spot/order_book', { answer: spotBook }],
    [
      '/futures/usdt/contracts',
      {
        answer: ({ headers }, name) =>
          listing(perpetual, name, 'CONTRACT_NOT_FOUND', (one) => contract(one, wantsDecimalSizes(headers))),
        takesName: true,
      },
    ],
    ['/futures/usdt/candlesticks', { answer: perpetualCandles }],
    ['/futures/usdt/trades', { answer: perpetualTrades }],
    ['/futures/usdt/order_book', { answer: perpetualBook }],
    ['/futures/usdt/tickers', { answer: perpetualTickers }],
    ['/futures/usdt/funding_rate', { answer: fundingRates }],
  ])
}

const currencyPair = (instrument: SimInstrument): object => ({
  id: nativeName(instrument),
  base: instrument.base,
  base_name: instrument.base,
  quote: instrument.quote,
  quote_name: instrument.quote,
  fee: '0.2',
  min_base_amount: plainNumber(instrument.lotSize),
  min_quote_amount: plainNumber(instrument.minimumNotional),
  max_quote_amount: '10000000',
  amount_precision: instrument.quantityDecimals,
  precision: instrument.priceDecimals,
  trade_status: 'tradable',
  sell_start: seconds(instrument.listedAt),
  buy_start: seconds(instrument.listedAt),
  delisting_time: 0,
  type: 'normal',
  st_tag: false,
})

/** 1e-7 as `0.0000001` */
const plainNumber = (value: number): string => {
  const text = value.toFixed(12)
  return text.replace(/\.?0+$/, '')
}

function readLimit(query: URLSearchParams, usual: number, most: number): number | null {
  const text = query.get('limit')
  if (text === null) return usual
  const limit = Number(text)
  return Number.isInteger(limit) && limit >= 1 && limit <= most ? limit : null
}

/**
 * `from` and `to` in seconds, both inclusive, at most `most` points; or `limit` (100, at most `most`) up to `to` or now; not both. Not
 * more than 10,000 points back. The messages are close to the real ones, the labels are documented. Intervals that Crossbook does
 * not use (10s, 30m, which is the real one's default, 4h, 8h, 7d, 30d) are refused.
 */
function readCandles(
  market: SimMarket,
  instrument: SimInstrument,
  query: URLSearchParams,
  most: number,
): readonly SimKline[] | VenueReply {
  const interval = query.get('interval') ?? '30m'
  const period = periods.find((known) => known === interval)
  if (!period) return invalidValue(`Invalid interval ${interval}`)
  const step = periodMs[period]
  const now = market.now()
  const times = [query.get('from'), query.get('to')].map((text) => (text === null ? null : Number(text)))
  if (times.some((time) => time !== null && !(Number.isInteger(time) && time >= 0)))
    return invalidValue('Invalid from or to')
  const [from = null, to = null] = times
  if (from !== null && query.has('limit')) return invalidValue('limit conflicts with from and to')
  const limit = readLimit(query, 100, most)
  if (limit === null) return invalidValue(`Invalid limit, maximum ${most}`)
  const until = Math.min(to === null ? now : to * 1000, now)
  const last = until - (until % step)
  const first = from === null ? last - (limit - 1) * step : Math.ceil((from * 1000) / step) * step
  const asked = to === null ? last : to * 1000
  if (from !== null && Math.floor((asked - first) / step) + 1 > most) {
    return invalidValue(`Too many data points requested, maximum ${most}`)
  }
  if (first < now - 10_000 * step) return invalidValue('Candlestick too long ago. Maximum 10000 points ago are allowed')
  return market.klines(instrument, period, first, last)
}
