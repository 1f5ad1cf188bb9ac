/**
 * Gate as the simulator plays it: spot and USDT perpetuals, REST and streams, public and signed. Where the documentation is silent,
 * the comment beside it says what was chosen.
 */
import type { MarketKind } from '../../../shared/domain/index.ts'
import { createAssets } from '../assets.ts'
import { listedBy } from '../listing.ts'
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './gate/account-rules.ts'
import type { Family } from './gate/channels.ts'
import { createConnection } from './gate/connection.ts'
import { nativeName, wantsDecimalSizes } from './gate/format.ts'
import { RequestLimiter } from './gate/limiter.ts'
import { authenticate } from './gate/private-auth.ts'
import { createPrivateRest } from './gate/private-rest.ts'
import type { QuotedAmounts } from './gate/private-rows.ts'
import { createEndpoints, refuse } from './gate/rest.ts'

const restOrigin = 'https://api.gateio.ws'
const futuresRestOrigin = 'https://fx-api.gateio.ws'
const spotSocketOrigin = 'wss://api.gateio.ws'
const futuresSocketOrigin = 'wss://fx-ws.gateio.ws'
const prefix = '/api/v4'

/** Base asset per contract. BTC and ETH as documented, the others plausible; 1 for any not named. */
const contractSizes: Readonly<Record<string, number>> = {
  BTC: 0.0001,
  ETH: 0.01,
  BCH: 0.01,
  LTC: 0.1,
  XRP: 10,
  DOGE: 10,
  ADA: 10,
  TRX: 10,
}

export const createGateVenue: CreateVenue = (market, account, limits = 1, _maintenance = () => [], seed = 1) => {
  const listed = (kind: MarketKind) =>
    listedBy(market, (one) => (one.exchange === 'gate' && one.kind === kind ? [nativeName(one)] : []))
  const spot = listed('spot')
  const perpetual = listed('perpetual')
  const assets = createAssets(seed, 'gate', market)
  const endpoints = createEndpoints(market, account, spot, perpetual, assets)
  const quoted: QuotedAmounts = new Map()
  const findPrivate = createPrivateRest(market, account, quoted, assets)
  const limiter = new RequestLimiter(limits)
  let connections = 0

  function rest(request: VenueRequest): VenueReply {
    const path = request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : ''
    const cut = path.lastIndexOf('/')
    const whole = endpoints.get(path)
    const named = whole ? undefined : endpoints.get(path.slice(0, cut))
    const endpoint = whole ?? (named?.takesName ? named : undefined)
    if (isPrivate(path)) return privateRest(request, path)
    const { headers, refusal } = limiter.take(whole ? path : path.slice(0, cut), request.address, market.now())
    if (refusal) return refusal
    const reply = answer()
    return { ...reply, headers: { ...reply.headers, ...headers } }

    function answer(): VenueReply {
      if (request.origin === futuresRestOrigin && !path.startsWith('/futures/')) return notFound
      if (!endpoint || request.method !== 'GET') return notFound
      return endpoint.answer(request, whole ? null : decodeURIComponentSafe(path.slice(cut + 1)))
    }
  }

  /** Counted per endpoint and user, or per address where nobody has signed. */
  function privateRest(request: VenueRequest, path: string): VenueReply {
    const found = findPrivate(path)
    const key = authenticate(account, request)
    const isKnown = !('status' in key)
    const who = isKnown ? `user ${account.userId}` : request.address
    const { headers, refusal } = limiter.take(found?.endpoint ?? path, who, market.now())
    if (refusal) return refusal
    const isAway = request.origin === futuresRestOrigin && !path.startsWith('/futures/')
    const reply = isAway ? notFound : !isKnown ? key : (found?.answer(request, key) ?? notFound)
    return { ...reply, headers: { ...reply.headers, ...headers } }
  }

  return {
    exchange: 'gate',
    origins: [restOrigin, futuresRestOrigin, spotSocketOrigin, futuresSocketOrigin],
    kinds: ['spot', 'perpetual'],
    accountRules,
    closedReplies,
    contractSize: (base, kind) => (kind === 'spot' ? 1 : (contractSizes[base] ?? 1)),
    rest,
    accept(peer, request) {
      const family = familyOf(request)
      if (!family) return { status: 404, body: '' }
      connections += 1
      const instruments = family === 'spot' ? spot : perpetual
      const decimalSizes = wantsDecimalSizes(request.headers)
      const catalogue = { family, market, account, instruments, decimalSizes }
      return createConnection(catalogue, peer, connections, { quoted, address: request.address })
    },
  }
}

/** `wss://api.gateio.ws/ws/v4/` and `wss://fx-ws.gateio.ws/v4/ws/usdt` */
function familyOf({ origin, path }: VenueRequest): Family | null {
  if (origin === spotSocketOrigin && /^\/ws\/v4\/?$/.test(path)) return 'spot'
  return origin === futuresSocketOrigin && /^\/v4\/ws\/usdt\/?$/.test(path) ? 'futures' : null
}

/** Which label maintenance has is not documented: one that stands for 503. Nor are the words for blocked countries. */
const closedReplies = {
  maintenance: refuse(503, 'SERVER_ERROR', 'System is under maintenance, please try again later'),
  region_block: refuse(403, 'FORBIDDEN', 'Service is not available in your country or region'),
}

const notFound = refuse(404, 'NOT_FOUND', 'Not Found')

const privatePaths =
  /^\/(?:wallet|account|unified|margin|sub_accounts)\/|^\/spot\/(?:accounts|open_orders|orders|my_trades|account_book|fee)\b|^\/futures\/usdt\/(?:accounts|positions|orders|orders_timerange|my_trades|my_trades_timerange|account_book|fee)\b/
const isPrivate = (path: string): boolean => privatePaths.test(path)

/** A path that is no percent-encoding names nothing that is listed, so it may stay as it is. */
function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
