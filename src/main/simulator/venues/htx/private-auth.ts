/** Whose request or login it is: HTX's checks, with its own codes. Which of several faults it tells first is not documented. */
import { createHmac } from 'node:crypto'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'
import { spotError, spotOrigin, swapError } from './rest.ts'

const toleranceMs = 5 * 60_000

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

/** Parameters sorted by the bytes of their names. */
function signatureOf(
  secret: string,
  method: string,
  host: string,
  path: string,
  parameters: readonly (readonly [string, string])[],
): string {
  const query = [...parameters]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([name, value]) => `${name}=${encoded(value)}`)
    .join('&')
  return createHmac('sha256', secret).update([method, host, path, query].join('\n')).digest('base64')
}

const mayCome = ({ ipAddresses }: SimApiKey, address: string): boolean =>
  ipAddresses.length === 0 || ipAddresses.includes(address)

interface Signed {
  readonly method: string
  readonly origin: string
  readonly path: string
  readonly key: string
  readonly timestamp: string
  readonly signature: string
  readonly address: string
  readonly parameters: readonly (readonly [string, string])[]
}

/** The key, or why it is none, in words. */
function check(account: SimAccount, signed: Signed): SimApiKey | string {
  const { method, origin, path, key: name, timestamp, signature, address, parameters } = signed
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(timestamp) ? Date.parse(`${timestamp}Z`) : Number.NaN
  if (!(Math.abs(at - account.now()) <= toleranceMs)) return 'Signature not valid: Expired timestamp [过期的时间戳]'
  const key = account.key(name)
  if (key === undefined) return 'Signature not valid: Incorrect Access key [Access key错误]'
  if (!mayCome(key, address)) return 'Signature not valid: Incorrect IP address [IP地址错误]'
  const expected = signatureOf(key.secret, method, new URL(origin).host, path, parameters)
  return signature === expected ? key : 'Signature not valid: Verification failure [校验失败]'
}

/** The key that signed a REST request, or the reply that refuses it. */
export function authenticate(account: SimAccount, request: VenueRequest): SimApiKey | VenueReply {
  const { query, method, origin, path, address } = request
  const now = account.now()
  const refuse = (message: string) =>
    origin === spotOrigin ? spotError('api-signature-not-valid', message, now) : swapError(1003, message, now)
  const isComplete =
    query.get('SignatureMethod') === 'HmacSHA256' && query.get('SignatureVersion') === '2' && query.has('Signature')
  if (!isComplete) return refuse('Signature not valid: Incorrect parameters')
  const found = check(account, {
    ...{ method, origin, path, address },
    key: query.get('AccessKeyId') ?? '',
    timestamp: query.get('Timestamp') ?? '',
    signature: query.get('Signature') ?? '',
    parameters: [...query].filter(([name]) => name !== 'Signature'),
  })
  return typeof found === 'string' ? refuse(found) : found
}

/** The key of a login on a socket; null: refused. `names` as the socket writes them, the signed ones first. */
export function authenticateLogin(
  account: SimAccount,
  request: VenueRequest,
  login: Readonly<Record<string, unknown>>,
  names: {
    readonly signed: readonly string[]
    readonly key: string
    readonly time: string
    readonly signature: string
  },
): SimApiKey | null {
  const text = (name: string): string => {
    const value = login[name]
    return typeof value === 'string' ? value : ''
  }
  const found = check(account, {
    ...{ method: 'GET', origin: request.origin.replace(/^ws/, 'http'), path: request.path, address: request.address },
    key: text(names.key),
    timestamp: text(names.time),
    signature: text(names.signature),
    parameters: names.signed.map((name) => [name, text(name)]),
  })
  return typeof found === 'string' ? null : found
}
