/**
 * Gate as the simulator plays it: spot and USDT perpetuals, public REST and streams. Where the documentation is silent, the comment
 * beside it says what was chosen. Private endpoints and channels answer as they do to a client with a key nobody knows.
 */
import type { MarketKind } from '../../../shared/domain/index.ts'
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './gate/account-rules.ts'
import type { Family } from './gate/channels.ts'
import { createConnection } from './gate/connection.ts'
import { nativeName, wantsDecimalSizes } from './gate/format.ts'
import { RequestLimiter } from './gate/limiter.ts'
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

export const createGateVenue: CreateVenue = (market) => {
  const listed = (kind: MarketKind) =>
    new Map(
      market.instruments
        .filter((instrument) => instrument.exchange === 'gate' && instrument.kind === kind)
        .map((instrument) => [nativeName(instrument), instrument]),
    )
  const spot = listed('spot')
  const perpetual = listed('perpetual')
  const endpoints = createEndpoints(market, spot, perpetual)
  const limiter = new RequestLimiter()
  let connections = 0

  function rest(request: VenueRequest): VenueReply {
    const path = request.path.startsWith(`${prefix}/`) ? request.path.slice(prefix.length) : ''
    const cut = path.lastIndexOf('/')
    const whole = endpoints.get(path)
    const named = whole ? undefined : endpoints.get(path.slice(0, cut))
    const endpoint = whole ?? (named?.takesName ? named : undefined)
    const { headers, refusal } = limiter.take(whole ? path : path.slice(0, cut), request.address, market.now())
    if (refusal) return refusal
    const reply = answer()
    return { ...reply, headers: { ...reply.headers, ...headers } }

    function answer(): VenueReply {
      if (request.origin === futuresRestOrigin && !path.startsWith('/futures/')) return notFound
      if (isPrivate(path)) return refusePrivate(request, market.now())
      if (!endpoint || request.method !== 'GET') return notFound
      return endpoint.answer(request, whole ? null : decodeURIComponentSafe(path.slice(cut + 1)))
    }
  }

  return {
    exchange: 'gate',
    origins: [restOrigin, futuresRestOrigin, spotSocketOrigin, futuresSocketOrigin],
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: (base, kind) => (kind === 'spot' ? 1 : (contractSizes[base] ?? 1)),
    rest,
    accept(peer, request) {
      const family = familyOf(request)
      if (!family) return { status: 404, body: '' }
      connections += 1
      const instruments = family === 'spot' ? spot : perpetual
      const decimalSizes = wantsDecimalSizes(request.headers)
      return createConnection({ family, market, instruments, decimalSizes }, peer, connections)
    },
  }
}

/** `wss://api.gateio.ws/ws/v4/` and `wss://fx-ws.gateio.ws/v4/ws/usdt` */
function familyOf({ origin, path }: VenueRequest): Family | null {
  if (origin === spotSocketOrigin && /^\/ws\/v4\/?$/.test(path)) return 'spot'
  return origin === futuresSocketOrigin && /^\/v4\/ws\/usdt\/?$/.test(path) ? 'futures' : null
}

const notFound = refuse(404, 'NOT_FOUND', 'Not Found')

const privatePaths =
  /^\/(?:wallet|account|unified|margin|sub_accounts)\/|^\/spot\/(?:accounts|open_orders|orders|my_trades|account_book|fee)\b|^\/futures\/usdt\/(?:accounts|positions|orders|orders_timerange|my_trades|my_trades_timerange|account_book|fee)\b/
const isPrivate = (path: string): boolean => privatePaths.test(path)

/** In the order observed at the real one: headers, time, key, signature. No key is known yet. */
function refusePrivate({ headers }: VenueRequest, now: number): VenueReply {
  for (const name of ['KEY', 'SIGN', 'Timestamp']) {
    if (headers[name.toLowerCase()] === undefined) {
      return refuse(400, 'MISSING_REQUIRED_HEADER', `Missing required header: ${name}`)
    }
  }
  if (!(Math.abs(now / 1000 - Number(headers.timestamp)) <= 60)) {
    return refuse(403, 'REQUEST_EXPIRED', 'gap between request Timestamp and server time exceeds 60')
  }
  return refuse(401, 'INVALID_KEY', 'Invalid key provided')
}

/** A path that is no percent-encoding names nothing that is listed, so it may stay as it is. */
function decodeURIComponentSafe(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
