/**
 * KuCoin's classic spot and futures as the simulator speaks them: REST of both hosts, tokens, and the sockets that tokens open.
 * The protocol is the one of https://www.kucoin.com/docs-new; frames are checked against documented ones in the tests.
 *
 * Simulated: instruments, currencies, quotes, books of 50 levels, trades, candles of 1m 5m 15m 1h 1d, funding rates, service status,
 * rate limits, acks, errors, pings and limits of connections; of the account whatever can be read: balances, orders, fills, positions,
 * transfers, ledgers, funding, by REST and on private sockets, with keys, signatures and tokens checked.
 * Not simulated: the channels of single changes (`level2`), of five levels, of 24 h statistics and of mark prices; margin, stop orders,
 * other periods, dated and inverse contracts, the unified ("Pro") API.
 */
import type { MarketKind } from '../../../shared/domain/index.ts'
import { createAssets } from '../assets.ts'
import { countryBlocked } from '../closed.ts'
import { RecentCounts } from '../request-counts.ts'
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './kucoin/account-rules.ts'
import { currencyRows } from './kucoin/assets.ts'
import { checkRequest } from './kucoin/auth.ts'
import { createChannels } from './kucoin/channels.ts'
import { createConnection } from './kucoin/connection.ts'
import { createFrames } from './kucoin/frames.ts'
import { RequestLimiter } from './kucoin/limiter.ts'
import { type PrivateEndpoint, privateEndpoints } from './kucoin/private-rest.ts'
import { openPrivateChannels } from './kucoin/private-stream.ts'
import { failed, notAllowed } from './kucoin/replies.ts'
import { answerPublicly, publicEndpoints } from './kucoin/rest.ts'
import { Tokens } from './kucoin/tokens.ts'

const restOrigins = { spot: 'https://api.kucoin.com', perpetual: 'https://api-futures.kucoin.com' } as const
const streamOrigins = { spot: 'wss://ws-api-spot.kucoin.com', perpetual: 'wss://ws-api-futures.kucoin.com' } as const

/** Multipliers of contracts, as listed; others are taken as 1. */
const multipliers: Readonly<Record<string, number>> = {
  BTC: 0.001,
  ETH: 0.01,
  SOL: 0.1,
  XRP: 10,
  DOGE: 10,
  ADA: 10,
  LINK: 0.1,
  LTC: 0.1,
  AVAX: 0.1,
  TRX: 100,
  BCH: 0.01,
}

/** The statuses are documented, the words are not. */
const closedReplies = {
  maintenance: { status: 503, body: { code: '503000', msg: 'Service Unavailable' } },
  region_block: countryBlocked,
} as const

/** New connections of one address a minute, of each host. */
const connectionsPerMinute = 30
const minuteMs = 60_000

export const createKucoinVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const frames = createFrames(market, account)
  const tokens = new Tokens(account)
  const limiter = new RequestLimiter(limits)
  const assets = createAssets(seed, 'kucoin', market)
  const currencies = () => currencyRows(assets, market.now())
  const endpoints = {
    spot: publicEndpoints('spot', market, frames, tokens, currencies, maintenance),
    perpetual: publicEndpoints('perpetual', market, frames, tokens, currencies, maintenance),
  }
  const channels = {
    spot: createChannels('spot', market, frames),
    perpetual: createChannels('perpetual', market, frames),
  }
  const privately = {
    spot: privateEndpoints('spot', account, frames, tokens),
    perpetual: privateEndpoints('perpetual', account, frames, tokens),
  }
  const attempts = new RecentCounts(minuteMs)
  let connections = 0

  function answerOpenly(kind: MarketKind, request: VenueRequest): VenueReply {
    const endpoint = endpoints[kind].get(request.path)
    const { headers, refusal } = limiter.take('public', request.address, endpoint?.weight ?? 1, market.now())
    return refusal ?? { ...answerPublicly(endpoint, request), headers }
  }

  /** Limits of private endpoints are the user's, so that the key comes first. */
  function answerPrivately(endpoint: PrivateEndpoint, tail: string, request: VenueRequest): VenueReply {
    const checked = checkRequest(account, request)
    if ('reply' in checked) return checked.reply
    if (request.method !== endpoint.method) return notAllowed
    const { headers, refusal } = limiter.take(endpoint.pool, account.userId, endpoint.weight, market.now())
    if (refusal !== null) return refusal
    if (checked.key.lacks?.includes('General')) return failed(400, '400007', 'Access denied, require more permission')
    return { ...endpoint.answer(request.query, checked.key, tail), headers }
  }

  /** One too many is refused. */
  const isRushing = (origin: string, address: string): boolean =>
    attempts.add(`${origin} ${address}`, market.now()) > connectionsPerMinute * limits

  return {
    exchange: 'kucoin',
    origins: [...Object.values(restOrigins), ...Object.values(streamOrigins)],
    kinds: ['spot', 'perpetual'],
    accountRules,
    tellsBooksByTime: true,
    contractSize: (base, kind) => (kind === 'perpetual' ? (multipliers[base] ?? 1) : 1),
    closedReplies,
    alwaysServed: ['/api/v1/status'],
    rest(request) {
      const kind = request.origin === restOrigins.perpetual ? 'perpetual' : 'spot'
      const own = findPrivate(privately[kind], request.path)
      return own === null ? answerOpenly(kind, request) : answerPrivately(own.endpoint, own.tail, request)
    },
    accept(peer, { origin, query, address }) {
      const kind = origin === streamOrigins.perpetual ? 'perpetual' : 'spot'
      if (isRushing(origin, address)) return { status: 429, body: '' }
      connections += 1
      const name = query.get('token') ?? ''
      const token = tokens.find(name)
      const isGood = token?.kind === kind
      const isOwn = isGood && token.owner !== null
      return createConnection({
        peer,
        kind,
        connectId: query.get('connectId') ?? `conn${connections}`,
        open: channels[kind],
        own: isOwn ? openPrivateChannels(kind, account, (frame) => peer.sendPrivate(frame)) : null,
        token: () => (isGood ? tokens.find(name) : undefined),
        onTokenEnd: (run) => tokens.watch(name, run),
      })
    },
  }
}

/** A path that ends in `/` is followed by an id. */
function findPrivate(
  endpoints: ReadonlyMap<string, PrivateEndpoint>,
  path: string,
): { readonly endpoint: PrivateEndpoint; readonly tail: string } | null {
  const whole = endpoints.get(path)
  if (whole !== undefined && !path.endsWith('/')) return { endpoint: whole, tail: '' }
  const split = path.lastIndexOf('/') + 1
  const endpoint = endpoints.get(path.slice(0, split))
  return endpoint === undefined || split === path.length
    ? null
    : { endpoint, tail: decodeURIComponent(path.slice(split)) }
}
