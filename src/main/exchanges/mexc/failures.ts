/** What MEXC's error replies mean. Documentation, "Error Code"; HTTP status 400 for most. */
import type { ReplyHead, RestFailure } from '../../net/rest.ts'
import { retryAfterMs } from '../../net/retry-after.ts'
import { ErrorBody } from './schemas.ts'

type Kind = RestFailure['kind']

/** Codes about the key that signed; in our words, since MEXC's do not say what to do. */
const keyCodes: Readonly<Record<string, readonly [kind: Kind, advice: string] | undefined>> = {
  '401': ['forbidden', 'the key lacks a permission for this'],
  '602': ['rejectedKey', 'the signature does not match: check the secret'],
  '10072': ['rejectedKey', 'MEXC does not know it: check that it is whole, and that it was not deleted'],
  '10073': ['clock', 'the time stamp is outside the window that MEXC accepts'],
  '700001': ['rejectedKey', 'it has not the shape of one, or has expired: keys without an IP list last 90 days'],
  '700002': ['rejectedKey', 'the signature does not match: check the secret'],
  '700003': ['clock', 'the time stamp is outside the window that MEXC accepts'],
  '700006': ['rejectedKey', "this machine's address is not on its IP allow-list"],
  '700007': ['forbidden', 'the key lacks a permission for this'],
}

const openings: Readonly<Partial<Record<Kind, string>>> = {
  rejectedKey: 'key rejected',
  forbidden: 'not permitted',
  clock: 'time rejected',
}

/** `{"code":400,"msg":"api key required"}`; 400 with other words is a request that MEXC finds bad. */
const missingKey = /api[ -]?key/i

/**
 * 429 with Retry-After, then 418 for a ban of minutes to days; 403 is the firewall, which also stands in the way of addresses and
 * regions. Other errors carry `{"code":…,"msg":"…"}`, mostly with HTTP 400; a code may come with HTTP 200 as well, where 0 and 200
 * say success.
 */
export function readFailure(head: ReplyHead, body: unknown, now: number): RestFailure | null {
  const error = ErrorBody.safeParse(body)
  const code = error.success ? String(error.data.code) : null
  const isSuccess = head.status >= 200 && head.status < 300
  if (isSuccess && (code === null || code === '0' || code === '200')) return null
  const said = (error.success ? error.data.msg : null) || `HTTP ${head.status}`
  const aboutKey = code === '400' && missingKey.test(said) ? keyCodes['10072'] : keyCodeOf(code)
  const wait = retryAfterMs(head.headers['retry-after'], now)
  if (aboutKey) {
    const [kind, advice] = aboutKey
    return { kind, code, message: `${openings[kind]} (${code}): ${advice}`, retryAfterMs: wait }
  }
  return { kind: failureKind(isSuccess ? Number(code) : head.status), code, message: said, retryAfterMs: wait }
}

/** A code may be any text, `__proto__` too. */
const keyCodeOf = (code: string | null) => (code !== null && Object.hasOwn(keyCodes, code) ? keyCodes[code] : undefined)

function failureKind(status: number): Kind {
  if (status === 429) return 'rateLimited'
  if (status === 418) return 'banned'
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 && status < 600) return 'unavailable'
  return 'invalid'
}

/** The symbol is not served to API keys, or no longer at all: nothing is wrong with the call but that. */
const symbolCodes: ReadonlySet<string | null> = new Set(['-1121', '10007', '30014', '30021', '70011'])
export const isAboutSymbol = ({ kind, code }: RestFailure): boolean => kind === 'invalid' && symbolCodes.has(code)

export const isUnknownOrder = ({ kind, code }: RestFailure): boolean => kind === 'invalid' && code === '-2011'
