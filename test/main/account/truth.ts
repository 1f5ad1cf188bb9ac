/** What a simulated venue's engine holds and what a session shows of it, in the same words. */
import type { AccountSession } from '../../../src/main/account/session.ts'
import type { AccountBusEvent } from '../../../src/main/bus/index.ts'
import type { SimAccountControl } from '../../../src/main/simulator/account/contract.ts'
import { Amount, amountText, isZeroAmount } from '../../../src/shared/amount.ts'

const plain = (amount: string): string => amountText(new Amount(amount))
const kinds = ['spot', 'perpetual'] as const

export function truthOf(account: SimAccountControl) {
  const balances = account.rules.wallets
    .flatMap((wallet) => account.balances(wallet))
    .filter((balance) => !isZeroAmount(balance.total))
    .map(({ wallet, asset, total }) => {
      const isUnified = account.exchange === 'okx' && wallet === 'spot'
      return `${isUnified ? 'unified' : wallet} ${asset} ${plain(total)}`
    })
  const orders = kinds
    .flatMap((kind) => account.openOrders(kind))
    .map((order) => `${order.instrument.symbol} ${order.id} ${order.status} ${plain(order.filledQuantity)}`)
  const positions = account.positions().map(({ instrument, quantity }) => `${instrument.symbol} ${plain(quantity)}`)
  return { balances: balances.sort(), orders: orders.sort(), positions: positions.sort() }
}

export function seenBy(session: AccountSession) {
  const balances = session.balances().map(({ wallet, asset, total }) => `${wallet} ${asset} ${plain(total)}`)
  const orders = session
    .openOrders()
    .map((order) => `${order.symbol} ${order.exchangeOrderId} ${order.status} ${plain(order.filledQuantity)}`)
  const positions = session.positions().map(({ symbol, quantity }) => `${symbol} ${plain(quantity)}`)
  return { balances: balances.sort(), orders: orders.sort(), positions: positions.sort() }
}

/** All that ever was: every order's last state and every fill. */
export function historyOf(account: SimAccountControl) {
  const orders = kinds.flatMap((kind) => account.orders(kind))
  const fills = kinds.flatMap((kind) => account.fills(kind))
  return {
    orders: orders.map((order) => `${order.id} ${order.status} ${plain(order.filledQuantity)}`).sort(),
    fills: fills.map((fill) => `${fill.order.id} ${fill.side} ${plain(fill.quantity)} ${plain(fill.price)}`).sort(),
    payments: account
      .funding()
      .map((payment) => `${payment.instrument.symbol} ${plain(payment.amount)}`)
      .sort(),
    transfers: (['deposit', 'withdrawal'] as const)
      .flatMap((kind) => account.transfers(kind))
      .map(({ kind, asset, amount, status }) => `${kind} ${asset} ${plain(amount)} ${status}`)
      .sort(),
  }
}

/** The same as the bus told it; a fill that came again to tell its profit counts once. */
export function historySeen(events: readonly AccountBusEvent[]) {
  const orders = new Map<string, string>()
  const fills = new Map<string, string>()
  const transfers = new Map<string, string>()
  const payments: string[] = []
  for (const event of events) {
    if (event.kind === 'order_update') {
      const { exchangeOrderId: id, symbol, status, filledQuantity } = event.order
      orders.set(`${symbol} ${id}`, `${id} ${status} ${plain(filledQuantity)}`)
    }
    if (event.kind === 'funding_payment') payments.push(`${event.payment.symbol} ${plain(event.payment.amount)}`)
    if (event.kind === 'transfer' && event.transfer.kind !== 'internal') {
      const { kind, transferId, asset, amount, status } = event.transfer
      transfers.set(`${kind} ${transferId}`, `${kind} ${asset} ${plain(amount)} ${status}`)
    }
    if (event.kind === 'fill') {
      const { symbol, tradeId, exchangeOrderId: id, side, quantity, price } = event.fill
      fills.set(`${symbol} ${tradeId} ${id}`, `${id} ${side} ${plain(quantity)} ${plain(price)}`)
    }
  }
  return {
    orders: [...orders.values()].sort(),
    fills: [...fills.values()].sort(),
    payments: payments.sort(),
    transfers: [...transfers.values()].sort(),
  }
}
