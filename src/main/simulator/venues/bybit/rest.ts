/** Bybit's REST under /v5: one envelope, HTTP 200 whatever the code, limits per address and, for private lists, per user and endpoint. */
import { type EpochMs, openTimeOf, periodMs } from '../../../../shared/domain/index.ts'
import type { SimAccount } from '../../account/contract.ts'
import { fundingRateDue } from '../../account/funding.ts'
import { createAssets } from '../../assets.ts'
import { WindowCounts } from '../../request-counts.ts'
import type { SimInstrument, SimMaintenance, SimMarket, VenueReply, VenueRequest } from '../../venue.ts'
import { type Category, type Frames, periodsByInterval } from './frames.ts'
import { checkRequest } from './private-auth.ts'
import { createPrivateRest, type PrivateEndpoint } from './private-rest.ts'
import type { PrivateRows } from './private-rows.ts'
import { type Answer, answered, limitIn, type Refused, refused, replyOf, timeIn, wrong } from './replies.ts'

/** Requests of one address, whatever they ask; beyond it the address is shut out. */
const addressLimit = 600
const addressWindowMs = 5_000
const banMs = 600_000
const fundingMs = 8 * 3_600_000
const fundingMemoryMs = 730 * 86_400_000
const mostPaidRates = 200

const accessTooFrequent: VenueReply = { status: 403, body: 'access too frequent' }
const notFound: VenueReply = { status: 404, body: '' }

