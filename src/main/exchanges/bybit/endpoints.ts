/**
 * Bybit V5: addresses, limits and how replies tell of errors.
 * Docs: https://bybit-exchange.github.io/docs/v5/guide, /v5/rate-limit (limits), /v5/error (codes), /v5/ws/connect (sockets)
 */
import type { MarketKind } from '../../../shared/domain/index.ts'
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool, ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { addressLimitCode, kindOfCode, refusalOf, rejectionOf } from './failures.ts'
import { Envelope } from './schemas.ts'

/** What Bybit calls the two kinds of market, in `category`. */
export const categories: Readonly<Record<MarketKind, 'spot' | 'linear'>> = { spot: 'spot', perpetual: 'linear' }

export const restOrigin = 'https://api.bybit.com'
export const streamOrigin = 'wss://stream.bybit.com'

export const urls = {
  time: `${restOrigin}/v5/market/time`,
  systemStatus: `${restOrigin}/v5/system/status`,
  instruments: `${restOrigin}/v5/market/instruments-info`,
  klines: `${restOrigin}/v5/market/kline`,
  tickers: `${restOrigin}/v5/market/tickers`,
  fundingHistory: `${restOrigin}/v5/market/funding/history`,
  keyInformation: `${restOrigin}/v5/user/query-api`,
  walletBalance: `${restOrigin}/v5/account/wallet-balance`,
  fundingBalance: `${restOrigin}/v5/asset/transfer/query-account-coins-balance`,
  openOrders: `${restOrigin}/v5/order/realtime`,
  orderHistory: `${restOrigin}/v5/order/history`,
  executions: `${restOrigin}/v5/execution/list`,
  positions: `${restOrigin}/v5/position/list`,
  transactionLog: `${restOrigin}/v5/account/transaction-log`,
  feeRate: `${restOrigin}/v5/account/fee-rate`,
  deposits: `${restOrigin}/v5/asset/deposit/query-record`,
  internalDeposits: `${restOrigin}/v5/asset/deposit/query-internal-record`,
  withdrawals: `${restOrigin}/v5/asset/withdraw/query-record`,
  walletMoves: `${restOrigin}/v5/asset/transfer/query-inter-transfer-list`,
  coins: `${restOrigin}/v5/asset/coin/query-info`,
  spotStream: `${streamOrigin}/v5/public/spot`,
  linearStream: `${streamOrigin}/v5/public/linear`,
  privateStream: `${streamOrigin}/v5/private`,
} as const

/**
 * 600 requests in 5 s from one address, whatever they ask; who exceeds it is shut out for ten minutes. Market data may use half of
 * it, so that the private pools, which count by user and endpoint besides, always fit beneath it.
 */
export const pools: readonly RateLimitPool[] = [
  { id: 'market', limit: 300, intervalMs: 5_000 },
  { id: 'user/query-api', limit: 10, intervalMs: 1_000 },
  { id: 'account/wallet-balance', limit: 10, intervalMs: 1_000 },
  { id: 'account/fee-rate', limit: 5, intervalMs: 1_000 },
  { id: 'account/transaction-log', limit: 10, intervalMs: 1_000 },
  { id: 'order/realtime', limit: 10, intervalMs: 1_000 },
  { id: 'order/history', limit: 10, intervalMs: 1_000 },
  { id: 'execution/list', limit: 10, intervalMs: 1_000 },
  { id: 'position/list', limit: 10, intervalMs: 1_000 },
  { id: 'asset/coins-balance', limit: 5, intervalMs: 1_000 },
  { id: 'asset/coin-info', limit: 5, intervalMs: 1_000 },
  { id: 'asset/deposits', limit: 100, intervalMs: 60_000 },
  // Nothing is documented of it.
  { id: 'asset/internal-deposits', limit: 60, intervalMs: 60_000 },
  { id: 'asset/withdrawals', limit: 300, intervalMs: 60_000 },
  { id: 'asset/transfers', limit: 60, intervalMs: 60_000 },
]

/** Rows of /market/instruments-info, of /market/kline and of /market/funding/history at most. */
export const instrumentsPerCall = 1_000
export const candlesPerCall = 1_000
export const paidRatesPerCall = 200

/**
 * Non-VIP (https://www.bybit.com/en/announcement-info/fee-rate/): spot 0.10 % maker and taker; perpetual 0.02 % maker, 0.055 % taker.
 * Regional entities differ: settings override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.001, taker: 0.001 },
  perpetual: { maker: 0.0002, taker: 0.00055 },
}

/** The windows of most endpoints are a second long, that of an address is five. */
const rateLimitWaitMs = 1_000
const addressWaitMs = 5_000
/** "403, access too frequent": all HTTP is to stop for at least ten minutes. */
const addressBanMs = 600_000
/** A reset further off than the longest window is no answer to how long to wait. */
const longestWaitMs = 60_000

/** When the endpoint's budget is fresh again, by Bybit's clock; null where the reply does not tell. */
function waitOf({ headers }: ReplyHead, now: number): number | null {
  const resetAt = Number(headers['x-bapi-limit-reset-timestamp'] ?? Number.NaN)
  const waitMs = resetAt - now
  return waitMs >= 0 && waitMs <= longestWaitMs ? Math.max(waitMs, rateLimitWaitMs) : null
}

/** A reply that is no envelope. */
function failureOfStatus(head: ReplyHead, body: unknown): RestFailure {
  const said = textOf(body)
  const failure = (kind: RestFailure['kind'], retryAfterMs: number | null = null): RestFailure => ({
    kind,
    code: null,
    message: `HTTP ${head.status}: ${said}`,
    retryAfterMs,
  })
  if (head.status === 403) return /too frequent/i.test(said) ? failure('banned', addressBanMs) : failure('denied')
  if (head.status === 401) return { ...failure('rejectedKey'), message: 'key rejected (HTTP 401): check the key' }
  if (head.status === 429) return failure('rateLimited', rateLimitWaitMs)
  if (head.status === 451) return failure('denied')
  if (head.status >= 500) return failure('unavailable')
  return failure(head.status < 400 ? 'unreadable' : 'invalid')
}

/** A `retCode` other than 0 is a failure; Bybit sends nearly all of them with HTTP 200. */
export const dialect: RestDialect = {
  usage: () => null,
  failure(head, body, now) {
    const envelope = Envelope.safeParse(body)
    if (!envelope.success) return failureOfStatus(head, body)
    const code = String(envelope.data.retCode)
    if (code === '0') return head.status < 400 ? null : failureOfStatus(head, body)
    const kind = kindOfCode(code)
    // Words of our own about keys: Bybit's may quote what was signed.
    const message = rejectionOf(code) ?? refusalOf(code) ?? (envelope.data.retMsg || `retCode ${code}`)
    if (code === addressLimitCode) return { kind, code, message, retryAfterMs: addressWaitMs }
    const retryAfterMs = kind === 'rateLimited' ? (waitOf(head, now) ?? rateLimitWaitMs) : null
    return { kind, code, message, retryAfterMs }
  },
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200)
