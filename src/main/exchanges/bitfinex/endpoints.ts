/**
 * Bitfinex v2: addresses, limits and how replies tell of errors.
 * Docs: https://docs.bitfinex.com/docs/requirements-and-limitations, #abbreviations-glossary (error codes); each limit stands in the
 * reference at its endpoint. Limits count requests a minute, address and endpoint; no header tells how much of them is used.
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool, ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { retryAfterMs } from '../../net/retry-after.ts'
import { rejectionOf } from './failures.ts'

export const restOrigin = 'https://api-pub.bitfinex.com'
export const privateRestOrigin = 'https://api.bitfinex.com'
export const streamOrigin = 'wss://api-pub.bitfinex.com'
export const privateStreamOrigin = 'wss://api.bitfinex.com'

export const urls = {
  platformStatus: `${restOrigin}/v2/platform/status`,
  /** Several lists in one reply, in this order. */
  lists: `${restOrigin}/v2/conf/pub:map:currency:sym,pub:list:pair:exchange,pub:info:pair,pub:info:pair:futures`,
  candles: `${restOrigin}/v2/candles`,
  perpetualStatus: `${restOrigin}/v2/status/deriv`,
  publicStream: `${streamOrigin}/ws/2`,
  privateStream: `${privateStreamOrigin}/ws/2`,
} as const

const minuteMs = 60_000

/** Where the reference gives a range (10 to 90), or the pages differ, the smallest. */
export const pools: readonly RateLimitPool[] = [
  { id: 'platform-status', limit: 30, intervalMs: minuteMs },
  { id: 'conf', limit: 30, intervalMs: minuteMs },
  { id: 'candles', limit: 30, intervalMs: minuteMs },
  { id: 'perpetual-status', limit: 90, intervalMs: minuteMs },
  // Of private ones 45 to 90 are documented: the least for all.
  { id: 'wallets', limit: 45, intervalMs: minuteMs },
  { id: 'orders', limit: 45, intervalMs: minuteMs },
  { id: 'order-history', limit: 45, intervalMs: minuteMs },
  { id: 'trades', limit: 45, intervalMs: minuteMs },
  { id: 'movements', limit: 45, intervalMs: minuteMs },
  { id: 'positions', limit: 45, intervalMs: minuteMs },
  { id: 'ledgers', limit: 45, intervalMs: minuteMs },
  { id: 'permissions', limit: 45, intervalMs: minuteMs },
  { id: 'summary', limit: 45, intervalMs: minuteMs },
]

/** Of one call, documented; 600 KB then. */
export const candlesPerCall = 10_000

/**
 * None since 17 December 2025, for everybody and without an end, maker and taker, spot and derivatives alike ("Zero fees: Q&A",
 * https://blog.bitfinex.com). Before, the lowest tier paid 0.1 % and 0.2 % (perpetuals 0.02 % and 0.065 %). Settings override, and an
 * account's own rates do (`auth/r/summary`).
 */
export const fees: ExchangeFees = {
  spot: { maker: 0, taker: 0 },
  perpetual: { maker: 0, taker: 0 },
}

/** Who breaks a limit is blocked for a minute, whatever is asked, unless the reply tells how long. */
const blockMs = 60_000
/** 11010: too many requests. */
const rateLimitCode = 11_010
/** 20060: maintenance; 10011: not ready. */
const closedCodes: ReadonlySet<number> = new Set([20_060, 10_011])
/** Another request of the same key, with a higher nonce, was quicker: the next one is higher again. */
const nonceCode = 10_114
/** `ERR_PARAMS` and its kin, 10020 above all: what was asked is wrong. The status is 500 all the same. */
const wrongCodes: ReadonlySet<number> = new Set([10_000, 10_020])
const forbiddenCode = 10_001

/** `["error",10020,"symbol: invalid"]`; null: the body says nothing of the kind. */
function errorOf(body: unknown): { readonly code: number; readonly message: string } | null {
  if (!Array.isArray(body) || body[0] !== 'error' || typeof body[1] !== 'number') return null
  return { code: body[1], message: typeof body[2] === 'string' ? body[2] : '' }
}

const isRateError = (body: unknown): boolean =>
  typeof body === 'object' && body !== null && 'error' in body && body.error === 'ERR_RATE_LIMIT'

function kindOf({ status }: ReplyHead, code: number | null, message: string): RestFailure['kind'] {
  if (status === 429 || code === rateLimitCode) return 'rateLimited'
  if (code !== null && rejectionOf(code) !== null) return 'rejectedKey'
  // 10001 is an unknown pair where the words say so.
  if (code === forbiddenCode) return /pair|symbol/i.test(message) ? 'invalid' : 'forbidden'
  if (code === nonceCode || (code !== null && closedCodes.has(code))) return 'unavailable'
  if (code !== null && wrongCodes.has(code)) return 'invalid'
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 || code !== null) return 'unavailable'
  return status < 400 ? 'unreadable' : 'invalid'
}

/** Errors come with status 500, wrong parameters included: the code in the body decides. */
export const dialect: RestDialect = {
  usage: () => null,
  failure(head, body, now) {
    const said = errorOf(body)
    if (said === null && head.status < 400) return null
    const code = said?.code ?? null
    const kind = isRateError(body) ? 'rateLimited' : kindOf(head, code, said?.message ?? '')
    const words = said === null ? `HTTP ${head.status}: ${textOf(body)}` : said.message || `error ${said.code}`
    const own = rejectionOf(code) ?? (kind === 'forbidden' ? `the key lacks a permission (${code})` : null)
    return {
      kind,
      code: code === null ? null : String(code),
      message: own ?? words,
      retryAfterMs: kind === 'rateLimited' ? (retryAfterMs(head.headers['retry-after'], now) ?? blockMs) : null,
    }
  },
  maintenance: (_head, body) =>
    /^\s*\[\s*"error"\s*,\s*20060\b/.test(body) ? { words: 'it says that it is in maintenance', until: null } : null,
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200)