export function createRest(
  market: SimMarket,
  frames: Frames,
  account: SimAccount,
  rows: PrivateRows,
  limits: number,
  maintenance: () => readonly SimMaintenance[],
  seed: number,
): (request: VenueRequest) => VenueReply {
  const counts = new WindowCounts()
  const bannedUntil = new Map<string, EpochMs>()

  function isShutOut(address: string): boolean {
    if ((bannedUntil.get(address) ?? 0) > market.now()) return true
    if (counts.add(`address ${address}`, addressWindowMs, market.now()) <= addressLimit * limits) return false
    bannedUntil.set(address, market.now() + banMs)
    return true
  }

  function ofCategory(query: URLSearchParams, answer: (category: Category) => Answer): Answer {
    const category = query.get('category')
    if (category === 'spot' || category === 'linear') return answer(category)
    return category === 'inverse' || category === 'option'
      ? answered({ category, list: [], nextPageCursor: '' })
      : wrong('category invalid')
  }

  /** Every endpoint about one instrument begins so. */
  function ofInstrument(
    query: URLSearchParams,
    answer: (instrument: SimInstrument, category: Category) => Answer,
  ): Answer {
    return ofCategory(query, (category) => {
      const symbol = query.get('symbol')
      if (!symbol) return wrong('symbol invalid')
      const instrument = frames.find(category, symbol)
      return instrument ? answer(instrument, category) : noSymbol(symbol)
    })
  }

  /** All, or the one that is named. */
  function listOf(
    query: URLSearchParams,
    answer: (instruments: readonly SimInstrument[], category: Category) => Answer,
  ): Answer {
    return ofCategory(query, (category) => {
      const symbol = query.get('symbol')
      if (!symbol) return answer(frames.listed(category), category)
      const instrument = frames.find(category, symbol)
      return instrument ? answer([instrument], category) : noSymbol(symbol)
    })
  }

  /** Linear pages by `limit` and `cursor`; spot comes whole. */
  function instruments(query: URLSearchParams): Answer {
    return listOf(query, (listed, category) => {
      if (category === 'spot') return answered({ category, list: listed.map(frames.instrument) })
      const limit = limitIn(query, 500, 1_000)
      if (limit === null) return wrong('limit invalid')
      const first = Number(/^page%3D(\d+)$/.exec(query.get('cursor') ?? '')?.[1] ?? 0)
      const end = first + limit
      const nextPageCursor = end < listed.length ? `page%3D${end}` : ''
      return answered({ category, list: listed.slice(first, end).map(frames.instrument), nextPageCursor })
    })
  }

  /** Newest first, the newest up to `end`; a `start` within a candle counts from the next one that opens. */
  function klines(query: URLSearchParams): Answer {
    return ofInstrument(query, (instrument, category) => {
      const period = periodsByInterval.get(query.get('interval') ?? '')
      if (!period) return wrong('interval invalid')
      const limit = limitIn(query, 200, 1_000)
      if (limit === null) return wrong('limit invalid')
      const [start, end] = [timeIn(query, 'start'), timeIn(query, 'end')]
      if (start === null || end === null) return wrong('time invalid')
      const step = periodMs[period]
      const newest = openTimeOf(Math.min(market.now(), end ?? Number.POSITIVE_INFINITY), period)
      const oldest = Math.max(newest - (limit - 1) * step, start === undefined ? 0 : openTimeOf(start, period))
      const list =
        oldest > newest ? [] : market.klines(instrument, period, oldest, newest).map(frames.klineRow).reverse()
      return answered({ symbol: frames.nameOf(instrument), category, list })
    })
  }

  /** Newest first, up to `endTime`; `startTime` alone is refused. */
  function fundingHistory(query: URLSearchParams): Answer {
    return ofInstrument(query, (instrument, category) => {
      if (category === 'spot') return wrong('category invalid')
      const limit = limitIn(query, mostPaidRates, mostPaidRates)
      if (limit === null) return wrong('limit invalid')
      const [start, end] = [timeIn(query, 'startTime'), timeIn(query, 'endTime')]
      if (start === null || end === null || (start !== undefined && end === undefined)) return wrong('time invalid')
      const newest = Math.min(market.now(), end ?? Number.POSITIVE_INFINITY)
      const oldest = Math.max(instrument.listedAt, market.now() - fundingMemoryMs, start ?? 0)
      const list: unknown[] = []
      for (let at = newest - (newest % fundingMs); at >= oldest && list.length < limit; at -= fundingMs)
        list.push({
          symbol: frames.nameOf(instrument),
          fundingRate: fundingRateDue(0, instrument, at),
          fundingRateTimestamp: String(at),
        })
      return answered({ category, list })
    })
  }

  const endpoints: Readonly<Record<string, (query: URLSearchParams) => Answer>> = {
    '/v5/market/time': () => {
      const now = market.now()
      return answered({ timeSecond: String(Math.floor(now / 1_000)), timeNano: `${now}000000` })
    },
    '/v5/market/instruments-info': instruments,
    '/v5/market/kline': klines,
    '/v5/market/funding/history': fundingHistory,
    '/v5/market/tickers': (query) =>
      listOf(query, (listed, category) => answered({ category, list: listed.map(frames.ticker) })),
    '/v5/market/orderbook': (query) =>
      ofInstrument(query, (instrument, category) => {
        const limit = limitIn(query, category === 'spot' ? 1 : 25, 1_000)
        return limit === null ? wrong('limit invalid') : answered(frames.bookRow(market.book(instrument), limit))
      }),
    '/v5/market/recent-trade': (query) =>
      ofInstrument(query, (instrument, category) => {
        const most = category === 'spot' ? 60 : 1_000
        const limit = limitIn(query, category === 'spot' ? 60 : 500, most)
        if (limit === null) return wrong('limit invalid')
        return answered({ category, list: market.trades(instrument, limit).map(frames.tradeRow).reverse() })
      }),
    '/v5/system/status': (query) =>
      answered({
        list: maintenance()
          .map(maintenanceRow)
          .filter(({ state }) => state === (query.get('state') || state)),
      }),
  }

  const privateEndpoints = createPrivateRest(account, frames, rows, createAssets(seed, 'bybit', market))

  /** Limits of private endpoints are the user's, and told in headers. */
  function answerPrivately(
    path: string,
    { limit, windowMs = 1_000, answer }: PrivateEndpoint,
    request: VenueRequest,
  ): VenueReply {
    const now = market.now()
    const checked = checkRequest(account, request)
    if (!checked.ok) return replyOf(refused(checked.retCode, checked.retMsg), now)
    const most = limit * limits
    const requests = counts.add(`${path} ${account.userId}`, windowMs, now)
    const resetAt = (Math.floor(now / windowMs) + 1) * windowMs
    const headers = {
      'X-Bapi-Limit': String(most),
      'X-Bapi-Limit-Status': String(Math.max(0, most - requests)),
      'X-Bapi-Limit-Reset-Timestamp': String(requests > most ? resetAt : now),
    }
    const told =
      requests > most
        ? refused(10006, 'Too many visits. Exceeded the API Rate Limit.')
        : answer(request.query, checked.key)
    return replyOf(told, now, headers)
  }

  return (request) => {
    const { origin, method, path, query, address } = request
    if (!origin.startsWith('http')) return notFound
    if (isShutOut(address)) return accessTooFrequent
    if (method !== 'GET') return notFound
    const open = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
    if (open) return replyOf(open(query), market.now())
    const closed = Object.hasOwn(privateEndpoints, path) ? privateEndpoints[path] : undefined
    return closed ? answerPrivately(path, closed, request) : notFound
  }
}

const noSymbol = (symbol: string): Refused => refused(10001, `Not supported symbols: ${symbol}`)

/** An end that nobody knows is ''. */
const maintenanceRow = ({ from, until, isOngoing }: SimMaintenance) => ({
  id: `maintenance-${from}`,
  title: 'System maintenance',
  state: isOngoing ? 'ongoing' : 'scheduled',
  begin: String(from),
  end: until === null ? '' : String(until),
  href: '',
  serviceTypes: [1, 2, 3, 4, 5],
  product: [1, 2],
  uidSuffix: [],
  maintainType: 1,
  env: 1,
})
