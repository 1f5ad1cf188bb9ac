/**
 * MEXC spot V3: addresses and limits. Perpetuals are a different API (contract v1) and not served here.
 * Documentation: https://www.mexc.com/api-docs/spot-v3 (frozen English text of August 2025: https://mexcdevelop.github.io/apidocs/spot_v3_en/)
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const restOrigin = 'https://api.mexc.com'
/** The documentation prints `ws://`; TLS works and is what clients use. */
export const streamOrigin = 'wss://wbs-api.mexc.com'

export const restUrls = {
  time: `${restOrigin}/api/v3/time`,
  exchangeInfo: `${restOrigin}/api/v3/exchangeInfo`,
  klines: `${restOrigin}/api/v3/klines`,
  depth: `${restOrigin}/api/v3/depth`,
  account: `${restOrigin}/api/v3/account`,
  selfSymbols: `${restOrigin}/api/v3/selfSymbols`,
  openOrders: `${restOrigin}/api/v3/openOrders`,
  allOrders: `${restOrigin}/api/v3/allOrders`,
  order: `${restOrigin}/api/v3/order`,
  myTrades: `${restOrigin}/api/v3/myTrades`,
  deposits: `${restOrigin}/api/v3/capital/deposit/hisrec`,
  withdrawals: `${restOrigin}/api/v3/capital/withdraw/history`,
  moves: `${restOrigin}/api/v3/capital/transfer`,
  userDataStream: `${restOrigin}/api/v3/userDataStream`,
  coins: `${restOrigin}/api/v3/capital/config/getall`,
  tradeFee: `${restOrigin}/api/v3/tradeFee`,
} as const
export type Endpoint = keyof typeof restUrls

export const streamUrl = `${streamOrigin}/ws`

/** "Requests must carry Content-Type: application/json", else error 700013. */
export const restHeaders = { 'content-type': 'application/json' } as const

/**
 * Each endpoint has a pool of its own: 500 weight per 10 s and address (private ones: and user). No reply header tells how much of
 * it is used. The account is open to two calls a second only.
 */
export const pools: readonly RateLimitPool[] = Object.keys(restUrls).map((id) =>
  id === 'account' ? { id, limit: 20, intervalMs: 1_000 } : { id, limit: 500, intervalMs: 10_000 },
)

export const weights: Readonly<Record<Endpoint, number>> = {
  time: 1,
  exchangeInfo: 10,
  klines: 1,
  depth: 1,
  account: 10,
  selfSymbols: 1,
  openOrders: 3,
  allOrders: 10,
  order: 2,
  myTrades: 10,
  deposits: 1,
  withdrawals: 1,
  moves: 1,
  userDataStream: 1,
  coins: 10,
  tradeFee: 20,
}

/** Documented as 1000, but replies hold no more than 500. */
export const klinesPerCall = 500

/** Levels a side that a depth call brings: what the documentation's own account of a local book asks for, of 5,000 at most. */
export const depthLevels = 1_000

/** REST names of the candle periods: the hour is `60m` (`1h` is answered with -1121 "Invalid interval."). */
export const restIntervals: Readonly<Record<Period, string>> = {
  '1m': '1m',
  '5m': '5m',
  '15m': '15m',
  '1h': '60m',
  '1d': '1d',
}

/** WebSocket names of the candle periods. */
export const streamIntervals: Readonly<Record<Period, string>> = {
  '1m': 'Min1',
  '5m': 'Min5',
  '15m': 'Min15',
  '1h': 'Min60',
  '1d': 'Day1',
}

/**
 * Standard fees as exchangeInfo tells them for most symbols (makerCommission "0", takerCommission "0.0005"). They differ by symbol,
 * region and tier, so a trader sets his own. There is no perpetual market here; its rates stand only to complete the table.
 */
export const fees: ExchangeFees = { spot: { maker: 0, taker: 0.0005 }, perpetual: { maker: 0, taker: 0.0005 } }

/** Subscriptions one connection may carry; further ones are refused. */
export const topicsPerSocket = 30
/** Frames a client may send a second on one connection. */
export const sendsPerSecond = 100
/** "A single connection is only valid for 24 hours." */
export const lifetimeMs = 24 * 60 * 60 * 1_000
/** Recommended is a PING every 20 to 30 s: a connection without any data is closed after 60 s. */
export const heartbeatMs = 20_000
/**
 * A subscribed symbol may be quiet for longer than 10 s, but a PONG comes every 20 s: with neither for this long, the connection
 * is dead.
 */
export const silenceMs = 30_000

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs

/**
 * What private lists give: the most rows of one call, the longest time between its bounds, and how far back they reach (a minute
 * less, for the clocks). Orders are found by the time they were made, fills and transfers by their own.
 */
export const lists = {
  orders: { rows: 1_000, spanMs: 7 * dayMs, reachMs: 7 * dayMs - minuteMs },
  fills: { rows: 100, spanMs: 30 * dayMs, reachMs: 30 * dayMs - minuteMs },
  transfers: { rows: 1_000, spanMs: 7 * dayMs, reachMs: 90 * dayMs - minuteMs },
  /** Documented is half a year; a start of more than about 90 days ago is refused ("date is incorrect", 33333), others report. */
  moves: { rows: 100, spanMs: 30 * dayMs, reachMs: 89 * dayMs },
} as const

/** A listen key is good for 60 min from its last extension. */
export const listenKeyExtendMs = 30 * minuteMs
