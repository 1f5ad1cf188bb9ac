/**
 * How HTX's replies tell of limits and errors. Four envelopes, most errors with HTTP status 200: spot v1 `err-code` and `err-msg`, spot v2
 * and swap V5 `code` and `message`, swap `err_code` (a number) and `err_msg`.
 * Docs: "Error code" of spot and of USDT-M futures
 */
import type { ReplyHead, RestCall, RestDialect, RestFailure } from '../../net/rest.ts'
import { RestError } from './schemas.ts'

/** HTX tells no Retry-After; its windows are 1 to 3 s long. */
const rateLimitWaitMs = 3_000

const tooMany: ReadonlySet<string> = new Set([
  'rate-too-many-requests',
  'base-request-exceed-frequency-limit',
  'too-many-request',
  '429',
  '1032',
])
/** 1000 to 1004: system error, no answer, busy; 1100-, 14xx are the orders'. `500` and `503` by v2 and V5. */
const theirFault: ReadonlySet<string> = new Set([
  'system-maintenance',
  'gateway-internal-error',
  'gateway-timeout',
  'timeout',
  'base-system-error',
  'internal-error',
  '500',
  '503',
  '1000',
  '1001',
  '1002',
  '1004',
])
/**
 * `api-signature-not-valid` also stands for what the key may not do, and 403 for a wrong key of swaps and for what a sub-account may not ask;
 * their words tell. 1003 by v2: not authenticated.
 */
const aboutTheKey: ReadonlySet<string> = new Set([
  'api-signature-not-valid',
  'api-signature-check-failed',
  'invalid-access-key',
  'login-required',
  'api-not-support-temp-addr',
  '403',
  '1003',
  '2000',
])
const forbiddenCodes: ReadonlySet<string> = new Set(['gateway-no-permission', 'forbidden', '1005'])

/** By v2, 1002 is "forbidden" or "unauthorized"; by swaps it says that they do not answer. */
const forbiddenWords = /forbidden|unauthori[sz]ed/i
const keyWords = /verif|signature|access ?key/i

export const dialect: RestDialect = {
  usage,
  failure(head, body) {
    const error = errorOf(body)
    if (error === null) {
      if (typeof body === 'object' && body !== null && head.status < 400) return null
      return failureOf(head, null, `HTTP ${head.status}: ${textOf(body)}`)
    }
    return failureOf(head, error.code, error.message || `HTTP ${head.status}`)
  },
  maintenance(_head, body) {
    if (!/system-maintenance/.test(body)) return null
    const said = /"err[-_]msg"\s*:\s*"([^"]*)"/.exec(body)
    return { words: `it says: ${said?.[1] || 'system maintenance'}`, until: null }
  },
}

/** The swap's public calls tell what is left of their pool. */
function usage(call: RestCall<unknown>, head: ReplyHead): ReturnType<RestDialect['usage']> {
  if (call.pool !== 'swap-public') return null
  const [limit, remaining] = [headerNumber(head, 'ratelimit-limit'), headerNumber(head, 'ratelimit-remaining')]
  return limit === null || remaining === null ? null : { used: Math.max(0, limit - remaining), limit }
}

const headerNumber = (head: ReplyHead, name: string): number | null => {
  const value = head.headers[name]
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : null
}

interface SaidError {
  readonly code: string
  readonly message: string
}

/** null: the reply says that all is well. */
function errorOf(body: unknown): SaidError | null {
  const parsed = RestError.safeParse(body)
  if (!parsed.success) return null
  const { status, code, message } = parsed.data
  if (status === 'error') {
    const said = parsed.data['err-code'] ?? parsed.data.err_code ?? 'error'
    return { code: String(said), message: parsed.data['err-msg'] ?? parsed.data.err_msg ?? '' }
  }
  return status === undefined && code !== undefined && String(code) !== '200'
    ? { code: String(code), message: message ?? '' }
    : null
}

function failureOf(head: ReplyHead, code: string | null, said: string): RestFailure {
  const kind = kindOf(head.status, code, said)
  return {
    kind,
    code,
    message: ownWords(kind, code) ?? said,
    retryAfterMs: kind === 'rateLimited' ? rateLimitWaitMs : null,
  }
}

function kindOf(status: number, code: string | null, said: string): RestFailure['kind'] {
  if (status === 429 || (code !== null && tooMany.has(code)) || /request limit/i.test(said)) return 'rateLimited'
  if (code !== null && forbiddenCodes.has(code)) return 'forbidden'
  if (code === '1002' && forbiddenWords.test(said)) return 'forbidden'
  if (code === '403' && !keyWords.test(said)) return 'forbidden'
  if (code !== null && aboutTheKey.has(code)) {
    if (/permission/i.test(said)) return 'forbidden'
    return /timestamp|expired/i.test(said) ? 'clock' : 'rejectedKey'
  }
  if (status === 451 || (status === 403 && code === null)) return 'denied'
  if (status >= 500 || (code !== null && theirFault.has(code))) return 'unavailable'
  return code === null && status < 400 ? 'unreadable' : 'invalid'
}

/** Words of our own about keys: HTX's may quote what was sent. */
function ownWords(kind: RestFailure['kind'], code: string | null): string | null {
  if (kind === 'rejectedKey') return `key rejected (${code}): check the key, the secret and the IP allow-list`
  if (kind === 'forbidden') return `the key lacks a permission (${code})`
  return kind === 'clock' ? `the time stamp is more than 5 minutes off HTX's clock (${code})` : null
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200)
