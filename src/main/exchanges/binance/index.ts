import { parseDecimal } from '../../../shared/decimal.ts'
import {
  type EpochMs,
  type InstrumentStatus,
  type ListedInstrument,
  type MarketKind,
  periodMs,
  symbolOf,
} from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { isCandle } from '../candles.ts'
import type { Connector, HistoryCandle, KlineRange, Maintenance } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readCandleRows, readListing } from '../rows.ts'
import { readFirst } from '../scan.ts'
import { quirks, unverified } from './about.ts'
import { binanceAccount } from './account.ts'
import { bookRules } from './depth.ts'
import { dialect } from './dialect.ts'
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
import { fundingIntervals, fundingRates, settledRates } from './funding-rates.ts'
import { createNormalizer } from './normalize.ts'
import { createReaders } from './reader.ts'
import {
  ContractType,
  ExchangeInfoBody,
  type Filter,
  KlineRow,
  KlinesBody,
  PerpetualSymbol,
  ServerTimeBody,
  SpotSymbol,
  SystemStatusBody,
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

/** `{"status":1,"msg":"system_maintenance"}`: it announces nothing, and names no end. Source: wallet, "System Status" */
function readSystemStatus(body: unknown): Parsed<readonly Maintenance[]> {
  const parsed = SystemStatusBody.safeParse(body)
  if (!parsed.success) return unreadable('system status', parsed.error.issues)
  const { status, msg: title } = parsed.data
  return { ok: true, value: status === 1 ? [{ title, from: null, until: null, isOngoing: true }] : [] }
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
 * commodities, whose base names would collide with tokens. What settles in its own base asset is COIN-M's, counted in contracts: since
 * 2026 its documentation names this host too. Everything but TRADING (PENDING_TRADING, SETTLING, CLOSE) is `halted`.
 */
const readPerpetualInstrument = (json: unknown): RowReading<ListedInstrument> =>
  checked(ContractType, json, ({ contractType, baseAsset, marginAsset }) =>
    contractType !== 'PERPETUAL' || (marginAsset !== undefined && marginAsset === baseAsset)
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

/** Binance: spot and USD-M perpetuals, two products with hosts, names and limits of their own. */
export const binance: Connector = {
  exchange: 'binance',
  title: 'Binance',
  kinds: ['spot', 'perpetual'],
  origins,
  fees,
  quirks,
  unverified,
  account: binanceAccount,
  feeds,
  route,
  createNormalizer: (feed, lookup) => readFirst(createReaders(feed, lookup), createNormalizer(feed, lookup)),
  bookRules,
  dialect,
  pools,
  serverTime: () => ({
    url: `${spotRest}/api/v3/time`,
    query: [],
    pool: 'spot',
    weight: 1,
    parse: readServerTime,
  }),
  maintenance: () => ({
    url: `${spotRest}/sapi/v1/system/status`,
    query: [],
    pool: 'sapi-ip',
    weight: 1,
    parse: readSystemStatus,
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
  fundingRates,
  fundingIntervals,
  settledRates,
}
