import type { AccountSupport } from '../account-contract.ts'

export const binanceAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice: '',
  create: () => {
    throw new Error('accounts at Binance are not there yet')
  },
}
