/**
 * OKX's signatures: base64 of HMAC-SHA256 over the time stamp, the method, the path with its query as sent, and the body (none here).
 * REST signs an ISO time with milliseconds in four headers, WebSocket logins sign Unix seconds.
 * Docs: https://www.okx.com/docs-v5/en/#overview-rest-authentication, #overview-websocket-login
 */
import { createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

export const signatureOf = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('base64')

/** Good for 30 s around the exchange's clock. */
export const signRequests =
  ({ key, secret, passphrase }: Credentials): Sign =>
  ({ method, path, queryString, now }) => {
    const timestamp = new Date(now).toISOString()
    const requestPath = queryString === '' ? path : `${path}?${queryString}`
    return {
      queryString,
      headers: {
        'OK-ACCESS-KEY': key,
        'OK-ACCESS-SIGN': signatureOf(secret, `${timestamp}${method}${requestPath}`),
        'OK-ACCESS-TIMESTAMP': timestamp,
        'OK-ACCESS-PASSPHRASE': passphrase ?? '',
      },
    }
  }

/** The login frame of a private socket; `now` is the exchange's clock. */
export function loginText({ key, secret, passphrase }: Credentials, now: EpochMs): string {
  const timestamp = String(Math.floor(now / 1_000))
  const sign = signatureOf(secret, `${timestamp}GET/users/self/verify`)
  return JSON.stringify({ op: 'login', args: [{ apiKey: key, passphrase: passphrase ?? '', timestamp, sign }] })
}
