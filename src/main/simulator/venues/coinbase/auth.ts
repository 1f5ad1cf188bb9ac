/** Who may ask: Coinbase's tokens, checked as it does. Docs: https://docs.cdp.coinbase.com/advanced-trade/docs/rest-api-auth */
import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { z } from 'zod'
import { readSecret } from '../../../exchanges/coinbase/signing.ts'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'

const Header = z.object({ alg: z.enum(['ES256', 'EdDSA']), kid: z.string(), nonce: z.string().min(1), typ: z.string() })
const Payload = z.object({
  sub: z.string(),
  iss: z.string(),
  nbf: z.number(),
  exp: z.number(),
  uri: z.string().optional(),
})

/** What a token may be ahead of the venue's clock, and how long it may live, s. */
const aheadSeconds = 5
const longestLifeSeconds = 120

const publicKeys = new Map<string, KeyObject | null>()

/** The venue keeps whole pairs; only the public half is used. */
function publicKeyOf(secret: string): KeyObject | null {
  const known = publicKeys.get(secret)
  if (known !== undefined) return known
  const pair = readSecret(secret)
  const key = pair === null ? null : createPublicKey(pair)
  publicKeys.set(secret, key)
  return key
}

/** The key of a token that is good for `uri` (null: for a socket) from this address; null: it is not accepted. */
export function keyOfToken(account: SimAccount, token: string, uri: string | null, address: string): SimApiKey | null {
  const [head = '', body = '', signature = '', ...more] = token.split('.')
  const header = Header.safeParse(decoded(head))
  const payload = Payload.safeParse(decoded(body))
  if (more.length > 0 || !header.success || !payload.success) return null
  const key = account.key(header.data.kid)
  const publicKey = key === undefined ? null : publicKeyOf(key.secret)
  if (key === undefined || publicKey === null) return null
  const { sub, iss, nbf, exp, uri: told = null } = payload.data
  const now = account.now() / 1_000
  const isInTime = nbf <= now + aheadSeconds && exp > now && exp - nbf <= longestLifeSeconds
  if (sub !== key.key || iss !== 'cdp' || !isInTime || told !== uri) return null
  const isEd25519 = publicKey.asymmetricKeyType === 'ed25519'
  if (header.data.alg !== (isEd25519 ? 'EdDSA' : 'ES256')) return null
  const bytes = Buffer.from(`${head}.${body}`)
  const signed = Buffer.from(signature, 'base64url')
  const isSigned = isEd25519
    ? verify(null, bytes, publicKey, signed)
    : verify('sha256', bytes, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signed)
  const mayCome = key.ipAddresses.length === 0 || key.ipAddresses.includes(address.replace(/^::ffff:/, ''))
  return isSigned && mayCome ? key : null
}

function decoded(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString())
  } catch {
    return undefined
  }
}
