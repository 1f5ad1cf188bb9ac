/**
 * KuCoin's classic spot and futures APIs: addresses, limits and fees. Docs: https://www.kucoin.com/docs-new/introduction,
 * /docs-new/rate-limit (pools and weights), /docs-new/websocket-api/base-info/introduction (limits of connections). Accounts that were
 * switched to the unified "Pro" API are another API, which is not spoken here.
 */
import type { Period } from '../../../shared/domain/index.ts'
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const spotOrigin = 'https://api.kucoin.com'
export const futuresOrigin = 'https://api-futures.kucoin.com'
/** What the token calls name as the server to connect to; each reply says it anew. */
export const spotStreamOrigin = 'wss://ws-api-spot.kucoin.com'
export const futuresStreamOrigin = 'wss://ws-api-futures.kucoin.com'

export const urls = {
  time: `${spotOrigin}/api/v1/timestamp`,
  status: `${spotOrigin}/api/v1/status`,
  symbols: `${spotOrigin}/api/v2/symbols`,
  spotCandles: `${spotOrigin}/api/v1/market/candles`,
  currencies: `${spotOrigin}/api/v3/currencies`,
  contracts: `${futuresOrigin}/api/v1/contracts/active`,
  futuresCandles: `${futuresOrigin}/api/v1/kline/query`,
  paidRates: `${futuresOrigin}/api/v1/contract/funding-rates`,
  // With a key
  apiKey: `${spotOrigin}/api/v1/user/api-key`,
  accounts: `${spotOrigin}/api/v1/accounts`,
  spotOpenOrders: `${spotOrigin}/api/v1/hf/orders/active`,
  spotOpenSymbols: `${spotOrigin}/api/v1/hf/orders/active/symbols`,
  spotDoneOrders: `${spotOrigin}/api/v1/hf/orders/done`,
  spotOrder: `${spotOrigin}/api/v1/hf/orders`,
  spotFills: `${spotOrigin}/api/v1/hf/fills`,
  deposits: `${spotOrigin}/api/v1/deposits`,
  withdrawals: `${spotOrigin}/api/v1/withdrawals`,
  ledgers: `${spotOrigin}/api/v1/accounts/ledgers`,
  spotLedgers: `${spotOrigin}/api/v1/hf/accounts/ledgers`,
  spotFees: `${spotOrigin}/api/v1/trade-fees`,
  futuresOverview: `${futuresOrigin}/api/v1/account-overview`,
  positions: `${futuresOrigin}/api/v1/positions`,
  futuresOrders: `${futuresOrigin}/api/v1/orders`,
  futuresOrder: `${futuresOrigin}/api/v1/orders`,
  futuresLedgers: `${futuresOrigin}/api/v1/transaction-history`,
  futuresFills: `${futuresOrigin}/api/v1/fills`,
  fundingHistory: `${futuresOrigin}/api/v1/funding-history`,
  futuresFees: `${futuresOrigin}/api/v1/trade-fees`,
} as const

const poolMs = 30_000

/** Weight a pool allows each 30 s: `public` is the address's, the others are the user's (VIP 0). `gw-ratelimit-*` headers tell the rest. */
export const pools: readonly RateLimitPool[] = [
  { id: 'public', limit: 2_000, intervalMs: poolMs },
  { id: 'spot', limit: 4_000, intervalMs: poolMs },
  { id: 'futures', limit: 2_000, intervalMs: poolMs },
  { id: 'management', limit: 2_000, intervalMs: poolMs },
]

/** Candles one call brings at most. Futures: 500 by today's documentation, 200 by what was documented before. */
export const spotCandlesPerCall = 1_500
export const futuresCandlesPerCall = 200

/** Names of periods, of spot over REST and of both on streams. */
export const candleTypes: Readonly<Record<Period, string>> = {
  '1m': '1min',
  '5m': '5min',
  '15m': '15min',
  '1h': '1hour',
  '1d': '1day',
}

/**
 * VIP 0 (https://www.kucoin.com/vip/privilege): spot of fee class A 0.1 % maker and taker, as /trade-fees shows; perpetual 0.02 % maker,
 * 0.06 % taker, as contracts/active shows. Spot pairs of class B cost twice, of class C three times as much: settings override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.001, taker: 0.001 },
  perpetual: { maker: 0.0002, taker: 0.0006 },
}
