/**
 * OKX V5 as the simulator speaks it: public REST, and the public, business and private sockets of its three regions.
 * The protocol is the one of https://www.okx.com/docs-v5/en/; frames are checked against recorded ones in the tests.
 *
 * Simulated: instruments, tickers, best bid and ask, five levels, whole books, trades, candles of 1m 5m 15m 1H 1Dutc, funding rate and mark price,
 * rate limits, heartbeat and idle rules, connection and subscription limits; of the account whatever can be read: balances, orders,
 * fills, positions, transfers, bills, by REST and on the private sockets, with keys, signatures and logins checked.
 * Not simulated: book channels for VIPs, other bars, dated futures, options, coin-margined swaps, margin and algo orders,
 * the hedge mode, isolated positions.
 */

import { countryBlocked } from '../closed.ts'
import type { CreateVenue } from '../venue.ts'
import { accountRules } from './okx/account-rules.ts'
import { createFrames } from './okx/frames.ts'
import { createPrivateRows } from './okx/private-rows.ts'
import { createRest } from './okx/rest.ts'
import { createSockets } from './okx/sockets.ts'

const regions = ['https://www.okx.com', 'https://eea.okx.com', 'https://us.okx.com']
const streams = ['wss://ws.okx.com:8443', 'wss://wseea.okx.com:8443', 'wss://wsus.okx.com:8443']

/** ctVal of the linear swaps, as listed; others are taken as 1. */
const contractSizes: Readonly<Record<string, number>> = {
  BTC: 0.01,
  ETH: 0.1,
  XRP: 100,
  DOGE: 1_000,
  ADA: 100,
  TRX: 1_000,
  BCH: 0.1,
  NEAR: 10,
  ARB: 10,
  FIL: 0.1,
  ETC: 10,
}

/** 50001 is documented for 503; the words for blocked countries are not. */
const closedReplies = {
  maintenance: {
    status: 503,
    body: { code: '50001', msg: 'Service temporarily unavailable. Try again later.', data: [] },
  },
  region_block: countryBlocked,
} as const

export const createOkxVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const frames = createFrames(market, account)
  const rows = createPrivateRows(frames, account)
  return {
    exchange: 'okx',
    origins: [...regions, ...streams],
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: (base, kind) => (kind === 'perpetual' ? (contractSizes[base] ?? 1) : 1),
    closedReplies,
    alwaysServed: ['/api/v5/system/status'],
    rest: createRest(market, frames, account, rows, limits, maintenance, seed),
    accept: createSockets(market, frames, account, rows),
  }
}
