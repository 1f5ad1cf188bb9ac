/**
 * Coinbase as the simulator plays it: Advanced Trade's REST and its public and user sockets, Coinbase Exchange's public feed, and the
 * app's list of transactions. Where the documentation is silent, the comment beside it says what was chosen.
 *
 * Simulated: products with their aliases, candles, order books, five-minute candles, matches, heartbeats, the rule of five seconds, limits
 * of connections and calls; of the account wallets, orders, fills, transfers, permissions and the fee tier, with tokens checked.
 * Not simulated: tickers, trades and candles of other channels, the closing of quiet channels without heartbeats, futures.
 */
import { listedBy } from '../listing.ts'
import { RecentCounts } from '../request-counts.ts'
import type { CreateVenue, Peer, SimInstrument, VenueConnection, VenueReply, VenueRequest } from '../venue.ts'
import { accountRules } from './coinbase/account-rules.ts'
import { productOf } from './coinbase/format.ts'
import { openMarketSocket } from './coinbase/market-socket.ts'
import { createRest } from './coinbase/rest.ts'
import { openTradesSocket } from './coinbase/trades-socket.ts'

const restOrigin = 'https://api.coinbase.com'
const marketOrigin = 'wss://advanced-trade-ws.coinbase.com'
const userOrigin = 'wss://advanced-trade-ws-user.coinbase.com'
const tradesOrigin = 'wss://ws-feed.exchange.coinbase.com'

const connectionsPerSecond = 8

/** Neither is documented. */
const closedReplies = {
  maintenance: { status: 503, body: 'Service Unavailable\n' },
  region_block: { status: 403, body: 'Forbidden\n' },
} as const

export const createCoinbaseVenue: CreateVenue = (market, account, limits = 1) => {
  const isServed = ({ exchange, kind }: SimInstrument) => exchange === 'coinbase' && kind === 'spot'
  const instruments = listedBy(market, (instrument) => (isServed(instrument) ? [productOf(instrument)] : []))
  const attempts = new RecentCounts(1_000)

  function accept(peer: Peer, { origin, address, path }: VenueRequest): VenueConnection | VenueReply {
    if (path !== '/') return { status: 404, body: '' }
    if (attempts.add(`${origin} ${address}`, market.now()) > connectionsPerSecond * limits)
      return { status: 429, body: '' }
    if (origin === tradesOrigin) return openTradesSocket(market, instruments, peer)
    return openMarketSocket({ market, account, instruments, peer, address, isUser: origin === userOrigin })
  }

  return {
    exchange: 'coinbase',
    origins: [restOrigin, marketOrigin, userOrigin, tradesOrigin],
    kinds: ['spot'],
    accountRules,
    contractSize: () => 1,
    closedReplies,
    rest: createRest(market, instruments, account, limits),
    accept,
  }
}
