/** The contract's calls about the trader's accounts. */
import { CallError, type Handlers } from './handlers.ts'

export type AccountCall = Extract<
  keyof Handlers,
  | `accounts.${string}`
  | `portfolio.${string}`
  | `orders.${string}`
  | `fills.${string}`
  | `positions.${string}`
  | `transfers.${string}`
  | `funding${string}`
  | `pnl.${string}`
  | `drifts.${string}`
>

const notYet = () => {
  throw new CallError('unavailable', 'accounts are not there yet')
}

export const createAccountHandlers = (): Pick<Handlers, AccountCall> => ({
  'accounts.list': notYet,
  'accounts.keyStore': notYet,
  'accounts.testKey': notYet,
  'accounts.add': notYet,
  'accounts.rename': notYet,
  'accounts.remove': notYet,
  'accounts.restart': notYet,
  'accounts.refresh': notYet,
  'portfolio.get': notYet,
  'orders.open': notYet,
  'orders.list': notYet,
  'orders.events': notYet,
  'fills.list': notYet,
  'positions.list': notYet,
  'transfers.list': notYet,
  'fundingPayments.list': notYet,
  'fundingRates.list': notYet,
  'pnl.report': notYet,
  'drifts.list': notYet,
})
