/**
 * Bybit V5 as the simulator speaks it: public REST, the public sockets of spot and linear contracts, and the private one.
 * The protocol is the one of https://bybit-exchange.github.io/docs/v5/intro, as of July 2026.
 *
 * Simulated: time, instruments, candles, order book, trades, tickers, paid funding, announced maintenance; topics orderbook (1, 50, 200),
 * publicTrade and kline; limits per address and per user, pings and idle rules; of the account whatever can be read: key,
 * balances of both wallets, orders, executions, positions, transfers, transaction log (of linear contracts), fees, coins, by REST and
 * on the private socket, with keys, signatures and logins checked.
 * Not simulated: orderbook.1000, topics tickers and liquidations, other intervals, inverse contracts, dated futures, options, borrowing, conditional
 * orders, hedge mode.
 */
import type { CreateVenue } from '../venue.ts'
import { accountRules } from './bybit/account-rules.ts'
import { createFrames } from './bybit/frames.ts'
import { createPrivateRows } from './bybit/private-rows.ts'
import { createRest } from './bybit/rest.ts'
import { createSockets } from './bybit/sockets.ts'

const origins = ['https://api.bybit.com', 'https://api.bytick.com', 'wss://stream.bybit.com']

/** Bybit stands behind a network that refuses the countries it does not serve; what it answers under maintenance is not documented. */
const closedReplies = {
  maintenance: { status: 503, body: { retCode: 10016, retMsg: 'Server error.', result: {}, retExtInfo: {}, time: 0 } },
  region_block: { status: 403, body: 'The distribution is configured to block access from your country.' },
} as const

export const createBybitVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const frames = createFrames(market, account)
  const rows = createPrivateRows(frames, account)
  return {
    exchange: 'bybit',
    origins,
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: () => 1,
    closedReplies,
    alwaysServed: ['/v5/system/status'],
    rest: createRest(market, frames, account, rows, limits, maintenance, seed),
    accept: createSockets(market, frames, account, rows),
  }
}
