/**
 * Who may ask: Bybit's checks of keys, by REST headers and by login on the private socket, with its own codes.
 * Docs: https://bybit-exchange.github.io/docs/v5/guide#authentication, /v5/error
 */
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueRequest } from '../../venue.ts'

/** A time stamp may lie so far in the future. */
const mostAheadMs = 1_000
const standardWindowMs = 5_000

const signatureOf = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('hex')

const mayCome = ({ ipAddresses }: SimApiKey, address: string): boolean =>
  ipAddresses.length === 0 || ipAddresses.includes(address)

export type Checked =
  | { readonly ok: true; readonly key: SimApiKey }
  | { readonly ok: false; readonly retCode: number; readonly retMsg: string }
const refuse = (retCode: number, retMsg: string): Checked => ({ ok: false, retCode, retMsg })

/** Headers are there, the time is right, the key is known and may come from here, the signature fits the query as it was sent. */
export function checkRequest(account: SimAccount, { headers, rawQuery, address }: VenueRequest): Checked {
  const header = (name: string): string => {
    const value = headers[name]
    return typeof value === 'string' ? value : ''
  }
  const name = header('x-bapi-api-key')
  const timestamp = header('x-bapi-timestamp')
  const window = header('x-bapi-recv-window') || String(standardWindowMs)
  if (name === '' || header('x-bapi-sign') === '')
    return refuse(10001, 'empty value: apiTimestamp[] apiKey[] apiSignature[]')
  if (!/^\d{13}$/.test(timestamp) || !/^\d{1,6}$/.test(window)) return refuse(10001, 'invalid timestamp or recv_window')
  const now = account.now()
  const at = Number(timestamp)
  if (at < now - Number(window) || at >= now + mostAheadMs)
    return refuse(
      10002,
      `invalid request, please check your server timestamp or recv_window param. req_timestamp[${at}],server_timestamp[${now}],recv_window[${window}]`,
    )
  const key = account.key(name)
  if (!key) return refuse(10003, 'API key is invalid.')
  if (!mayCome(key, address)) return refuse(10010, 'Unmatched IP, please check your API key’s bound IP addresses.')
  const origin = `${timestamp}${name}${window}${rawQuery}`
  if (header('x-bapi-sign') !== signatureOf(key.secret, origin))
    return refuse(10004, `error sign! origin_string[${origin}]`)
  return { ok: true, key }
}

const Login = z.tuple([z.string(), z.union([z.number(), z.string().regex(/^\d{13}$/)]), z.string()])

/** The arguments of `{"op":"auth"}`: key, when the login ends, and the signature over that. Words of refusals vary at Bybit. */
export function checkLogin(account: SimAccount, args: unknown, address: string): Checked {
  const login = Login.safeParse(args)
  if (!login.success) return refuse(10001, 'Params Error')
  const [name, expires, signature] = login.data
  if (Number(expires) <= account.now()) return refuse(10002, 'Request expired')
  const key = account.key(name)
  if (!key) return refuse(10003, 'API key is invalid.')
  if (!mayCome(key, address)) return refuse(10010, 'error:10010 Unmatched IP')
  if (signature !== signatureOf(key.secret, `GET/realtime${expires}`)) return refuse(10004, 'error:USVC1111')
  return { ok: true, key }
}
