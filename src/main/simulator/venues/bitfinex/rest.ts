/** Bitfinex's public REST: plain arrays, and errors with status 500. */
import { type EpochMs, openTimeOf, type Period, periodMs, periods } from '../../../../shared/domain/index.ts'
import { timeframes } from '../../../exchanges/bitfinex/subscribe.ts'
import type { SimAccount } from '../../account/contract.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { bookRows, candleRow, pairInfo, statusRow, tickerRow, tradeRow } from './frames.ts'
import { aliases, type Names, pairOf, symbolOf } from './names.ts'

export const failed = (code: number, message: string): VenueReply => ({ status: 500, body: ['error', code, message] })
const invalid = (what: string) => failed(10_020, `${what}: invalid`)
const answered = (body: unknown): VenueReply => ({ status: 200, body })

export interface Endpoint {
  readonly id: string
  /** Requests a minute and address. */
  readonly limit: number
  readonly path: RegExp
  /** `found`: what the path names. */
  answer(query: URLSearchParams, found: readonly string[]): VenueReply
}

const periodsByTimeframe: ReadonlyMap<string, Period> = new Map(periods.map((period) => [timeframes[period], period]))
export const periodOf = (timeframe: string): Period | undefined => periodsByTimeframe.get(timeframe)

/** Candles without a trade are not told. Newest first, or with `sort` 1 oldest first from `start`. */
function candles(market: SimMarket, instrument: SimInstrument, period: Period, query: URLSearchParams): VenueReply {
  const limit = integer(query.get('limit'), 100, 10_000)
  if (limit === null) return invalid('limit')
  const [start, end] = [time(query.get('start')), time(query.get('end'))]
  if (start === null) return invalid('start')
  if (end === null) return invalid('end')
  const step = periodMs[period]
  const isAscending = query.get('sort') === '1'
  const newest = Math.min(openTimeOf(market.now(), period), openTimeOf(end ?? market.now(), period))
  const oldest = Math.max(instrument.listedAt, Math.ceil((start ?? 0) / step) * step)
  const [from, to] = isAscending
    ? [oldest, Math.min(newest, oldest + (limit - 1) * step)]
    : [Math.max(oldest, newest - (limit - 1) * step), newest]
  const found = from > to ? [] : market.klines(instrument, period, from, to)
  const rows = found.filter(({ trades }) => trades > 0).map(candleRow)
  return answered(isAscending ? rows : rows.reverse())
}

export function createEndpoints(
  market: SimMarket,
  account: SimAccount,
  names: Names,
  maintenance: () => readonly SimMaintenance[],
): readonly Endpoint[] {
  const { instruments } = names
  const of = (kind: SimInstrument['kind']) => instruments.filter((instrument) => instrument.kind === kind)
  const lists: Readonly<Record<string, () => unknown>> = {
    'pub:map:currency:sym': () => aliases,
    'pub:list:pair:exchange': () => [...of('spot').map(pairOf), 'TESTBTC:TESTUSD'],
    'pub:list:pair:futures': () => of('perpetual').map(pairOf),
    'pub:info:pair': () => [...of('spot').map(pairInfo), testInfo],
    'pub:info:pair:futures': () => of('perpetual').map(pairInfo),
  }
  /** A symbol's instrument, or the error that it is none. */
  const named = (symbol: string | undefined, answer: (instrument: SimInstrument) => VenueReply): VenueReply => {
    const instrument = names.find(symbol ?? '')
    return instrument === undefined ? invalid('symbol') : answer(instrument)
  }
  return [
    {
      id: 'platform-status',
      limit: 30,
      path: /^\/platform\/status$/,
      answer: () => answered([maintenance().some(({ isOngoing }) => isOngoing) ? 0 : 1]),
    },
    {
      id: 'conf',
      limit: 30,
      path: /^\/conf\/([\w:,]+)$/,
      answer: (_query, [keys = '']) =>
        answered(keys.split(',').map((key) => (Object.hasOwn(lists, key) ? lists[key]?.() : []))),
    },
    {
      id: 'tickers',
      limit: 30,
      path: /^\/tickers$/,
      answer: (query) => {
        const wanted = (query.get('symbols') ?? '').split(',')
        const chosen = instruments.filter((one) => wanted.includes('ALL') || wanted.includes(symbolOf(one)))
        return answered(chosen.map((one) => [symbolOf(one), ...tickerRow(market, one)]))
      },
    },
    {
      id: 'ticker',
      limit: 90,
      path: /^\/ticker\/([^/]+)$/,
      answer: (_query, [symbol]) => named(symbol, (instrument) => answered(tickerRow(market, instrument))),
    },
    {
      id: 'book',
      limit: 240,
      path: /^\/book\/([^/]+)\/([^/]+)$/,
      answer: (query, [symbol, precision]) =>
        named(symbol, (instrument) => {
          const levels = query.get('len') ?? '25'
          if (precision !== 'P0') return invalid('precision')
          if (!['1', '25', '100', '250'].includes(levels)) return invalid('len')
          return answered(bookRows(market.book(instrument), Number(levels)))
        }),
    },
    {
      id: 'trades',
      limit: 15,
      path: /^\/trades\/([^/]+)\/hist$/,
      answer: (query, [symbol]) =>
        named(symbol, (instrument) => {
          const limit = integer(query.get('limit'), 125, 10_000)
          return limit === null ? invalid('limit') : answered(market.trades(instrument, limit).map(tradeRow).reverse())
        }),
    },
    {
      id: 'candles',
      limit: 30,
      path: /^\/candles\/trade:(\w+):([^/]+)\/(hist|last)$/,
      answer: (query, [timeframe = '', symbol, section]) =>
        named(symbol, (instrument) => {
          const period = periodOf(timeframe)
          if (period === undefined) return invalid('time')
          if (section === 'hist') return candles(market, instrument, period, query)
          const now = market.now()
          return answered(market.klines(instrument, period, openTimeOf(now, period), now).map(candleRow)[0] ?? [])
        }),
    },
    {
      id: 'status',
      limit: 90,
      path: /^\/status\/deriv$/,
      answer: (query) => {
        const keys = (query.get('keys') ?? '').split(',')
        const chosen = of('perpetual').filter((one) => keys.includes('ALL') || keys.includes(symbolOf(one)))
        return answered(chosen.map((one) => [symbolOf(one), ...statusRow(market, account, one)]))
      },
    },
  ]
}

const testInfo = ['TESTBTC:TESTUSD', [null, null, null, '0.00006', '2000.0', null, null, null, null, null, null, null]]

/** The endpoint of a request and what its path names; null: there is none. */
export function endpointOf<E extends Pick<Endpoint, 'path'>>(
  endpoints: readonly E[],
  { path }: VenueRequest,
): { readonly endpoint: E; readonly found: readonly string[] } | null {
  const plain = path.startsWith('/v2/') ? decodeURIComponent(path.slice('/v2'.length)) : ''
  for (const endpoint of endpoints) {
    const found = endpoint.path.exec(plain)
    if (found !== null) return { endpoint, found: found.slice(1) }
  }
  return null
}

/** A count from 1; more than `maximum` is wrong, as is what is no count: null. */
function integer(text: string | null, standard: number, maximum: number): number | null {
  if (text === null || text === '') return standard
  return /^[1-9]\d{0,8}$/.test(text) && Number(text) <= maximum ? Number(text) : null
}

/** undefined where it is not given, null where it is no time. */
function time(text: string | null): EpochMs | null | undefined {
  if (text === null || text === '') return undefined
  return /^\d{1,16}$/.test(text) ? Number(text) : null
}
