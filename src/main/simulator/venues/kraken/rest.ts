/** Kraken's public REST: everything with HTTP 200, errors as words in a list. */
import { openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import {
  altname,
  assetId,
  oldAssets,
  pairAltname,
  pairKey,
  priceText,
  quantityText,
  symbolOf,
  wsname,
} from './format.ts'
import { historyRow, pairRows, periodsByInterval } from './frames.ts'
import { Counters, publicAllowance } from './limiter.ts'

const mostCandles = 720
const usualDepth = 100
const mostDepth = 500

export const answer = (result: unknown): VenueReply => ({ status: 200, body: { error: [], result } })
export const refuse = (...words: readonly string[]): VenueReply => ({ status: 200, body: { error: words } })

const invalid = (what: string): VenueReply => refuse(`EGeneral:Invalid arguments:${what}`)
const unknownPair = refuse('EQuery:Unknown asset pair')

/** All of a market's names: `BTC/USDT`, `XBT/USDT`, `XBTUSDT`, the pair key. */
export const namesOf = (one: SimInstrument): readonly string[] => [
  symbolOf(one),
  wsname(one),
  pairAltname(one),
  pairKey(one),
]

export function createPublicRest(
  market: SimMarket,
  instruments: readonly SimInstrument[],
  byName: ReadonlyMap<string, SimInstrument>,
  limits: number,
  maintenance: () => readonly SimMaintenance[],
): (path: string, request: VenueRequest) => VenueReply | null {
  const counters = new Counters(limits)

  /** The key of what is told is the name asked for, where that has a stroke; else the pair's own. */
  function ofPair(query: URLSearchParams, tell: (instrument: SimInstrument, key: string) => VenueReply): VenueReply {
    const name = query.get('pair')
    if (!name) return invalid('pair')
    const instrument = byName.get(name)
    return instrument ? tell(instrument, name.includes('/') ? name : pairKey(instrument)) : unknownPair
  }

  function assetPairs(query: URLSearchParams): VenueReply {
    const names = query.get('pair')?.split(',')
    if (names === undefined) return answer(pairRows(instruments))
    const chosen = names.map((name) => byName.get(name))
    return chosen.some((one) => one === undefined)
      ? unknownPair
      : answer(pairRows(chosen.filter((one) => one !== undefined)))
  }

  const cash = new Set(['USD', 'EUR', 'GBP'])

  /** Traded in the listed markets or not: accounts hold others too. */
  function assets(): VenueReply {
    const codes = new Set([...instruments.flatMap(({ base, quote }) => [base, quote]), ...oldAssets])
    const row = (asset: string) => ({
      aclass: 'currency',
      altname: altname(asset),
      ...(cash.has(asset) ? { decimals: 4, display_decimals: 2 } : { decimals: 10, display_decimals: 5 }),
      status: 'enabled',
    })
    return answer(Object.fromEntries([...codes].map((asset) => [assetId(asset), row(asset)])))
  }

  /** The newest 720 at most, later than `since`; the last is under way. */
  const candles = (query: URLSearchParams): VenueReply =>
    ofPair(query, (instrument, key) => {
      const period = periodsByInterval.get(Number(query.get('interval') ?? '1'))
      if (period === undefined) return invalid('interval')
      const since = Number(query.get('since') ?? '0')
      if (!Number.isFinite(since)) return invalid('since')
      const newest = openTimeOf(market.now(), period)
      const oldest = newest - (mostCandles - 1) * periodMs[period]
      const from = Math.max(oldest, (Math.floor((since * 1_000) / periodMs[period]) + 1) * periodMs[period])
      const rows = from > newest ? [] : market.klines(instrument, period, from, newest).map(historyRow)
      return answer({ [key]: rows, last: (newest - periodMs[period]) / 1_000 })
    })

  const depth = (query: URLSearchParams): VenueReply =>
    ofPair(query, (instrument, key) => {
      const count = Number(query.get('count') ?? usualDepth)
      if (!Number.isInteger(count) || count < 1 || count > mostDepth) return invalid('count')
      const book = market.book(instrument)
      const at = Math.floor(book.at / 1_000)
      const rows = (side: 'bids' | 'asks') =>
        Array.from({ length: Math.min(count, book[side].length) }, (_, index) => [
          priceText(instrument, book[side].price[index] ?? 0),
          quantityText(instrument, book[side].quantity[index] ?? 0),
          at,
        ])
      return answer({ [key]: { asks: rows('asks'), bids: rows('bids') } })
    })

  const systemStatus = (): VenueReply => {
    const status = maintenance().some(({ isOngoing }) => isOngoing) ? 'maintenance' : 'online'
    return answer({ status, timestamp: `${new Date(market.now()).toISOString().slice(0, 19)}Z` })
  }

  const time = (): VenueReply => {
    const now = market.now()
    return answer({ unixtime: Math.floor(now / 1_000), rfc1123: new Date(now).toUTCString() })
  }

  const endpoints: ReadonlyMap<string, (query: URLSearchParams) => VenueReply> = new Map([
    ['Time', time],
    ['SystemStatus', systemStatus],
    ['AssetPairs', assetPairs],
    ['Assets', assets],
    ['OHLC', candles],
    ['Depth', depth],
  ])

  /** null: there is no such call. */
  return (path, { query, address }) => {
    const endpoint = endpoints.get(path)
    if (endpoint === undefined) return null
    const who = path === 'OHLC' ? `${address} ${query.get('pair')}` : address
    // The word for public calls is not documented; it is what clients report.
    if (!counters.take(who, 1, publicAllowance, market.now())) return refuse('EGeneral:Too many requests')
    return endpoint(query)
  }
}
