/**
 * Kraken spot: addresses, limits and fees. Kraken Futures is another API at other addresses, quoted in USD, and not spoken here.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-rest-intro, /guides/spot-ws-intro, /guides/spot-rest-ratelimits
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const restOrigin = 'https://api.kraken.com'
export const streamOrigin = 'wss://ws.kraken.com'
export const privateStreamOrigin = 'wss://ws-auth.kraken.com'

const open = `${restOrigin}/0/public`
export const urls = {
  time: `${open}/Time`,
  systemStatus: `${open}/SystemStatus`,
  assetPairs: `${open}/AssetPairs`,
  assets: `${open}/Assets`,
  candles: `${open}/OHLC`,
  publicStream: `${streamOrigin}/v2`,
  privateStream: `${privateStreamOrigin}/v2`,
} as const

/**
 * Public calls: about one a second and address, a few at once are taken; candles are counted by address and pair, which no pool can, so that
 * two a second stand for several pairs. Private calls raise a counter of the key that may reach 20 and falls by 0.5 a second (tier
 * Intermediate; 1 a second for Pro): what stays below 20 in any 40 s never goes beyond it. Keys share the pool here, which errs on the slow side. No header tells how
 * much is used.
 */
export const pools: readonly RateLimitPool[] = [
  { id: 'public', limit: 8, intervalMs: 8_000 },
  { id: 'candles', limit: 10, intervalMs: 5_000 },
  { id: 'private', limit: 20, intervalMs: 40_000 },
]

/** The newest of a period, the one under way included; nothing older can be had. */
export const candlesKept = 720

/** Levels a side that `book` is subscribed with: 10, 25, 100, 500 or 1000 are offered. */
export const bookLevels = 500
/** The best ones of each side, which the checksum covers. */
export const checksumLevels = 10

/**
 * Kraken Pro, lowest tier (30-day volume from $0): 0.25 % maker, 0.40 % taker. Source: https://www.kraken.com/features/fee-schedule, from
 * memory of it in 2025: neither protocol documents nor AssetPairs (`fees` is an empty list) tell it any more. Pairs of stablecoins and
 * currencies pay less (0.20 %). Settings override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.0025, taker: 0.004 },
  perpetual: { maker: 0.0025, taker: 0.004 },
}
