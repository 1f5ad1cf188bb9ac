/** MEXC, spot only: quotes, trades, candles and order books as protobuf pushes; instruments, history and whole books by REST. */
import { parseDecimal } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, periodMs, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { isCandle } from '../candles.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { readLayouts } from '../layout.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { mexcAccount } from './account.ts'
import { readBookTicker } from './book-ticker-reader.ts'
import { call, serverTime, unreadable } from './calls.ts'
import { bookRules } from './depth.ts'
import { readDepth } from './depth-reader.ts'
import { fees, klinesPerCall, pools, restIntervals, restOrigin, streamOrigin } from './endpoints.ts'
import { readFailure } from './failures.ts'
import { createNormalizer } from './normalize.ts'
import { ExchangeInfoReply, KlineRow, KlinesReply, SymbolRow } from './schemas.ts'
import { feeds, route } from './subscribe.ts'

export const mexc: Connector = {
  exchange: 'mexc',
  title: 'MEXC',
  kinds: ['spot'],
  origins: [restOrigin, streamOrigin],
  fees,
  quirks,
  unverified,
  account: mexcAccount,
  fundingRates: () => [],

  feeds,
  route,
  samplesCandles: true,
  createNormalizer: (_feed, lookup) =>
    readFirst(
      [readLayouts(readBookTicker((name) => lookup.spot.get(name))), readDepth(lookup.spot)],
      createNormalizer(lookup.spot),
      { isBinary: true },
    ),

  bookRules: (kind) => (kind === 'spot' ? bookRules : null),
  // No reply header tells how much of a pool is used.
  dialect: { usage: () => null, failure: readFailure },
  pools,
  serverTime,
  instruments: () => [call('exchangeInfo', [], parseInstruments)],
  klinesPerCall: () => klinesPerCall,
  klines,
}

/** GET /api/v3/exchangeInfo without parameters: every symbol, about 2,000. Fixture rest_exchange_info.json. */
function parseInstruments(body: unknown): Parsed<readonly ListedInstrument[]> {
  const reply = ExchangeInfoReply.safeParse(body)
  if (!reply.success) return unreadable('symbols: not a list')
  return readListing('symbols', reply.data.symbols, 'symbol', (json) => checked(SymbolRow, json, readInstrument))
}

const readInstrument = (row: SymbolRow): RowReading<ListedInstrument> =>
  good({
    exchange: 'mexc',
    symbol: symbolOf(row.baseAsset, row.quoteAsset, 'spot'),
    kind: 'spot',
    base: row.baseAsset,
    quote: row.quoteAsset,
    nativeName: row.symbol,
    tickSize: powerOfTen(row.quotePrecision ?? row.quoteAssetPrecision),
    lotSize: powerOfTen(row.baseAssetPrecision),
    minimumQuantity: positive(row.baseSizePrecision),
    minimumNotional: positive(row.quoteAmountPrecision),
    contractSize: 1,
    status: statusOf(row),
  })

/**
 * `status` 1 (older: ENABLED) online, 2 pause, 3 offline; `tradeSideType` 4 closed. `isSpotTradingAllowed` is not asked: false
 * closes a symbol to API orders only, while its market is open and its prices are as good as any.
 */
function statusOf({ status, tradeSideType }: SymbolRow): InstrumentStatus {
  const isOnline = String(status) === '1' || status === 'ENABLED'
  return isOnline && String(tradeSideType) !== '4' ? 'trading' : 'halted'
}

/** 10^-places; null where the exchange tells no number of places. */
function powerOfTen(places: string | number | null | undefined): number | null {
  const number = places === null || places === undefined ? Number.NaN : parseDecimal(String(places))
  return Number.isInteger(number) && number >= 0 && number <= 30 ? Number(`1e-${number}`) : null
}

/** "0" says there is no rule: null. */
function positive(value: string | number | null | undefined): number | null {
  const number = value === null || value === undefined ? Number.NaN : parseDecimal(String(value))
  return number > 0 ? number : null
}

/**
 * GET /api/v3/klines. Both bounds always: with one alone MEXC answers with the newest rows instead of those at the bound. Whether
 * `endTime` includes a candle that opens at it is told differently, so it is set within the last candle and the reply is cut to
 * the range.
 */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
  const query = [
    ['symbol', instrument.nativeName],
    ['interval', restIntervals[period]],
    ['startTime', String(from)],
    ['endTime', String(to + periodMs[period] - 1)],
    ['limit', String(klinesPerCall)],
  ] as const
  return call('klines', query, (body) => parseKlines(body, range))
}

/** `isClosed` null: rows carry no flag. Fixture rest_klines.json. */
function parseKlines(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const reply = KlinesReply.safeParse(body)
  if (!reply.success) return unreadable('klines: not a list')
  return readCandleRows(range, reply.data, 0, (json) => checked(KlineRow, json, (row) => readCandle(row, range)))
}

function readCandle(row: KlineRow, { from, to }: KlineRange): RowReading<HistoryCandle> {
  const [openTime, open, high, low, close, volume] = row.slice(0, 6).map((cell) => parseDecimal(String(cell)))
  const wrong = bad('candle', row, 'impossible values')
  if (openTime === undefined || !(openTime > 0)) return wrong
  const quoteCell = row[7] ?? null
  const quoteVolume = quoteCell === null ? null : parseDecimal(String(quoteCell))
  if (open === undefined || high === undefined || low === undefined || close === undefined || volume === undefined)
    return wrong
  if (!isCandle(open, high, low, close, volume, quoteVolume ?? 0)) return wrong
  // The one that opens at `endTime`, or another that MEXC added.
  if (openTime < from || openTime > to) return foreign
  return good({ openTime, open, high, low, close, volume, quoteVolume, isClosed: null })
}
