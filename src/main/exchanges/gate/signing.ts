/** Gate's signatures: HMAC-SHA512 in hex. Sources: "APIv4 signed request requirements"; stream documents, "Authentication". */
import { createHash, createHmac } from 'node:crypto'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Sign } from '../../net/rest.ts'
import type { Credentials } from '../account-contract.ts'

/** SHA-512 of a body in hex; every call of ours has an empty one, and it is signed all the same. */
export const payloadHash = (body = ''): string => createHash('sha512').update(body).digest('hex')
const emptyPayloadHash = payloadHash()

const hmac = (secret: string, text: string): string => createHmac('sha512', secret).update(text).digest('hex')

/** Gate's time stamps are whole seconds; it takes those within 60 s of its own clock. */
export const secondsOf = (at: EpochMs): number => Math.floor(at / 1000)

/** `query` as it stands in the URL but not percent-encoded, '' when there is none; `time` in seconds. */
export function restSignature(
  secret: string,
  request: { readonly method: string; readonly path: string; readonly query: string; readonly time: number },
  bodyHash = emptyPayloadHash,
): string {
  const { method, path, query, time } = request
  return hmac(secret, [method, path, query, bodyHash, time].join('\n'))
}

/** Signs right before sending, by Gate's clock as far as it is known. */
export function restSigner({ key, secret }: Credentials): Sign {
  return ({ method, path, query, queryString, now }) => {
    const time = secondsOf(now)
    const plainQuery = query.map(([name, value]) => `${name}=${value}`).join('&')
    return {
      queryString,
      headers: {
        'Content-Type': 'application/json',
        KEY: key,
        Timestamp: String(time),
        SIGN: restSignature(secret, { method, path, query: plainQuery, time }),
      },
    }
  }
}

/** Of one request on a stream; `time` is the request's own, in seconds. */
export const streamSignature = (secret: string, channel: string, event: string, time: number): string =>
  hmac(secret, `channel=${channel}&event=${event}&time=${time}`)

/** The `auth` that each private subscription carries; there is no login. */
export const streamAuth = ({ key, secret }: Credentials, channel: string, event: string, time: number) =>
  ({ method: 'api_key', KEY: key, SIGN: streamSignature(secret, channel, event, time) }) as const
