/** Joins the quote board, the spread board, the books and the opportunities: one quote in, changed pairs and opportunities out. */
import {
  type ExchangeId,
  type FundingRate,
  type Opportunity,
  type Rejection,
  type SpreadVerdict,
  verdictOf,
} from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { PairJudge } from './contract.ts'
import { PairEvidence } from './evidence.ts'
import { Executor, type WithdrawalFeeOf } from './executor.ts'
import type { FundingOf } from './funding.ts'
import type { BookOf } from './ladders.ts'
import { type OpportunityThresholds, OpportunityTracker, type SpreadNow } from './opportunities.ts'
import { SpreadBoard, type TakerFee } from './spreads.ts'
import { sameTickerJudge } from './standing.ts'

export interface ArbitrageOptions {
  readonly quotes: QuoteBoard
  readonly takerFee: TakerFee
  readonly maximumAgeMs: number
  readonly thresholds: OpportunityThresholds
  readonly lastOpportunityId: number
  /** Not given: no book is kept, and the top of book is all there is. */
  readonly bookOf?: BookOf
  /** Not given: none is known. Asked once a second. */
  readonly fundingOf?: FundingOf
  /** The exchange's clock minus ours, ms; null: not measured. Asked once a second. */
  readonly clockOffsetMs?: (exchange: ExchangeId) => number | null
  /** null or not given: withdrawal fees are not part of the profit. */
  readonly withdrawalFeeOf?: WithdrawalFeeOf | null
  /** Not given: one ticker is one asset. */
  readonly judge?: PairJudge
  /** An opportunity opened, first counted or closed. */
  readonly onOpportunity: (opportunity: Opportunity) => void
  /** A pair's numbers were written anew. */
  readonly onPair: (pairIndex: number) => void
}

type GoneReason = 'stale' | 'disconnected' | 'shutdown'

/** Verdicts under which a pair is nobody's to act on, whatever the books hold. */
const beyondUse: readonly SpreadVerdict[] = ['banned', 'muted', 'different']

export class Arbitrage {
  readonly spreads: SpreadBoard
  readonly opportunities: OpportunityTracker
  readonly executor: Executor
  private readonly options: ArbitrageOptions
  private readonly judge: PairJudge
  private readonly evidence: PairEvidence
  /** Of each slot, the funding rate that its pairs' costs have, and when it is due; NaN: no more. */
  private readonly rates: (FundingRate | null)[] = []
  private readonly dueAt: Float64Array
  /** Reused for every update: the hot path makes no objects. */
  private readonly now: { -readonly [K in keyof SpreadNow]: SpreadNow[K] } = {
    grossPercent: 0,
    netPercent: 0,
    buyPrice: 0,
    sellPrice: 0,
    quantity: 0,
    profit: 0,
    rejection: null,
  }

  constructor(options: ArbitrageOptions) {
    const { quotes, takerFee, maximumAgeMs, judge = sameTickerJudge, bookOf = () => undefined } = options
    this.options = options
    this.judge = judge
    this.dueAt = new Float64Array(quotes.instruments.length).fill(Number.NaN)
    this.spreads = new SpreadBoard(quotes, takerFee, maximumAgeMs, judge)
    this.executor = new Executor(quotes, this.spreads, bookOf, options.withdrawalFeeOf ?? null)
    this.evidence = new PairEvidence(quotes, this.spreads, this.executor, judge, bookOf)
    this.opportunities = new OpportunityTracker(options.thresholds, options.lastOpportunityId)
  }

  /** A quote of this slot came. */
  quoted(slot: number, now: number): void {
    this.spreads.quoted(slot)
    this.changed(slot, now)
  }

  /** What holds of this slot changed though no quote came. */
  changed(slot: number, now: number): void {
    const pairs = this.spreads.pairsOf(slot)
    for (let i = 0; i < pairs.length; i++) this.recompute(pairs[i] as number, now, 'stale')
  }

  /** The order book of this slot changed: what is executable of the pairs that stand above zero is another. */
  bookChanged(slot: number, now: number): void {
    const { spreads } = this
    const pairs = spreads.pairsOf(slot)
    for (let i = 0; i < pairs.length; i++) {
      const pair = pairs[i] as number
      if ((spreads.netPercent[pair] as number) > 0) this.recompute(pair, now, 'stale')
    }
  }

  /** The feed of these instruments went down (the board has been told), by itself or because the program stops. */
  legsDown(slots: readonly number[], now: number, reason: 'disconnected' | 'shutdown'): void {
    for (const slot of slots) {
      const pairs = this.spreads.pairsOf(slot)
      for (let i = 0; i < pairs.length; i++) this.recompute(pairs[i] as number, now, reason)
    }
  }

  /** What the judge says of some pair is another now. */
  judged(now: number): void {
    if (this.spreads.judge(this.judge)) this.recomputeAll(now)
  }

