/**
 * Binance as the simulator plays it: spot and USD-M perpetuals, REST and streams, and of one account what a key may read. Where the
 * documentation is silent, the comment beside it says what was chosen.
 * Not simulated: partial depth and ticker streams, candles of one second, microsecond times, orders, most of the WebSocket API.
 */

import { createAssets } from '../assets.ts'
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './binance/account-rules.ts'
import { createConnection, type StreamRules } from './binance/connection.ts'
import { perpetualWeightLimit, spotWeightLimit } from './binance/exchange-info.ts'
import { WeightLimiter } from './binance/limiter.ts'
import { ListenKeys } from './binance/listen-keys.ts'
import { listingOf } from './binance/listing.ts'
import { perpetualManners, spotManners } from './binance/manners.ts'
import { Refusal, unknownParameter } from './binance/parameters.ts'
import { authenticate, notAllowed as refusedKey } from './binance/private-auth.ts'
import { createPrivateEndpoints, futuresPermission, type PrivateEndpoint } from './binance/private-rest.ts'
import { createApiConnection, createListenConnection } from './binance/private-sockets.ts'
import { createEndpoints } from './binance/rest.ts'

/** All serve the same, and their weight counts together. */
const spotRestOrigins = [
  'https://api.binance.com',
  'https://api-gcp.binance.com',
  'https://api1.binance.com',
  'https://api2.binance.com',
  'https://api3.binance.com',
  'https://api4.binance.com',
  'https://data-api.binance.vision',
]
const perpetualRestOrigin = 'https://fapi.binance.com'
const spotSocketOrigins = [
  'wss://stream.binance.com:9443',
  'wss://stream.binance.com',
  'wss://data-stream.binance.vision',
]
const perpetualSocketOrigin = 'wss://fstream.binance.com'
const socketApiOrigins = ['wss://ws-api.binance.com:443', 'wss://ws-api.binance.com:9443']

const systemStatus = '/sapi/v1/system/status'
const marketDataOnly = 'https://data-api.binance.vision'
const minuteMs = 60_000

