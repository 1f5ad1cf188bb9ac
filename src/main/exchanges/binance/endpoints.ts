import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

/**
 * Where Binance is reached and how often it may be asked.
 *
 * Spot     https://github.com/binance/binance-spot-api-docs (rest-api.md, web-socket-streams.md, errors.md)
 * Futures  https://developers.binance.com/docs/derivatives/usds-margined-futures
 * Wallet   https://developers.binance.com/docs/wallet (`/sapi`, on the spot host)
 */
export const spotRest = 'https://api.binance.com'
export const perpetualRest = 'https://fapi.binance.com'
export const spotStreams = 'wss://stream.binance.com:9443'
export const perpetualStreams = 'wss://fstream.binance.com'
/** The WebSocket API: the spot user data stream comes over it. */
export const spotSocketApi = 'wss://ws-api.binance.com:443'

export const origins = [spotRest, perpetualRest, spotStreams, perpetualStreams, spotSocketApi] as const

/**
 * Weight a minute and IP. Exchange information (`rateLimits`, REQUEST_WEIGHT) repeats the first two. The spot pool is shared by
 * all spot hosts; the USD-M pool is shared with the COIN-M host. `/sapi` counts apart from them, each of its endpoints either by
 * IP or by account; no list of the exchange names these limits, but its replies' headers tell what is used.
 */
export const pools = [
  { id: 'spot', limit: 6_000, intervalMs: 60_000 },
  { id: 'perpetual', limit: 2_400, intervalMs: 60_000 },
  // Requests, not weight: fundingInfo and fundingRate together.
  { id: 'perpetual-funding', limit: 500, intervalMs: 300_000 },
  { id: 'sapi-ip', limit: 12_000, intervalMs: 60_000 },
  { id: 'sapi-uid', limit: 180_000, intervalMs: 60_000 },
] as const satisfies readonly RateLimitPool[]

/** Most candles a klines call returns. */
export const spotKlinesPerCall = 1_000
export const perpetualKlinesPerCall = 1_500
export const spotKlinesWeight = 2

/** Futures klines cost by the `limit` asked for, not by the rows returned. */
export function perpetualKlinesWeight(limit: number): number {
  if (limit < 100) return 1
  if (limit < 500) return 2
  return limit <= 1_000 ? 5 : 10
}

/**
 * Levels a side that a depth call brings, and its weight. Levels beyond are learned when they change. The 5,000 that spot could give
 * cost five times as much, which would be a minute's whole weight for 24 books; so it is 120 a minute (on futures as well).
 */
export const depthLevels = 1_000
export const spotDepthWeight = 50
export const perpetualDepthWeight = 20

/**
 * Regular tier, without the discount for paying in BNB; tiers by volume are lower, and some pairs run promotions.
 * Source: https://www.binance.com/en/fee/trading and https://www.binance.com/en/fee/futureFee (USD-M, USDT margined)
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.001, taker: 0.001 },
  perpetual: { maker: 0.0002, taker: 0.0005 },
}
