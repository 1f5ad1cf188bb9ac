/** Who may ask: signatures and nonces of requests and logins, with Bitfinex's own errors. Nonces of one key only grow, wherever used. */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueRequest } from '../../venue.ts'

export type Checked =
  | { readonly ok: true; readonly key: SimApiKey }
  | { readonly ok: false; readonly code: number; readonly message: string }

const refused = (code: number, message: string): Checked => ({ ok: false, code, message })
const invalidKey = refused(10_100, 'apikey: invalid')

const Login = z.object({
  apiKey: z.string(),
  authSig: z.string(),
  authNonce: z.union([z.string(), z.number()]),
  authPayload: z.string(),
})

export class Gatekeeper {
  private readonly account: SimAccount
  private readonly newest = new Map<string, number>()

  constructor(account: SimAccount) {
    this.account = account
  }

  checkRequest({ headers, path, body, address }: VenueRequest): Checked {
    const header = (name: string): string => {
      const value = headers[name]
      return typeof value === 'string' ? value : ''
    }
    const nonce = header('bfx-nonce')
    return this.check(header('bfx-apikey'), header('bfx-signature'), nonce, `/api${path}${nonce}${body}`, address)
  }

  /** What a socket signs is AUTH and the nonce. */
  checkLogin(json: unknown, address: string): Checked {
    const login = Login.safeParse(json)
    if (!login.success) return invalidKey
    const { apiKey, authSig, authNonce, authPayload } = login.data
    return this.check(apiKey, authSig, String(authNonce), authPayload, address)
  }

  private check(name: string, signature: string, nonce: string, payload: string, address: string): Checked {
    const key = this.account.key(name)
    if (key === undefined) return invalidKey
    if (key.ipAddresses.length > 0 && !key.ipAddresses.includes(address)) return invalidKey
    if (signature !== createHmac('sha384', key.secret).update(payload).digest('hex'))
      return refused(10_100, 'apikey: digest invalid')
    const number = /^\d{1,16}$/.test(nonce) ? Number(nonce) : Number.NaN
    if (!(number > (this.newest.get(name) ?? 0))) return refused(10_114, 'nonce: small')
    this.newest.set(name, number)
    return { ok: true, key }
  }
}

/** Scopes that may be written to with the keys that the simulator hands out; whoever lacks one may not read it either. */
export const scopesOf = ({
  canTrade,
  canWithdraw,
  lacks = [],
}: SimApiKey): readonly (readonly [string, 0 | 1, 0 | 1])[] => {
  const bit = (is: boolean): 0 | 1 => (is ? 1 : 0)
  const reads = ['account', 'history', 'orders', 'positions', 'funding', 'settings', 'wallets']
  return [
    ...reads.map((scope) => [scope, bit(!lacks.includes(scope)), bit(canTrade && scope === 'orders')] as const),
    ...['withdraw', 'ui_withdraw'].map((scope) => [scope, 0, bit(canWithdraw)] as const),
  ]
}
