/**
 * Opportunities: a cross spread that rises above the opening threshold lives until it falls below the closing one, a leg is
 * no longer live, or the program stops. Basis pairs are carried (held to funding), so they are ranked but open no opportunity.
 * A pure machine: the caller brings pairs, numbers and time, and publishes what comes out.
 */
import type { Opportunity, SpreadPair } from '../../shared/domain/index.ts'

export interface OpportunityThresholds {
  readonly openAbovePercent: number
  readonly closeBelowPercent: number
}

export interface SpreadNow {
  readonly grossPercent: number
  readonly netPercent: number
  readonly buyPrice: number
  readonly sellPrice: number
  readonly quantity: number
  readonly profit: number
}

type CloseReason = NonNullable<Opportunity['closeReason']>

export class OpportunityTracker {
  private readonly open = new Map<number, Opportunity>()
  private readonly thresholds: OpportunityThresholds
  private lastId: number

  constructor(thresholds: OpportunityThresholds, lastId: number) {
    this.thresholds = thresholds
    this.lastId = lastId
  }

  get highestId(): number {
    return this.lastId
  }

  live(): readonly Opportunity[] {
    return [...this.open.values()]
  }

  isOpen(pairIndex: number): boolean {
    return this.open.has(pairIndex)
  }

  /** The pair's numbers count: opens, improves or closes. Returns the opportunity when it opened or closed, else null. */
  update(pair: SpreadPair, now: number, spread: SpreadNow): Opportunity | null {
    if (pair.kind !== 'cross') return null
    const known = this.open.get(pair.index)
    if (!known) {
      // Above, not at: a threshold of 0 must not open on equal prices.
      if (!(spread.grossPercent > this.thresholds.openAbovePercent)) return null
      const opened: Opportunity = {
        id: ++this.lastId,
        kind: pair.kind,
        symbol: pair.symbol,
        buy: pair.buy,
        sell: pair.sell,
        openedAt: now,
        closedAt: null,
        closeReason: null,
        ...best(now, spread),
      }
      this.open.set(pair.index, opened)
      return opened
    }
    if (spread.grossPercent < this.thresholds.closeBelowPercent) return this.close(pair.index, now, 'threshold')
    if (spread.netPercent > known.bestNetPercent) this.open.set(pair.index, { ...known, ...best(now, spread) })
    return null
  }

  /** The pair's numbers no longer count, for this reason. Returns the closed opportunity, or null when none was open. */
  close(pairIndex: number, now: number, closeReason: CloseReason): Opportunity | null {
    const known = this.open.get(pairIndex)
    if (!known) return null
    this.open.delete(pairIndex)
    return { ...known, closedAt: now, closeReason }
  }

  closeAll(now: number, closeReason: CloseReason): readonly Opportunity[] {
    return [...this.open.keys()].flatMap((index) => this.close(index, now, closeReason) ?? [])
  }
}

const best = (now: number, spread: SpreadNow) => ({
  bestAt: now,
  bestGrossPercent: spread.grossPercent,
  bestNetPercent: spread.netPercent,
  bestBuyPrice: spread.buyPrice,
  bestSellPrice: spread.sellPrice,
  bestQuantity: spread.quantity,
  bestProfit: spread.profit,
})
