/**
 * OKX V5: addresses, limits and how replies tell of errors.
 * Docs: https://www.okx.com/docs-v5/en/#overview (URLs, WebSocket limits), #error-code (codes); each limit stands in the docs at
 * its endpoint. Limits are per endpoint and address over 2 s; no header tells how much of them is used.
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool, ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { isClockError, rejectionOf } from './failures.ts'
import { Envelope } from './schemas.ts'

export const restOrigin = 'https://www.okx.com'
export const streamOrigin = 'wss://ws.okx.com:8443'

export const urls = {
  time: `${restOrigin}/api/v5/public/time`,
  systemStatus: `${restOrigin}/api/v5/system/status`,
  instruments: `${restOrigin}/api/v5/public/instruments`,
  candles: `${restOrigin}/api/v5/market/candles`,
  historyCandles: `${restOrigin}/api/v5/market/history-candles`,
  fundingRate: `${restOrigin}/api/v5/public/funding-rate`,
  fundingRateHistory: `${restOrigin}/api/v5/public/funding-rate-history`,
  accountConfig: `${restOrigin}/api/v5/account/config`,
  accountBalance: `${restOrigin}/api/v5/account/balance`,
  accountPositions: `${restOrigin}/api/v5/account/positions`,
  bills: `${restOrigin}/api/v5/account/bills`,
  billsArchive: `${restOrigin}/api/v5/account/bills-archive`,
  assetBalances: `${restOrigin}/api/v5/asset/balances`,
  assetBills: `${restOrigin}/api/v5/asset/bills`,
  deposits: `${restOrigin}/api/v5/asset/deposit-history`,
  withdrawals: `${restOrigin}/api/v5/asset/withdrawal-history`,
  currencies: `${restOrigin}/api/v5/asset/currencies`,
  tradeFee: `${restOrigin}/api/v5/account/trade-fee`,
  order: `${restOrigin}/api/v5/trade/order`,
  openOrders: `${restOrigin}/api/v5/trade/orders-pending`,
  orderHistory: `${restOrigin}/api/v5/trade/orders-history`,
  orderArchive: `${restOrigin}/api/v5/trade/orders-history-archive`,
  fills: `${restOrigin}/api/v5/trade/fills-history`,
  publicStream: `${streamOrigin}/ws/v5/public`,
  businessStream: `${streamOrigin}/ws/v5/business`,
  privateStream: `${streamOrigin}/ws/v5/private`,
} as const

export const pools: readonly RateLimitPool[] = [
  { id: 'time', limit: 10, intervalMs: 2_000 },
  { id: 'system-status', limit: 1, intervalMs: 5_000 },
  { id: 'instruments', limit: 20, intervalMs: 2_000 },
  { id: 'candles', limit: 40, intervalMs: 2_000 },
  { id: 'history-candles', limit: 20, intervalMs: 2_000 },
  // OKX counts it per instrument besides; one call asks for all of them.
  { id: 'funding-rate', limit: 10, intervalMs: 2_000 },
  { id: 'funding-rate-history', limit: 10, intervalMs: 2_000 },
  // Private ones are counted per user; accounts share them here, which errs on the slow side.
  { id: 'account-config', limit: 5, intervalMs: 2_000 },
  { id: 'account-balance', limit: 10, intervalMs: 2_000 },
  { id: 'account-positions', limit: 10, intervalMs: 2_000 },
  { id: 'bills', limit: 10, intervalMs: 2_000 },
  { id: 'bills-archive', limit: 5, intervalMs: 2_000 },
  { id: 'asset-balances', limit: 6, intervalMs: 1_000 },
  { id: 'asset-bills', limit: 6, intervalMs: 1_000 },
  { id: 'deposits', limit: 6, intervalMs: 1_000 },
  { id: 'withdrawals', limit: 6, intervalMs: 1_000 },
  { id: 'currencies', limit: 6, intervalMs: 1_000 },
  { id: 'trade-fee', limit: 5, intervalMs: 2_000 },
  { id: 'order', limit: 60, intervalMs: 2_000 },
  { id: 'open-orders', limit: 60, intervalMs: 2_000 },
  { id: 'order-history', limit: 40, intervalMs: 2_000 },
  { id: 'order-archive', limit: 20, intervalMs: 2_000 },
  { id: 'fills', limit: 10, intervalMs: 2_000 },
]

/** Candles one call returns at most, of either endpoint (history-candles: 100 until August 2025, 300 since). */
export const candlesPerCall = 300
/** /market/candles knows only the newest of these; one bar of slack covers a clock a little off. */
export const recentCandles = 1_440

/**
 * Regular user, level 1 (https://www.okx.com/fees): spot 0.08 % maker, 0.10 % taker; perpetual 0.02 % maker, 0.05 % taker.
 * Tiers by volume, regional entities and zero-fee pairs differ: settings override.
 */
export const fees: ExchangeFees = {
  spot: { maker: 0.0008, taker: 0.001 },
  perpetual: { maker: 0.0002, taker: 0.0005 },
}

/** OKX tells no Retry-After; its windows are 2 s long, so that after this the budget is fresh. */
const rateLimitWaitMs = 2_000

/** 50001 service unavailable, 50004 endpoint time-out, 50013 busy, 50026 system error, 1 operation failed. */
const theirFault: ReadonlySet<string> = new Set(['1', '50001', '50004', '50013', '50026'])

const retryAfterMs = (head: ReplyHead): number | null => {
  const seconds = Number(head.headers['retry-after'] ?? Number.NaN)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : null
}

function failureOf(head: ReplyHead, code: string | null, said: string): RestFailure {
  const asked = retryAfterMs(head)
  const kind = kindOf(head.status, code)
  // Words of our own about keys: OKX's may quote what was sent.
  const message = rejectionOf(code) ?? (kind === 'forbidden' ? `the key lacks a permission (${code})` : said)
  return { kind, code, message, retryAfterMs: kind === 'rateLimited' ? (asked ?? rateLimitWaitMs) : asked }
}

function kindOf(status: number, code: string | null): RestFailure['kind'] {
  if (status === 429 || code === '50011' || code === '50061') return 'rateLimited'
  if (rejectionOf(code) !== null) return 'rejectedKey'
  if (isClockError(code)) return 'clock'
  if (code === '50120') return 'forbidden'
  if (status === 451 || (status === 403 && code === null)) return 'denied'
  if (status >= 500 || (code !== null && theirFault.has(code))) return 'unavailable'
  if (code === null && status < 400) return 'unreadable'
  return 'invalid'
}

/** An envelope with a code other than '0' is a failure whatever the HTTP status says: OKX sends many with 200. */
export const dialect: RestDialect = {
  usage: () => null,
  failure(head, body) {
    const envelope = Envelope.safeParse(body)
    if (!envelope.success) return failureOf(head, null, `HTTP ${head.status}: ${textOf(body)}`)
    const { code, msg } = envelope.data
    if (code === '0' && head.status < 400) return null
    return failureOf(head, code, msg || `HTTP ${head.status}`)
  },
  // Service temporarily unavailable: what it answers while it upgrades.
  maintenance(_head, body) {
    const said = /"code"\s*:\s*"50001"/.test(body) ? /"msg"\s*:\s*"([^"]*)"/.exec(body) : null
    return said === null ? null : { words: `it says: ${said[1] || 'service temporarily unavailable'}`, until: null }
  },
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200)
