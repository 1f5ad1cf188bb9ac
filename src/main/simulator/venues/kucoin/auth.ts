/** Who may ask: KuCoin's checks of keys, with its own codes. Docs: https://www.kucoin.com/docs-new/authentication, /docs-new/error-code/restful */
import { createHmac } from 'node:crypto'
import type { SimAccount, SimApiKey } from '../../account/contract.ts'
import type { VenueReply, VenueRequest } from '../../venue.ts'
import { failed } from './replies.ts'

/** Time stamps are good for so long on either side of the venue's clock. */
const toleranceMs = 5_000

const hmac = (secret: string, text: string): string => createHmac('sha256', secret).update(text).digest('base64')

const refused = (code: string, msg: string): { readonly reply: VenueReply } => ({ reply: failed(400, code, msg) })

/** Headers are there, the time is right, the key is known and may come from here, passphrase and signature fit. */
export function checkRequest(
  account: SimAccount,
  { headers, method, path, rawQuery, body, address }: VenueRequest,
): { readonly key: SimApiKey } | { readonly reply: VenueReply } {
  const header = (name: string): string => {
    const value = headers[name]
    return typeof value === 'string' ? value : ''
  }
  const [name, sign, timestamp, passphrase] = [
    header('kc-api-key'),
    header('kc-api-sign'),
    header('kc-api-timestamp'),
    header('kc-api-passphrase'),
  ]
  if ([name, sign, timestamp, passphrase].includes(''))
    return refused(
      '400001',
      'Please check the header of your request for KC-API-KEY, KC-API-SIGN, KC-API-TIMESTAMP, KC-API-PASSPHRASE',
    )
  if (!/^\d{13}$/.test(timestamp) || Math.abs(Number(timestamp) - account.now()) > toleranceMs)
    return refused('400002', 'KC-API-TIMESTAMP Invalid')
  const key = account.key(name)
  if (key === undefined) return refused('400003', 'KC-API-KEY not exists')
  if (key.ipAddresses.length > 0 && !key.ipAddresses.includes(address))
    return refused('400006', `The requested ip address is not in the api whitelist ${address}`)
  const isVersioned = ['2', '3'].includes(header('kc-api-key-version'))
  if (!isVersioned || passphrase !== hmac(key.secret, key.passphrase ?? ''))
    return refused('400004', 'Invalid KC-API-PASSPHRASE')
  const requestPath = rawQuery === '' ? path : `${path}?${rawQuery}`
  if (sign !== hmac(key.secret, `${timestamp}${method}${requestPath}${body}`))
    return refused('400005', 'Invalid KC-API-SIGN')
  return { key }
}
