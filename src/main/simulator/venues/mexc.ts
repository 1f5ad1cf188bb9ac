/**
 * MEXC spot as the simulator plays it: REST, the protobuf streams, and the account behind the keys. Where the documentation is
 * silent, the comment beside it says what was chosen.
 */

import { createAssets } from '../assets.ts'
import { listedBy } from '../listing.ts'
import type { CreateVenue, Peer, SimInstrument, VenueConnection, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './mexc/account-rules.ts'
import { createConnection } from './mexc/connection.ts'
import { nativeName } from './mexc/format.ts'
import { accountAllowance, RequestLimiter, usualAllowance } from './mexc/limiter.ts'
import { ListenKeys } from './mexc/listen-keys.ts'
import { PrivateChannels } from './mexc/private-channels.ts'
import { answerPrivate, createPrivateEndpoints } from './mexc/private-rest.ts'
import { createEndpoints, refuse } from './mexc/rest.ts'

const restOrigin = 'https://api.mexc.com'
const streamOrigin = 'wss://wbs-api.mexc.com'

export const createMexcVenue: CreateVenue = (market, account, limits = 1, _maintenance = () => [], seed = 1) => {
  const isServed = ({ exchange, kind }: SimInstrument) => exchange === 'mexc' && kind === 'spot'
  const instruments = listedBy(market, (instrument) => (isServed(instrument) ? [nativeName(instrument)] : []))
  const endpoints = createEndpoints(market, instruments)
  const listenKeys = new ListenKeys(account)
  const privateEndpoints = createPrivateEndpoints(account, instruments, listenKeys, createAssets(seed, 'mexc', market))
  const limiter = new RequestLimiter(limits)

  function rest(request: VenueRequest): VenueReply {
    const { method, path, query, address } = request
    const endpoint = method === 'GET' ? endpoints.get(path) : undefined
    const own = privateEndpoints.get(`${method} ${path}`)
    const weight = endpoint?.weight(query) ?? own?.weight ?? 1
    const allowance = path === '/api/v3/account' ? accountAllowance : usualAllowance
    const refusal = limiter.take(path, address, weight, market.now(), allowance)
    if (refusal) return refusal
    if (!hasJsonType(request)) return refuse(700013, 'Invalid content Type.')
    if (endpoint) return endpoint.answer(query)
    if (own) return answerPrivate(own, request, account)
    return { status: 404, body: { code: 404, msg: 'Not Found' } }
  }

  /** An unknown listen key is no reason to refuse the socket, only its private channels: not documented. */
  function accept(peer: Peer, { path, query }: VenueRequest): VenueConnection | VenueReply {
    if (path !== '/ws') return { status: 404, body: '' }
    const listenKey = query.get('listenKey')
    const own = listenKey ? new PrivateChannels(account, listenKeys, listenKey, peer) : null
    return createConnection(market, instruments, peer, own)
  }

  return {
    exchange: 'mexc',
    origins: [restOrigin, streamOrigin],
    kinds: ['spot'],
    accountRules,
    contractSize: () => 1,
    closedReplies,
    rest,
    accept,
  }
}

/** The statuses are documented, the words are not. */
const closedReplies = {
  maintenance: { status: 503, body: { code: 503, msg: 'System under maintenance' } },
  region_block: { status: 403, body: { code: 403, msg: 'Access Denied: service is not available in your region' } },
} as const

/** "Requests must carry Content-Type: application/json." A GET without any is answered all the same, as browsers find; a wrong one is not. */
function hasJsonType({ headers }: VenueRequest): boolean {
  const header = headers['content-type']
  const type = Array.isArray(header) ? header[0] : header
  return type === undefined || /^application\/json\b/i.test(type)
}
