/**
 * What Bitfinex's codes of authentication mean for a key, in words that say what to check; the same by REST and on sockets.
 * Docs: https://docs.bitfinex.com/docs/abbreviations-glossary#error--info-codes
 */
const words: ReadonlyMap<number, string> = new Map([
  [10_100, 'check the key and the secret, and the IP allow-list of the key'],
  [10_111, 'the key was not told as Bitfinex wants it'],
  [10_112, 'check the secret'],
  [10_113, 'check the secret'],
])

/** "key rejected (10100): check the key …"; null: the code says nothing against the key. */
export function rejectionOf(code: number | null): string | null {
  const said = code === null ? undefined : words.get(code)
  return said === undefined ? null : `key rejected (${code}): ${said}`
}
