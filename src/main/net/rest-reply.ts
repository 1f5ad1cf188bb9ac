/** What came in answer to a request, as text, JSON and value, and what it means where nothing of use came. */
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Dispatcher } from 'undici'
import { messageOf } from '../errors.ts'
import type { Parsed, ReplyHead, RestCall, RestFailure } from './rest.ts'

/** A list of all instruments runs to some 20 MB; more than this is no reply of an exchange. */
export const largestBodyBytes = 64 * 1024 * 1024

const unzip = promisify(gunzip)

export const unreadable = (message: string): { ok: false; failure: RestFailure } => ({
  ok: false,
  failure: { kind: 'unreadable', code: null, message, retryAfterMs: null },
})

export async function readText(reply: Dispatcher.ResponseData): Promise<string> {
  const bytes = Buffer.from(await reply.body.arrayBuffer())
  const encoding = reply.headers['content-encoding']
  const zipped = encoding === 'gzip' || encoding === 'x-gzip'
  return (zipped ? await unzip(bytes, { maxOutputLength: largestBodyBytes }) : bytes).toString('utf8')
}

/** A body nested thousands deep is JSON, and more than whoever writes it anew can take. */
export function readBody<T>(call: RestCall<T>, body: unknown, head: ReplyHead): Parsed<T> {
  try {
    return call.parse(body, head)
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, problem: `the reply cannot be read: ${error.message}` }
    throw error
  }
}

export function parseJson(
  text: string,
  parse: (text: string) => unknown,
): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    return { ok: true, value: parse(text) }
  } catch (error) {
    return { ok: false, problem: `${messageOf(error)} (${excerpt(text)})` }
  }
}

const excerpt = (text: string): string => JSON.stringify(text.slice(0, 120))

/** What an HTTP status means where the exchange's own dialect says nothing. */
export function failureOfStatus(head: ReplyHead, text: string): RestFailure | null {
  const { status } = head
  if (status >= 200 && status < 300) return null
  const kind = kindOfStatus(status)
  return { kind, code: null, message: `HTTP ${status} ${excerpt(text)}`, retryAfterMs: null }
}

function kindOfStatus(status: number): RestFailure['kind'] {
  if (status === 429) return 'rateLimited'
  if (status === 418) return 'banned'
  if (status === 403 || status === 451) return 'denied'
  if (status >= 500 || status === 408) return 'unavailable'
  // A redirect is no exchange's answer but a portal's or a proxy's.
  return status < 400 ? 'unreadable' : 'invalid'
}

/** Bodies too large, or compressed wrongly, are an answer that cannot be read; a bad address is our own mistake. */
const kindOfError: Readonly<Record<string, RestFailure['kind']>> = {
  UND_ERR_RES_EXCEEDED_MAX_SIZE: 'unreadable',
  ERR_BUFFER_TOO_LARGE: 'unreadable',
  Z_DATA_ERROR: 'unreadable',
  Z_BUF_ERROR: 'unreadable',
  UND_ERR_INVALID_ARG: 'invalid',
  ERR_INVALID_URL: 'invalid',
}

export function transportFailure(error: unknown, timedOut: string | null): RestFailure {
  const known = error instanceof Error
  const code = known && 'code' in error && typeof error.code === 'string' ? error.code : null
  // Several addresses tried in vain make an AggregateError with an empty message.
  const message = timedOut ?? ((known ? error.message : String(error)) || code || 'no connection')
  return { kind: (code === null ? null : kindOfError[code]) ?? 'network', code, message, retryAfterMs: null }
}
