import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type EpochMs,
  type InstrumentStatus,
  type ListedInstrument,
  type MarketKind,
  type Period,
  periodMs,
  symbolOf,
} from '../../../shared/domain/index.ts'
import type { Parsed, ReplyHead, RestCall, RestDialect, RestFailure } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { readFirst } from '../scan.ts'
import {
  fees,
  origins,
  perpetualKlinesPerCall,
  perpetualKlinesWeight,
  perpetualRest,
  pools,
  spotKlinesPerCall,
  spotKlinesWeight,
  spotRest,
} from './endpoints.ts'
import { createNormalizer, isCandle } from './normalize.ts'
import { createReaders } from './reader.ts'
import {
  ErrorBody,
  type Filter,
  KlinesBody,
  PerpetualExchangeInfoBody,
  ServerTimeBody,
  SpotExchangeInfoBody,
} from './schemas.ts'
import { feeds, route } from './subscribe.ts'

const unreadable = (
  what: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): { ok: false; problem: string } => {
  const [first] = issues
  return {
    ok: false,
    problem: `${what}: ${first === undefined ? 'unreadable' : `${first.path.join('.')}: ${first.message}`}`,
  }
}

function readServerTime(body: unknown): Parsed<EpochMs> {
  const parsed = ServerTimeBody.safeParse(body)
  return parsed.success ? { ok: true, value: parsed.data.serverTime } : unreadable('time', parsed.error.issues)
}

/** A rule's number; null where the filter is missing or its value 0, which switches the rule off; NaN where it is no number. */
function rule(filters: readonly Filter[], types: readonly string[], read: (filter: Filter) => string | undefined) {
  const filter = filters.find((candidate) => types.includes(candidate.filterType))
  const text = filter === undefined ? undefined : read(filter)
  if (text === undefined) return null
  const value = parseDecimal(text)
  if (value === 0) return null
  return value > 0 && value < Number.POSITIVE_INFINITY ? value : Number.NaN
}

/** Tick, lot and minimum order. Tick is the filter's, not `pricePrecision`. */
function rules(filters: readonly Filter[]) {
  return {
    tickSize: rule(filters, ['PRICE_FILTER'], (filter) => filter.tickSize),
    lotSize: rule(filters, ['LOT_SIZE'], (filter) => filter.stepSize),
    minimumQuantity: rule(filters, ['LOT_SIZE'], (filter) => filter.minQty),
    minimumNotional: rule(filters, ['NOTIONAL', 'MIN_NOTIONAL'], (filter) => filter.minNotional ?? filter.notional),
  }
}

interface Listing {
  readonly symbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly filters: readonly Filter[]
}

function list<L extends Listing>(
  listings: readonly L[],
  kind: MarketKind,
  statusOf: (listing: L) => InstrumentStatus,
): Parsed<readonly ListedInstrument[]> {
  const instruments: ListedInstrument[] = []
  for (const listing of listings) {
    const read = rules(listing.filters)
    for (const [name, value] of Object.entries(read))
      if (Number.isNaN(value)) return { ok: false, problem: `exchangeInfo: ${listing.symbol}: ${name} is no number` }
    instruments.push({
      exchange: 'binance',
      symbol: symbolOf(listing.baseAsset, listing.quoteAsset, kind),
      kind,
      base: listing.baseAsset,
      quote: listing.quoteAsset,
      nativeName: listing.symbol,
      ...read,
      // futures quantities are in base asset: the multiplier is 1; 1000PEPE is a base asset of its own
      contractSize: 1,
      status: statusOf(listing),
    })
  }
  return { ok: true, value: instruments }
}

/**
 * `trading` only where a plain spot account may order: END_OF_DAY, HALT, BREAK, CANCEL_ONLY and whatever comes later are
 * `halted`, and so are symbols reserved for other account groups.
 */
function readSpotInstruments(body: unknown): Parsed<readonly ListedInstrument[]> {
  const parsed = SpotExchangeInfoBody.safeParse(body)
  if (!parsed.success) return unreadable('exchangeInfo', parsed.error.issues)
  return list(parsed.data.symbols, 'spot', ({ status, isSpotTradingAllowed, permissionSets = [] }) =>
    status === 'TRADING' && isSpotTradingAllowed && permissionSets.every((anyOf) => anyOf.includes('SPOT'))
      ? 'trading'
      : 'halted',
  )
}

/**
 * Perpetuals on crypto assets. Dated contracts (`BTCUSDT_260925`) are no perpetuals; TRADIFI_PERPETUAL are stocks and
 * commodities, whose base names would collide with tokens. Everything but TRADING (PENDING_TRADING, SETTLING, CLOSE) is `halted`.
 */
function readPerpetualInstruments(body: unknown): Parsed<readonly ListedInstrument[]> {
  const parsed = PerpetualExchangeInfoBody.safeParse(body)
  if (!parsed.success) return unreadable('exchangeInfo', parsed.error.issues)
  const perpetuals = parsed.data.symbols.filter((listing) => listing.contractType === 'PERPETUAL')
  return list(perpetuals, 'perpetual', ({ status }) => (status === 'TRADING' ? 'trading' : 'halted'))
}

