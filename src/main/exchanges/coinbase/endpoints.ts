/**
 * Coinbase: two APIs over one matching engine. Instruments, candles, order books and everything private by Advanced Trade; public trades
 * by the feed of Coinbase Exchange, which sends each one at once and numbers them without holes.
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/welcome, https://docs.cdp.coinbase.com/exchange/docs/websocket-overview
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const restOrigin = 'https://api.coinbase.com'
export const marketOrigin = 'wss://advanced-trade-ws.coinbase.com'
export const userOrigin = 'wss://advanced-trade-ws-user.coinbase.com'
export const tradesOrigin = 'wss://ws-feed.exchange.coinbase.com'

const brokerage = `${restOrigin}/api/v3/brokerage`

export const urls = {
  time: `${brokerage}/time`,
  products: `${brokerage}/market/products`,
  candlesOf: (product: string): string => `${brokerage}/market/products/${product}/candles`,
  keyPermissions: `${brokerage}/key_permissions`,
  accounts: `${brokerage}/accounts`,
  orders: `${brokerage}/orders/historical/batch`,
  orderOf: (orderId: string): string => `${brokerage}/orders/historical/${encodeURIComponent(orderId)}`,
  fills: `${brokerage}/orders/historical/fills`,
  transactionSummary: `${brokerage}/transaction_summary`,
  /** Deposits and withdrawals: the older API of Coinbase's app, opened by the same keys. */
  transactionsOf: (walletId: string): string =>
    `${restOrigin}/v2/accounts/${encodeURIComponent(walletId)}/transactions`,
  marketStream: marketOrigin,
  userStream: userOrigin,
  tradesStream: tradesOrigin,
} as const

/** Public replies are cached for seconds to minutes on the way otherwise. */
export const publicHeaders = { 'cache-control': 'no-cache' } as const

/**
 * Public calls 10 a second and address, private ones 30 a second and user, the app's 10,000 an hour and key. The first two stand on no
 * page of today's documentation; they are what clients keep to. No reply header tells how much is used.
 */
export const pools: readonly RateLimitPool[] = [
  { id: 'public', limit: 10, intervalMs: 1_000 },
  { id: 'private', limit: 30, intervalMs: 1_000 },
  { id: 'app', limit: 10_000, intervalMs: 3_600_000 },
]

/** Without a word of when to try again: the windows are a second long. */
export const rateLimitWaitMs = 1_000

/** One call may span 350 candles; fewer, so that how the bounds are counted does not matter. */
export const candlesPerCall = 300

export const granularities: Readonly<Record<Period, string>> = {
  '1m': 'ONE_MINUTE',
  '5m': 'FIVE_MINUTE',
  '15m': 'FIFTEEN_MINUTE',
  '1h': 'ONE_HOUR',
  '1d': 'ONE_DAY',
}

/**
 * Intro 1, below 1,000 USD in 30 days: 0.60 % maker, 1.20 % taker (help.coinbase.com "Coinbase Advanced fees"; the table itself is shown
 * to signed-in users only, the figures are as others published them in 2026). An account's own tier is asked for. There are no perpetuals
 * here; their rates stand only to complete the table.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.006, taker: 0.012 },
  perpetual: { maker: 0.006, taker: 0.012 },
}
