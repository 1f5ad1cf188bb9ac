/**
 * Opportunities: a cross spread that rises above the opening threshold lives until it falls below the closing one, a leg is
 * no longer live, or the program stops. One that something speaks against is kept all the same, with why, and counts from the moment
 * that nothing does any more. Basis pairs are carried (held to funding), so they are ranked but open no opportunity.
 * A pure machine: the caller brings pairs, numbers and time, and publishes what comes out.
 */
import {
  type Opportunity,
  type OpportunityMoment,
  type Rejection,
  rejections,
  type SpreadPair,
} from '../../shared/domain/index.ts'

export interface OpportunityThresholds {
  readonly openAbovePercent: number
  readonly closeBelowPercent: number
}

/** The pair's numbers at this moment; absent is NaN. The object is the caller's and used again. */
export interface SpreadNow {
  readonly grossPercent: number
  readonly netPercent: number
  readonly buyPrice: number
  readonly sellPrice: number
  readonly quantity: number
  readonly profit: number
  /** What speaks against it; null: nothing. */
  readonly rejection: Rejection | null
}

/** Asked for only when an opportunity opens or gets better. */
export interface Evidence {
  moment(): OpportunityMoment
  /** Why it is rejected, in words. */
  words(rejection: Rejection): string
  readonly buyFee: number
  readonly sellFee: number
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

  /** The pair's numbers count: opens, improves or closes. Returns the opportunity when it opened, first counted or closed, else null. */
  update(pair: SpreadPair, now: number, spread: SpreadNow, evidence: Evidence): Opportunity | null {
    if (pair.kind !== 'cross') return null
    const known = this.open.get(pair.index)
    if (!known) {
      // Above, not at: a threshold of 0 must not open on equal prices.
      if (!(spread.grossPercent > this.thresholds.openAbovePercent)) return null
      const opened = this.begin(pair, now, spread, evidence)
      this.open.set(pair.index, opened)
      return opened
    }
    if (spread.grossPercent < this.thresholds.closeBelowPercent) return this.close(pair.index, now, 'threshold')
    const nearer = nearness(spread.rejection) - nearness(known.rejection)
    if (nearer < 0 || (nearer === 0 && !(spread.netPercent > known.bestNetPercent))) return null
    const better = { ...known, ...best(now, spread, evidence.moment(), evidence) }
    this.open.set(pair.index, better)
    return known.rejection !== null && better.rejection === null ? better : null
  }

  /** The pair's numbers no longer count, for this reason. Returns the closed opportunity, or null when none was open. */
  close(pairIndex: number, now: number, closeReason: CloseReason): Opportunity | null {
    const known = this.open.get(pairIndex)
    if (!known) return null
    this.open.delete(pairIndex)
    // The clock may have been set back since it opened: so long it lived at least.
    return { ...known, closedAt: Math.max(now, known.openedAt, known.bestAt), closeReason }
  }

  closeAll(now: number, closeReason: CloseReason): readonly Opportunity[] {
    return [...this.open.keys()].flatMap((index) => this.close(index, now, closeReason) ?? [])
  }

  private begin(pair: SpreadPair, now: number, spread: SpreadNow, evidence: Evidence): Opportunity {
    const moment = evidence.moment()
    const { grossPercent, netPercent, buyPrice, sellPrice, quantity, profit } = spread
    return {
      id: ++this.lastId,
      kind: pair.kind,
      symbol: pair.symbol,
      buy: pair.buy,
      sell: pair.sell,
      openedAt: now,
      closedAt: null,
      closeReason: null,
      ...best(now, spread, moment, evidence),
      buyFee: evidence.buyFee,
      sellFee: evidence.sellFee,
      opening: { ...moment, grossPercent, netPercent, buyPrice, sellPrice, quantity, profit },
    }
  }
}

/** How little speaks against it. */
const nearness = (rejection: Rejection | null): number =>
  rejection === null ? rejections.length : rejections.indexOf(rejection)

const best = (now: number, spread: SpreadNow, moment: OpportunityMoment, evidence: Evidence) => ({
  bestAt: now,
  bestGrossPercent: spread.grossPercent,
  bestNetPercent: spread.netPercent,
  bestBuyPrice: spread.buyPrice,
  bestSellPrice: spread.sellPrice,
  bestQuantity: spread.quantity,
  bestProfit: spread.profit,
  rejection: spread.rejection,
  rejectionWords: spread.rejection === null ? null : evidence.words(spread.rejection),
  best: moment,
})
