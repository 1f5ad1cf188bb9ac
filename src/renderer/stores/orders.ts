/** What happens on the accounts: open orders, own trades, positions, transfers, funding, and where the exchange disagreed. */

import { isZeroAmount } from '../../shared/amount.ts'
import type { CrossbookApi } from '../../shared/contract.ts'
import {
  type Drift,
  type Fill,
  type FundingPayment,
  type FundingRate,
  fillKey,
  isFinalStatus,
  type Order,
  orderKey,
  type Position,
  positionKey,
  type Transfer,
  transferKey,
} from '../../shared/domain/index.ts'
import { createListStore, type ListStore, wholeList } from './list.ts'

const pageSize = 200

export interface AccountActivity {
  /** Open ones, the newest first. */
  readonly openOrders: ListStore<Order>
  /** Own trades of all accounts, newest first, as far back as was scrolled. */
  readonly fills: ListStore<Fill>
  /** Open ones, by account and symbol. */
  readonly positions: ListStore<Position>
  readonly transfers: ListStore<Transfer>
  readonly fundingPayments: ListStore<FundingPayment>
  /** Newest word on every perpetual that is watched, by symbol and exchange. */
  readonly fundingRates: ListStore<FundingRate>
  /** Open ones first, then resolved ones; the newest first among each. */
  readonly drifts: ListStore<Drift>
}

export const newestOrderFirst = (a: Order, b: Order): number =>
  (b.createdAt ?? b.updatedAt) - (a.createdAt ?? a.updatedAt) || compareText(orderKey(a), orderKey(b))
export const newestFillFirst = (a: Fill, b: Fill): number => b.at - a.at || compareText(fillKey(b), fillKey(a))
export const newestTransferFirst = (a: Transfer, b: Transfer): number =>
  b.createdAt - a.createdAt || compareText(transferKey(b), transferKey(a))
const fundingPaymentKey = ({ account, symbol, paymentId }: FundingPayment) => `${account} ${symbol} ${paymentId}`
export const newestPaymentFirst = (a: FundingPayment, b: FundingPayment): number =>
  b.at - a.at || compareText(fundingPaymentKey(b), fundingPaymentKey(a))
const rateKey = ({ exchange, symbol }: FundingRate) => `${exchange}:${symbol}`
const openDriftFirst = (a: Drift, b: Drift) =>
  Number(a.resolvedAt !== null) - Number(b.resolvedAt !== null) || b.foundAt - a.foundAt || b.id - a.id

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** Of fills, transfers and payments the unfiltered list; a screen with filters makes a list of its own (`createListStore`). */
export function createAccountActivity(api: CrossbookApi): AccountActivity {
  const page = (cursor: string | null) => ({ cursor, limit: pageSize })
  return {
    openOrders: createListStore<Order>({
      read: async () => wholeList(await api.call('orders.open', {})),
      keyOf: orderKey,
      compare: newestOrderFirst,
      isGone: ({ status }) => isFinalStatus(status),
    }),
    fills: createListStore<Fill>({
      read: (cursor) => api.call('fills.list', { filter: {}, ...page(cursor) }),
      keyOf: fillKey,
      compare: newestFillFirst,
    }),
    positions: createListStore<Position>({
      read: async () => wholeList(await api.call('positions.list', {})),
      keyOf: positionKey,
      compare: (a, b) => compareText(positionKey(a), positionKey(b)),
      isGone: ({ quantity }) => isZeroAmount(quantity),
    }),
    transfers: createListStore<Transfer>({
      read: (cursor) => api.call('transfers.list', { filter: {}, ...page(cursor) }),
      keyOf: transferKey,
      compare: newestTransferFirst,
    }),
    fundingPayments: createListStore<FundingPayment>({
      read: (cursor) => api.call('fundingPayments.list', { account: null, from: null, ...page(cursor) }),
      keyOf: fundingPaymentKey,
      compare: newestPaymentFirst,
    }),
    fundingRates: createListStore<FundingRate>({
      read: async () => wholeList(await api.call('fundingRates.list', {})),
      keyOf: rateKey,
      compare: (a, b) => compareText(`${a.symbol} ${a.exchange}`, `${b.symbol} ${b.exchange}`),
    }),
    drifts: createListStore<Drift>({
      read: async () => wholeList(await api.call('drifts.list', { account: null, withResolved: true })),
      keyOf: ({ id }) => String(id),
      compare: openDriftFirst,
    }),
  }
}

/** Reads every list anew: the link opened again, or an account came or went. */
export function loadActivity(activity: AccountActivity): void {
  for (const store of Object.values(activity)) void store.getState().load()
}

/** Joins the hub's pushes to the lists; the returned functions end it. */
export function followActivity(api: CrossbookApi, activity: AccountActivity): readonly (() => void)[] {
  return [
    api.on('order.changed', (order) => activity.openOrders.getState().change([order])),
    api.on('fill.added', (fill) => activity.fills.getState().change([fill])),
    api.on('fill.completed', (fill) => activity.fills.getState().change([fill])),
    api.on('positions.update', (positions) => activity.positions.getState().change(positions)),
    api.on('transfer.changed', (transfer) => activity.transfers.getState().change([transfer])),
    api.on('fundingPayment.added', (payment) => activity.fundingPayments.getState().change([payment])),
    api.on('fundingRates.update', (rates) => activity.fundingRates.getState().change(rates)),
    api.on('drift.changed', (drift) => activity.drifts.getState().change([drift])),
  ]
}
