/**
 * Bybit's signatures: small hexadecimal of HMAC-SHA256. REST signs time, key, window and the query as sent, in headers; the login of the
 * private socket signs the time at which it ends.
 * Docs: https://bybit-exchange.github.io/docs/v5/guide#authentication, /v5/ws/connect#authentication
 */
import { createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** How long after its time stamp a request is good; the documents' standard. One from the future is good up to a second ahead. */
const receiveWindowMs = 5_000
/** How long after now a login is good. */
const loginWindowMs = 10_000

export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')

export const signRequests =
  ({ key, secret }: Credentials): Sign =>
  ({ queryString, now }) => ({
    queryString,
    headers: {
      'X-BAPI-API-KEY': key,
      'X-BAPI-TIMESTAMP': String(now),
      'X-BAPI-RECV-WINDOW': String(receiveWindowMs),
      'X-BAPI-SIGN': signatureOf(secret, `${now}${key}${receiveWindowMs}${queryString}`),
    },
  })

/** The login frame of a private socket; `now` is the exchange's clock. */
export function loginText({ key, secret }: Credentials, now: EpochMs): string {
  const expiresAt = now + loginWindowMs
  return JSON.stringify({ op: 'auth', args: [key, expiresAt, signatureOf(secret, `GET/realtime${expiresAt}`)] })
}
