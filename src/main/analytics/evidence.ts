import { type OpportunityMoment, type Rejection, verdictOf } from '../../shared/domain/index.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { PairJudge } from './contract.ts'
import type { Executor } from './executor.ts'
import { type BookOf, walkable } from './ladders.ts'
import type { Evidence } from './opportunities.ts'
import type { SpreadBoard } from './spreads.ts'

const secondMs = 1_000

/** What speaks for and against the pair that it was shown last, as of then. */
export class PairEvidence implements Evidence {
  private readonly quotes: QuoteBoard
  private readonly spreads: SpreadBoard
  private readonly executor: Executor
  private readonly judge: PairJudge
  private readonly bookOf: BookOf
  private pair = 0
  private now = 0

  constructor(quotes: QuoteBoard, spreads: SpreadBoard, executor: Executor, judge: PairJudge, bookOf: BookOf) {
    this.quotes = quotes
    this.spreads = spreads
    this.executor = executor
    this.judge = judge
    this.bookOf = bookOf
  }

  show(pair: number, now: number): void {
    this.pair = pair
    this.now = now
  }

  get buyFee(): number {
    return this.spreads.takerFeeOf(this.spreads.buySlot[this.pair] ?? -1)
  }

  get sellFee(): number {
    return this.spreads.takerFeeOf(this.spreads.sellSlot[this.pair] ?? -1)
  }

  moment(): OpportunityMoment {
    const { spreads, pair } = this
    const known = (column: Float64Array) => {
      const value = column[pair] ?? Number.NaN
      return Number.isNaN(value) ? null : value
    }
    return {
      verdict: verdictOf(spreads.verdict[pair] ?? -1),
      lowNetPercent: spreads.lowNetPercent[pair] ?? Number.NaN,
      highNetPercent: spreads.highNetPercent[pair] ?? Number.NaN,
      executableQuantity: known(spreads.executableQuantity),
      executableProfit: known(spreads.executableProfit),
      fundingPercent: known(spreads.fundingPercent),
      buyBookVersion: walkable(this.bookOf(spreads.buyLeg(pair).id))?.updateId ?? null,
      sellBookVersion: walkable(this.bookOf(spreads.sellLeg(pair).id))?.updateId ?? null,
      buyAgeMs: this.ageOf(spreads.buySlot),
      sellAgeMs: this.ageOf(spreads.sellSlot),
    }
  }

  words(rejection: Rejection): string {
    const { spreads, pair } = this
    switch (rejection) {
      case 'unprofitable': {
        const gross = spreads.grossPercent[pair] ?? Number.NaN
        const net = spreads.netPercent[pair] ?? Number.NaN
        return `${percent(gross)} gross, costs take ${percent(gross - net)}`
      }
      case 'uncertain': {
        const low = percent(spreads.lowNetPercent[pair] ?? Number.NaN)
        const high = percent(spreads.highNetPercent[pair] ?? Number.NaN)
        const ages = `${seconds(this.ageOf(spreads.buySlot))} and ${seconds(this.ageOf(spreads.sellSlot))}`
        return `between ${low} and ${high} with legs ${ages} old`
      }
      case 'unexecutable':
        return this.executor.explain(pair)
      default:
        return this.judge.standingOf(spreads.buyLeg(pair), spreads.sellLeg(pair)).words
    }
  }

  private ageOf(slots: Uint32Array): number {
    // Two sockets are read one after the other, and the later one's quotes may bear the earlier time.
    return Math.max(0, this.now - (this.quotes.receivedAt[slots[this.pair] ?? -1] ?? Number.NaN))
  }
}

const percent = (value: number): string => `${value.toFixed(3)} %`
const seconds = (ms: number): string => `${(ms / secondMs).toFixed(1)} s`
