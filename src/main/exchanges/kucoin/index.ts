/**
 * KuCoin's classic API: spot, and perpetuals settled in what they are quoted in (USDT, USDC), which call bitcoin XBT and count lots.
 * Docs: https://www.kucoin.com/docs-new
 */
import { multiplyDecimal, parseDecimal, scaleOf } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, periodMs, symbolOf } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { kucoinAccount } from './account.ts'
import { currenciesCall } from './assets.ts'
import { serverTime } from './calls.ts'
import { bookRules } from './depth.ts'
import { dialect } from './dialect.ts'
import {
  candleTypes,
  fees,
  futuresCandlesPerCall,
  futuresOrigin,
  futuresStreamOrigin,
  pools,
  spotCandlesPerCall,
  spotOrigin,
  spotStreamOrigin,
  urls,
} from './endpoints.ts'
import { fundingRates, settledRates } from './funding-rates.ts'
import { maintenance } from './maintenance.ts'
import { createNormalizer, readCandle, scaleOfSizes, soundCandle } from './normalize.ts'
import { createReaders } from './reader.ts'
import { rowsOf } from './replies.ts'
import { ContractKind, ContractRow, NumberCandle, SymbolRow, TextCandle } from './schemas.ts'
import { feedAddress, feeds, route } from './subscribe.ts'

export const kucoin: Connector = {
  exchange: 'kucoin',
  title: 'KuCoin',
  kinds: ['spot', 'perpetual'],
  origins: [spotOrigin, futuresOrigin, spotStreamOrigin, futuresStreamOrigin],
  fees,
  quirks,
  unverified,
  account: kucoinAccount,
  feeds,
  route,
  feedAddress,
  createNormalizer: (feed, lookup) => readFirst(createReaders(feed, lookup), createNormalizer(feed, lookup)),
  bookRules: () => bookRules,
  dialect,
  pools,
  serverTime,
  maintenance,
  instruments: () => [spotInstruments, perpetualInstruments],
  klinesPerCall: ({ kind }) => (kind === 'perpetual' ? futuresCandlesPerCall : spotCandlesPerCall),
  klines: (range) => (range.instrument.kind === 'perpetual' ? futuresKlines(range) : spotKlines(range)),
  fundingRates,
  settledRates,
  assetNetworks: currenciesCall,
}

// ---------------------------------------------------------------- instruments

const spotInstruments: RestCall<readonly ListedInstrument[]> = {
  url: urls.symbols,
  query: [],
  pool: 'public',
  weight: 4,
  parse: (body) =>
    rowsOf(body, (rows) => readListing('symbols', rows, 'symbol', (json) => checked(SymbolRow, json, readSymbol))),
}

/** `symbol` stays when a coin is renamed, as do `baseCurrency` and the asset that balances name; only `name` changes, and is not read. */
const readSymbol = (row: SymbolRow): RowReading<ListedInstrument> =>
  good({
    exchange: 'kucoin',
    symbol: symbolOf(row.baseCurrency, row.quoteCurrency, 'spot'),
    kind: 'spot',
    base: row.baseCurrency,
    quote: row.quoteCurrency,
    nativeName: row.symbol,
    tickSize: positiveOrNull(row.priceIncrement),
    lotSize: positiveOrNull(row.baseIncrement),
    minimumQuantity: positiveOrNull(row.baseMinSize),
    minimumNotional: positiveOrNull(row.minFunds),
    contractSize: 1,
    status: row.enableTrading ? 'trading' : 'halted',
  })

/** Absent or "0": there is no rule. */
function positiveOrNull(text: string | null | undefined): number | null {
  const number = parseDecimal(text ?? '')
  return number > 0 ? number : null
}

const perpetualInstruments: RestCall<readonly ListedInstrument[]> = {
  url: urls.contracts,
  query: [],
  pool: 'public',
  weight: 3,
  parse: (body) => rowsOf(body, (rows) => readListing('contracts', rows, 'symbol', readContract)),
}

