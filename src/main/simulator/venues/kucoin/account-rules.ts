import type { SimAccountRules } from '../../account/contract.ts'
import { hexadecimal, letters, uuid } from '../../keys.ts'

/** Ids as KuCoin's look: 24 hexadecimal digits for spot orders, 18 digits for those of futures; all ascend. */
const spotOrdersFrom = 0x6721_0000n << 64n
const futuresOrdersFrom = 247_899_000_000_000_000n
/** Beyond 2^53, as spot's are. */
const spotTradesFrom = 11_116_472_408_000_000n
const futuresTradesFrom = 1_794_175_000_000n

/** Classic accounts: `funding` is the main account, where deposits arrive; `spot` the trading account. VIP 0. */
export const accountRules: SimAccountRules = {
  wallets: ['spot', 'futures', 'funding'],
  futuresWallet: 'futures',
  transferWallet: 'funding',
  fees: { spot: { maker: '0.001', taker: '0.001' }, perpetual: { maker: '0.0002', taker: '0.0006' } },
  orderId: (n, { kind }) =>
    kind === 'spot' ? (spotOrdersFrom + BigInt(n)).toString(16) : String(futuresOrdersFrom + BigInt(n)),
  tradeId: (n, { kind }) => String((kind === 'spot' ? spotTradesFrom : futuresTradesFrom) + BigInt(n)),
  transferId: (n, kind) =>
    kind === 'internal' ? String(354_689_988_000_000 + n) : (spotOrdersFrom + (1n << 60n) + BigInt(n)).toString(16),
  keyShape: (number) => ({
    key: hexadecimal(number('key'), 24),
    secret: uuid(number('secret')),
    passphrase: letters(number('passphrase'), 12),
  }),
}
