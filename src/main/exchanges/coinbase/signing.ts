/**
 * Tokens of Coinbase's CDP keys: a JSON Web Token for each request, signed with ES256 (an EC P-256 key in PEM) or EdDSA (an Ed25519 key as
 * base64 of 64 bytes, seed and public key). A token names method, host and path, but no query, and lives for two minutes; those of
 * sockets name none.
 * Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/rest-api-auth, .../ws-auth
 */
import { createPrivateKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'
import { restOrigin } from './endpoints.ts'

const lifetimeSeconds = 120
const host = new URL(restOrigin).host
const nonceBytes = 16
/** An Ed25519 private key in PKCS#8 is this, then its seed (RFC 8410). */
const ed25519Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const seedBytes = 32
const pairBytes = 64

/** null: it is neither of the two forms, so that Coinbase will refuse what is signed by it. */
export function readSecret(secret: string): KeyObject | null {
  try {
    // A PEM that went through JSON or an environment variable has its line ends written out.
    if (secret.includes('-----BEGIN')) {
      const key = createPrivateKey(secret.replaceAll('\\n', '\n'))
      return key.asymmetricKeyType === 'ec' || key.asymmetricKeyType === 'ed25519' ? key : null
    }
    const pair = Buffer.from(secret, 'base64')
    if (pair.length !== pairBytes) return null
    const der = Buffer.concat([ed25519Prefix, pair.subarray(0, seedBytes)])
    return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  } catch {
    return null
  }
}

export interface TokenContent {
  /** The key's name: `organizations/{org}/apiKeys/{id}` or a UUID. */
  readonly key: string
  /** `GET api.coinbase.com/api/v3/brokerage/accounts`; null for sockets. */
  readonly uri: string | null
  /** The exchange's clock. */
  readonly now: EpochMs
  /** 32 hexadecimal digits. */
  readonly nonce: string
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Header and payload, as they are signed. */
export function signingInput(algorithm: 'ES256' | 'EdDSA', { key, uri, now, nonce }: TokenContent): string {
  const from = Math.floor(now / 1_000)
  const payload = { sub: key, iss: 'cdp', nbf: from, exp: from + lifetimeSeconds, ...(uri === null ? {} : { uri }) }
  return `${encoded({ alg: algorithm, kid: key, nonce, typ: 'JWT' })}.${encoded(payload)}`
}

/** A secret that is none gives a token without a signature. */
export function tokenOf(secret: KeyObject | null, content: TokenContent): string {
  const isEd25519 = secret?.asymmetricKeyType === 'ed25519'
  const input = signingInput(isEd25519 ? 'EdDSA' : 'ES256', content)
  const bytes = Buffer.from(input)
  if (secret === null) return `${input}.`
  const signature = isEd25519
    ? sign(null, bytes, secret)
    : sign('sha256', bytes, { key: secret, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** What both kinds of tokens are made of. */
export interface Signer {
  readonly sign: Sign
  /** For one message to a socket. */
  streamToken(now: EpochMs): string
}

export function createSigner({ key, secret }: Credentials): Signer {
  const privateKey = readSecret(secret)
  const token = (uri: string | null, now: EpochMs) =>
    tokenOf(privateKey, { key, uri, now, nonce: randomBytes(nonceBytes).toString('hex') })
  return {
    sign: ({ method, path, queryString, now }) => ({
      queryString,
      headers: { authorization: `Bearer ${token(`${method} ${host}${path}`, now)}` },
    }),
    streamToken: (now) => token(null, now),
  }
}