/** Rows come ascending by open time and name no closed flag; the last is the open candle when the range reaches now. */
function readKlines(body: unknown, from: EpochMs, to: EpochMs, period: Period): Parsed<readonly HistoryCandle[]> {
  const parsed = KlinesBody.safeParse(body)
  if (!parsed.success) return unreadable('klines', parsed.error.issues)
  const candles: HistoryCandle[] = []
  let after = -1
  for (const [openTime, o, h, l, c, v, , q] of parsed.data) {
    const [open, high, low, close, volume, quoteVolume] = [
      parseDecimal(o),
      parseDecimal(h),
      parseDecimal(l),
      parseDecimal(c),
      parseDecimal(v),
      parseDecimal(q),
    ]
    if (openTime < from || openTime > to || openTime <= after || openTime % periodMs[period] !== 0)
      return { ok: false, problem: `klines: open time ${openTime} after ${after}, asked for ${from} to ${to}` }
    if (!isCandle(open, high, low, close, volume, quoteVolume))
      return { ok: false, problem: `klines: ${openTime} o ${o} h ${h} l ${l} c ${c} v ${v} q ${q}` }
    after = openTime
    candles.push({ openTime, open, high, low, close, volume, quoteVolume, isClosed: null })
  }
  return { ok: true, value: candles }
}

/** `startTime` and `endTime` compare with the open time, both inclusive. */
function klines({ instrument, period, from, to }: KlineRange): RestCall<readonly HistoryCandle[]> {
  const limit = Math.floor((to - from) / periodMs[period]) + 1
  const isSpot = instrument.kind === 'spot'
  return {
    url: isSpot ? `${spotRest}/api/v3/klines` : `${perpetualRest}/fapi/v1/klines`,
    query: [
      ['symbol', instrument.nativeName],
      ['interval', period],
      ['startTime', String(from)],
      ['endTime', String(to)],
      ['limit', String(limit)],
    ],
    pool: isSpot ? 'spot' : 'perpetual',
    weight: isSpot ? spotKlinesWeight : perpetualKlinesWeight(limit),
    parse: (body) => readKlines(body, from, to, period),
  }
}

const header = (head: ReplyHead, name: string): string | undefined => {
  const value = head.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** The longest of what the reply asks for: `Retry-After` in seconds, and the "banned until <epoch ms>" of the text. */
function retryAfterMs(head: ReplyHead, message: string, now: EpochMs): number | null {
  const waits: number[] = []
  const seconds = Number(header(head, 'retry-after') ?? Number.NaN)
  if (seconds >= 0 && seconds < Number.POSITIVE_INFINITY) waits.push(seconds * 1_000)
  const until = /banned until (\d{10,16})/.exec(message)?.[1]
  if (until !== undefined) waits.push(Math.max(0, Number(until) - now))
  return waits.length === 0 ? null : Math.max(...waits)
}

/** Their fault and passing: disconnected, unexpected response, timeout, overloaded, shutting down (errors.md, 10xx). */
const passing = new Set([-1000, -1001, -1006, -1007, -1008, -1016])

function kindOf(status: number, code: number | null, message: string): RestFailure['kind'] {
  if (status === 418 || /banned until/.test(message)) return 'banned'
  if (status === 429 || code === -1003) return 'rateLimited'
  // 403: web application firewall, for limits or for security; 451: the country
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 || status === 408 || (code !== null && passing.has(code))) return 'unavailable'
  return 'invalid'
}

/**
 * `{"code":-1121,"msg":"Invalid symbol."}` with HTTP 4xx; weight used by this IP in `X-MBX-USED-WEIGHT-1M`.
 * Source: rest-api.md, "HTTP Return Codes" and "LIMITS"; errors.md
 */
const dialect: RestDialect = {
  usage(_call, head) {
    const used = Number(header(head, 'x-mbx-used-weight-1m') ?? Number.NaN)
    return used >= 0 && used < Number.POSITIVE_INFINITY ? { used } : null
  },
  failure(head, body, now) {
    if (head.status >= 200 && head.status < 300) return null
    const error = ErrorBody.safeParse(body).data
    const message = error?.msg ?? `HTTP ${head.status}`
    return {
      kind: kindOf(head.status, error?.code ?? null, message),
      code: error === undefined ? null : String(error.code),
      message,
      retryAfterMs: retryAfterMs(head, message, now),
    }
  },
}

/** Binance: spot and USD-M perpetuals, two products with hosts, names and limits of their own. */
export const binance: Connector = {
  exchange: 'binance',
  title: 'Binance',
  kinds: ['spot', 'perpetual'],
  origins,
  fees,
  feeds,
  route,
  createNormalizer: (feed, lookup) => readFirst(createReaders(feed, lookup), createNormalizer(feed, lookup)),
  dialect,
  pools,
  serverTime: () => ({
    url: `${spotRest}/api/v3/time`,
    query: [],
    pool: 'spot',
    weight: 1,
    parse: readServerTime,
  }),
  instruments: () => [
    { url: `${spotRest}/api/v3/exchangeInfo`, query: [], pool: 'spot', weight: 20, parse: readSpotInstruments },
    {
      url: `${perpetualRest}/fapi/v1/exchangeInfo`,
      query: [],
      pool: 'perpetual',
      weight: 1,
      parse: readPerpetualInstruments,
    },
  ],
  klinesPerCall: (instrument) => (instrument.kind === 'spot' ? spotKlinesPerCall : perpetualKlinesPerCall),
  klines,
}
