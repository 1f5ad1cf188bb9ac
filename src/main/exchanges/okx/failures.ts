/**
 * What OKX's codes of authentication mean for a key, in words that say what to check. 50xxx come by REST, 60xxx on sockets.
 * Docs: https://www.okx.com/docs-v5/en/#error-code
 */
const everything = 'check the key, the secret, the passphrase and the IP allow-list'
const empty = 'key, secret and passphrase must all be given'
const unknown = 'there is no such key: it was deleted or has expired, or belongs to another region of OKX'

const rejections: Readonly<Record<string, string>> = {
  '50100': 'OKX has frozen API access: ask its support',
  '50101': 'the key belongs to another environment: demo trading or another region of OKX',
  '50103': empty,
  '50104': empty,
  '50105': 'check the passphrase',
  '50106': empty,
  '50110': 'check the IP allow-list of the key: it does not name this address',
  '50111': 'check the key',
  '50113': 'check the secret',
  '50114': everything,
  '50119': unknown,
  '60001': empty,
  '60002': empty,
  '60003': empty,
  '60005': 'check the key',
  '60007': 'check the secret',
  '60009': everything,
  '60024': 'check the passphrase',
  '60032': unknown,
}

/** "key rejected (50105): check the passphrase"; null: the code says nothing against the key. */
export const rejectionOf = (code: string | null): string | null =>
  code !== null && Object.hasOwn(rejections, code) ? `key rejected (${code}): ${rejections[code]}` : null

/** The time stamp lies more than 30 s from OKX's clock, or is none. */
export const isClockError = (code: string | null): boolean =>
  code === '50102' || code === '50112' || code === '60004' || code === '60006'
