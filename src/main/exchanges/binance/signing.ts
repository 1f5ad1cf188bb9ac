/** How Binance is shown whose request it is (rest-api.md and web-socket-api.md, "Request security"). */
import { createHmac, createPrivateKey, type KeyObject, sign as signBytes } from 'node:crypto'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** How late a request may arrive; the exchange allows 60 s and assumes 5. */
const recvWindowMs = 10_000

/** Signature of a text: lower-case hex of HMAC-SHA256, or base64 where the secret is a private key. */
export type SignText = (text: string) => string

/**
 * HMAC secrets are plain text. A PEM private key is an RSA (PKCS #1 v1.5, SHA-256) or an Ed25519 key; one that cannot be read is
 * taken for a plain secret, so that it is the exchange that refuses the signature.
 */
export function createSignText(secret: string): SignText {
  const key = privateKeyOf(secret)
  if (key === null) return (text) => createHmac('sha256', secret).update(text).digest('hex')
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'RSA-SHA256'
  return (text) => signBytes(digest, Buffer.from(text), key).toString('base64')
}

function privateKeyOf(secret: string): KeyObject | null {
  if (!secret.includes('PRIVATE KEY-----')) return null
  try {
    return createPrivateKey(secret)
  } catch {
    // its words could quote the key
    return null
  }
}

/**
 * Signs REST requests: the query as it is sent, then `recvWindow` and `timestamp`; the signature follows as the last parameter,
 * the key in a header.
 */
export function createSign({ key, secret }: Credentials): Sign {
  const signText = createSignText(secret)
  return ({ queryString, now }) => {
    const own = `recvWindow=${recvWindowMs}&timestamp=${Math.floor(now)}`
    const signed = queryString === '' ? own : `${queryString}&${own}`
    return {
      queryString: `${signed}&signature=${encodeURIComponent(signText(signed))}`,
      headers: { 'X-MBX-APIKEY': key },
    }
  }
}

/** Only names the key: for listen keys, which take neither time stamp nor signature. */
export const createKeySign =
  ({ key }: Credentials): Sign =>
  ({ queryString }) => ({ queryString, headers: { 'X-MBX-APIKEY': key } })

/**
 * Parameters of a signed WebSocket API request, signature included: made over all of them sorted by name and joined without
 * percent-encoding, the key among them.
 */
export function signedParameters(
  { key, secret }: Credentials,
  parameters: Readonly<Record<string, string | number>>,
): Readonly<Record<string, string | number>> {
  const all: Record<string, string | number> = { ...parameters, apiKey: key }
  const text = Object.keys(all)
    .sort()
    .map((name) => `${name}=${all[name]}`)
    .join('&')
  return { ...all, signature: createSignText(secret)(text) }
}

/** Of a subscription over the WebSocket API; `now` is the exchange's clock. */
export const subscriptionParameters = (credentials: Credentials, now: number) =>
  signedParameters(credentials, { recvWindow: recvWindowMs, timestamp: Math.floor(now) })
