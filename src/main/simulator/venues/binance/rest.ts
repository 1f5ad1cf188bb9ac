/** The public endpoints of both products: weights, parameters and bodies (rest-api.md; USD-M documentation, "Market Data"). */
import { type EpochMs, type MarketKind, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { mapLevels } from '../../depth.ts'
import type { SimInstrument, SimMarket, SimTrade } from '../../venue.ts'
import { intervals, klineRows } from './candles.ts'
import { perpetualExchangeInfo, spotExchangeInfo } from './exchange-info.ts'
import { type Listing, nativeName, priceText, quantityText, valueText } from './listing.ts'
import { premiumIndexRow } from './mark-price.ts'
import {
  instrumentNamed,
  instrumentsNamed,
  invalidInterval,
  limitOf,
  mandatory,
  mandatoryInstrument,
  Refusal,
  unknownParameter,
  whole,
} from './parameters.ts'

export interface Endpoint {
  readonly pool: MarketKind | 'funding'
  /** Charged even when the request is refused. */
  weight(query: URLSearchParams): number
  answer(query: URLSearchParams): unknown
}

const fundingMs = 8 * periodMs['1h']

/** By path. An answer is the body or a Refusal. */
export function createEndpoints(
  market: SimMarket,
  account: SimAccount,
  spot: Listing,
  perpetual: Listing,
): ReadonlyMap<string, Endpoint> {
  const endpoints = new Map<string, Endpoint>()

  const add = (
    listing: Listing,
    name: string,
    weight: number | Endpoint['weight'],
    parameters: readonly string[],
    answer: Endpoint['answer'],
    pool: Endpoint['pool'] = listing.kind,
  ): void => {
    const isSpot = listing.kind === 'spot'
    endpoints.set(`${isSpot ? '/api/v3' : '/fapi/v1'}/${name}`, {
      pool,
      weight: typeof weight === 'number' ? () => weight : weight,
      answer: (query) => (isSpot ? unknownParameter(query, parameters) : null) ?? answer(query),
    })
  }

  for (const listing of [spot, perpetual]) {
    const isSpot = listing.kind === 'spot'
    const limitNumber = (query: URLSearchParams, standard: number): number => Number(query.get('limit') ?? standard)

    add(listing, 'ping', 1, [], () => ({}))
    add(listing, 'time', 1, [], () => ({ serverTime: market.now() }))

    add(
      listing,
      'klines',
      isSpot ? 2 : (query) => perpetualKlinesWeight(limitNumber(query, 500)),
      ['symbol', 'interval', 'startTime', 'endTime', 'limit'],
      (query) => {
        const instrument = mandatoryInstrument(listing, query)
        if (instrument instanceof Refusal) return instrument
        const name = mandatory(query, 'interval')
        if (name instanceof Refusal) return name
        const interval = intervals.get(name)
        if (interval === undefined) return invalidInterval
        const startTime = whole(query, 'startTime')
        if (startTime instanceof Refusal) return startTime
        const endTime = whole(query, 'endTime')
        if (endTime instanceof Refusal) return endTime
        const limit = limitOf(query, listing.kind, 500, isSpot ? 1_000 : 1_500)
        if (limit instanceof Refusal) return limit
        return klineRows(market, instrument, interval, { startTime, endTime, limit })
      },
    )

    add(listing, 'trades', isSpot ? 25 : 5, ['symbol', 'limit'], (query) => {
      const instrument = mandatoryInstrument(listing, query)
      if (instrument instanceof Refusal) return instrument
      const limit = limitOf(query, listing.kind, 500, 1_000)
      if (limit instanceof Refusal) return limit
      return market.trades(instrument, limit).map((trade) => ({
        id: trade.tradeId,
        price: priceText(instrument, trade.price),
        qty: quantityText(instrument, trade.quantity),
        quoteQty: valueText(instrument, trade.price * trade.quantity),
        time: trade.at,
        isBuyerMaker: trade.side === 'SELL',
        ...(isSpot ? { isBestMatch: true } : {}),
      }))
    })

    const aggregateParameters = ['symbol', 'fromId', 'startTime', 'endTime', 'limit']
    add(listing, 'aggTrades', isSpot ? 4 : 20, aggregateParameters, (query) => {
      const instrument = mandatoryInstrument(listing, query)
      if (instrument instanceof Refusal) return instrument
      const limit = limitOf(query, listing.kind, 500, 1_000)
      if (limit instanceof Refusal) return limit
      const [fromId, startTime, endTime] = [whole(query, 'fromId'), whole(query, 'startTime'), whole(query, 'endTime')]
      if (fromId instanceof Refusal) return fromId
      if (startTime instanceof Refusal) return startTime
      if (endTime instanceof Refusal) return endTime
      // the simulated tape reaches back 1,000 trades
      const trades = market
        .trades(instrument, 1_000)
        .filter((trade) => fromId === null || trade.tradeId >= fromId)
        .filter((trade) => trade.at >= (startTime ?? 0) && trade.at <= (endTime ?? Number.POSITIVE_INFINITY))
      const isFromStart = fromId !== null || startTime !== null
      const chosen = isFromStart ? trades.slice(0, limit) : trades.slice(-limit)
      return chosen.map((trade) => aggregate(trade, isSpot))
    })

    add(
      listing,
      'depth',
      (query) => depthWeight(listing.kind, limitNumber(query, 100)),
      ['symbol', 'limit'],
      (query) => {
        const instrument = mandatoryInstrument(listing, query)
        if (instrument instanceof Refusal) return instrument
        const limit = limitOf(query, listing.kind, isSpot ? 100 : 500, isSpot ? 5_000 : 1_000)
        if (limit instanceof Refusal) return limit
        if (!isSpot && ![5, 10, 20, 50, 100, 500, 1_000].includes(limit))
          return new Refusal(-4021, `${limit} is not valid depth limit`)
        return depth(instrument, limit)
      },
    )

    const isAll = (query: URLSearchParams): boolean => !query.has('symbol')
    add(
      listing,
      'ticker/bookTicker',
      (query) => (isAll(query) ? (isSpot ? 4 : 5) : 2),
      isSpot ? ['symbol', 'symbols'] : ['symbol'],
      (query) => some(listing, query, bookTicker),
    )
    add(
      listing,
      'ticker/price',
      (query) => (isAll(query) ? (isSpot ? 4 : 2) : isSpot ? 2 : 1),
      isSpot ? ['symbol', 'symbols'] : ['symbol'],
      (query) =>
        some(listing, query, (instrument) => {
          const [trade] = market.trades(instrument, 1)
          const price = trade?.price ?? market.quote(instrument).bidPrice
          const time = isSpot ? {} : { time: trade?.at ?? market.now() }
          return { symbol: nativeName(instrument), price: priceText(instrument, price), ...time }
        }),
    )
  }

  const spotInfoParameters = ['symbol', 'symbols', 'permissions', 'showPermissionSets', 'symbolStatus']
  add(spot, 'exchangeInfo', 20, spotInfoParameters, (query) => {
    const chosen = chosenInstruments(spot, query)
    if (chosen instanceof Refusal) return chosen
    // every simulated symbol is TRADING
    const instruments = ['HALT', 'BREAK'].includes(query.get('symbolStatus') ?? '') ? [] : chosen.instruments
    return spotExchangeInfo(instruments, market.now(), query.get('showPermissionSets') !== 'false')
  })
  add(perpetual, 'exchangeInfo', 1, [], () => perpetualExchangeInfo(perpetual.instruments, market.now()))

  add(
    perpetual,
    'premiumIndex',
    (query) => (query.has('symbol') ? 1 : 10),
    ['symbol'],
    (query) =>
      some(perpetual, query, (instrument) => premiumIndexRow({ market, listing: perpetual, account }, instrument)),
  )
  // symbols with settings of their own: the simulator has none, so all are funded every 8 h
  add(perpetual, 'fundingInfo', 1, [], () => [], 'funding')
  add(
    perpetual,
    'fundingRate',
    1,
    ['symbol', 'startTime', 'endTime', 'limit'],
    (query) => {
      const chosen = chosenInstruments(perpetual, query)
      if (chosen instanceof Refusal) return chosen
      const limit = limitOf(query, 'perpetual', 100, 1_000)
      if (limit instanceof Refusal) return limit
      const [startTime, endTime] = [whole(query, 'startTime'), whole(query, 'endTime')]
      if (startTime instanceof Refusal) return startTime
      if (endTime instanceof Refusal) return endTime
      return fundingRates(chosen.instruments, startTime, endTime ?? market.now(), limit)
    },
    'funding',
  )

  function bookTicker(instrument: SimInstrument) {
    const quote = market.quote(instrument)
    return {
      symbol: nativeName(instrument),
      bidPrice: priceText(instrument, quote.bidPrice),
      bidQty: quantityText(instrument, quote.bidQuantity),
      askPrice: priceText(instrument, quote.askPrice),
      askQty: quantityText(instrument, quote.askQuantity),
      ...(instrument.kind === 'spot' ? {} : { time: quote.at }),
    }
  }

  function depth(instrument: SimInstrument, limit: number) {
    const { updateId, at, bids, asks } = market.book(instrument)
    const row = (price: number, quantity: number): [string, string] => [
      priceText(instrument, price),
      quantityText(instrument, quantity),
    ]
    return {
      lastUpdateId: updateId,
      ...(instrument.kind === 'spot' ? {} : { E: at, T: at }),
      bids: mapLevels(bids, limit, row),
      asks: mapLevels(asks, limit, row),
    }
  }

  const spotOf = ({ base, quote }: SimInstrument): SimInstrument | undefined => market.find('spot', base, quote)

  /** Ascending by time; from the prices at each funding time. */
  function fundingRates(
    instruments: readonly SimInstrument[],
    startTime: EpochMs | null,
    until: EpochMs,
    limit: number,
  ) {
    const times: EpochMs[] = []
    const last = Math.min(until, market.now())
    const listedAt = Math.min(...instruments.map((instrument) => instrument.listedAt))
    const first = Math.ceil(Math.max(startTime ?? 0, listedAt) / fundingMs) * fundingMs
    for (let at = first; at <= last; at += fundingMs) times.push(at)
    const rows = times.flatMap((fundingTime) =>
      instruments.flatMap((instrument) => {
        const openOf = (one: SimInstrument): number | undefined =>
          market.klines(one, '1h', fundingTime, fundingTime)[0]?.open
        const mark = openOf(instrument)
        if (mark === undefined) return []
        const index = openOf(spotOf(instrument) ?? instrument) ?? mark
        const fundingRate = padded(fundingRateOf(mark, index))
        return [
          { symbol: nativeName(instrument), fundingRate, fundingTime, markPrice: padded(mark), rateType: 'Regular' },
        ]
      }),
    )
    return startTime === null ? rows.slice(-limit) : rows.slice(0, limit)
  }

  return endpoints
}

const padded = (value: number): string => value.toFixed(8)
/** Per 8 h. */
const interestRate = 0.0001

/** Premium plus clamp(interest - premium, 0.05 %), as the exchange's formula has it; positive when longs pay. */
function fundingRateOf(mark: number, index: number): number {
  const premium = (mark - index) / index
  return premium + Math.max(-0.0005, Math.min(0.0005, interestRate - premium))
}

function chosenInstruments(
  listing: Listing,
  query: URLSearchParams,
): { readonly instruments: readonly SimInstrument[]; readonly isOne: boolean } | Refusal {
  const [symbol, symbols] = [query.get('symbol'), query.get('symbols')]
  if (symbol !== null && symbols !== null) return new Refusal(-1128, 'Combination of optional parameters invalid.')
  if (symbol !== null) {
    const instrument = instrumentNamed(listing, symbol)
    return instrument instanceof Refusal ? instrument : { instruments: [instrument], isOne: true }
  }
  if (symbols === null) return { instruments: listing.instruments, isOne: false }
  const instruments = instrumentsNamed(listing, symbols)
  return instruments instanceof Refusal ? instruments : { instruments, isOne: false }
}

/** One object for `symbol`, a list for `symbols` or all. */
function some(listing: Listing, query: URLSearchParams, show: (instrument: SimInstrument) => unknown): unknown {
  const chosen = chosenInstruments(listing, query)
  if (chosen instanceof Refusal) return chosen
  const shown = chosen.instruments.map(show)
  return chosen.isOne ? shown[0] : shown
}

/** Every simulated trade is an order of its own, so an aggregate holds one. */
const aggregate = ({ instrument, tradeId, price, quantity, at, side }: SimTrade, isSpot: boolean) => ({
  a: tradeId,
  p: priceText(instrument, price),
  q: quantityText(instrument, quantity),
  ...(isSpot ? {} : { nq: quantityText(instrument, quantity) }),
  f: tradeId,
  l: tradeId,
  T: at,
  m: side === 'SELL',
  ...(isSpot ? { M: true } : {}),
})

function perpetualKlinesWeight(limit: number): number {
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1_000 ? 5 : 10
}

function depthWeight(kind: MarketKind, limit: number): number {
  if (kind === 'spot') return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1_000 ? 50 : 250
  return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20
}
