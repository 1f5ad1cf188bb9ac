import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type EpochMs,
  type InstrumentStatus,
  type ListedInstrument,
  type MarketKind,
  periodMs,
  symbolOf,
} from '../../../shared/domain/index.ts'
import type { Parsed, ReplyHead, RestCall, RestDialect, RestFailure } from '../../net/rest.ts'
import type { Connector, HistoryCandle, KlineRange } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { binanceAccount } from './account.ts'
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
  ContractType,
  ErrorBody,
  ExchangeInfoBody,
  type Filter,
  KlineRow,
  KlinesBody,
  PerpetualSymbol,
  ServerTimeBody,
  SpotSymbol,
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

const ruleNames = ['tickSize', 'lotSize', 'minimumQuantity', 'minimumNotional'] as const
type Rules<T> = Readonly<Record<(typeof ruleNames)[number], T>>

/** Tick, lot and minimum order as they stand in the filters. Tick is the filter's, not `pricePrecision`. */
function ruleTexts(filters: readonly Filter[]): Rules<string | undefined> {
  const filter = (...types: readonly string[]) => filters.find(({ filterType }) => types.includes(filterType))
  const notional = filter('NOTIONAL', 'MIN_NOTIONAL')
  return {
    tickSize: filter('PRICE_FILTER')?.tickSize,
    lotSize: filter('LOT_SIZE')?.stepSize,
    minimumQuantity: filter('LOT_SIZE')?.minQty,
    minimumNotional: notional?.minNotional ?? notional?.notional,
  }
}

/** A rule's number; null where the filter is missing or its value 0, which switches the rule off; NaN where it is no number. */
function ruleOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const value = parseDecimal(text)
  if (value === 0) return null
  return value > 0 ? value : Number.NaN
}

interface Listing {
  readonly symbol: string
  readonly baseAsset: string
  readonly quoteAsset: string
  readonly filters: readonly Filter[]
}

function listed(listing: Listing, kind: MarketKind, status: InstrumentStatus): RowReading<ListedInstrument> {
  const texts = ruleTexts(listing.filters)
  const wrong = ruleNames.find((name) => Number.isNaN(ruleOf(texts[name])))
  if (wrong !== undefined) return bad(wrong, texts[wrong], 'no number')
  return good({
    exchange: 'binance',
    symbol: symbolOf(listing.baseAsset, listing.quoteAsset, kind),
    kind,
    base: listing.baseAsset,
    quote: listing.quoteAsset,
    nativeName: listing.symbol,
    tickSize: ruleOf(texts.tickSize),
    lotSize: ruleOf(texts.lotSize),
    minimumQuantity: ruleOf(texts.minimumQuantity),
    minimumNotional: ruleOf(texts.minimumNotional),
    // futures quantities are in base asset: the multiplier is 1; 1000PEPE is a base asset of its own
    contractSize: 1,
    status,
  })
}

function readInstruments(
  body: unknown,
  read: (row: unknown) => RowReading<ListedInstrument>,
): Parsed<readonly ListedInstrument[]> {
  const parsed = ExchangeInfoBody.safeParse(body)
  if (!parsed.success) return unreadable('exchangeInfo', parsed.error.issues)
  return readListing('exchangeInfo', parsed.data.symbols, 'symbol', read)
}

/**
 * `trading` only where a plain spot account may order: END_OF_DAY, HALT, BREAK, CANCEL_ONLY and whatever comes later are
 * `halted`, and so are symbols reserved for other account groups.
 */
const readSpotInstrument = (json: unknown): RowReading<ListedInstrument> =>
  checked(SpotSymbol, json, (row) => {
    const { status, isSpotTradingAllowed, permissionSets = [] } = row
    const isOpen = status === 'TRADING' && isSpotTradingAllowed
    const isForAll = permissionSets.every((anyOf) => anyOf.includes('SPOT'))
    return listed(row, 'spot', isOpen && isForAll ? 'trading' : 'halted')
  })

/**
 * Perpetuals on crypto assets. Dated contracts (`BTCUSDT_260925`) are no perpetuals; TRADIFI_PERPETUAL are stocks and
 * commodities, whose base names would collide with tokens. Everything but TRADING (PENDING_TRADING, SETTLING, CLOSE) is `halted`.
 */
const readPerpetualInstrument = (json: unknown): RowReading<ListedInstrument> =>
  checked(ContractType, json, ({ contractType }) =>
    contractType !== 'PERPETUAL'
      ? foreign
      : checked(PerpetualSymbol, json, (row) =>
          listed(row, 'perpetual', row.status === 'TRADING' ? 'trading' : 'halted'),
        ),
  )

/** Rows name no closed flag; the last is the open candle when the range reaches now. */
const readKline = (json: unknown): RowReading<HistoryCandle> =>
  checked(KlineRow, json, (row) => {
    const [openTime, o, h, l, c, v, , q] = row
    const [open, high, low] = [parseDecimal(o), parseDecimal(h), parseDecimal(l)]
    const [close, volume, quoteVolume] = [parseDecimal(c), parseDecimal(v), parseDecimal(q)]
    if (!isCandle(open, high, low, close, volume, quoteVolume)) return bad('candle', row, 'impossible values')
    return good({ openTime, open, high, low, close, volume, quoteVolume, isClosed: null })
  })

function readKlines(body: unknown, range: KlineRange): Parsed<readonly HistoryCandle[]> {
  const parsed = KlinesBody.safeParse(body)
  if (!parsed.success) return unreadable('klines', parsed.error.issues)
  return readCandleRows(range, parsed.data, 0, readKline)
}

/** `startTime` and `endTime` compare with the open time, both inclusive. */
function klines(range: KlineRange): RestCall<readonly HistoryCandle[]> {
  const { instrument, period, from, to } = range
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
    parse: (body) => readKlines(body, range),
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
  account: binanceAccount,
  fundingRates: () => [],
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
    {
      url: `${spotRest}/api/v3/exchangeInfo`,
      query: [],
      pool: 'spot',
      weight: 20,
      parse: (body) => readInstruments(body, readSpotInstrument),
    },
    {
      url: `${perpetualRest}/fapi/v1/exchangeInfo`,
      query: [],
      pool: 'perpetual',
      weight: 1,
      parse: (body) => readInstruments(body, readPerpetualInstrument),
    },
  ],
  klinesPerCall: (instrument) => (instrument.kind === 'spot' ? spotKlinesPerCall : perpetualKlinesPerCall),
  klines,
}
