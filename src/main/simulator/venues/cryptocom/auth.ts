/**
 * Who may ask: Crypto.com's checks of keys in the body of a request or in `public/auth` on the user socket.
 * Docs: #digital-signature, #response-and-reason-codes
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'

/** Nonces are good for so long on either side of the venue's clock. */
const toleranceMs = 60_000

/** Parameters as given; what is checked of them, their method knows. */
export const Signed = z.object({
  id: z.number().int(),
  method: z.string(),
  api_key: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  nonce: z.number().int(),
  sig: z.string(),
})
export type Signed = z.infer<typeof Signed>

export type Checked =
  | { readonly ok: true; readonly key: SimApiKey }
  | { readonly ok: false; readonly status: number; readonly code: number; readonly message: string }

const unauthorized = { ok: false, status: 401, code: 40_101, message: 'UNAUTHORIZED' } as const

export function check(account: SimAccount, request: Signed, address: string): Checked {
  const { id, method, api_key: name, params = {}, nonce, sig } = request
  const key = account.key(name)
  if (key === undefined) return unauthorized
  const text = Object.keys(params)
    .sort()
    .map((one) => `${one}${params[one]}`)
    .join('')
  const expected = createHmac('sha256', key.secret).update(`${method}${id}${name}${text}${nonce}`).digest('hex')
  if (sig !== expected) return unauthorized
  if (Math.abs(nonce - account.now()) > toleranceMs)
    return { ok: false, status: 400, code: 40_102, message: 'INVALID_NONCE' }
  if (key.ipAddresses.length > 0 && !key.ipAddresses.includes(address))
    return { ok: false, status: 401, code: 40_103, message: 'IP_ILLEGAL' }
  return { ok: true, key }
}
