import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal } from '../../keys.ts'

/** Ids as HTX's look: 15 digits for spot orders, 19 for those of swaps; all ascend. */
const spotOrderIdsFrom = 478_861_479_986_000
const swapOrderIdsFrom = 1_512_509_978_516_000_000n
const tradeIdsFrom = 101_539_740_000
const transferIdsFrom = { deposit: 75_115_000, withdrawal: 118_700_000, internal: 1_700_000 } as const

/** Spot takes deposits; swaps settle in an account of their own. Lowest tier. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.002', taker: '0.002' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  orderId: (n, { kind }) => (kind === 'spot' ? String(spotOrderIdsFrom + n) : String(swapOrderIdsFrom + BigInt(n))),
  tradeId: (n) => String(tradeIdsFrom + n),
  transferId: (n, kind) => String(transferIdsFrom[kind] + n),
  keyShape: (number) => {
    const parts = (name: string) =>
      [8, 8, 8, 5].map((length, at) => hexadecimal(number(`${name} ${at}`), length)).join('-')
    return { key: parts('key'), secret: parts('secret') }
  },
}
