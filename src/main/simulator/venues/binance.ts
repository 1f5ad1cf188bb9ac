/**
 * Binance as the simulator plays it: spot and USD-M perpetuals, public REST and streams. Where the documentation is silent, the
 * comment beside it says what was chosen. Private endpoints answer as they do to a client with a key nobody knows.
 * Not simulated: depth, ticker and mark price streams, candles of one second, microsecond times, the WebSocket API.
 */
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './binance/account-rules.ts'
import { createConnection, perpetualRules, type StreamRules, spotRules } from './binance/connection.ts'
import { perpetualWeightLimit, spotWeightLimit } from './binance/exchange-info.ts'
import { WeightLimiter } from './binance/limiter.ts'
import { listingOf } from './binance/listing.ts'
import { Refusal } from './binance/parameters.ts'
import { createEndpoints, isPrivate, refusePrivate } from './binance/rest.ts'

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

const marketDataOnly = 'https://data-api.binance.vision'
const minuteMs = 60_000

/** The body for an unknown path is not documented. */
const notFound: VenueReply = { status: 404, body: '<html><body><h2>404 Not found</h2></body></html>' }
const notAllowed: VenueReply = { status: 405, headers: { allow: 'GET' }, body: '' }

export const createBinanceVenue: CreateVenue = (market) => {
  const spot = listingOf(market, 'spot')
  const perpetual = listingOf(market, 'perpetual')
  const endpoints = createEndpoints(market, spot, perpetual)
  const limiters = {
    spot: new WeightLimiter(spotWeightLimit, minuteMs),
    perpetual: new WeightLimiter(perpetualWeightLimit, minuteMs),
    /** `fundingRate` and `fundingInfo`: requests, not weight. */
    funding: new WeightLimiter(500, 5 * minuteMs),
  }
  /** 300 attempts per 5 minutes and address. */
  const attempts = new WeightLimiter(300, 5 * minuteMs)

  function rest(request: VenueRequest): VenueReply {
    const { path, address } = request
    const isPerpetual = request.origin === perpetualRestOrigin
    const own = path.startsWith('/fapi/') === isPerpetual
    const endpoint = own ? endpoints.get(path) : undefined
    const asksPrivate = own && request.origin !== marketDataOnly && isPrivate(path)
    if (endpoint === undefined && !asksPrivate) return notFound
    if (endpoint !== undefined && request.method !== 'GET') return notAllowed

    const pool = endpoint?.pool ?? (isPerpetual ? 'perpetual' : 'spot')
    const { used, refusal } = limiters[pool].charge(address, endpoint?.weight(request.query) ?? 1, market.now())
    const headers: Record<string, string> =
      pool === 'funding' ? {} : { 'x-mbx-used-weight': String(used), 'x-mbx-used-weight-1m': String(used) }
    if (refusal) return { ...refusal, headers: { ...headers, ...refusal.headers } }
    const answer = endpoint === undefined ? refusePrivate(request) : endpoint.answer(request.query)
    return answer instanceof Refusal
      ? { status: answer.status, headers, body: { code: answer.code, msg: answer.msg } }
      : { status: 200, headers, body: answer }
  }

  /** Which channels a path serves; null for a path that is none. */
  function rulesOf(origin: string, path: string): StreamRules | null {
    const [, category, form] = /^(\/public|\/market|\/private)?\/(ws|stream)(?:\/|$)/.exec(path) ?? []
    if (form === undefined) return null
    if (origin !== perpetualSocketOrigin)
      return category === undefined
        ? { market, listing: spot, channels: ['bookTicker', 'trade', 'aggTrade', 'kline'], ...spotRules }
        : null
    const served = { market, listing: perpetual, ...perpetualRules }
    if (category === '/market') return { ...served, channels: ['aggTrade', 'kline'] }
    // an unknown listen key opens all the same and stays silent
    if (category === '/private') return { ...served, channels: [] }
    // the path without a category still opens and serves the public channels only
    return { ...served, channels: ['bookTicker'] }
  }

  return {
    exchange: 'binance',
    origins: [...spotRestOrigins, perpetualRestOrigin, ...spotSocketOrigins, perpetualSocketOrigin],
    kinds: ['spot', 'perpetual'],
    accountRules,
    // quantities of USD-M contracts are in base asset
    contractSize: () => 1,
    rest,
    accept(peer, request) {
      const rules = rulesOf(request.origin, request.path)
      if (rules === null) return notFound
      const { refusal } = attempts.charge(request.address, 1, market.now())
      if (refusal) return { status: 429, body: '' }
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
