import { addAmounts, isZeroAmount } from '../../../shared/amount.ts'
import type { Position } from '../../../shared/domain/index.ts'
import { entryPriceOf, type PositionPart } from './account-normalize.ts'

/**
 * What stands in each market of one account: the position of the whole wallet and any number of isolated ones, which Crossbook shows as one.
 * REST tells all of them, a push one or some: streams and lists share this, so that a push about one part does not hide the others.
 */
export class PositionParts {
  /** By symbol, then by the isolated position's id; '' is the wallet's own. */
  private readonly bySymbol = new Map<string, Map<string, PositionPart>>()

  /** Every part there is. Returns a position for each market. */
  replace(parts: readonly PositionPart[]): readonly Position[] {
    this.bySymbol.clear()
    return [...new Map(parts.map((part) => [part.position.symbol, this.take(part)])).values()]
  }

  /** One part as it stands now. Returns its market's position; '0' once nothing of it is open. */
  take(part: PositionPart): Position {
    const { symbol } = part.position
    const parts = this.bySymbol.get(symbol) ?? new Map<string, PositionPart>()
    parts.delete(part.isolationId)
    if (!isZeroAmount(part.position.quantity)) parts.set(part.isolationId, part)
    this.bySymbol.set(symbol, parts)
    const [first, ...others] = parts.values()
    return others.reduce(join, first ?? part).position
  }
}

/** Quantities and profits add up; of a long and a short part there is no one entry price. */
function join(first: PositionPart, second: PositionPart): PositionPart {
  const [one, other] = [first.position, second.position]
  const quantity = addAmounts(one.quantity, other.quantity)
  const cost = first.cost === null || second.cost === null ? null : addAmounts(first.cost, second.cost)
  const isSameSide = one.quantity.startsWith('-') === other.quantity.startsWith('-')
  const profits = [one.unrealisedPnl, other.unrealisedPnl] as const
  return {
    isolationId: first.isolationId,
    cost,
    position: {
      ...other,
      quantity,
      entryPrice: one.entryPrice !== null && isSameSide ? entryPriceOf(cost, quantity) : null,
      unrealisedPnl: profits[0] === null || profits[1] === null ? null : addAmounts(profits[0], profits[1]),
      exchangeAt: Math.max(one.exchangeAt ?? 0, other.exchangeAt ?? 0) || null,
    },
  }
}
