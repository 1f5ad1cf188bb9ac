/**
 * Bitfinex v2 as the simulator speaks it: REST, and the public and private sockets (https://docs.bitfinex.com/docs); frames are checked
 * against recorded ones in the tests.
 *
 * Simulated: the lists of pairs and aliases, tickers, books of 1, 25, 100 and 250 levels, trades, candles of 1m 5m 15m 1h 1D, status of
 * perpetuals, limits and their blocks, sequence numbers, times, checksums, heartbeats, channel limits; of the account whatever can be read,
 * by REST and on the private socket, with keys, signatures and nonces checked.
 * Not simulated: raw and rounded books (R0, P1 to P4), F1, bulk updates, margin trading and lending, prices of five significant digits.
 */

import { countryBlocked } from '../closed.ts'
import type { CreateVenue, VenueReply } from '../venue.ts'
import { accountRules } from './bitfinex/account-rules.ts'
import { Gatekeeper } from './bitfinex/auth.ts'
import { RequestLimiter } from './bitfinex/limiter.ts'
import { namesOf } from './bitfinex/names.ts'
import { answerPrivately, createPrivateEndpoints } from './bitfinex/private-rest.ts'
import { createLogin } from './bitfinex/private-socket.ts'
import { createEndpoints, endpointOf } from './bitfinex/rest.ts'
import { createSockets, privateStream } from './bitfinex/sockets.ts'

const publicRest = 'https://api-pub.bitfinex.com'
const privateRest = 'https://api.bitfinex.com'
const publicStream = 'wss://api-pub.bitfinex.com'

/** The words for blocked countries are not documented. */
const closedReplies = {
  maintenance: { status: 500, body: ['error', 20_060, 'maintenance'] },
  region_block: countryBlocked,
} as const

const notFound: VenueReply = { status: 404, body: '<!DOCTYPE html><html><body>Not Found</body></html>' }

export const createBitfinexVenue: CreateVenue = (market, account, limits = 1, maintenance = () => []) => {
  const names = namesOf(market)
  const endpoints = createEndpoints(market, account, names, maintenance)
  const privateEndpoints = createPrivateEndpoints(account)
  const gatekeeper = new Gatekeeper(account)
  const limiter = new RequestLimiter(limits)
  /** The only clock that REST tells. */
  const dated = (reply: VenueReply): VenueReply => ({
    ...reply,
    headers: { ...reply.headers, date: new Date(market.now()).toUTCString() },
  })
  return {
    exchange: 'bitfinex',
    origins: [publicRest, privateRest, publicStream, privateStream],
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: () => 1,
    closedReplies,
    alwaysServed: ['/v2/platform/status'],
    rest(request) {
      const { method, origin, address, query } = request
      if (!origin.startsWith('http')) return notFound
      const own = method === 'POST' && origin === privateRest ? endpointOf(privateEndpoints, request) : null
      if (own !== null) {
        const refusal = limiter.take(own.endpoint.id, address, own.endpoint.limit, market.now())
        return dated(refusal ?? answerPrivately(own.endpoint, request, gatekeeper))
      }
      const open = method === 'GET' ? endpointOf(endpoints, request) : null
      if (open === null) return dated(notFound)
      const { endpoint, found } = open
      const refusal = limiter.take(endpoint.id, address, endpoint.limit, market.now())
      return dated(refusal ?? endpoint.answer(query, found))
    },
    accept: createSockets(market, account, names, limits, createLogin(account, gatekeeper)),
  }
}
