/**
 * How Kraken's replies tell of errors: HTTP 200 and words `E<class>:<text>` in a list. Nothing tells how much of a limit is used.
 * Docs: https://docs.kraken.com/api/docs/guides/spot-errors
 */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { ReplyHead, RestDialect, RestFailure } from '../../net/rest.ts'
import { Envelope } from './schemas.ts'

/** Too many wrong keys from an address: Kraken's support names a quarter of an hour. */
const lockoutMs = 900_000
/** The private counter falls by 0.5 a second: so much later a call or two is possible again. */
const privateWaitMs = 5_000

const keyWords: Readonly<Record<string, string>> = {
  'EAPI:Invalid key':
    'check the key; Kraken does not know it, or it was deleted, has expired, or this address is not on its allow-list',
  'EAPI:Invalid signature': 'check the secret: the signature does not match',
}

/** "key rejected (EAPI:Invalid key): …"; null: the word says nothing against the key. */
const rejectionOf = (word: string): string | null =>
  Object.hasOwn(keyWords, word) ? `key rejected (${word}): ${keyWords[word]}` : null

function kindOf(word: string): RestFailure['kind'] {
  if (rejectionOf(word) !== null) return 'rejectedKey'
  if (word === 'EAPI:Invalid nonce') return 'clock'
  if (word === 'EGeneral:Permission denied') return 'forbidden'
  if (word === 'EGeneral:Temporary lockout') return 'banned'
  if (/rate limit|too many requests|throttled/i.test(word)) return 'rateLimited'
  if (word.startsWith('EService:') || word === 'EGeneral:Internal error') return 'unavailable'
  return 'invalid'
}

/** `EService: Throttled: 1700000000` names the second until which nothing is answered. */
function waitOf(kind: RestFailure['kind'], word: string, now: EpochMs): number | null {
  if (kind === 'banned') return lockoutMs
  if (kind !== 'rateLimited') return null
  const until = /throttled:\s*(\d{10})$/i.exec(word)?.[1]
  if (until !== undefined) return Math.max(1_000, Number(until) * 1_000 - now)
  return word.startsWith('EAPI:') ? privateWaitMs : null
}

/** Words of our own where Kraken's may repeat what was sent. */
function messageOf(kind: RestFailure['kind'], word: string): string {
  if (kind === 'forbidden') return `the key lacks the permission for this (${word})`
  if (kind === 'clock') return `the nonce is not above the last one that Kraken had of this key (${word})`
  if (kind === 'banned') return `Kraken answers nobody at this address for a while, after too many wrong keys (${word})`
  return rejectionOf(word) ?? word
}

/** The first error decides; warnings (`W…`) are none. */
export function failure(_head: ReplyHead, body: unknown, now: EpochMs): RestFailure | null {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return null
  const word = envelope.data.error.find((one) => one.startsWith('E'))
  if (word === undefined) return null
  const kind = kindOf(word)
  return { kind, code: word, message: messageOf(kind, word), retryAfterMs: waitOf(kind, word, now) }
}

export const dialect: RestDialect = {
  usage: () => null,
  failure,
  // What it answers while it is upgraded.
  maintenance: (_head, body) =>
    /"EService:Unavailable"/.test(body) ? { words: 'it says: service unavailable', until: null } : null,
}
