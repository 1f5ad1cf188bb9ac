/**
 * Kraken spot as the simulator plays it: REST and WebSocket v2 as https://docs.kraken.com/api/ has them. Where the documentation is
 * silent, the comment beside it says what was chosen.
 *
 * Simulated: pairs, assets, candles, whole books, tickers, trades, checksums, heartbeats, limits; of the account whatever can be read:
 * balances, orders, fills, transfers, fees, by REST and on the private socket, with keys, nonces, signatures and tokens checked.
 * Not simulated: level3, instrument, the trigger `trades` of tickers (sent as `bbo`), candles of intervals that Crossbook does not use.
 */
import { listedBy, listedOf } from '../listing.ts'
import type { CreateVenue, SimInstrument } from '../venue.ts'
import { accountRules } from './kraken/account-rules.ts'
import { symbolOf } from './kraken/format.ts'
import { createFrames } from './kraken/frames.ts'
import { Counters } from './kraken/limiter.ts'
import { createPrivateRest } from './kraken/private-rest.ts'
import { openPrivate } from './kraken/private-sockets.ts'
import { createPublicRest, namesOf, refuse } from './kraken/rest.ts'
import { openPublic } from './kraken/sockets.ts'
import { Tokens } from './kraken/tokens.ts'

const restOrigin = 'https://api.kraken.com'
const streamOrigin = 'wss://ws.kraken.com'
const privateStreamOrigin = 'wss://ws-auth.kraken.com'

/** 150 connections in 10 minutes and address. */
const connectionAllowance = { most: 150, perSecond: 0.25 } as const

export const createKrakenVenue: CreateVenue = (market, account, limits = 1, maintenance = () => []) => {
  const isServed = ({ exchange, kind }: SimInstrument) => exchange === 'kraken' && kind === 'spot'
  const instruments = listedOf(market, isServed)
  const bySymbol = listedBy(market, (instrument) => (isServed(instrument) ? [symbolOf(instrument)] : []))
  const byName = listedBy(market, (instrument) => (isServed(instrument) ? namesOf(instrument) : []))
  const frames = createFrames(market)
  const publicRest = createPublicRest(market, instruments, byName, limits, maintenance)
  const tokens = new Tokens(account)
  const privateRest = createPrivateRest(account, byName, tokens, limits)
  const connections = new Counters(limits)
  let opened = 0
  return {
    exchange: 'kraken',
    origins: [restOrigin, streamOrigin, privateStreamOrigin],
    kinds: ['spot'],
    accountRules,
    contractSize: () => 1,
    closedReplies,
    alwaysServed: ['/0/public/SystemStatus'],
    rest(request) {
      const [, which, path = ''] = /^\/0\/(public|private)\/(\w+)$/.exec(request.path) ?? []
      const isPublic = which === 'public' && request.method === 'GET'
      const isPrivate = which === 'private' && request.method === 'POST'
      const reply = isPublic ? publicRest(path, request) : isPrivate ? privateRest(path, request) : null
      return reply ?? refuse('EGeneral:Unknown method')
    },
    accept(peer, { origin, path, address }) {
      if (path !== '/v2' || !origin.startsWith('ws')) return { status: 404, body: '' }
      if (!connections.take(address, 1, connectionAllowance, market.now())) return { status: 429, body: '' }
      opened += 1
      return origin === privateStreamOrigin
        ? openPrivate(market, account, tokens, peer, opened)
        : openPublic(market, frames, bySymbol, peer, opened)
    },
  }
}

/** The word is documented, the status is not; nor are the words for blocked countries. */
const closedReplies = {
  maintenance: { status: 503, body: { error: ['EService:Unavailable'] } },
  region_block: { status: 403, body: 'Forbidden' },
} as const