/** A contract without an end; `FFICSX` has one. */
const perpetualType = 'FFWCSX'

/** Not ours to list: dated and inverse contracts. Names are never cut up: `AIXBTUSDTM` is of AIXBT. */
const readContract = (json: unknown): RowReading<ListedInstrument> =>
  checked(ContractKind, json, ({ type, isInverse, quoteCurrency, settleCurrency, expireDate }) =>
    type !== perpetualType || isInverse || settleCurrency !== quoteCurrency || typeof expireDate === 'number'
      ? foreign
      : checked(ContractRow, json, readPerpetual),
  )

/** A lot is `multiplier` of the base asset; orders are of `lotSize` lots at least. */
function readPerpetual(row: ContractRow): RowReading<ListedInstrument> {
  const base = row.baseCurrency === 'XBT' ? 'BTC' : row.baseCurrency
  const lotSize = multiplyDecimal(String(row.lotSize), scaleOf(row.multiplier))
  if (!(lotSize > 0)) return bad('lotSize', row.lotSize, `with multiplier ${row.multiplier} no lot`)
  return good({
    exchange: 'kucoin',
    symbol: symbolOf(base, row.quoteCurrency, 'perpetual'),
    kind: 'perpetual',
    base,
    quote: row.quoteCurrency,
    nativeName: row.symbol,
    tickSize: row.tickSize,
    lotSize,
    minimumQuantity: lotSize,
    minimumNotional: null,
    contractSize: row.multiplier,
    status: statusOf(row.status),
  })
}

/** `Init`, `BeingSettled`, `Paused`, `CancelOnly` and words yet to come are listed but cannot be traded at the market. */
function statusOf(status: string): InstrumentStatus {
  if (status === 'Open') return 'trading'
  return status === 'Settled' || status === 'Closed' ? 'delisted' : 'halted'
}

// ---------------------------------------------------------------- klines

/** Both calls end within the last candle, since it is not documented whether one that opens at the end counts. */
const endOf = ({ period, to }: KlineRange): number => to + periodMs[period] - 1_000

/** Newest first; bounds in seconds. Columns as on the stream. */
const spotKlines = (range: KlineRange): RestCall<readonly HistoryCandle[]> => ({
  url: urls.spotCandles,
  query: [
    ['symbol', range.instrument.nativeName],
    ['type', candleTypes[range.period]],
    ['startAt', String(range.from / 1_000)],
    ['endAt', String(endOf(range) / 1_000)],
  ],
  pool: 'public',
  weight: 3,
  parse: (body) =>
    rowsOf(body, (rows) =>
      readCandleRows(range, rows, 0, (json) =>
        checked(TextCandle, json, (row) => {
          const candle = readCandle(row, range.instrument, range.period)
          return candle === null ? bad('candle', row, 'impossible values') : good({ ...candle, isClosed: null })
        }),
      ),
    ),
})

const minuteMs = 60_000

/** Oldest first; bounds in ms. [start ms, open, high, low, close, lots, quote volume]: not the stream's order. */
const futuresKlines = (range: KlineRange): RestCall<readonly HistoryCandle[]> => ({
  url: urls.futuresCandles,
  query: [
    ['symbol', range.instrument.nativeName],
    ['granularity', String(periodMs[range.period] / minuteMs)],
    ['from', String(range.from)],
    ['to', String(endOf(range))],
  ],
  pool: 'public',
  weight: 3,
  parse: (body) =>
    rowsOf(body, (rows) =>
      readCandleRows(range, rows, 0, (json) =>
        checked(NumberCandle, json, (row) => {
          const [openTime, open, high, low, close, lots, quoteVolume] = row
          const volume = multiplyDecimal(String(lots), scaleOfSizes(range.instrument))
          const candle = soundCandle({ openTime, open, high, low, close, volume, quoteVolume }, range.period)
          return candle === null ? bad('candle', row, 'impossible values') : good({ ...candle, isClosed: null })
        }),
      ),
    ),
})
