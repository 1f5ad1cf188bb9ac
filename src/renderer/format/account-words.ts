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
import { textsOf } from '../i18n.ts'
import type { Tone } from './names.ts'

const t = textsOf('format')

interface Words {
  readonly text: string
  readonly tone: Tone
}

/** `within`: as it stands within a sentence. */
export const accountStates: Readonly<Record<AccountState, Words & { readonly within: string }>> = {
  connecting: {
    text: t('accountStates.connecting.text'),
    within: t('accountStates.connecting.within'),
    tone: 'warning',
  },
  live: { text: t('accountStates.live.text'), within: t('accountStates.live.within'), tone: 'good' },
  degraded: { text: t('accountStates.degraded.text'), within: t('accountStates.degraded.within'), tone: 'warning' },
  rejected: { text: t('accountStates.rejected.text'), within: t('accountStates.rejected.within'), tone: 'bad' },
  no_key: { text: t('accountStates.no_key.text'), within: t('accountStates.no_key.within'), tone: 'bad' },
  stopped: { text: t('accountStates.stopped.text'), within: t('accountStates.stopped.within'), tone: 'idle' },
}

export const keySources: Readonly<Record<AccountStatus['keySource'], string>> = {
  keychain: t('keySources.keychain'),
  environment: t('keySources.environment'),
  demo: t('keySources.demo'),
}

export const walletTitles: Readonly<Record<Wallet, string>> = {
  spot: t('wallets.spot'),
  futures: t('wallets.futures'),
  unified: t('wallets.unified'),
  funding: t('wallets.funding'),
}

export const pollTitles: Readonly<Record<PollKind, string>> = {
  permissions: t('polls.permissions'),
  balances: t('polls.balances'),
  orders: t('polls.orders'),
  orderHistory: t('polls.orderHistory'),
  fills: t('polls.fills'),
  positions: t('polls.positions'),
  transfers: t('polls.transfers'),
  funding: t('polls.funding'),
  fees: t('polls.fees'),
}

/** A fee of 0.001 is `0.1 %`; a rebate has a minus. */
export const formatFee = (fraction: number): string =>
  `${String(Number((fraction * 100).toFixed(4))).replace('-', '−')} %`

const feeSpan = ({ from, to }: AccountFeeRange['taker']): string =>
  from === to ? formatFee(from) : t('fees.span', { from: formatFee(from), to: formatFee(to) })

/** `0.1 % taker, 0.08 % maker` */
export const ratesText = ({ maker, taker }: AccountFeeRange): string =>
  t('fees.rates', { taker: feeSpan(taker), maker: feeSpan(maker) })

/** `Spot 0.1 % taker, 0.08 % maker` */
export const feeText = ({ kind, maker, taker }: AccountFeeRange): string =>
  t(`fees.${kind}`, { taker: feeSpan(taker), maker: feeSpan(maker) })

export const pollStates: Readonly<Record<PollStatus['state'], Words>> = {
  waiting: { text: t('pollStates.waiting'), tone: 'idle' },
  running: { text: t('pollStates.running'), tone: 'warning' },
  ok: { text: t('pollStates.ok'), tone: 'good' },
  failed: { text: t('pollStates.failed'), tone: 'bad' },
}

export const driftSubjects: Readonly<Record<Drift['subject'], string>> = {
  balance: t('driftSubjects.balance'),
  order: t('driftSubjects.order'),
  fill: t('driftSubjects.fill'),
  position: t('driftSubjects.position'),
  ledger: t('driftSubjects.ledger'),
}

export const sideTitles: Readonly<Record<Order['side'], string>> = { BUY: t('sides.BUY'), SELL: t('sides.SELL') }

export const orderStatuses: Readonly<Record<OrderStatus, Words>> = {
  NEW: { text: t('orderStatuses.NEW'), tone: 'good' },
  PARTIALLY_FILLED: { text: t('orderStatuses.PARTIALLY_FILLED'), tone: 'warning' },
  FILLED: { text: t('orderStatuses.FILLED'), tone: 'good' },
  CANCELED: { text: t('orderStatuses.CANCELED'), tone: 'idle' },
  REJECTED: { text: t('orderStatuses.REJECTED'), tone: 'bad' },
  EXPIRED: { text: t('orderStatuses.EXPIRED'), tone: 'idle' },
}

export const transferKinds: Readonly<Record<Transfer['kind'], string>> = {
  deposit: t('transferKinds.deposit'),
  withdrawal: t('transferKinds.withdrawal'),
  internal: t('transferKinds.internal'),
}

export const transferStatuses: Readonly<Record<TransferStatus, Words>> = {
  pending: { text: t('transferStatuses.pending'), tone: 'warning' },
  completed: { text: t('transferStatuses.completed'), tone: 'good' },
  failed: { text: t('transferStatuses.failed'), tone: 'bad' },
  cancelled: { text: t('transferStatuses.cancelled'), tone: 'idle' },
  refunded: { text: t('transferStatuses.refunded'), tone: 'idle' },
}

/** What of the accounts asks to be looked at, the worst of it; null: nothing does. */
export function troubleOf(accounts: readonly AccountStatus[]): Words | null {
  const of = (...states: readonly AccountState[]) => accounts.filter(({ state }) => states.includes(state)).length
  const withoutKey = of('rejected', 'no_key')
  const drifts = accounts.reduce((sum, { openDrifts }) => sum + openDrifts, 0)
  const parts = [
    countText('withoutKey', withoutKey),
    countText('degraded', of('degraded')),
    countText('drifts', drifts),
  ].filter((part) => part !== null)
  return parts.length === 0 ? null : { text: parts.join(', '), tone: withoutKey > 0 ? 'bad' : 'warning' }
}

const countText = (of: 'withoutKey' | 'degraded' | 'drifts', count: number): string | null =>
  count === 0 ? null : t(`accountTroubles.${of}`, { count })
