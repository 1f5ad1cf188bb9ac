/**
 * Bitfinex's signatures: hex of HMAC-SHA384 over `/api`, the path, the nonce and the body. Everything private is a POST, reading too:
 * what may be read is listed here, and nothing else is ever signed.
 * Docs: https://docs.bitfinex.com/docs/rest-auth, /docs/ws-auth
 */
import { createHmac } from 'node:crypto'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** Under `/v2/auth/r/`, the part of the interface that reads. Everything that writes stands elsewhere. */
export const readingPaths = [
  'wallets',
  'orders',
  'orders/hist',
  'trades/hist',
  'movements/hist',
  'ledgers/hist',
  'positions',
  'permissions',
  'summary',
] as const
export type ReadingPath = (typeof readingPaths)[number]

export const pathOf = (path: ReadingPath): string => `/v2/auth/r/${path}`
const signable: ReadonlySet<string> = new Set(readingPaths.map(pathOf))

export const signatureOf = (secret: string, payload: string): string =>
  createHmac('sha384', secret).update(payload).digest('hex')

/** Nonces of one key, shared by REST and sockets: each higher than the one before. */
export type Nonces = (now: number) => string

/** From the time, in microseconds; 2^53 is not reached before 2255. */
export function createNonces(): Nonces {
  let last = 0
  return (now) => {
    last = Math.max(last + 1, Math.floor(now) * 1_000)
    return String(last)
  }
}

/** `body`: JSON text, sent as it is signed. Throws for a path that is not on the list: nobody can have meant it. */
export const signRequest =
  ({ key, secret }: Credentials, nonces: Nonces, body: string): Sign =>
  ({ method, path, queryString, now }) => {
    if (method !== 'POST' || queryString !== '' || !signable.has(path))
      throw new Error(`${method} ${path} is no reading call of Bitfinex`)
    const nonce = nonces(now)
    return {
      queryString,
      body,
      headers: {
        'content-type': 'application/json',
        'bfx-nonce': nonce,
        'bfx-apikey': key,
        'bfx-signature': signatureOf(secret, `/api${path}${nonce}${body}`),
      },
    }
  }

/**
 * The login of a socket: orders, positions and trades, and wallets. `dms` is never sent: it would cancel orders when the socket ends.
 */
export function loginText({ key, secret }: Credentials, nonce: string): string {
  const authPayload = `AUTH${nonce}`
  return JSON.stringify({
    event: 'auth',
    apiKey: key,
    authSig: signatureOf(secret, authPayload),
    authNonce: nonce,
    authPayload,
    filter: ['trading', 'wallet'],
  })
}
