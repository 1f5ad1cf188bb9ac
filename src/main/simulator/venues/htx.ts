/**
 * HTX as the simulator plays it: spot (api.huobi.pro) and USDT-margined swaps (api.hbdm.com), REST and sockets. Where the documentation is
 * silent, the comment beside it says what was chosen.
 *
 * Simulated: lists, candles of 1min 5min 15min 60min 1day (of 1day, too, that it begins at 16:00 UTC), merged tickers, books, recent trades,
 * funding rates current and paid, market status; on the sockets best bid and ask, trades, candles, changes of books with their snapshot by
 * `req`, incremental books of swaps, funding rates; gzip frames, pings, limits.
 * Of the account whatever can be read: spot by v1 and v2 and its private socket, swaps by V5.
 * Not simulated: dated futures, coin-margined swaps, the older private calls and topics of swaps, margin accounts, other depths than those named.
 */
import { createAssets } from '../assets.ts'
import { countryBlocked } from '../closed.ts'
import type { CreateVenue } from '../venue.ts'
import { accountRules } from './htx/account-rules.ts'
import { createFrames } from './htx/frames.ts'
import { createPrivateRest } from './htx/private-rest.ts'
import { createPrivateRows } from './htx/private-rows.ts'
import { createRest, Windows } from './htx/rest.ts'
import { createSockets } from './htx/sockets.ts'

const origins = ['https://api.huobi.pro', 'https://api.hbdm.com', 'wss://api.huobi.pro', 'wss://api.hbdm.com']

/** contract_size as listed; others are taken as 1. */
const contractSizes: Readonly<Record<string, number>> = {
  BTC: 0.001,
  ETH: 0.01,
  BCH: 0.01,
  LTC: 0.1,
  SOL: 1,
  XRP: 10,
  DOGE: 100,
  ADA: 10,
  TRX: 100,
}

/** The code is documented, its HTTP status is not; nor are the words for blocked countries. */
const closedReplies = {
  maintenance: {
    status: 503,
    body: { status: 'error', 'err-code': 'system-maintenance', 'err-msg': 'System is in maintenance', data: null },
  },
  region_block: countryBlocked,
} as const

export const createHtxVenue: CreateVenue = (market, account, limits = 1, maintenance = () => [], seed = 1) => {
  const frames = createFrames(market, account)
  const rows = createPrivateRows(market, frames)
  const windows = new Windows(limits)
  const answerPublicly = createRest(market, frames, windows, limits, maintenance, createAssets(seed, 'htx', market))
  const answerPrivately = createPrivateRest(account, frames, rows, windows)
  return {
    exchange: 'htx',
    origins,
    kinds: ['spot', 'perpetual'],
    accountRules,
    contractSize: (base, kind) => (kind === 'perpetual' ? (contractSizes[base] ?? 1) : 1),
    closedReplies,
    alwaysServed: ['/v2/market-status'],
    rest: (request) => answerPrivately(request) ?? answerPublicly(request),
    accept: createSockets(market, frames, limits, account, rows),
  }
}
