import type { AccountSupport } from '../account-contract.ts'

export const okxAccount: AccountSupport = {
  needsPassphrase: true,
  keyAdvice: '',
  create: () => {
    throw new Error('accounts at OKX are not there yet')
  },
}
