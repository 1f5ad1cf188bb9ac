import type { AccountSupport } from '../account-contract.ts'

export const gateAccount: AccountSupport = {
  needsPassphrase: false,
  keyAdvice: '',
  create: () => {
    throw new Error('accounts at Gate are not there yet')
  },
}
