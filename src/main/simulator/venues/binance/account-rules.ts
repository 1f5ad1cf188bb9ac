import { createHash } from 'node:crypto'
import type { SimAccountRules } from '../../account/contract.ts'
import { letters } from '../../keys.ts'

/**
 * Whole numbers for orders and trades, ascending over all symbols here as they do per symbol there; 18 digits for deposits, 32
 * hexadecimal digits for withdrawals. No float64 holds what the futures ledger calls `tranId`, nor orders of the ETHUSDT perpetual.
 */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  orderId: (n, { base, kind }) =>
    base === 'ETH' && kind === 'perpetual'
      ? String(8_389_765_519_993_908_929n + 7_001n * BigInt(n))
      : String(48_000_000_000 + 7 * n),
  tradeId: (n) => String(5_100_000_000 + 3 * n),
  transferId(n, kind) {
    if (kind === 'withdrawal') return createHash('md5').update(`binance withdrawal ${n}`).digest('hex')
    return kind === 'deposit'
      ? String(769_800_519_366_885_376n + BigInt(n))
      : String(4_480_321_991_774_044_580n + BigInt(n))
  },
  keyShape: (number) => ({ key: letters(number('key'), 64), secret: letters(number('secret'), 64) }),
}
