/**
 * Whose request it is (rest-api.md, "Endpoint security type" and "SIGNED endpoint security"). Which of several faults is told first
 * is not documented; ours goes from the key to the parameters, the time and the signature.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueRequest } from '../../venue.ts'
import { missing, Refusal } from './parameters.ts'

const usualRecvWindowMs = 5_000
const longestRecvWindowMs = 60_000
/** How far ahead of the exchange a time stamp may be. */
const aheadMs = 1_000

const badFormat = new Refusal(-2014, 'API-key format invalid.', 401)
export const badSignature = new Refusal(-1022, 'Signature for this request is not valid.')

/** The futures host names the caller's address. */
export const notAllowed = (address: string | null): Refusal =>
  new Refusal(
    -2015,
    `Invalid API-key, IP, or permissions for action.${address === null ? '' : `, request ip: ${address}`}`,
    401,
  )

/** A key that is known and may come from this address; `told` is the address where the answer is to name it. */
export function knownKey(
  account: SimAccount,
  key: unknown,
  address: string,
  told: string | null = null,
): SimApiKey | Refusal {
  if (typeof key !== 'string' || !/^[A-Za-z0-9]{64}$/.test(key)) return badFormat
  const known = account.key(key)
  const from = address.replace(/^::ffff:/, '')
  const isFromHere = known !== undefined && (known.ipAddresses.length === 0 || known.ipAddresses.includes(from))
  return isFromHere ? known : notAllowed(told)
}

/** `timestamp < now + 1000 && now - timestamp <= recvWindow`. */
export function checkTime(timestamp: string | null, recvWindow: string | null, now: EpochMs): Refusal | null {
  if (timestamp === null || !/^\d{1,16}$/.test(timestamp)) return missing('timestamp')
  const window = recvWindow === null ? usualRecvWindowMs : Number(recvWindow)
  if (!(window > 0 && window <= longestRecvWindowMs)) return new Refusal(-1131, 'recvWindow must be less than 60000.')
  const at = Number(timestamp)
  if (at >= now + aheadMs)
    return new Refusal(-1021, "Timestamp for this request was 1000ms ahead of the server's time.")
  return now - at <= window ? null : new Refusal(-1021, 'Timestamp for this request is outside of the recvWindow.')
}

/** Lower-case hex of HMAC-SHA256; upper case is taken, too. */
export function isSignature(secret: string, text: string, signature: string): boolean {
  const expected = createHmac('sha256', secret).update(text).digest('hex')
  const given = signature.toLowerCase()
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))
}

/** The signature is the last parameter, over everything before it exactly as sent; query and body are joined without `&`. */
export function authenticate(request: VenueRequest, account: SimAccount, isSigned: boolean): SimApiKey | Refusal {
  const { headers, address, path, query, rawQuery, body } = request
  const known = knownKey(account, headers['x-mbx-apikey'], address, path.startsWith('/fapi/') ? address : null)
  if (known instanceof Refusal || !isSigned) return known
  const params = new URLSearchParams(body)
  const signature = query.get('signature') ?? params.get('signature')
  const late = checkTime(
    query.get('timestamp') ?? params.get('timestamp'),
    query.get('recvWindow') ?? params.get('recvWindow'),
    account.now(),
  )
  if (signature === null || signature === '') return missing('signature')
  if (late !== null) return late
  const text = `${rawQuery}${body}`
  const at = text.lastIndexOf('signature=')
  const isLast = at >= 0 && !text.slice(at).includes('&')
  return isLast && isSignature(known.secret, text.slice(0, at).replace(/&$/, ''), signature) ? known : badSignature
}
