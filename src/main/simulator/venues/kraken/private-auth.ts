/** Who asks: Kraken's checks of key, signature and nonce, in its own words. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'
import { refuse } from './rest.ts'

const headerOf = ({ headers }: VenueRequest, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

const invalidKey = refuse('EAPI:Invalid key')

/** What a key may do, in Kraken's words; it may read everything but what it lacks. */
export function permissionsOf({ canTrade, canWithdraw, lacks = [] }: SimApiKey): readonly string[] {
  const reading = ['query-funds', 'query-open-trades', 'query-closed-trades', 'query-ledger', 'create-ws-token']
  const acting = [...(canTrade ? ['modify-trades', 'close-trades'] : []), ...(canWithdraw ? ['withdraw-funds'] : [])]
  return [...reading.filter((word) => !lacks.includes(word)), ...acting]
}

/** Remembers the last nonce of every key, which the next must be above. That a stranger's address is told of as a wrong key is our choice. */
export function createAuthenticate(account: SimAccount): (request: VenueRequest) => SimApiKey | VenueReply {
  const nonces = new Map<string, bigint>()
  return (request) => {
    const key = account.key(headerOf(request, 'api-key'))
    if (key === undefined) return invalidKey
    if (key.ipAddresses.length > 0 && !key.ipAddresses.includes(request.address.replace(/^::ffff:/, '')))
      return invalidKey
    const nonce = new URLSearchParams(request.body).get('nonce') ?? ''
    const digest = createHash('sha256').update(nonce).update(request.body).digest()
    const expected = createHmac('sha512', Buffer.from(key.secret, 'base64'))
      .update(request.path)
      .update(digest)
      .digest()
    const given = Buffer.from(headerOf(request, 'api-sign'), 'base64')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return refuse('EAPI:Invalid signature')
    const before = nonces.get(key.key) ?? 0n
    if (!/^\d{1,20}$/.test(nonce) || BigInt(nonce) <= before) return refuse('EAPI:Invalid nonce')
    nonces.set(key.key, BigInt(nonce))
    return key
  }
}
