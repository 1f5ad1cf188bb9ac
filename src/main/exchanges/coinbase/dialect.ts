/** What Coinbase's error replies mean. Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/rest-api-errors (statuses) */
import type { ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { retryAfterMs } from '../../net/retry-after.ts'
import { rateLimitWaitMs } from './endpoints.ts'
import { ErrorReply } from './schemas.ts'

type Kind = RestFailure['kind']

const limitWords: ReadonlySet<string> = new Set(['rate_limit_exceeded', 'RESOURCE_EXHAUSTED', 'RATE_LIMIT_EXCEEDED'])

/**
 * Bodies: {"error":"NOT_FOUND","code":5,"message":"…","details":[]} of Advanced Trade, {"errors":[{"id":"rate_limit_exceeded",…}]} of the
 * app, plain text (`Unauthorized`) of the gateway before both. 401 says that the token was not accepted: a wrong key or secret, or a
 * token that begins later than the exchange's clock, or ended before it; which of them, the reply's own Date tells.
 */
function failure(head: ReplyHead, body: unknown, now: number): RestFailure | null {
  const { status } = head
  if (status >= 200 && status < 300) return null
  const reply = ErrorReply.safeParse(body)
  const first = reply.success ? reply.data.errors?.[0] : undefined
  const code = (reply.success ? (first?.id ?? reply.data.error) : undefined) ?? null
  const kind = status === 401 && isOffTime(head) ? 'clock' : kindOf(status, code)
  const said = (reply.success ? (first?.message ?? reply.data.message) : undefined) || plainText(body)
  const asked = retryAfterMs(head.headers['retry-after'], now)
  return {
    kind,
    code: code ?? String(status),
    message: ownWords[kind] ?? `HTTP ${status}${said === '' ? '' : `: ${said}`}`,
    retryAfterMs: kind === 'rateLimited' ? (asked ?? rateLimitWaitMs) : asked,
  }
}

/** Seconds are told whole, and replies take their time. */
const mostOffMs = 5_000

/** Whether the clock that the token was made by was not the exchange's, whatever is known of it by now. */
function isOffTime({ headers, signedAt }: ReplyHead): boolean {
  const { date } = headers
  const at = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return signedAt !== undefined && Math.abs(at - signedAt) > mostOffMs
}

/** Words of our own about keys: Coinbase's may quote what was sent, and say less. */
const ownWords: Readonly<Partial<Record<Kind, string>>> = {
  rejectedKey:
    'key rejected (401): check the key name, the private key, its IP allow-list, and that it was not deleted',
  clock: "time rejected (401): this machine's clock and Coinbase's differ",
  forbidden: 'the key lacks a permission for this',
}

function kindOf(status: number, code: string | null): Kind {
  if (status === 429 || (code !== null && limitWords.has(code))) return 'rateLimited'
  if (status === 401) return 'rejectedKey'
  // A firewall says 403 as well, but not in JSON.
  if (status === 403) return code === null ? 'denied' : 'forbidden'
  if (status === 451) return 'denied'
  return status >= 500 ? 'unavailable' : 'invalid'
}

const plainText = (body: unknown): string => (typeof body === 'string' ? body.slice(0, 200) : '')

/** No header tells how much of a pool is used. */
export const dialect: RestDialect = { usage: () => null, failure }
