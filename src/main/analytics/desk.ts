import type { BookTicker, EpochMs, Instrument, KeptBook, Opportunity, Trade } from '../../shared/domain/index.ts'
import type { Settings } from '../../shared/settings.ts'
import type { SpreadDetail } from '../../shared/spreads.ts'
import { QuoteTruth, type QuoteTruthOptions } from '../market/quote-truth.ts'
import { QuoteBoard } from '../market/quotes.ts'
import { Arbitrage, type ArbitrageOptions } from './arbitrage.ts'
import { createSpreadDetail } from './detail.ts'
import type { WithdrawalFeeOf } from './executor.ts'
import { type Finding, MarketHealth } from './health.ts'
import type { SpreadBoard, TakerFee } from './spreads.ts'

export interface DeskOptions
  extends Pick<QuoteTruthOptions, 'lifeOf' | 'clockOffsetMs' | 'onClockDoubt'>,
    Pick<ArbitrageOptions, 'bookOf' | 'fundingOf' | 'judge'> {
  readonly settings: () => Settings
  /** Asked where settings want withdrawal fees in the profit. */
  readonly withdrawalFeeOf?: WithdrawalFeeOf
  readonly takerFee: TakerFee
  readonly onQuote: (slot: number) => void
  /** How far its quote can be relied on changed, though no quote came; `onQuote` is told as well. */
  readonly onTruth: (slot: number) => void
  readonly onPair: (pairIndex: number) => void
  readonly onOpportunity: (opportunity: Opportunity) => void
  /** Boards are new: slots and pair indexes seen before mean nothing now. */
  readonly onBoards: () => void
}

/**
 * What is watched and what follows from it: the newest quotes and how far they can be relied on, the spreads between them, opportunities and market health. A
 * changed watch list or changed thresholds make new boards over the same quotes.
 */
export class Desk {
  board = new QuoteBoard([])
  private readonly options: DeskOptions
  truth: QuoteTruth
  private arbitrage: Arbitrage
  private health: MarketHealth
  private lastOpportunityId = 0
  /** The judge says something else of some pair since the last sweep. */
  private isJudgedAnew = false

  constructor(options: DeskOptions) {
    this.options = options
    this.truth = this.createTruth()
    this.arbitrage = this.createArbitrage()
    this.health = new MarketHealth(this.board, options.settings().health)
    options.judge?.onChange(() => {
      this.isJudgedAnew = true
    })
  }

  get spreads(): SpreadBoard {
    return this.arbitrage.spreads
  }

  liveOpportunities(): readonly Opportunity[] {
    return this.arbitrage.opportunities.live()
  }

  /** A market begins: opportunities are numbered on from what was stored. */
  open(lastOpportunityId: number): void {
    this.lastOpportunityId = lastOpportunityId
    this.arbitrage = this.createArbitrage()
  }

  /** The market is over: what is open closes, and nothing known of it may pass for something of the next one. */
  close(now: EpochMs): void {
    this.arbitrage.stop(now)
    this.use(new QuoteBoard([]), now)
  }

  /** Quotes already known of instruments that stay are kept. True when the list changed. */
  watch(instruments: readonly Instrument[], now: EpochMs): boolean {
    const unchanged =
      instruments.length === this.board.instruments.length &&
      instruments.every((instrument, slot) => this.board.instruments[slot] === instrument)
    if (unchanged) return false
    const board = new QuoteBoard(instruments)
    board.copyFrom(this.board)
    this.use(board, now)
    return true
  }

  /** Thresholds, limits or fees changed. */
  rebuild(now: EpochMs): void {
    // Open opportunities belong to the old pair indexes: they end here and, where they still hold, begin anew.
    this.arbitrage.stop(now)
    this.lastOpportunityId = Math.max(this.lastOpportunityId, this.arbitrage.opportunities.highestId)
    const before = this.arbitrage.spreads
    this.arbitrage = this.createArbitrage()
    this.arbitrage.spreads.copyFrom(before)
    this.health = new MarketHealth(this.board, this.options.settings().health)
    this.options.onBoards()
    this.arbitrage.fund(now)
    this.arbitrage.recomputeAll(now)
  }

