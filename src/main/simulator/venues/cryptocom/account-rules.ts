import type { SimAccountRules } from '../../account/contract.ts'
import { letters } from '../../keys.ts'

/** Ids as Crypto.com's look: 19 digits beyond 2^53 for orders, 8 for trades; all ascend. */
const orderIdsFrom = 5_755_600_000_000_000_000n
const tradeIdsFrom = 38_554_669
const transferIdsFrom = { deposit: 2_220, withdrawal: 5_275_000, internal: 90_000_000 } as const

/** One margin wallet for everything: `spot` is its name here. */
export const accountRules: SimAccountRules = {
  wallets: ['spot'],
  futuresWallet: 'spot',
  transferWallet: 'spot',
  fundingHours: 1,
  fees: { spot: { maker: '0.0025', taker: '0.005' }, perpetual: { maker: '0.0005', taker: '0.0007' } },
  orderId: (n) => String(orderIdsFrom + BigInt(n)),
  tradeId: (n) => String(tradeIdsFrom + n),
  transferId: (n, kind) => String(transferIdsFrom[kind] + n),
  keyShape: (number) => ({ key: letters(number('key'), 22), secret: `cxakp_${letters(number('secret'), 22)}` }),
}
