import type { SimAccountRules } from '../../account/contract.ts'
import { letters } from '../../keys.ts'

const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** `OQCLML-BW3P3-BUCMWZ`: seventeen letters and digits in three groups; `n` in them so that they ascend as Crossbook's tests need. */
function idOf(first: string, n: number): string {
  let text = ''
  for (let rest = n; text.length < 16; rest = Math.floor(rest / digits.length))
    text = `${digits[rest % digits.length]}${text}`
  return `${first}${text.slice(0, 5)}-${text.slice(5, 10)}-${text.slice(10)}`
}

/** Kraken Pro, lowest tier. There are no perpetuals here; their rates stand only to complete the table. */
export const accountRules: SimAccountRules = {
  wallets: ['spot'],
  futuresWallet: 'spot',
  transferWallet: 'spot',
  fees: { spot: { maker: '0.0025', taker: '0.004' }, perpetual: { maker: '0', taker: '0' } },
  feesInQuote: true,
  orderId: (n) => idOf('O', n),
  tradeId: (n) => idOf('T', n),
  transferId: (n, kind) => idOf(kind === 'deposit' ? 'Q' : 'A', n),
  keyShape: (number) => ({
    key: letters(number('key'), 56),
    secret: Buffer.from(letters(number('secret'), 64)).toString('base64'),
  }),
}
