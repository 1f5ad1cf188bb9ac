/**
 * HTX's signatures: base64 of HMAC-SHA256 over method, host, path and the parameters sorted by the bytes of their names. The host is the
 * documented one; who swaps an origin for another of HTX's own hosts would have to sign by that. REST adds its parameters to the query;
 * each of the two private sockets has a recipe of its own.
 * Docs: spot "Authentication", "Websocket Authentication"; vectors in test/main/exchanges/htx/signing.test.ts
 */
import { createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

type Parameters = readonly (readonly [name: string, value: string])[]

/** RFC 3986: what encodeURIComponent leaves of it is encoded as well. */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** UTC without milliseconds and without `Z`; good for five minutes. */
const timestampOf = (now: EpochMs): string => new Date(now).toISOString().slice(0, 19)

const sorted = (parameters: Parameters): string =>
  [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&')

const signatureOf = (secret: string, method: string, host: string, path: string, query: string): string =>
  createHmac('sha256', secret).update(`${method}\n${host}\n${path}\n${query}`).digest('base64')

/** Of calls to one host: `api.huobi.pro`. */
export const signRequests =
  ({ key, secret }: Credentials, host: string): Sign =>
  ({ method, path, query, now }) => {
    const own: Parameters = [
      ['AccessKeyId', key],
      ['SignatureMethod', 'HmacSHA256'],
      ['SignatureVersion', '2'],
      ['Timestamp', timestampOf(now)],
    ]
    const queryString = sorted([...own, ...query])
    const signature = signatureOf(secret, method, host, path, queryString)
    return { queryString: `${queryString}&Signature=${encoded(signature)}`, headers: {} }
  }

/** The login of spot's `/ws/v2`: names in lower camel case, and version 2.1. `now` is HTX's clock. */
export function spotLogin({ key, secret }: Credentials, host: string, path: string, now: EpochMs): string {
  const signed = {
    accessKey: key,
    signatureMethod: 'HmacSHA256',
    signatureVersion: '2.1',
    timestamp: timestampOf(now),
  }
  const signature = signatureOf(secret, 'GET', host, path, sorted(Object.entries(signed)))
  return JSON.stringify({ action: 'req', ch: 'auth', params: { authType: 'api', ...signed, signature } })
}

/** The login of the swap's notification socket. */
export function swapLogin({ key, secret }: Credentials, host: string, path: string, now: EpochMs): string {
  const signed = {
    AccessKeyId: key,
    SignatureMethod: 'HmacSHA256',
    SignatureVersion: '2',
    Timestamp: timestampOf(now),
  }
  const Signature = signatureOf(secret, 'GET', host, path, sorted(Object.entries(signed)))
  return JSON.stringify({ op: 'auth', type: 'api', ...signed, Signature })
}
