/**
 * Who may ask: OKX's checks of keys, by REST headers and by login on a socket, with its own codes.
 * Docs: https://www.okx.com/docs-v5/en/#overview-rest-authentication, #overview-websocket-login, #error-code
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'

/** Time stamps are good for so long on either side of the venue's clock. */
const toleranceMs = 30_000
/** What a key of OKX looks like; others are wrong before anybody looks them up. */
const keyShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

const signatureOf = (secret: string, prehash: string): string =>
  createHmac('sha256', secret).update(prehash).digest('base64')

const mayCome = ({ ipAddresses }: SimApiKey, address: string): boolean =>
  ipAddresses.length === 0 || ipAddresses.includes(address)

type Refusal = readonly [code: string, msg: string]
export type Checked =
  | { readonly ok: true; readonly key: SimApiKey }
  | { readonly ok: false; readonly code: string; readonly msg: string }
const refused = ([code, msg]: Refusal): Checked => ({ ok: false, code, msg })

/** Headers are there, the time is right, the key is known and may come from here, passphrase and signature fit. */
export function checkRequest(account: SimAccount, request: VenueRequest): Checked {
  const { headers, method, path, rawQuery, body, address } = request
  const header = (name: string): string => {
    const value = headers[name]
    return typeof value === 'string' ? value : ''
  }
  const missing = (
    [
      ['50103', 'OK-ACCESS-KEY'],
      ['50104', 'OK-ACCESS-PASSPHRASE'],
      ['50106', 'OK-ACCESS-SIGN'],
      ['50107', 'OK-ACCESS-TIMESTAMP'],
    ] as const
  ).find(([, name]) => header(name.toLowerCase()) === '')
  if (missing) return refused([missing[0], `Request header ${missing[1]} can not be empty.`])
  const timestamp = header('ok-access-timestamp')
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN
  if (Number.isNaN(at)) return refused(['50112', 'Invalid OK-ACCESS-TIMESTAMP'])
  if (Math.abs(at - account.now()) > toleranceMs) return refused(['50102', 'Timestamp request expired'])
  const name = header('ok-access-key')
  if (!keyShape.test(name)) return refused(['50111', 'Invalid OK-ACCESS-KEY'])
  const key = account.key(name)
  if (!key) return refused(['50119', "API key doesn't exist"])
  if (!mayCome(key, address))
    return refused(['50110', `Your IP ${address} is not included in your API key's IP whitelist.`])
  if (header('ok-access-passphrase') !== key.passphrase)
    return refused(['50105', 'Request header OK-ACCESS-PASSPHRASE incorrect.'])
  const requestPath = rawQuery === '' ? path : `${path}?${rawQuery}`
  if (header('ok-access-sign') !== signatureOf(key.secret, `${timestamp}${method}${requestPath}${body}`))
    return refused(['50113', 'Invalid Sign'])
  return { ok: true, key }
}

/** Authentication errors carry no `data`. */
export const unauthorized = ({ code, msg }: { readonly code: string; readonly msg: string }): VenueReply => ({
  status: 401,
  body: { msg, code },
})

const Login = z.object({ apiKey: z.string(), passphrase: z.string(), timestamp: z.string(), sign: z.string() })

/** The one argument of `{"op":"login"}`; its time stamp counts seconds. */
export function checkLogin(account: SimAccount, json: unknown, address: string): Checked {
  const login = Login.safeParse(json)
  if (!login.success) return refused(['60009', 'Login failed.'])
  const { apiKey, passphrase, timestamp, sign } = login.data
  if (apiKey === '') return refused(['60001', 'OK_ACCESS_KEY cannot be empty.'])
  if (sign === '') return refused(['60002', 'OK_ACCESS_SIGN cannot be empty.'])
  if (passphrase === '') return refused(['60003', 'OK_ACCESS_PASSPHRASE cannot be empty.'])
  if (!/^\d{10}(\.\d+)?$/.test(timestamp)) return refused(['60004', 'Invalid OK_ACCESS_TIMESTAMP'])
  if (Math.abs(Number(timestamp) * 1_000 - account.now()) > toleranceMs)
    return refused(['60006', 'Timestamp request expired'])
  if (!keyShape.test(apiKey)) return refused(['60005', 'Invalid OK_ACCESS_KEY'])
  const key = account.key(apiKey)
  if (!key) return refused(['60032', "API key doesn't exist"])
  if (!mayCome(key, address)) return refused(['60009', 'Login failed.'])
  if (passphrase !== key.passphrase) return refused(['60024', 'Wrong passphrase'])
  if (sign !== signatureOf(key.secret, `${timestamp}GET/users/self/verify`)) return refused(['60007', 'Invalid sign'])
  return { ok: true, key }
}
