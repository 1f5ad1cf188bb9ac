import { createHash } from 'node:crypto'
import type { SimAccountRules } from '../../account/contract.ts'
import { ed25519Pair, uuid } from '../../keys.ts'

/** The md5 of a text in the form of a UUID. */
export function uuidOf(text: string): string {
  const id = createHash('md5').update(text).digest('hex')
  return [id.slice(0, 8), id.slice(8, 12), id.slice(12, 16), id.slice(16, 20), id.slice(20)].join('-')
}

/** Everything is named by UUIDs, which say nothing about their order. Fees are of the lowest tier and always in quote asset. */
export const accountRules: SimAccountRules = {
  wallets: ['spot'],
  futuresWallet: 'spot',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.006', taker: '0.012' }, perpetual: { maker: '0', taker: '0' } },
  feesInQuote: true,
  orderId: (n) => uuidOf(`coinbase order ${n}`),
  tradeId: (n) => uuidOf(`coinbase trade ${n}`),
  transferId: (n, kind) => uuidOf(`coinbase ${kind} ${n}`),
  keyShape: (number) => ({
    key: `organizations/${uuid(number('organization'))}/apiKeys/${uuid(number('key'))}`,
    secret: ed25519Pair(number('secret')),
  }),
}
