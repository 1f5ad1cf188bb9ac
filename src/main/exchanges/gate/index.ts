/** Gate: spot and USDT-settled perpetuals. */
import type { z } from 'zod'
import { type ListedInstrument, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, RestDialect } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { gateAccount } from './account.ts'
import { currenciesCall } from './assets.ts'
import { bookRules } from './depth.ts'
import { failure, usage } from './dialect.ts'
import {
  decimalSizes,
  perpetualCandlesPerCall,
  perpetualSocketOrigin,
  pools,
  restOrigin,
  spotCandlesPerCall,
  spotSocketOrigin,
  standardFees,
  urls,
} from './endpoints.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { baseQuantity, type CandleTopics, createNormalizer, numberOf } from './normalize.ts'
import { createReaders } from './reader.ts'
import {
  Contract,
  ContractKind,
  CurrencyPair,
  PerpetualCandleRow,
  problemOf,
  Rows,
  ServerTime,
  SpotCandleRow,
} from './schemas.ts'
import { familyOf, perpetualFeed, pingText, requestsFor, routeOf, spotFeed } from './subscribe.ts'

/** What both feeds share. Gate documents no limit on topics, frames or age of a connection; these are our own manners. */
const feedRules = {
  topicsPerSocket: 200,
  sendsPerSecond: 20,
  connectIntervalMs: 500,
  // A futures socket without traffic is closed after about 30 s; Gate asks for a ping every 10 to 15 s.
  silenceMs: 20_000,
  lifetimeMs: null,
  ackTimeoutMs: 5_000,
  subscribe: requestsFor('subscribe'),
  unsubscribe: requestsFor('unsubscribe'),
} as const

export const gate: Connector = {
  exchange: 'gate',
  title: 'Gate',
  kinds: ['spot', 'perpetual'],
  origins: [restOrigin, spotSocketOrigin, perpetualSocketOrigin],
  fees: standardFees,
  quirks,
  unverified,
  account: gateAccount,

  feeds: [
    {
      ...feedRules,
      id: spotFeed,
      url: urls.spotSocket,
      heartbeat: { everyMs: 12_000, text: pingText(familyOf(spotFeed)) },
    },
    {
      ...feedRules,
      id: perpetualFeed,
      url: urls.perpetualSocket,
      headers: decimalSizes,
      heartbeat: { everyMs: 12_000, text: pingText(familyOf(perpetualFeed)) },
    },
  ],
  route: routeOf,
  createNormalizer(feed, lookup) {
    const topics: CandleTopics = new Map()
    return readFirst(createReaders(feed, lookup, topics), createNormalizer(feed, lookup, topics))
  },

  bookRules: () => bookRules,
  dialect: { usage, failure } satisfies RestDialect,
  pools,
  serverTime: () => ({
    url: urls.time,
    query: [],
    pool: 'spot/time',
    weight: 1,
    parse: (body) => read(ServerTime, body, ({ server_time }) => ok(server_time)),
  }),
  instruments: () => [spotInstruments(), perpetualInstruments()],
  klinesPerCall: (instrument) => (instrument.kind === 'spot' ? spotCandlesPerCall : perpetualCandlesPerCall),
  klines: (range) => (range.instrument.kind === 'spot' ? spotKlines(range) : perpetualKlines(range)),
  fundingRates,
  settledRates,
  assetNetworks: currenciesCall,
}

// Reading replies

const ok = <T>(value: T): Parsed<T> => ({ ok: true, value })

function read<S extends z.ZodType, T>(schema: S, body: unknown, then: (reply: z.output<S>) => Parsed<T>): Parsed<T> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return then(parsed.data)
  return { ok: false, problem: problemOf(parsed.error) }
}

/** Positive and finite, or null: Gate writes "0" (or nothing) where there is no rule. */
function positiveOrNull(value: string | number | null | undefined): number | null {
  const number = Number(value ?? 0)
  return number > 0 && Number.isFinite(number) ? number : null
}

// Instruments

/**
 * GET /spot/currency_pairs. Steps are powers of ten: `precision` decimals of the price, `amount_precision` of the quantity.
 * Only `tradable` counts as trading: `buyable` and `sellable` take one side of the book, `untradable` none.
 */
function spotInstruments(): RestCall<readonly ListedInstrument[]> {
  return {
    url: urls.currencyPairs,
    query: [],
    pool: 'spot/currency_pairs',
    weight: 1,
    parse: (body) =>
      read(Rows, body, (rows) =>
        readListing('currency_pairs', rows, 'id', (json) =>
          checked(CurrencyPair, json, (pair) =>
            good({
              exchange: 'gate',
              symbol: symbolOf(pair.base, pair.quote, 'spot'),
              kind: 'spot',
              base: pair.base,
              quote: pair.quote,
              nativeName: pair.id,
              tickSize: Number(`1e-${pair.precision}`),
              lotSize: Number(`1e-${pair.amount_precision}`),
              minimumQuantity: positiveOrNull(pair.min_base_amount),
              minimumNotional: positiveOrNull(pair.min_quote_amount),
              contractSize: 1,
              status: pair.trade_status === 'tradable' ? 'trading' : 'halted',
            }),
          ),
        ),
      ),
  }
}

