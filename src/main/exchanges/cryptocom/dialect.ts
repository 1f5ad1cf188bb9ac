/** How Crypto.com's replies tell of errors. Docs: #response-and-reason-codes of the v1 documents. */
import type { ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { Envelope } from './schemas.ts'

/** Limits are counted by calendar second: after this the budget is fresh. No reply tells a Retry-After. */
const rateLimitWaitMs = 1_000

export const isClockError = (code: string | null): boolean => code === '40102'
const isRateLimit = (code: string | null): boolean => code === '42901'
/** 40801 the request timed out, 50001 internal error. */
const theirFault: ReadonlySet<string> = new Set(['40801', '50001'])
/** Not documented, but what clients have met. */
const maintenanceCode = '9010001'

const rejections: Readonly<Record<string, string>> = {
  '40101': 'check the key and the secret',
  '40103': 'check the IP allow-list of the key: it does not name this address',
}

/** "key rejected (40101): check the key …"; null: the code says nothing against the key. */
export const rejectionOf = (code: string | null): string | null =>
  code !== null && Object.hasOwn(rejections, code) ? `key rejected (${code}): ${rejections[code]}` : null

/** Errors on a socket after which asking again may help. */
export const isPassing = (code: string): boolean => isRateLimit(code) || theirFault.has(code)

function failureOf(status: number, code: string | null, said: string): RestFailure {
  const kind = kindOf(status, code)
  const message = rejectionOf(code) ?? (kind === 'forbidden' ? `the key lacks a permission (${code})` : said)
  return { kind, code, message, retryAfterMs: kind === 'rateLimited' ? rateLimitWaitMs : null }
}

function kindOf(status: number, code: string | null): RestFailure['kind'] {
  if (status === 429 || isRateLimit(code)) return 'rateLimited'
  if (rejectionOf(code) !== null) return 'rejectedKey'
  if (isClockError(code)) return 'clock'
  // "tier": what the account's verification does not open.
  if (code === '40104') return 'forbidden'
  if (code === null && (status === 403 || status === 451)) return 'denied'
  if (code === maintenanceCode || (code !== null && theirFault.has(code))) return 'unavailable'
  // With whatever code: those of orders, which come with 500 too, are answers to nothing that is asked here.
  if (status >= 500 || status === 408) return 'unavailable'
  return code === null && status < 400 ? 'unreadable' : 'invalid'
}

/** A code other than 0 is a failure whatever the HTTP status says: 40401 comes with 200. */
export const dialect: RestDialect = {
  usage: () => null,
  failure({ status }: ReplyHead, body) {
    const envelope = Envelope.safeParse(body)
    if (!envelope.success) return failureOf(status, null, `HTTP ${status}: ${textOf(body)}`)
    const code = String(envelope.data.code)
    if (code === '0' && status < 400) return null
    return failureOf(status, code, `${code} ${envelope.data.message ?? `HTTP ${status}`}`)
  },
  maintenance(_head, body) {
    const isMaintenance =
      body.includes('SYSTEM_MAINTENANCE') || new RegExp(`"code"\\s*:\\s*"?${maintenanceCode}\\b`).test(body)
    return isMaintenance ? { words: 'it says: system maintenance', until: null } : null
  },
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : (JSON.stringify(body) ?? '')).slice(0, 200)