  /** Nothing comes when a quote merely ages or a funding rate changes, so somebody must look: once a second is enough for limits of seconds. */
  sweep(now: number): void {
    const { spreads } = this
    this.fund(now)
    this.readClocks()
    for (let pair = 0; pair < spreads.pairs.length; pair++) {
      const gross = spreads.grossPercent[pair] as number
      if (Number.isNaN(gross)) continue
      // Above zero its interval widens with every second; below, only its end matters.
      if ((spreads.netPercent[pair] as number) > 0 || this.opportunities.isOpen(pair) || this.isTooOld(pair, now))
        this.recompute(pair, now, 'stale')
    }
  }

  /** Takes funding rates that are others than before, and settlements that are over, into the costs of the pairs they touch. */
  fund(now: number): void {
    const { fundingOf, quotes } = this.options
    if (fundingOf === undefined) return
    for (let slot = 0; slot < quotes.instruments.length; slot++) {
      const instrument = quotes.instruments[slot]
      if (instrument?.kind !== 'perpetual') continue
      const rate = fundingOf(instrument)
      const isOver = (this.dueAt[slot] as number) <= now
      if (!isOver && isSameRate(rate, this.rates[slot] ?? null)) continue
      this.rates[slot] = rate
      const dueAt = rate?.nextFundingAt ?? Number.NaN
      // Known to be over: not asked about again until another rate comes.
      this.dueAt[slot] = dueAt > now ? dueAt : Number.NaN
      const pairs = this.spreads.pairsOf(slot)
      for (let i = 0; i < pairs.length; i++) this.refund(pairs[i] as number, fundingOf, now)
    }
  }

  /** A pair that has numbers gets new ones: where the market is quiet no quote would bring them, and net would not be what its funding says. */
  private refund(pair: number, fundingOf: FundingOf, now: number): void {
    this.spreads.fund(pair, fundingOf, now)
    if (!Number.isNaN(this.spreads.grossPercent[pair] as number)) this.recompute(pair, now, 'stale')
  }

  /** Of a few exchanges the same few answers. */
  private readClocks(): void {
    const { clockOffsetMs, quotes } = this.options
    if (clockOffsetMs === undefined) return
    const known = new Map<ExchangeId, number | null>()
    quotes.instruments.forEach(({ exchange }, slot) => {
      const offsetMs = known.has(exchange) ? (known.get(exchange) ?? null) : clockOffsetMs(exchange)
      known.set(exchange, offsetMs)
      this.spreads.setClock(slot, offsetMs)
    })
  }

  recomputeAll(now: number): void {
    for (let pair = 0; pair < this.spreads.pairs.length; pair++) this.recompute(pair, now, 'stale')
  }

  stop(now: number): void {
    for (const closed of this.opportunities.closeAll(now, 'shutdown')) this.options.onOpportunity(closed)
  }

  private isTooOld(pair: number, now: number): boolean {
    const { spreads } = this
    return !(
      spreads.isYoung(spreads.buySlot[pair] as number, now) && spreads.isYoung(spreads.sellSlot[pair] as number, now)
    )
  }

  private recompute(index: number, now: number, reasonIfGone: GoneReason): void {
    const { spreads, opportunities, options } = this
    const counts = spreads.update(index, now)
    const isOpen = opportunities.isOpen(index)
    if (!counts) {
      options.onPair(index)
      if (!isOpen) return
      const closed = opportunities.close(index, now, reasonIfGone)
      if (closed) options.onOpportunity(closed)
      return
    }
    const verdict = verdictOf(spreads.verdict[index] as number)
    if (beyondUse.includes(verdict)) spreads.clearExecutable(index)
    else this.executor.update(index)
    options.onPair(index)
    // Most pairs stand far below the threshold: leave before any more work.
    const gross = spreads.grossPercent[index] as number
    if (gross <= options.thresholds.openAbovePercent && !isOpen) return
    const pair = spreads.pairs[index]
    if (!pair) return
    this.now.grossPercent = gross
    this.now.netPercent = spreads.netPercent[index] as number
    this.now.buyPrice = spreads.buyPrice[index] as number
    this.now.sellPrice = spreads.sellPrice[index] as number
    this.now.quantity = spreads.quantity[index] as number
    this.now.profit = spreads.profit[index] as number
    this.now.rejection = this.rejectionOf(index, verdict)
    this.evidence.show(index, now)
    const changed = opportunities.update(pair, now, this.now, this.evidence)
    if (changed) options.onOpportunity(changed)
  }

  private rejectionOf(index: number, verdict: SpreadVerdict): Rejection | null {
    // The loss of a pair that is nobody's to act on is not worth a word; of others it comes before everything.
    if (verdict !== 'counts' && verdict !== 'absent' && verdict !== 'uncertain') return verdict
    if (!((this.spreads.netPercent[index] as number) > 0)) return 'unprofitable'
    if (verdict === 'uncertain') return verdict
    return (this.spreads.executableQuantity[index] as number) > 0 ? null : 'unexecutable'
  }
}

/** Its mark price moves all the time and is no part of the costs. */
const isSameRate = (one: FundingRate | null, other: FundingRate | null): boolean =>
  one?.rate === other?.rate &&
  one?.nextFundingAt === other?.nextFundingAt &&
  one?.intervalHours === other?.intervalHours