/** The body for an unknown path is not documented. */
const notFound: VenueReply = { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' }
/** Nothing is documented for maintenance; the code is the documented one of an overloaded service. 451 is what blocked countries see. */
const closedReplies = {
  maintenance: {
    status: 503,
    body: {
      code: -1008,
      msg: 'Server is currently overloaded with other requests. Please try again in a few minutes.',
    },
  },
  region_block: {
    status: 451,
    body: {
      code: 0,
      msg: "Service unavailable from a restricted location according to 'b. Eligibility' in https://www.binance.com/en/terms. Please contact customer service if you believe you received this message in error.",
    },
  },
} as const
const notAllowed: VenueReply = { status: 405, headers: { allow: 'GET' }, body: '' }

export const createBinanceVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const spot = listingOf(market, 'spot')
  const perpetual = listingOf(market, 'perpetual')
  const endpoints = createEndpoints(market, account, spot, perpetual)
  const listenKeys = new ListenKeys(account)
  const privateEndpoints = createPrivateEndpoints(
    account,
    spot,
    perpetual,
    listenKeys,
    createAssets(seed, 'binance', market),
  )
  const limiters = {
    spot: new WeightLimiter(spotWeightLimit * limits, minuteMs),
    perpetual: new WeightLimiter(perpetualWeightLimit * limits, minuteMs),
    /** `fundingRate` and `fundingInfo`: requests, not weight. */
    funding: new WeightLimiter(500 * limits, 5 * minuteMs),
    'sapi-ip': new WeightLimiter(12_000 * limits, minuteMs),
    /** By account, not by address. */
    'sapi-uid': new WeightLimiter(180_000 * limits, minuteMs),
  }
  /** 300 attempts per 5 minutes and address. */
  const attempts = new WeightLimiter(300 * limits, 5 * minuteMs)

  const statusEndpoint = {
    pool: 'sapi-ip',
    weight: () => 1,
    answer: () =>
      maintenance().some(({ isOngoing }) => isOngoing)
        ? { status: 1, msg: 'system_maintenance' }
        : { status: 0, msg: 'normal' },
  } as const

  function rest(request: VenueRequest): VenueReply {
    const { path, address } = request
    const isPerpetual = request.origin === perpetualRestOrigin
    if (path.startsWith('/fapi/') !== isPerpetual) return notFound
    const own = request.origin === marketDataOnly ? undefined : privateEndpoints.get(`${request.method} ${path}`)
    if (own !== undefined) return answerPrivate(own, request)
    const endpoint = path === systemStatus ? statusEndpoint : endpoints.get(path)
    if (endpoint === undefined) return notFound
    if (request.method !== 'GET') return notAllowed

    const { pool } = endpoint
    const { used, refusal } = limiters[pool].charge(address, endpoint.weight(request.query), market.now())
    const headers = pool === 'funding' ? {} : usageHeaders(pool, used)
    if (refusal) return { ...refusal, headers: { ...headers, ...refusal.headers } }
    return replyOf(endpoint.answer(request.query), headers)
  }

  /** Weight first, then the key, then the parameters; which order the exchange keeps is not documented. */
  function answerPrivate(endpoint: PrivateEndpoint, request: VenueRequest): VenueReply {
    const { pool, isSigned, parameters } = endpoint
    const counted = pool === 'sapi-uid' ? account.userId : request.address
    const { used, refusal } = limiters[pool].charge(counted, endpoint.weight(request.query), market.now())
    const headers = usageHeaders(pool, used)
    if (refusal) return { ...refusal, headers: { ...headers, ...refusal.headers } }
    const key = authenticate(request, account, isSigned)
    if (key instanceof Refusal) return replyOf(key, headers)
    if (pool === 'perpetual' && key.lacks?.includes(futuresPermission) === true)
      return replyOf(refusedKey(request.address), headers)
    const known = [...parameters, 'recvWindow', 'timestamp', 'signature']
    const unread = pool === 'spot' ? unknownParameter(request.query, known) : null
    return replyOf(unread ?? endpoint.answer(request.query, key), headers)
  }

  /** Which channels a path serves; null for a path that is none. */
  function rulesOf(origin: string, path: string): StreamRules | null {
    const [, category, form] = /^(\/public|\/market|\/private)?\/(ws|stream)(?:\/|$)/.exec(path) ?? []
    if (form === undefined) return null
    if (origin !== perpetualSocketOrigin)
      return category === undefined
        ? {
            market,
            listing: spot,
            channels: ['bookTicker', 'trade', 'aggTrade', 'kline', 'depth'],
            manners: spotManners,
          }
        : null
    const served = { market, listing: perpetual, manners: perpetualManners }
    if (category === '/market') {
      const markPrices = { market, listing: perpetual, account }
      return { ...served, channels: ['aggTrade', 'kline'], markPrices }
    }
    // the path without a category still opens and serves the public channels only
    return { ...served, channels: ['bookTicker', 'depth'] }
  }

  return {
    exchange: 'binance',
    origins: [
      ...spotRestOrigins,
      perpetualRestOrigin,
      ...spotSocketOrigins,
      perpetualSocketOrigin,
      ...socketApiOrigins,
    ],
    kinds: ['spot', 'perpetual'],
    accountRules,
    // quantities of USD-M contracts are in base asset
    contractSize: () => 1,
    closedReplies,
    alwaysServed: [systemStatus],
    rest,
    accept(peer, request) {
      const isApi = socketApiOrigins.includes(request.origin)
      const isPrivate = request.origin === perpetualSocketOrigin && /^\/private\/(ws|stream)(\/|$)/.test(request.path)
      const rules = isApi || isPrivate ? null : rulesOf(request.origin, request.path)
      if (isApi ? request.path !== '/ws-api/v3' : rules === null && !isPrivate) return notFound
      const { refusal } = attempts.charge(request.address, 1, market.now())
      if (refusal) return { status: 429, body: '' }
      if (isPrivate) return createListenConnection(peer, account, listenKeys, request)
      if (rules === null) return createApiConnection(peer, account, limiters.spot, request)
      const [, raw] = /\/ws\/(.+)$/.exec(request.path) ?? []
      const isCombined = /\/stream\/?$/.test(request.path)
      const names = isCombined ? request.query.get('streams') : raw === undefined ? null : decoded(raw)
      const streams = (names ?? '').split('/').filter((name) => name !== '')
      return createConnection(peer, rules, streams, isCombined)
    },
  }
}

/** `%40` for `@`, and names in Chinese. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function usageHeaders(pool: keyof typeof usageNames, used: number): Record<string, string> {
  return Object.fromEntries(usageNames[pool].map((name) => [name, String(used)]))
}
const weightHeaders = ['x-mbx-used-weight', 'x-mbx-used-weight-1m']
const usageNames = {
  spot: weightHeaders,
  perpetual: weightHeaders,
  'sapi-ip': ['x-sapi-used-ip-weight-1m'],
  'sapi-uid': ['x-sapi-used-uid-weight-1m'],
}

/** Text is JSON already: some of its numbers no float64 holds. */
function replyOf(answer: unknown, headers: Record<string, string>): VenueReply {
  if (answer instanceof Refusal) return { status: answer.status, headers, body: { code: answer.code, msg: answer.msg } }
  const type = typeof answer === 'string' ? { 'content-type': 'application/json' } : {}
  return { status: 200, headers: { ...headers, ...type }, body: answer }
}
