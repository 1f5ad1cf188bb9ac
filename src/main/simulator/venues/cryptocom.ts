/**
 * Crypto.com Exchange v1 as the simulator speaks it: public REST, the market and the user socket.
 * The protocol is the one of https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html, with what others have observed on the wire.
 *
 * Simulated: instruments, tickers, books, trades, candles of 1m 5m 15m 1h 1D, funding rates, mark prices and announcements; book channels
 * with snapshot and changes, heartbeats that must be answered, limits by calendar second, at most 400 channels; of the account whatever can
 * be read: balances, orders, fills, positions, transfers, funding in the journal, fees, networks, with keys and signatures checked.
 * Not simulated: dated futures, indices, other candles, trigger orders, sub-accounts, staking, the journal of anything but funding.
 */

import { countryBlocked } from '../closed.ts'
import type { CreateVenue } from '../venue.ts'
import { accountRules } from './cryptocom/account-rules.ts'
import { createFrames } from './cryptocom/frames.ts'
import { createPrivateRows } from './cryptocom/private-rows.ts'
import { createRest } from './cryptocom/rest.ts'
import { createSockets } from './cryptocom/sockets.ts'

/** The code is what clients have met; the words for blocked countries are not known. */
const closedReplies = {
  maintenance: { status: 503, body: { code: 9_010_001, message: 'SYSTEM_MAINTENANCE' } },
  region_block: countryBlocked,
} as const

export const createCryptocomVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const frames = createFrames(market, account)
  const rows = createPrivateRows(frames)
  return {
    exchange: 'cryptocom',
    origins: ['https://api.crypto.com', 'wss://stream.crypto.com'],
    kinds: ['spot', 'perpetual'],
    perpetualQuote: 'USD',
    accountRules,
    contractSize: () => 1,
    closedReplies,
    alwaysServed: ['/v1/public/get-announcements'],
    rest: createRest(market, frames, account, rows, limits, maintenance, seed),
    accept: createSockets(market, frames, account, rows, limits),
  }
}
