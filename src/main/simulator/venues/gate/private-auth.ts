/** Whose request it is: the checks of Gate, in the order observed at the real one (headers, time, key, signature), then address. */
import { createHash, createHmac } from 'node:crypto'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'
import { refuse } from './rest.ts'

const toleranceSeconds = 60

/** What a refused request is told: the same label and message by REST and by streams. */
interface Refusal {
  readonly status: number
  readonly label: string
  readonly message: string
}

const expired: Refusal = {
  status: 403,
  label: 'REQUEST_EXPIRED',
  message: 'gap between request Timestamp and server time exceeds 60',
}
const unknownKey: Refusal = { status: 401, label: 'INVALID_KEY', message: 'Invalid key provided' }
const wrongSignature: Refusal = { status: 401, label: 'INVALID_SIGNATURE', message: 'Signature mismatch' }
const wrongAddress: Refusal = { status: 403, label: 'IP_FORBIDDEN', message: 'IP not in the allow-list of the key' }

function check(
  account: SimAccount,
  { key, sign, time, signed, address }: Record<'key' | 'sign' | 'signed' | 'address', string> & { time: number },
): SimApiKey | Refusal {
  if (!(Math.abs(account.now() / 1000 - time) <= toleranceSeconds)) return expired
  const known = account.key(key)
  if (!known) return unknownKey
  if (createHmac('sha512', known.secret).update(signed).digest('hex') !== sign) return wrongSignature
  const { ipAddresses } = known
  return ipAddresses.length > 0 && !ipAddresses.includes(address) ? wrongAddress : known
}

/** The key that signed a REST request, or why it is refused. The query is signed as it stands, but not percent-encoded. */
export function authenticate(account: SimAccount, request: VenueRequest): SimApiKey | VenueReply {
  const { headers, method, path, rawQuery, body, address } = request
  const [key, sign, timestamp] = ['key', 'sign', 'timestamp'].map((name) => headers[name])
  for (const [name, value] of Object.entries({ KEY: key, SIGN: sign, Timestamp: timestamp })) {
    if (value === undefined) return refuse(400, 'MISSING_REQUIRED_HEADER', `Missing required header: ${name}`)
  }
  const bodyHash = createHash('sha512').update(body).digest('hex')
  const signed = [method, path, decoded(rawQuery), bodyHash, String(timestamp)].join('\n')
  const time = /^\d+$/.test(String(timestamp)) ? Number(timestamp) : Number.NaN
  const found = check(account, { key: String(key), sign: String(sign), time, signed, address })
  return 'label' in found ? refuse(found.status, found.label, found.message) : found
}

/** The same for a subscription; a refusal is the REST error's own text, line end included. */
export function authenticateStream(
  account: SimAccount,
  request: { readonly channel: string; readonly event: string; readonly time: number },
  auth: { readonly KEY: string; readonly SIGN: string } | undefined,
  address: string,
): SimApiKey | { readonly refusal: string } {
  const { channel, event, time } = request
  const signed = `channel=${channel}&event=${event}&time=${time}`
  const found = check(account, { key: auth?.KEY ?? '', sign: auth?.SIGN ?? '', time, signed, address })
  if (!('label' in found)) return found
  return { refusal: errorText(found.label, found.message) }
}

export const errorText = (label: string, message: string): string => `${JSON.stringify({ label, message })}\n`

function decoded(rawQuery: string): string {
  try {
    return decodeURIComponent(rawQuery)
  } catch {
    // No percent-encoding: it can have been signed only as it stands.
    return rawQuery
  }
}

export type Product = 'spot' | 'futures' | 'wallet' | 'account'

export const mayRead = (key: SimApiKey, product: Product): boolean => !key.lacks?.includes(product)