  bookTicker(quote: BookTicker): void {
    const slot = this.board.applyBookTicker(quote)
    if (slot < 0) return
    this.truth.quoted(slot)
    this.options.onQuote(slot)
    this.arbitrage.quoted(slot, quote.receivedAt)
  }

  /** An order book changed, or how far it can be relied on. */
  bookChanged(book: KeptBook, now: EpochMs): void {
    const slot = this.board.slotOf(book.instrument.id)
    if (slot >= 0) this.arbitrage.bookChanged(slot, now)
  }

  /** One pair in full; null: there is none of this index. */
  spreadDetail(index: number, now: EpochMs): SpreadDetail | null {
    const { spreads, executor } = this.arbitrage
    const { ladder } = this.options.settings().arbitrage
    const reasonOf = (slot: number) => this.truth.reasonOf(slot)
    return createSpreadDetail({ quotes: this.board, spreads, executor, ladder, reasonOf, ...this.asked() }, index, now)
  }

  trade(trade: Trade): void {
    const slot = this.board.applyTrade(trade)
    if (slot >= 0) this.options.onQuote(slot)
  }

  /** The feed of these instruments is down: by itself, or because the program stops. */
  feedDown(instrumentIds: readonly number[], at: EpochMs, reason: 'disconnected' | 'shutdown'): void {
    this.board.clearLive(instrumentIds)
    const slots = instrumentIds.map((id) => this.board.slotOf(id)).filter((slot) => slot >= 0)
    this.truth.feedDown(slots)
    for (const slot of slots) this.options.onQuote(slot)
    this.arbitrage.legsDown(slots, at, reason)
  }

  /** What the order book of an instrument holds against its quotes, in words; null: nothing (any more). */
  disagrees(instrumentId: number, words: string | null, at: EpochMs): void {
    const slot = this.board.slotOf(instrumentId)
    if (slot >= 0) this.truth.disagrees(slot, words, at)
  }

  /** Call about once a second: quotes grow old by themselves. Returns what is newly worth telling. */
  sweep(now: EpochMs): readonly Finding[] {
    this.truth.sweep(now)
    if (this.isJudgedAnew) {
      this.isJudgedAnew = false
      this.arbitrage.judged(now)
    }
    this.arbitrage.sweep(now)
    return this.health.check(now)
  }

  private use(board: QuoteBoard, now: EpochMs): void {
    const before = this.truth
    this.board = board
    this.truth = this.createTruth()
    this.truth.copyFrom(before)
    this.rebuild(now)
  }

  private createTruth(): QuoteTruth {
    const { lifeOf, clockOffsetMs, onClockDoubt, onQuote, onTruth } = this.options
    return new QuoteTruth(this.board, {
      lifeOf,
      clockOffsetMs,
      onClockDoubt,
      onChange: (slot, at) => {
        onQuote(slot)
        this.arbitrage.changed(slot, at)
        onTruth(slot)
      },
    })
  }

  private createArbitrage(): Arbitrage {
    const { arbitrage } = this.options.settings()
    const { takerFee, onOpportunity, onPair, clockOffsetMs } = this.options
    return new Arbitrage({
      quotes: this.board,
      takerFee,
      maximumAgeMs: arbitrage.maximumAgeMs,
      thresholds: arbitrage,
      lastOpportunityId: this.lastOpportunityId,
      onOpportunity,
      onPair,
      clockOffsetMs,
      ...this.asked(),
    })
  }

  /** What others are asked about a pair. */
  private asked(): Pick<ArbitrageOptions, 'bookOf' | 'fundingOf' | 'judge' | 'withdrawalFeeOf'> {
    const { settings, bookOf, fundingOf, judge, withdrawalFeeOf } = this.options
    return {
      ...(bookOf && { bookOf }),
      ...(fundingOf && { fundingOf }),
      ...(judge && { judge }),
      withdrawalFeeOf: settings().arbitrage.withdrawalFee ? (withdrawalFeeOf ?? (() => null)) : null,
    }
  }
}
