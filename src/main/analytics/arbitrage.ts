/** Joins the quote board, the spread board and the opportunities: one quote in, changed pairs and opportunities out. */
import type { Opportunity } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import { type OpportunityThresholds, OpportunityTracker, type SpreadNow } from './opportunities.ts'
import { SpreadBoard, type TakerFee } from './spreads.ts'

export interface ArbitrageOptions {
  readonly quotes: QuoteBoard
  readonly takerFee: TakerFee
  readonly maximumAgeMs: number
  readonly thresholds: OpportunityThresholds
  readonly lastOpportunityId: number
  /** An opportunity opened or closed. */
  readonly onOpportunity: (opportunity: Opportunity) => void
  /** A pair's numbers were written anew. */
  readonly onPair: (pairIndex: number) => void
}

export class Arbitrage {
  readonly spreads: SpreadBoard
  readonly opportunities: OpportunityTracker
  private readonly options: ArbitrageOptions
  /** Reused for every update: the hot path makes no objects. */
  private readonly now: { -readonly [K in keyof SpreadNow]: number } = {
    grossPercent: 0,
    netPercent: 0,
    buyPrice: 0,
    sellPrice: 0,
    quantity: 0,
    profit: 0,
  }

  constructor(options: ArbitrageOptions) {
    this.options = options
    this.spreads = new SpreadBoard(options.quotes, options.takerFee, options.maximumAgeMs)
    this.opportunities = new OpportunityTracker(options.thresholds, options.lastOpportunityId)
  }

  /** The quote in this slot changed. */
  quoteChanged(slot: number, now: number): void {
    const pairs = this.spreads.pairsOf(slot)
    for (let i = 0; i < pairs.length; i++) this.recompute(pairs[i] as number, now, 'stale')
  }

  /** The feed of these instruments went down (the board has been told), by itself or because the program stops. */
  legsDown(slots: readonly number[], now: number, reason: 'disconnected' | 'shutdown'): void {
    for (const slot of slots) {
      const pairs = this.spreads.pairsOf(slot)
      for (let i = 0; i < pairs.length; i++) this.recompute(pairs[i] as number, now, reason)
    }
  }

  /** Nothing comes when a quote merely ages, so somebody must look: once a second is enough for limits of seconds. */
  sweep(now: number): void {
    const { spreads, options } = this
    const oldest = now - options.maximumAgeMs
    for (let pair = 0; pair < spreads.pairs.length; pair++) {
      if (Number.isNaN(spreads.grossPercent[pair] as number)) continue
      const buyAt = options.quotes.receivedAt[spreads.buySlot[pair] as number] as number
      const sellAt = options.quotes.receivedAt[spreads.sellSlot[pair] as number] as number
      if (buyAt < oldest || sellAt < oldest) this.recompute(pair, now, 'stale')
    }
  }

  stop(now: number): void {
    for (const closed of this.opportunities.closeAll(now, 'shutdown')) this.options.onOpportunity(closed)
  }

  private recompute(index: number, now: number, reasonIfGone: 'stale' | 'disconnected' | 'shutdown'): void {
    const { spreads, opportunities, options } = this
    const counts = spreads.update(index, now)
    options.onPair(index)
    const pair = spreads.pairs[index]
    if (!pair) return
    if (!counts) {
      const closed = opportunities.close(index, now, reasonIfGone)
      if (closed) options.onOpportunity(closed)
      return
    }
    // Most pairs stand far below the threshold: leave before any more work.
    const gross = spreads.grossPercent[index] as number
    if (gross <= options.thresholds.openAbovePercent && !opportunities.isOpen(index)) return
    this.now.grossPercent = gross
    this.now.netPercent = spreads.netPercent[index] as number
    this.now.buyPrice = spreads.buyPrice[index] as number
    this.now.sellPrice = spreads.sellPrice[index] as number
    this.now.quantity = spreads.quantity[index] as number
    this.now.profit = spreads.profit[index] as number
    const changed = opportunities.update(pair, now, this.now)
    if (changed) options.onOpportunity(changed)
  }
}
