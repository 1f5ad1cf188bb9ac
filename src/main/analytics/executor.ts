import type { Instrument } from '../../shared/domain/index.ts'
import type { OrderProblem } from '../../shared/spreads.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import {
  LadderSide,
  type PairRules,
  pairRules,
  problemOf,
  roundToLots,
  Walk,
  walkQuantity,
  walkUntilZero,
} from './executable.ts'
import { type BookOf, readLadder, walkable } from './ladders.ts'
import type { SpreadBoard } from './spreads.ts'

/** What moving the bought asset to where it is sold costs, base asset; null: not known. */
export type WithdrawalFeeOf = (buy: Instrument, sell: Instrument) => number | null

/**
 * Writes what is executable of a pair into the spread board: both books walked as far as it pays, cut to lots that both exchanges take. One
 * set of arrays serves all pairs.
 */
export class Executor {
  private readonly quotes: QuoteBoard
  private readonly spreads: SpreadBoard
  private readonly bookOf: BookOf
  /** null: withdrawal fees are not part of the profit. */
  private readonly withdrawalFeeOf: WithdrawalFeeOf | null
  private readonly asks = new LadderSide()
  private readonly bids = new LadderSide()
  private readonly walk = new Walk()
  private readonly costs = { buy: 0, sell: 0 }
  /** Of pairs that were walked. */
  private readonly rules = new Map<number, PairRules>()

  constructor(quotes: QuoteBoard, spreads: SpreadBoard, bookOf: BookOf, withdrawalFeeOf: WithdrawalFeeOf | null) {
    this.quotes = quotes
    this.spreads = spreads
    this.bookOf = bookOf
    this.withdrawalFeeOf = withdrawalFeeOf
  }

  /** Call after the pair was updated and counts. */
  update(pair: number): void {
    const { spreads } = this
    if (!((spreads.netPercent[pair] as number) > 0)) {
      spreads.executableQuantity[pair] = 0
      spreads.executableProfit[pair] = 0
      return
    }
    const { asks, bids, walk, costs } = this
    spreads.costsOf(pair, costs)
    this.read(pair)
    walkUntilZero(asks, bids, costs, walk)
    const rules = this.rulesOf(pair)
    const quantity = roundToLots(walk.quantity, rules)
    if (quantity !== walk.quantity) walkQuantity(asks, bids, quantity, walk)
    const isTaken = quantity > 0 && problemOf(walk, rules, null) === null
    const profit = isTaken ? walk.profit(costs) - this.withdrawal(rules, walk) : 0
    // A fee that eats it all leaves nothing to do; one that is not known leaves nothing to say.
    spreads.executableQuantity[pair] = Number.isNaN(profit) ? Number.NaN : profit > 0 ? quantity : 0
    spreads.executableProfit[pair] = Number.isNaN(profit) ? Number.NaN : Math.max(0, profit)
  }

  /** In words, why nothing of a pair above zero can be executed. */
  explain(pair: number): string {
    const { spreads, asks, bids, walk, costs } = this
    spreads.costsOf(pair, costs)
    this.read(pair)
    walkUntilZero(asks, bids, costs, walk)
    const rules = this.rulesOf(pair)
    const asked = walk.quantity
    if (asked === 0) return 'the order books, newer than the quotes, hold nothing that pays'
    walkQuantity(asks, bids, roundToLots(asked, rules), walk)
    const problem = problemOf(walk, rules, asked)
    if (problem !== null) return problemWords(problem, rules)
    return Number.isNaN(this.withdrawal(rules, walk))
      ? 'the withdrawal fee is not known'
      : 'the withdrawal fee takes it all'
  }

  rulesOf(pair: number): PairRules {
    const known = this.rules.get(pair)
    if (known !== undefined) return known
    const made = pairRules(this.spreads.buyLeg(pair), this.spreads.sellLeg(pair))
    this.rules.set(pair, made)
    return made
  }

  /** Reads both sides only as far as the other one's best price can pay for. */
  private read(pair: number): void {
    const { quotes, spreads, asks, bids, costs } = this
    const buySlot = spreads.buySlot[pair] as number
    const sellSlot = spreads.sellSlot[pair] as number
    const buyBook = walkable(this.bookOf(spreads.buyLeg(pair).id))
    const sellBook = walkable(this.bookOf(spreads.sellLeg(pair).id))
    // The book may be ahead of the quote: the better of the two bounds what is read.
    const bestBid = Math.max(spreads.sellPrice[pair] as number, sellBook?.book.bestBid || 0)
    const bestAsk = Math.min(spreads.buyPrice[pair] as number, buyBook?.book.bestAsk || Number.POSITIVE_INFINITY)
    readLadder('BUY', buySlot, (bestBid * (1 - costs.sell)) / (1 + costs.buy), quotes, buyBook, asks)
    readLadder('SELL', sellSlot, (bestAsk * (1 + costs.buy)) / (1 - costs.sell), quotes, sellBook, bids)
  }

  /** Quote asset; NaN: not known. */
  private withdrawal({ buy, sell }: PairRules, walk: Walk): number {
    if (this.withdrawalFeeOf === null || !isMoved(buy, sell)) return 0
    return (this.withdrawalFeeOf(buy, sell) ?? Number.NaN) * (walk.sellNotional / walk.quantity)
  }
}

/** `okx takes no order below 5 USDT` */
function problemWords({ leg, rule, limit }: OrderProblem, rules: PairRules): string {
  const { exchange, base, quote } = rules[leg]
  switch (rule) {
    case 'lotSize':
      return `less than one lot of ${exchange}, ${limit} ${base}`
    case 'minimumQuantity':
      return `${exchange} takes no order below ${limit} ${base}`
    case 'minimumNotional':
      return `${exchange} takes no order below ${limit} ${quote}`
    case 'depth':
      return `the book of ${exchange} ends at ${limit} ${base}`
  }
}

/** Whether a trade of this pair is settled by moving the asset: spot on two exchanges. */
export const isMoved = (buy: Instrument, sell: Instrument): boolean =>
  buy.kind === 'spot' && sell.kind === 'spot' && buy.exchange !== sell.exchange