/**
 * GET /futures/usdt/contracts; without `limit` all of them.
 * - Left out: inverse contracts, and those whose `contract_type` is not "" (stocks, metals, indices): their tickers can be another
 *   exchange's coin by the same name, and a spread between the two would be nonsense.
 * - In delisting (positions may only be reduced), and any `status` but `trading`: halted.
 * - Lot: one contract; null where contracts trade in fractions (`enable_decimal`), since Gate does not tell the step then.
 * - There is no minimum notional; the minimum quantity is `order_size_min` contracts.
 */
function perpetualInstruments(): RestCall<readonly ListedInstrument[]> {
  return {
    url: urls.contracts,
    query: [],
    headers: decimalSizes,
    pool: 'futures/contracts',
    weight: 1,
    parse: (body) => read(Rows, body, (rows) => readListing('contracts', rows, 'name', readContract)),
  }
}

const readContract = (json: unknown): RowReading<ListedInstrument> =>
  checked(ContractKind, json, ({ type, contract_type }) => {
    if (type !== 'direct' || contract_type) return foreign
    return checked(Contract, json, (contract) => {
      const split = contract.name.lastIndexOf('_')
      const base = contract.name.slice(0, split)
      const quote = contract.name.slice(split + 1)
      if (split <= 0 || quote === '') return bad('name', contract.name, 'no BASE_QUOTE')
      const contractSize = positiveOrNull(contract.quanto_multiplier)
      if (contractSize === null) return bad('quanto_multiplier', contract.quanto_multiplier, 'no contract size')
      const contracts = positiveOrNull(contract.order_size_min)
      const minimumQuantity = contracts === null ? null : baseQuantity(contracts, contractSize)
      if (Number.isNaN(minimumQuantity)) return bad('order_size_min', contract.order_size_min, 'no size')
      const trades = !contract.in_delisting && (contract.status ?? 'trading') === 'trading'
      return good({
        exchange: 'gate',
        symbol: symbolOf(base, quote, 'perpetual'),
        kind: 'perpetual',
        base,
        quote,
        nativeName: contract.name,
        tickSize: positiveOrNull(contract.order_price_round),
        lotSize: contract.enable_decimal ? null : contractSize,
        minimumQuantity,
        minimumNotional: null,
        contractSize,
        status: trades ? 'trading' : 'halted',
      })
    })
  })

// Klines

const windowQuery = ({ period, from, to }: KlineRange) =>
  [
    ['interval', period],
    ['from', String(from / 1000)],
    ['to', String(to / 1000)],
  ] as const

/**
 * GET /spot/candlesticks; `from` and `to` in seconds, both inclusive, no more than 10,000 points back.
 * Rows are not in OHLC order: [time s, quote volume, close, high, low, open, base volume, closed].
 */
function spotKlines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  return {
    url: urls.spotCandles,
    query: [['currency_pair', range.instrument.nativeName], ...windowQuery(range)],
    pool: 'spot/candlesticks',
    weight: 1,
    parse: (body) =>
      read(Rows, body, (rows) =>
        readCandleRows(range, rows, 0, (json) =>
          checked(SpotCandleRow, json, (row) => {
            const [time, quoteVolume, close, high, low, open, volume, closed] = row
            return possible(row, {
              openTime: numberOf(time) * 1000,
              open: numberOf(open),
              high: numberOf(high),
              low: numberOf(low),
              close: numberOf(close),
              volume: numberOf(volume),
              quoteVolume: numberOf(quoteVolume),
              isClosed: closed === 'true' ? true : closed === 'false' ? false : null,
            })
          }),
        ),
      ),
  }
}

/** GET /futures/usdt/candlesticks: `v` contracts, `sum` quote volume, no closed flag. */
function perpetualKlines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument } = range
  return {
    url: urls.perpetualCandles,
    query: [['contract', instrument.nativeName], ...windowQuery(range)],
    headers: decimalSizes,
    pool: 'futures/candlesticks',
    weight: 1,
    parse: (body) =>
      read(Rows, body, (rows) =>
        readCandleRows(range, rows, 't', (json) =>
          checked(PerpetualCandleRow, json, (row) =>
            possible(row, {
              openTime: numberOf(row.t) * 1000,
              open: numberOf(row.o),
              high: numberOf(row.h),
              low: numberOf(row.l),
              close: numberOf(row.c),
              volume: baseQuantity(row.v, instrument.contractSize),
              quoteVolume: row.sum === undefined || row.sum === null ? null : numberOf(row.sum),
              isClosed: null,
            }),
          ),
        ),
      ),
  }
}

function possible(row: unknown, candle: HistoryCandle): RowReading<HistoryCandle> {
  const { openTime, open, high, low, close, volume, quoteVolume } = candle
  const isPossible =
    openTime > 0 && low > 0 && high >= low && open > 0 && close > 0 && volume >= 0 && (quoteVolume ?? 0) >= 0
  const areFinite = [openTime, open, high, close, volume, quoteVolume ?? 0].every(Number.isFinite)
  return isPossible && areFinite ? good(candle) : bad('candle', row, 'impossible values')
}
