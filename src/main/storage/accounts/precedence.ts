/** Which of two states of an order or a transfer holds, however late or twice they come. */
import { isSameAmount } from '../../../shared/amount.ts'
import type { Order, OrderEvent, Transfer } from '../../../shared/domain/index.ts'
import { compareOrderStates } from '../../../shared/order-state.ts'

/** Whether `next` holds over what is stored. What is equal in all that decides holds: it may tell more. */
export const supersedes = (stored: Order, next: Order): boolean => compareOrderStates(stored, next) >= 0

type OrderState = Pick<OrderEvent, 'status' | 'exchangeStatus' | 'filledQuantity' | 'price'>

/** A message that tells no price tells no other price. */
const isSamePrice = (a: string | null, b: string | null): boolean => a === null || b === null || isSameAmount(a, b)

/** The exchange's own word is left out: streams and REST often spell the same state differently. */
const isSameOrderState = (a: OrderState, b: OrderState): boolean =>
  a.status === b.status && isSameAmount(a.filledQuantity, b.filledQuantity) && isSamePrice(a.price, b.price)

/**
 * Whether an order was never seen in this state: it differs from the newest event or, when it comes late, from all of them. (So a
 * price changed there and back is three states, and a replayed message none.)
 * @param events of the order, in the order they came
 */
export function isNewOrderState(events: readonly OrderEvent[], next: Order, isLate: boolean): boolean {
  const compared = isLate ? events : newestOf(events)
  return !compared.some((event) => isSameOrderState(event, next))
}

const newestOf = (events: readonly OrderEvent[]): readonly OrderEvent[] => {
  const [newest] = [...events].sort((a, b) => b.updatedAt - a.updatedAt)
  return newest ? events.filter((event) => event.updatedAt === newest.updatedAt) : []
}

/** A transfer is never pending again, unless the exchange says so at a later time; an earlier state changes nothing. */
export function transferSupersedes(stored: Transfer, next: Transfer): boolean {
  const isLater = next.updatedAt !== null && stored.updatedAt !== null && next.updatedAt > stored.updatedAt
  if (next.status === 'pending' && stored.status !== 'pending') return isLater
  return next.updatedAt === null || stored.updatedAt === null || next.updatedAt >= stored.updatedAt
}

export const mergeTransfer = (stored: Transfer, next: Transfer): Transfer => ({
  ...next,
  fee: next.fee ?? stored.fee,
  feeAsset: next.feeAsset ?? stored.feeAsset,
  network: next.network ?? stored.network,
  address: next.address ?? stored.address,
  transactionId: next.transactionId ?? stored.transactionId,
  fromWallet: next.fromWallet ?? stored.fromWallet,
  toWallet: next.toWallet ?? stored.toWallet,
  updatedAt: next.updatedAt ?? stored.updatedAt,
})
