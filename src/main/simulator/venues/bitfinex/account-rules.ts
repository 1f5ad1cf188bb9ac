import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal } from '../../keys.ts'

/** Ids are integers below 2^53, as Bitfinex's; all ascend. */
const orderIdsFrom = 97_084_883_000
const tradeIdsFrom = 1_133_411_000
const transferIdsFrom = { deposit: 13_293_000, withdrawal: 14_300_000, internal: 15_400_000 } as const

/** The exchange wallet holds spot, the margin wallet the collateral of perpetuals. Nobody pays fees. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0', taker: '0' }, perpetual: { maker: '0', taker: '0' } },
  orderId: (n) => String(orderIdsFrom + n),
  tradeId: (n) => String(tradeIdsFrom + n),
  transferId: (n, kind) => String(transferIdsFrom[kind] + n),
  keyShape: (number) => ({ key: hexadecimal(number('key'), 43), secret: hexadecimal(number('secret'), 43) }),
}
