/**
 * Signatures of MEXC's private REST calls: lower-case hexadecimal HMAC-SHA256 of the query string as it is sent, all parameters in
 * it and the body empty. Documentation, "Signed" (its Example 1 is wrong, Example 2 right).
 */
import { createHmac } from 'node:crypto'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** How old a call may be when it arrives; 5 s unless told, 60 s at most. Room for a slow line, not for a replay. */
export const recvWindowMs = 10_000

export const signatureOf = (secret: string, text: string): string =>
  createHmac('sha256', secret).update(text).digest('hex')

/** Adds recvWindow, the time stamp and the signature to the query, and the key as a header. */
export function createSign({ key, secret }: Credentials): Sign {
  return ({ queryString, now }) => {
    const stamp = `recvWindow=${recvWindowMs}&timestamp=${Math.round(now)}`
    const stamped = queryString === '' ? stamp : `${queryString}&${stamp}`
    return {
      queryString: `${stamped}&signature=${signatureOf(secret, stamped)}`,
      headers: { 'x-mexc-apikey': key },
    }
  }
}
