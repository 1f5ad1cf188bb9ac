import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal } from '../../keys.ts'

/** Ids as long as Gate's of 2026: spot orders 13 digits, futures orders 12, trades 8 to 10; deposits `d…`, withdrawals `w…`. */
const firstOrder = { spot: 1_036_717_000_000, perpetual: 123_028_000_000 } as const
const firstTrade = { spot: 2_876_130_000, perpetual: 26_884_000 } as const

/** Fees: VIP 0, see the connector's endpoints.ts. An internal transfer is known by its row in the account book. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  tradersFees: { spot: { maker: '0.0008', taker: '0.00085' }, perpetual: { maker: '0.00015', taker: '0.00045' } },
  orderId: (n, { kind }) => String(firstOrder[kind] + n),
  tradeId: (n, { kind }) => String(firstTrade[kind] + n),
  transferId: (n, kind) => (kind === 'internal' ? String(91_000_000 + n) : `${kind[0]}${33_361_000 + n}`),
  keyShape: (number) => ({ key: hexadecimal(number('key'), 32), secret: hexadecimal(number('secret'), 64) }),
}
