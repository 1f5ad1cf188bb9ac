/**
 * What Bybit's codes say, in words that tell what to check. The same codes come by REST (`retCode`) and, at a login, on sockets.
 * Docs: https://bybit-exchange.github.io/docs/v5/error
 */
import type { RestFailure } from '../../net/rest.ts'

const expired = 'the key has expired: keys without an IP allow-list last three months'

/** The key, its secret or this address is not accepted. */
const rejections: Readonly<Record<string, string>> = {
  '10003': 'there is no such key, or it belongs to another region of Bybit, its testnet or demo trading',
  '10004': 'check the secret',
  '10007': 'check the key and the secret',
  '10010': 'check the IP allow-list of the key: it does not name this address',
  '33004': expired,
  '-2015': expired,
}

/** The key is good, but not for this. */
const refusals: Readonly<Record<string, string>> = {
  '10005': 'the key lacks a permission (10005)',
  '10008': 'Bybit has restricted the account (10008)',
  '10024': "Bybit's compliance rules forbid it (10024)",
  '10027': 'Bybit has banned trading on the account (10027)',
  '10028': 'Bybit answers Unified Trading Accounts only: upgrade the account (10028)',
}

/** Too many requests of this address, not of this user. */
export const addressLimitCode = '10018'

const kinds: Readonly<Record<string, RestFailure['kind']>> = {
  '-1': 'clock',
  '10002': 'clock',
  '10006': 'rateLimited',
  [addressLimitCode]: 'rateLimited',
  '429': 'rateLimited',
  '10000': 'unavailable',
  '10016': 'unavailable',
  '10019': 'unavailable',
  '10009': 'denied',
}

const wordOf = (table: Readonly<Record<string, string>>, code: string | null): string | null =>
  code !== null && Object.hasOwn(table, code) ? (table[code] ?? null) : null

/** "key rejected (10004): check the secret"; null: the code says nothing against the key. */
export function rejectionOf(code: string | null): string | null {
  const words = wordOf(rejections, code)
  return words === null ? null : `key rejected (${code}): ${words}`
}

/** Why a good key gets no answer; null: the code is about something else. */
export const refusalOf = (code: string | null): string | null => wordOf(refusals, code)

export function kindOfCode(code: string): RestFailure['kind'] {
  if (rejectionOf(code) !== null) return 'rejectedKey'
  if (refusalOf(code) !== null) return 'forbidden'
  return (Object.hasOwn(kinds, code) ? kinds[code] : undefined) ?? 'invalid'
}

/** The time stamp lies outside of the window. */
export const isClockError = (code: string | null): boolean => code !== null && kindOfCode(code) === 'clock'
