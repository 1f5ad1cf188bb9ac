/**
 * HTX: addresses, limits and fees. Two hosts, spot and USDT-margined linear swaps.
 * Docs: https://www.htx.com/en-us/opend/newApiPages/ (spot: "Introduction", "Request rate limit"; USDT-M: "Access and verification")
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const spotRestOrigin = 'https://api.huobi.pro'
export const swapRestOrigin = 'https://api.hbdm.com'
export const spotStreamOrigin = 'wss://api.huobi.pro'
export const swapStreamOrigin = 'wss://api.hbdm.com'

export const urls = {
  time: `${spotRestOrigin}/v1/common/timestamp`,
  marketStatus: `${spotRestOrigin}/v2/market-status`,
  spotInstruments: `${spotRestOrigin}/v1/settings/common/market-symbols`,
  currencies: `${spotRestOrigin}/v2/reference/currencies`,
  spotKlines: `${spotRestOrigin}/market/history/kline`,
  /** Takes a window of time, which the documented one does not; in no document, but answered for years and used by many clients. */
  spotCandles: `${spotRestOrigin}/market/history/candles`,
  swapInstruments: `${swapRestOrigin}/linear-swap-api/v1/swap_contract_info`,
  swapKlines: `${swapRestOrigin}/linear-swap-ex/market/history/kline`,
  fundingRates: `${swapRestOrigin}/linear-swap-api/v1/swap_batch_funding_rate`,
  fundingRateHistory: `${swapRestOrigin}/linear-swap-api/v1/swap_historical_funding_rate`,
  accounts: `${spotRestOrigin}/v1/account/accounts`,
  openOrders: `${spotRestOrigin}/v1/order/openOrders`,
  orders: `${spotRestOrigin}/v1/order/orders`,
  matchResults: `${spotRestOrigin}/v1/order/matchresults`,
  transfers: `${spotRestOrigin}/v1/query/deposit-withdraw`,
  uid: `${spotRestOrigin}/v2/user/uid`,
  apiKey: `${spotRestOrigin}/v2/user/api-key`,
  feeRates: `${spotRestOrigin}/v2/reference/transact-fee-rate`,
  swapBalance: `${swapRestOrigin}/v5/account/balance`,
  swapBills: `${swapRestOrigin}/v5/account/bills`,
  swapOpenOrders: `${swapRestOrigin}/v5/trade/order/opens`,
  swapOrder: `${swapRestOrigin}/v5/trade/order`,
  swapOrders: `${swapRestOrigin}/v5/trade/order/history`,
  swapFills: `${swapRestOrigin}/v5/trade/order/details`,
  swapPositions: `${swapRestOrigin}/v5/trade/position/opens`,
  spotPrivateStream: `${spotStreamOrigin}/ws/v2`,
  swapPrivateStream: `${swapStreamOrigin}/ws/v5/notification`,
  spotStream: `${spotStreamOrigin}/ws`,
  spotBookStream: `${spotStreamOrigin}/feed`,
  swapStream: `${swapStreamOrigin}/linear-swap-ws`,
  swapFundingStream: `${swapStreamOrigin}/linear-swap-notification`,
} as const

/**
 * Spot market data is limited per address without a published number; ten a second has been safe. `swap-public` is 240 in 3 s, told by
 * its headers; `swap-market` 800 a second, of which less is asked here.
 */
export const pools: readonly RateLimitPool[] = [
  { id: 'spot-public', limit: 10, intervalMs: 1_000 },
  { id: 'spot-market', limit: 10, intervalMs: 1_000 },
  { id: 'swap-public', limit: 240, intervalMs: 3_000 },
  { id: 'swap-market', limit: 100, intervalMs: 1_000 },
  // Private ones are counted per user and endpoint, 50 in 2 s or more; those of V5 together, 72 reads in 3 s. Accounts share them here.
  { id: 'account', limit: 50, intervalMs: 2_000 },
  { id: 'open-orders', limit: 50, intervalMs: 2_000 },
  { id: 'order', limit: 50, intervalMs: 2_000 },
  { id: 'orders', limit: 50, intervalMs: 2_000 },
  { id: 'match-results', limit: 20, intervalMs: 2_000 },
  { id: 'transfers', limit: 20, intervalMs: 2_000 },
  { id: 'user', limit: 20, intervalMs: 2_000 },
  { id: 'fee-rates', limit: 50, intervalMs: 2_000 },
  { id: 'swap-private', limit: 72, intervalMs: 3_000 },
]

/** Lists by time: rows of one reply at most, and the longest window that may be asked for. */
export const ordersPerCall = 100
export const fillsPerCall = 500
export const swapRowsPerCall = 100
export const longestWindowMs = 48 * 3_600_000
/** How far back the lists reach. */
export const spotOrdersMemoryMs = 180 * 86_400_000
export const spotFillsMemoryMs = 120 * 86_400_000
export const swapMemoryMs = 90 * 86_400_000

/** Rows one call returns at most: `/market/history/kline` of both, and spot's `/market/history/candles` (more gives none at all). */
export const rowsPerCall = 2_000
export const windowedSpotRows = 1_000

/**
 * Lowest tier: spot 0.2 % both ways (https://www.htx.com/support/360000312282), USDT-M swaps 0.02 % maker, 0.05 % taker
 * (https://www.huobi.com/support/vi-vi/detail/900000089923). Tiers by volume and discounts in HTX's own coin differ: settings override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.002, taker: 0.002 },
  perpetual: { maker: 0.0002, taker: 0.0005 },
}
