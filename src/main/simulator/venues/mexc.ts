/**
 * MEXC spot as the simulator plays it: public REST and the protobuf streams. Where the documentation is silent, the comment beside
 * it says what was chosen. Private endpoints and channels answer as they do to a client without an account.
 */
import type { CreateVenue, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './mexc/account-rules.ts'
import { createConnection } from './mexc/connection.ts'
import { nativeName } from './mexc/format.ts'
import { RequestLimiter } from './mexc/limiter.ts'
import { createEndpoints, isPrivate, refuse, refusePrivate } from './mexc/rest.ts'

const restOrigin = 'https://api.mexc.com'
const streamOrigin = 'wss://wbs-api.mexc.com'

export const createMexcVenue: CreateVenue = (market) => {
  const instruments = new Map(
    market.instruments
      .filter(({ exchange, kind }) => exchange === 'mexc' && kind === 'spot')
      .map((instrument) => [nativeName(instrument), instrument]),
  )
  const endpoints = createEndpoints(market, instruments)
  const limiter = new RequestLimiter()

  function rest(request: VenueRequest): VenueReply {
    const endpoint = request.method === 'GET' ? endpoints.get(request.path) : undefined
    const weight = endpoint?.weight(request.query) ?? 1
    const refusal = limiter.take(request.path, request.address, weight, market.now())
    if (refusal) return refusal
    if (!hasJsonType(request)) return refuse(700013, 'Invalid content Type.')
    if (endpoint) return endpoint.answer(request.query)
    if (isPrivate(request.path)) return refusePrivate(request)
    return { status: 404, body: { code: 404, msg: 'Not Found' } }
  }

  return {
    exchange: 'mexc',
    origins: [restOrigin, streamOrigin],
    kinds: ['spot'],
    accountRules,
    contractSize: () => 1,
    rest,
    accept: (peer, request) =>
      request.path === '/ws' ? createConnection(market, instruments, peer) : { status: 404, body: '' },
  }
}

/** "Requests must carry Content-Type: application/json." A GET without any is answered all the same, as browsers find; a wrong one is not. */
function hasJsonType({ headers }: VenueRequest): boolean {
  const header = headers['content-type']
  const type = Array.isArray(header) ? header[0] : header
  return type === undefined || /^application\/json\b/i.test(type)
}
