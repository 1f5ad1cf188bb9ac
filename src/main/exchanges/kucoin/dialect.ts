/**
 * How KuCoin's replies tell of limits and errors. Docs: https://www.kucoin.com/docs-new/error-code/restful, /docs-new/rate-limit. An
 * envelope with another code than '200000' is a failure whatever the HTTP status says: many come with 200.
 */
import type { ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { success } from './replies.ts'
import { Envelope } from './schemas.ts'

/** What KuCoin's codes of authentication mean for a key, in words that say what to check. */
const rejections: Readonly<Record<string, string>> = {
  '400001': 'key, secret and passphrase must all be given',
  '400003': 'there is no such key: check it, or whether it was deleted',
  '400004': 'check the passphrase',
  '400005': 'check the secret',
  '400006': 'check the IP allow-list of the key: it does not name this address',
  '411100': 'KuCoin has frozen the user: ask its support',
}
const clockCode = '400002'
const forbiddenCode = '400007'
/** Too many requests, by REST; a block of the address by the guard ahead of it, for 30 s. */
const limitCodes: ReadonlySet<string> = new Set(['429000', '200002'])
const theirFault: ReadonlySet<string> = new Set(['500000', '230005'])
const blockCode = '1015'
const blockMs = 30_000
/** Where a reply does not tell when its pool begins anew: pools are of 30 s, which begin with the first request. */
const usualWaitMs = 5_000

const numberHeader = (head: ReplyHead, name: string): number | null => {
  const value = head.headers[name]
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null
}

function kindOf(status: number, code: string | null): RestFailure['kind'] {
  if (code === blockCode) return 'banned'
  if (status === 429 || (code !== null && limitCodes.has(code))) return 'rateLimited'
  if (code !== null && Object.hasOwn(rejections, code)) return 'rejectedKey'
  if (code === clockCode) return 'clock'
  if (code === forbiddenCode) return 'forbidden'
  if (status === 451 || (status === 403 && code === null)) return 'denied'
  if (status >= 500 || (code !== null && theirFault.has(code))) return 'unavailable'
  return code === null && status < 400 ? 'unreadable' : 'invalid'
}

/** Words of our own about keys: KuCoin's may quote what was sent. */
function wordsOf(kind: RestFailure['kind'], code: string | null, said: string): string {
  if (kind === 'rejectedKey' && code !== null) return `key rejected (${code}): ${rejections[code]}`
  if (kind === 'forbidden') return `the key lacks the permission for this (${code})`
  return kind === 'clock' ? `the time stamp is more than 5 s off KuCoin's clock (${code})` : said
}

export const dialect: RestDialect = {
  /** `gw-ratelimit-reset` is the time left, ms. */
  usage(_call, head) {
    const limit = numberHeader(head, 'gw-ratelimit-limit')
    const remaining = numberHeader(head, 'gw-ratelimit-remaining')
    if (limit === null || remaining === null) return null
    return { used: Math.max(0, limit - remaining), limit }
  },
  failure(head, body) {
    const envelope = Envelope.safeParse(body)
    const code = envelope.success ? envelope.data.code : blockOf(body)
    if (code === success && head.status < 400) return null
    const kind = kindOf(head.status, code)
    const text = typeof body === 'string' ? body : (JSON.stringify(body) ?? '')
    const said = (envelope.success ? envelope.data.msg : '') || `HTTP ${head.status}: ${text.slice(0, 200)}`
    const reset = numberHeader(head, 'gw-ratelimit-reset')
    const retryAfterMs = kind === 'rateLimited' ? (reset ?? usualWaitMs) : kind === 'banned' ? blockMs : null
    return { kind, code, message: wordsOf(kind, code, said), retryAfterMs }
  },
}

/** The guard answers with a page, "error code: 1015". */
const blockOf = (body: unknown): string | null =>
  typeof body === 'string' && /error code: 1015/i.test(body) ? blockCode : null
