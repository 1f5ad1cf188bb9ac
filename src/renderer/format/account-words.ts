/** What the exchanges' states of accounts, orders and transfers are called on the screens, and the tone of their marks. */
import type {
  AccountFeeRange,
  AccountState,
  AccountStatus,
  Drift,
  Order,
  OrderStatus,
  PollKind,
  PollStatus,
  Transfer,
  TransferStatus,
  Wallet,
} from '../../shared/domain/index.ts'
import type { Tone } from './names.ts'

interface Words {
  readonly text: string
  readonly tone: Tone
}

export const accountStates: Readonly<Record<AccountState, Words>> = {
  connecting: { text: 'Connecting', tone: 'warning' },
  live: { text: 'Live', tone: 'good' },
  degraded: { text: 'Partly out of date', tone: 'warning' },
  rejected: { text: 'Key rejected', tone: 'bad' },
  no_key: { text: 'No key', tone: 'bad' },
  stopped: { text: 'Off', tone: 'idle' },
}

export const keySources: Readonly<Record<AccountStatus['keySource'], string>> = {
  keychain: 'Key in the keychain of this machine',
  environment: 'Key from environment variables',
  demo: 'Key of the demo',
}

export const walletTitles: Readonly<Record<Wallet, string>> = {
  spot: 'Spot',
  futures: 'Futures',
  unified: 'Unified',
  funding: 'Funding',
}

export const pollTitles: Readonly<Record<PollKind, string>> = {
  permissions: 'Permissions',
  balances: 'Balances',
  orders: 'Open orders',
  orderHistory: 'Order history',
  fills: 'Fills',
  positions: 'Positions',
  transfers: 'Transfers',
  funding: 'Funding',
  fees: 'Fees',
}

/** A fee of 0.001 is `0.1 %`; a rebate has a minus. */
export const formatFee = (fraction: number): string =>
  `${String(Number((fraction * 100).toFixed(4))).replace('-', '−')} %`

const feeSpan = ({ from, to }: AccountFeeRange['taker']): string =>
  from === to ? formatFee(from) : `${formatFee(from)} to ${formatFee(to)}`

/** `0.1 % taker, 0.08 % maker` */
export const ratesText = ({ maker, taker }: AccountFeeRange): string =>
  `${feeSpan(taker)} taker, ${feeSpan(maker)} maker`

/** `Spot 0.1 % taker, 0.08 % maker` */
export const feeText = (range: AccountFeeRange): string =>
  `${range.kind === 'spot' ? 'Spot' : 'Perpetual'} ${ratesText(range)}`

export const pollStates: Readonly<Record<PollStatus['state'], Words>> = {
  waiting: { text: 'Waiting', tone: 'idle' },
  running: { text: 'Asking', tone: 'warning' },
  ok: { text: 'Up to date', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
}

export const driftSubjects: Readonly<Record<Drift['subject'], string>> = {
  balance: 'Balance',
  order: 'Order',
  fill: 'Fill',
  position: 'Position',
  ledger: 'Ledger',
}

export const sideTitles: Readonly<Record<Order['side'], string>> = { BUY: 'Buy', SELL: 'Sell' }

export const orderStatuses: Readonly<Record<OrderStatus, Words>> = {
  NEW: { text: 'New', tone: 'good' },
  PARTIALLY_FILLED: { text: 'Partly filled', tone: 'warning' },
  FILLED: { text: 'Filled', tone: 'good' },
  CANCELED: { text: 'Cancelled', tone: 'idle' },
  REJECTED: { text: 'Rejected', tone: 'bad' },
  EXPIRED: { text: 'Expired', tone: 'idle' },
}

export const transferKinds: Readonly<Record<Transfer['kind'], string>> = {
  deposit: 'Deposit',
  withdrawal: 'Withdrawal',
  internal: 'Internal',
}

export const transferStatuses: Readonly<Record<TransferStatus, Words>> = {
  pending: { text: 'Pending', tone: 'warning' },
  completed: { text: 'Completed', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: 'idle' },
  refunded: { text: 'Refunded', tone: 'idle' },
}

/** What of the accounts asks to be looked at, the worst of it; null: nothing does. */
export function troubleOf(accounts: readonly AccountStatus[]): Words | null {
  const of = (...states: readonly AccountState[]) => accounts.filter(({ state }) => states.includes(state)).length
  const withoutKey = of('rejected', 'no_key')
  const drifts = accounts.reduce((sum, { openDrifts }) => sum + openDrifts, 0)
  const parts = [
    countText(withoutKey, 'account without a working key', 'accounts without a working key'),
    countText(of('degraded'), 'account partly out of date', 'accounts partly out of date'),
    countText(drifts, 'open drift', 'open drifts'),
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : { text: parts.join(', '), tone: withoutKey > 0 ? 'bad' : 'warning' }
}

const countText = (count: number, one: string, many: string): string | null =>
  count === 0 ? null : `${count} ${count === 1 ? one : many}`
