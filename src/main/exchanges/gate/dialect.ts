/** How Gate's replies tell of limits and errors. Sources: API V4, "Frequency limit rule" and "Error handling". */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { ReplyHead, RestCall, RestDialect, RestFailure } from '../../net/rest.ts'
import { RestError } from './schemas.ts'

const numberHeader = (head: ReplyHead, name: string): number | null => {
  const value = head.headers[name]
  return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : null
}

/**
 * X-Gate-RateLimit-Requests-Remain and -Limit, of this endpoint's window. The reset time (unix s) says something only once nothing
 * remains; before that it is just the present.
 */
export function usage(_call: RestCall<unknown>, head: ReplyHead): ReturnType<RestDialect['usage']> {
  const remain = numberHeader(head, 'x-gate-ratelimit-requests-remain')
  const limit = numberHeader(head, 'x-gate-ratelimit-limit')
  if (remain === null || limit === null) return null
  const reset = numberHeader(head, 'x-gate-ratelimit-reset-timestamp')
  const used = Math.max(0, limit - remain)
  return remain === 0 && reset !== null ? { used, limit, resetAt: reset * 1000 } : { used, limit }
}

/** Errors are {"label":"INVALID_PARAM_VALUE","message":"..."}; a success is the bare object or array. */
export function failure(head: ReplyHead, body: unknown, now: EpochMs): RestFailure | null {
  if (head.status >= 200 && head.status < 300) return null
  const parsed = RestError.safeParse(body)
  const code = parsed.success ? parsed.data.label : null
  const kind = failureKind(head.status, code)
  const said = parsed.success ? (parsed.data.message ?? parsed.data.label) : `HTTP ${head.status}`
  const message = ownWords(kind, code) ?? said
  return { kind, code, message, retryAfterMs: kind === 'rateLimited' ? waitOf(head, now) : null }
}

/** What to check; null for labels that do not speak of the key. */
export function rejectedKeyMessage(label: string): string | null {
  const advice = keyLabels.get(label)
  return advice === undefined ? null : `key rejected (${label}): ${advice}`
}

const keyLabels: ReadonlyMap<string, string> = new Map(
  Object.entries({
    INVALID_KEY: 'check the key; Gate does not know it, or it was deleted or has expired',
    INVALID_SIGNATURE: 'check the secret: the signature does not match',
    INVALID_CREDENTIALS: 'check the key and its secret',
    IP_FORBIDDEN: "this machine's address is not on the key's IP allow-list",
  }),
)

function failureKind(status: number, label: string | null): RestFailure['kind'] {
  if (status === 429 || label === 'TOO_MANY_REQUESTS' || label === 'TOO_FAST') return 'rateLimited'
  if (status >= 500) return 'unavailable'
  if (label !== null && rejectedKeyMessage(label) !== null) return 'rejectedKey'
  if (label === 'REQUEST_EXPIRED') return 'clock'
  if (label === 'FORBIDDEN' || label === 'READ_ONLY') return 'forbidden'
  if (status === 451 || label === 'REQUEST_FORBIDDEN') return 'denied'
  // A 403 without a label comes from the firewall ahead of the API, not from the API.
  return status === 403 && label === null ? 'denied' : 'invalid'
}

/** Of calls that a key signs: Gate's text is not repeated, since it may repeat what was sent. */
function ownWords(kind: RestFailure['kind'], label: string | null): string | null {
  if (label === null) return null
  if (kind === 'rejectedKey') return rejectedKeyMessage(label)
  if (kind === 'forbidden') return `the key lacks the permission for this (${label})`
  return kind === 'clock' ? `the time stamp is more than 60 s off Gate's clock (${label})` : null
}

/**
 * Gate sends no Retry-After but the second at which the window resets, by its own clock; the reply's Date is that clock, so our own
 * may be wrong. At least a second, since both count whole seconds.
 */
function waitOf(head: ReplyHead, now: EpochMs): number | null {
  const reset = numberHeader(head, 'x-gate-ratelimit-reset-timestamp')
  if (reset === null) return null
  const date = head.headers.date
  const serverNow = typeof date === 'string' ? Date.parse(date) : Number.NaN
  return Math.max(1_000, reset * 1000 - (Number.isNaN(serverNow) ? now : serverNow))
}
