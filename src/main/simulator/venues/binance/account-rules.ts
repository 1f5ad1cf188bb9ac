import type { SimAccountRules } from '../../account/contract.ts'

export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures'],
  futuresWallet: 'futures',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0005' } },
  orderId: (n) => String(n),
  tradeId: (n) => String(n),
  transferId: (n) => String(n),
}
