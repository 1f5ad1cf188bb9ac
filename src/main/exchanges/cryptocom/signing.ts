/**
 * Crypto.com's signatures, and what may be signed at all. Every private method is a POST whose body is the whole request; the signature is
 * hex of HMAC-SHA256 over method, id, key, the parameters as their names and values in order of the names, and the nonce.
 * Docs: #digital-signature of the v1 documents
 */
import { createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** The private methods that Crossbook may call. All of them read: nothing else is ever signed. */
export const readingMethods = [
  'private/user-balance',
  'private/get-open-orders',
  'private/get-order-detail',
  'private/get-order-history',
  'private/get-trades',
  'private/get-positions',
  'private/get-deposit-history',
  'private/get-withdrawal-history',
  'private/get-transactions',
  'private/get-fee-rate',
  'private/get-currency-networks',
] as const
export type ReadingMethod = (typeof readingMethods)[number]

/** Values as text, whatever they are: a signature is over what is sent, to the letter. */
export type CallParameters = Readonly<Record<string, string>>

export const signatureOf = (secret: string, payload: string): string =>
  createHmac('sha256', secret).update(payload).digest('hex')

export const payloadOf = (
  method: string,
  id: number,
  key: string,
  parameters: CallParameters,
  nonce: EpochMs,
): string => {
  const text = Object.keys(parameters)
    .sort()
    .map((name) => `${name}${parameters[name]}`)
    .join('')
  return `${method}${id}${key}${text}${nonce}`
}

/** The nonce may be a minute off the exchange's clock. A path that is no reading method's throws: nothing asks for one. */
export function signRequests({ key, secret }: Credentials, parameters: CallParameters, nextId: () => number): Sign {
  return ({ path, now }) => {
    const method = readingMethods.find((one) => path === `/exchange/v1/${one}`)
    if (method === undefined) throw new Error(`${path} is not among the methods that may be called`)
    const id = nextId()
    const sig = signatureOf(secret, payloadOf(method, id, key, parameters, now))
    // CallParameters are given even where there are none.
    const body = JSON.stringify({ id, method, api_key: key, params: parameters, nonce: now, sig })
    return { queryString: '', headers: { 'content-type': 'application/json' }, body }
  }
}

/** The login of the user socket; `now` is the exchange's clock. */
export function loginText({ key, secret }: Credentials, now: EpochMs): string {
  const [id, method] = [1, 'public/auth'] as const
  const sig = signatureOf(secret, payloadOf(method, id, key, {}, now))
  return JSON.stringify({ id, method, api_key: key, sig, nonce: now })
}
