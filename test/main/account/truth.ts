/** What a simulated venue's engine holds and what a session shows of it, in the same words. */
import type { AccountSession } from '../../../src/main/account/session.ts'
import type { SimAccountControl } from '../../../src/main/simulator/account/contract.ts'
import { Amount, amountText, isZeroAmount } from '../../../src/shared/amount.ts'
import { unified } from '../../support/account-truth.ts'

const plain = (amount: string): string => amountText(new Amount(amount))
const kinds = ['spot', 'perpetual'] as const

export function truthOf(account: SimAccountControl) {
  const balances = account.rules.wallets
    .flatMap((wallet) => account.balances(wallet))
    .filter((balance) => !isZeroAmount(balance.total))
    .map(({ wallet, asset, total }) => {
      const isUnified = unified.has(account.exchange) && wallet === 'spot'
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
