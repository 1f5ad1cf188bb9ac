/** Which of two states of an order holds, however late or twice they come: the same rule for the book and for storage. */
import { Amount } from './amount.ts'
import { isFinalStatus, type Order } from './domain/index.ts'

const compareAmounts = (a: string, b: string): number => (a === b ? 0 : new Amount(a).comparedTo(b))

/**
 * Positive: `next` is a later state than `known`; 0: the same one; negative: an earlier one. An end is never undone and nothing
 * filled is ever unfilled, so those decide before the exchange's times, which its streams and answers do not always share.
 */
export function compareOrderStates(known: Order, next: Order): number {
  const ends = Number(isFinalStatus(next.status)) - Number(isFinalStatus(known.status))
  if (ends !== 0) return ends
  return compareAmounts(next.filledQuantity, known.filledQuantity) || next.updatedAt - known.updatedAt
}

/** The later state, with what it does not tell and the earlier one did; its time is never before the one it follows. */
export function joinOrderStates(known: Order, next: Order): Order {
  const sameFilled = compareAmounts(known.filledQuantity, next.filledQuantity) === 0
  return {
    ...next,
    clientOrderId: next.clientOrderId ?? known.clientOrderId,
    timeInForce: next.timeInForce ?? known.timeInForce,
    price: next.price ?? known.price,
    stopPrice: next.stopPrice ?? known.stopPrice,
    quantity: next.quantity ?? known.quantity,
    quoteQuantity: next.quoteQuantity ?? known.quoteQuantity,
    averagePrice: next.averagePrice ?? (sameFilled ? known.averagePrice : null),
    reduceOnly: next.reduceOnly ?? known.reduceOnly,
    createdAt: next.createdAt ?? known.createdAt,
    updatedAt: Math.max(known.updatedAt, next.updatedAt),
  }
}
