/**
 * KuCoin's signatures: base64 of HMAC-SHA256 over the time stamp, the method, the path with its query as sent, and the body (none here);
 * the passphrase goes out only as its own HMAC, as keys of version 2 and 3 want it. Good for 5 s around KuCoin's clock.
 * Docs: https://www.kucoin.com/docs-new/authentication
 */
import { createHmac } from 'node:crypto'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('base64')

/** Keys of version 3 are accepted with the header of version 2. */
const keyVersion = '2'

export function signRequests({ key, secret, passphrase }: Credentials): Sign {
  const signedPassphrase = signatureOf(secret, passphrase ?? '')
  return ({ method, path, queryString, now }) => {
    const timestamp = String(Math.floor(now))
    const requestPath = queryString === '' ? path : `${path}?${queryString}`
    return {
      queryString,
      headers: {
        'KC-API-KEY': key,
        'KC-API-SIGN': signatureOf(secret, `${timestamp}${method}${requestPath}`),
        'KC-API-TIMESTAMP': timestamp,
        'KC-API-PASSPHRASE': signedPassphrase,
        'KC-API-KEY-VERSION': keyVersion,
        'Content-Type': 'application/json',
      },
    }
  }
}
