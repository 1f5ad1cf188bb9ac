/**
 * Kraken's signatures: base64 of HMAC-SHA512, by the decoded secret, over the path and the SHA-256 of nonce and form. What can be signed
 * here is a list of readings; nothing else ever is.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-rest-auth
 */
import { createHash, createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** Kraken answers private calls to POST only, so that the method tells nothing: these read, and none of them changes anything. */
export const readingPaths = [
  'GetApiKeyInfo',
  'BalanceEx',
  'OpenOrders',
  'ClosedOrders',
  'QueryOrders',
  'TradesHistory',
  'TradeVolume',
  'DepositStatus',
  'WithdrawStatus',
  'GetWebSocketsToken',
] as const
export type ReadingPath = (typeof readingPaths)[number]

const prefix = '/0/private/'
const signable: ReadonlySet<string> = new Set(readingPaths.map((path) => `${prefix}${path}`))

export function signatureOf(secret: string, path: string, nonce: string, body: string): string {
  const digest = createHash('sha256').update(`${nonce}${body}`).digest()
  return createHmac('sha512', Buffer.from(secret, 'base64')).update(path).update(digest).digest('base64')
}

/**
 * Nonces of one key must grow from call to call, whoever uses it: they are microseconds of the exchange's clock, and one more than the last
 * where that has not moved. A path that is no reading throws.
 */
export function createSign({ key, secret }: Credentials): Sign {
  let last = 0
  const nextNonce = (now: EpochMs): string => {
    last = Math.max(last + 1, Math.round(now * 1_000))
    return String(last)
  }
  return ({ path, queryString, now }) => {
    if (!signable.has(path)) throw new Error(`${path} is no reading`)
    const nonce = nextNonce(now)
    const body = queryString === '' ? `nonce=${nonce}` : `nonce=${nonce}&${queryString}`
    return {
      queryString: '',
      body,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'API-Key': key,
        'API-Sign': signatureOf(secret, path, nonce, body),
      },
    }
  }
}
