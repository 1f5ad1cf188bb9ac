import type { EpochMs } from '../../../shared/domain/index.ts'
import type { ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { ErrorBody } from './schemas.ts'

const header = (head: ReplyHead, name: string): string | undefined => {
  const value = head.headers[name]
  return Array.isArray(value) ? value[0] : value
}

/** The longest of what the reply asks for: `Retry-After` in seconds, and the "banned until <epoch ms>" of the text. */
function retryAfterMs(head: ReplyHead, message: string, now: EpochMs): number | null {
  const waits: number[] = []
  const seconds = Number(header(head, 'retry-after') ?? Number.NaN)
  if (seconds >= 0 && seconds < Number.POSITIVE_INFINITY) waits.push(seconds * 1_000)
  const until = /banned until (\d{10,16})/.exec(message)?.[1]
  if (until !== undefined) waits.push(Math.max(0, Number(until) - now))
  return waits.length === 0 ? null : Math.max(...waits)
}

/** Their fault and passing: disconnected, unexpected response, timeout, overloaded, shutting down (errors.md, 10xx). */
const passing = new Set([-1000, -1001, -1006, -1007, -1008, -1016])

/**
 * What the exchange says of keys, and what to do: errors.md, "20xx", and -1022 of "11xx". Such an answer of the futures host may
 * also mean a key without that product, which `account.ts` finds out.
 */
const keyTrouble: ReadonlyMap<number, string> = new Map([
  [-1022, 'the signature is not valid: check the secret'],
  [-2008, 'the exchange does not know this key: check that it was not deleted'],
  [-2014, 'this is no Binance key: check that it was copied whole'],
  [-2015, 'check the key, its permissions and its IP allow-list'],
])
/** Unauthorized to do this (errors.md, "10xx"). */
const unauthorized = -1002
/** The time stamp lies outside recvWindow. */
export const outsideWindow = -1021

/** "key rejected (-2015): check the key, ..."; null for a code that says nothing of the key. */
export function keyProblem(code: number): string | null {
  const advice = keyTrouble.get(code)
  return advice === undefined ? null : `key rejected (${code}): ${advice}`
}

function kindOf(status: number, code: number | null, message: string): RestFailure['kind'] {
  if (code !== null && keyTrouble.has(code)) return 'rejectedKey'
  if (code === outsideWindow) return 'clock'
  if (code === unauthorized) return 'forbidden'
  if (status === 418 || /banned until/.test(message)) return 'banned'
  if (status === 429 || code === -1003) return 'rateLimited'
  // 403: web application firewall, for limits or for security; 451: the country
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 || status === 408 || (code !== null && passing.has(code))) return 'unavailable'
  return 'invalid'
}

const usageHeaders: Readonly<Record<string, string>> = {
  'sapi-ip': 'x-sapi-used-ip-weight-1m',
  'sapi-uid': 'x-sapi-used-uid-weight-1m',
}

/**
 * `{"code":-1121,"msg":"Invalid symbol."}` with HTTP 4xx; weight used in `X-MBX-USED-WEIGHT-1M`, of `/sapi` in headers of its own.
 * Source: rest-api.md, "HTTP Return Codes" and "LIMITS"; errors.md
 */
export const dialect: RestDialect = {
  usage(call, head) {
    // Counted in requests, which no header tells.
    if (call.pool === 'perpetual-funding') return null
    const used = Number(header(head, usageHeaders[call.pool] ?? 'x-mbx-used-weight-1m') ?? Number.NaN)
    return used >= 0 && used < Number.POSITIVE_INFINITY ? { used } : null
  },
  failure(head, body, now) {
    if (head.status >= 200 && head.status < 300) return null
    const error = ErrorBody.safeParse(body).data
    const said = error?.msg ?? `HTTP ${head.status}`
    const message = (error === undefined ? null : keyProblem(error.code)) ?? said
    return {
      kind: kindOf(head.status, error?.code ?? null, message),
      code: error === undefined ? null : String(error.code),
      message,
      retryAfterMs: retryAfterMs(head, message, now),
    }
  },
}
