import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal, letters, uuid } from '../../keys.ts'

/** Ids as OKX's look: 18 digits for orders, fewer for trades and transfers; all ascend. */
const orderIdsFrom = 452_000_000_000_000_000n
const tradeIdsFrom = 242_000_000
const transferIdsFrom = { deposit: 88_000_000, withdrawal: 4_700_000, internal: 754_000_000 } as const

/** One unified account: `spot` is its trading wallet and holds perpetuals' margin too. Regular user, level 1. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'funding'],
  futuresWallet: 'spot',
  transferWallet: 'funding',
  fees: { spot: { maker: '0.0008', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  tradersFees: { spot: { maker: '0.0007', taker: '0.0009' }, perpetual: { maker: '0.00018', taker: '0.00045' } },
  orderId: (n) => String(orderIdsFrom + BigInt(n)),
  tradeId: (n) => String(tradeIdsFrom + n),
  transferId: (n, kind) => String(transferIdsFrom[kind] + n),
  keyShape: (number) => ({
    key: uuid(number('key')),
    secret: hexadecimal(number('secret'), 32).toUpperCase(),
    passphrase: letters(number('passphrase'), 12),
  }),
}
