/** MEXC, spot only: quotes, trades and candles as protobuf pushes; instruments and history by REST. */
import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type EpochMs,
  type InstrumentStatus,
  type ListedInstrument,
  periodMs,
  symbolOf,
} from '../../../shared/domain/index.ts'
import type { Parsed, ReplyHead, RestCall, RestFailure } from '../../net/rest.ts'
import { retryAfterMs } from '../../net/retry-after.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { mexcAccount } from './account.ts'
import {
  fees,
  klinesPerCall,
  pools,
  restHeaders,
  restIntervals,
  restOrigin,
  restUrls,
  streamOrigin,
  weights,
} from './endpoints.ts'
import { createNormalizer } from './normalize.ts'
import { ErrorBody, ExchangeInfoReply, KlineRow, KlinesReply, SymbolRow, TimeReply } from './schemas.ts'
import { feeds, route } from './subscribe.ts'

export const mexc: Connector = {
  exchange: 'mexc',
  title: 'MEXC',
  kinds: ['spot'],
  origins: [restOrigin, streamOrigin],
  fees,
  account: mexcAccount,
  fundingRates: () => [],

  feeds,
  route,
  createNormalizer: (_feed, lookup) => createNormalizer(lookup.spot),

  // No reply header tells how much of a pool is used.
  dialect: { usage: () => null, failure: readFailure },
  pools,
  serverTime: () => call('time', [], parseTime),
  instruments: () => [call('exchangeInfo', [], parseInstruments)],
  klinesPerCall: () => klinesPerCall,
  klines,
}

function call<T>(
  endpoint: keyof typeof restUrls,
  query: RestCall<T>['query'],
  parse: (body: unknown) => Parsed<T>,
): RestCall<T> {
  return { url: restUrls[endpoint], query, headers: restHeaders, pool: endpoint, weight: weights[endpoint], parse }
}

const unreadable = (problem: string): { ok: false; problem: string } => ({ ok: false, problem })

function parseTime(body: unknown): Parsed<EpochMs> {
  const reply = TimeReply.safeParse(body)
  return reply.success ? { ok: true, value: reply.data.serverTime } : unreadable('serverTime: not epoch ms')
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
  if (!isPositive(open) || !isPositive(high) || !isPositive(low) || !isPositive(close)) return wrong
  const quoteCell = row[7] ?? null
  const quoteVolume = quoteCell === null ? null : parseDecimal(String(quoteCell))
  if (volume === undefined || !(volume >= 0) || (quoteVolume !== null && !(quoteVolume >= 0))) return wrong
  // The one that opens at `endTime`, or another that MEXC added.
  if (openTime < from || openTime > to) return foreign
  return good({ openTime, open, high, low, close, volume, quoteVolume, isClosed: null })
}

const isPositive = (value: number | undefined): value is number => value !== undefined && value > 0

/**
 * 429 with Retry-After, then 418 for a ban of minutes to days; 403 is the firewall, which also stands in the way of addresses and
 * regions. Other errors carry `{"code":…,"msg":"…"}`, mostly with HTTP 400; a code may come with HTTP 200 as well, where 0 and 200
 * say success.
 */
function readFailure(head: ReplyHead, body: unknown, now: number): RestFailure | null {
  const error = ErrorBody.safeParse(body)
  const code = error.success ? String(error.data.code) : null
  const isSuccess = head.status >= 200 && head.status < 300
  if (isSuccess && (code === null || code === '0' || code === '200')) return null
  const kind = failureKind(isSuccess ? Number(code) : head.status)
  const message = (error.success ? error.data.msg : null) || `HTTP ${head.status}`
  return { kind, code, message, retryAfterMs: retryAfterMs(head.headers['retry-after'], now) }
}

function failureKind(status: number): RestFailure['kind'] {
  if (status === 429) return 'rateLimited'
  if (status === 418) return 'banned'
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 && status < 600) return 'unavailable'
  return 'invalid'
}
