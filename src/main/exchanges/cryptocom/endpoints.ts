/**
 * Crypto.com Exchange v1: addresses and limits. REST and sockets share one namespace of methods (`public/...`, `private/...`).
 * Docs: https://exchange-docs.crypto.com/exchange/v1/rest-ws/index.html#introduction (URLs, rate limits), #response-and-reason-codes
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const restOrigin = 'https://api.crypto.com'
export const streamOrigin = 'wss://stream.crypto.com'

export const urls = {
  instruments: `${restOrigin}/exchange/v1/public/get-instruments`,
  tickers: `${restOrigin}/exchange/v1/public/get-tickers`,
  candles: `${restOrigin}/exchange/v1/public/get-candlestick`,
  valuations: `${restOrigin}/exchange/v1/public/get-valuations`,
  /** The only method that is not under /exchange. */
  announcements: `${restOrigin}/v1/public/get-announcements`,
  /** Every private method hangs under it: signing.ts knows which may be called. */
  rest: `${restOrigin}/exchange/v1`,
  marketStream: `${streamOrigin}/exchange/v1/market`,
  userStream: `${streamOrigin}/exchange/v1/user`,
} as const

const second = 1_000

/**
 * Public ones are counted per method and address, private ones per method and key; accounts share them here, which errs on the slow
 * side. No header tells how much is used.
 */
export const pools: readonly RateLimitPool[] = [
  { id: 'get-instruments', limit: 100, intervalMs: second },
  { id: 'get-tickers', limit: 100, intervalMs: second },
  { id: 'get-candlestick', limit: 100, intervalMs: second },
  { id: 'get-valuations', limit: 100, intervalMs: second },
  // Nothing is documented of it.
  { id: 'get-announcements', limit: 1, intervalMs: second },
  { id: 'user-balance', limit: 3, intervalMs: 100 },
  { id: 'get-open-orders', limit: 3, intervalMs: 100 },
  { id: 'get-order-detail', limit: 30, intervalMs: 100 },
  { id: 'get-order-history', limit: 1, intervalMs: second },
  { id: 'get-trades', limit: 1, intervalMs: second },
  { id: 'get-positions', limit: 3, intervalMs: 100 },
  { id: 'get-deposit-history', limit: 3, intervalMs: 100 },
  { id: 'get-withdrawal-history', limit: 3, intervalMs: 100 },
  { id: 'get-transactions', limit: 3, intervalMs: 100 },
  // 2 a second by what others have written; the documents count it among "all others".
  { id: 'get-fee-rate', limit: 2, intervalMs: second },
  { id: 'get-currency-networks', limit: 3, intervalMs: 100 },
]

/** A reply has this many candles at most. */
export const candlesPerReply = 300
/** One of them is slack: whether `end_ts` itself belongs to the range is not documented. */
export const candlesPerCall = candlesPerReply - 1

/**
 * Level 1 of the fee schedule (https://crypto.com/exchange/document/fees-limits): spot 0.25 % maker, 0.50 % taker; derivatives 0.05 %
 * maker, 0.07 % taker. Unverified: the page could not be read when this was written. Tiers by volume and CRO staked differ: settings
 * and the account's own rates override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.0025, taker: 0.005 },
  perpetual: { maker: 0.0005, taker: 0.0007 },
}
