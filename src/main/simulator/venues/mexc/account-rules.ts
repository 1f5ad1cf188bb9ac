import { createHash } from 'node:crypto'
import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal, letters } from '../../keys.ts'

/**
 * Ids in MEXC's shapes: `C02__505979017439002624115` orders, `505979017439002624X1` trades, 32 hexadecimal digits withdrawals and moves.
 * The wallet of perpetuals only takes money and gives it back: what is in it is another API's to tell.
 */
export const accountRules: SimAccountRules = {
  wallets: ['spot'],
  hiddenWallets: ['futures'],
  futuresWallet: 'spot',
  transferWallet: 'spot',
  fees: { spot: { maker: '0', taker: '0.0005' }, perpetual: { maker: '0', taker: '0' } },
  orderId: (n) => `C02__${505_979_017_439_002_624_000n + BigInt(n)}`,
  tradeId: (n) => `${505_979_017_439_002_624n + BigInt(n)}X1`,
  transferId: (n, kind) => createHash('md5').update(`mexc ${kind} ${n}`).digest('hex'),
  keyShape: (number) => ({ key: `mx0${letters(number('key'), 15)}`, secret: hexadecimal(number('secret'), 32) }),
}
