/** A contract may be held in cross and in isolated margin at once, where Crossbook knows one position of it a side. */

import { Amount, addAmounts, amountText, isSameAmount } from '../../shared/amount.ts'
import { type Position, positionKey } from '../../shared/domain/index.ts'

/** Those of one contract and side as one; what cannot be said of both together is null. */
export function joinPositions(positions: readonly Position[]): readonly Position[] {
  const joined = new Map<string, Position>()
  for (const position of positions) {
    const key = positionKey(position)
    const other = joined.get(key)
    joined.set(key, other === undefined ? position : join(other, position))
  }
  return [...joined.values()]
}

const join = (one: Position, other: Position): Position => ({
  ...one,
  quantity: addAmounts(one.quantity, other.quantity),
  entryPrice: entryPriceOf(one, other),
  unrealisedPnl:
    one.unrealisedPnl === null || other.unrealisedPnl === null
      ? null
      : addAmounts(one.unrealisedPnl, other.unrealisedPnl),
  liquidationPrice: null,
  leverage:
    one.leverage !== null && other.leverage !== null && isSameAmount(one.leverage, other.leverage)
      ? one.leverage
      : null,
  marginMode: one.marginMode === other.marginMode ? one.marginMode : null,
  exchangeAt: one.exchangeAt === null || other.exchangeAt === null ? null : Math.max(one.exchangeAt, other.exchangeAt),
})

const averageDigits = 24

/** By size; a long and a short one have none in common. */
function entryPriceOf(one: Position, other: Position): string | null {
  if (one.entryPrice === null || other.entryPrice === null) return null
  const [held, also] = [new Amount(one.quantity), new Amount(other.quantity)]
  if (!held.times(also).greaterThan(0)) return null
  const paid = held.times(one.entryPrice).plus(also.times(other.entryPrice))
  return amountText(paid.dividedBy(held.plus(also)).toSignificantDigits(averageDigits))
}
