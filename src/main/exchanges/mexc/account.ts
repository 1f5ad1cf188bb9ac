import type { AccountSupport } from '../account-contract.ts'

export const mexcAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice: '',
  create: () => {
    throw new Error('accounts at MEXC are not there yet')
  },
}
