/** One pair of the spreads in full: both books walked for the sizes of a ladder and as far as it pays, what it costs, how old it is. */
import { truthOf, verdictOf } from '../../shared/domain/index.ts'
import type { SpreadDetail, SpreadLeg, SpreadSize } from '../../shared/spreads.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { ArbitrageOptions } from './arbitrage.ts'
import {
  LadderSide,
  type PairRules,
  problemOf,
  quantityFor,
  roundToLots,
  Walk,
  walkQuantity,
  walkUntilZero,
} from './executable.ts'
import { type Executor, isMoved } from './executor.ts'
import { basisCarryPercent, type PairFunding, pairFunding } from './funding.ts'
import { readLadder, walkable } from './ladders.ts'
import type { SpreadBoard } from './spreads.ts'
import { sameTickerJudge } from './standing.ts'

export interface SpreadDetailParts
  extends Pick<ArbitrageOptions, 'bookOf' | 'fundingOf' | 'judge' | 'withdrawalFeeOf'> {
  readonly quotes: QuoteBoard
  readonly spreads: SpreadBoard
  readonly executor: Executor
  /** Sizes in quote asset. */
  readonly ladder: readonly number[]
  /** In words, why the quote of a slot is not live; empty where it is. */
  readonly reasonOf: (slot: number) => string
}

/** null: there is no pair of this index. */
export function createSpreadDetail(parts: SpreadDetailParts, index: number, now: number): SpreadDetail | null {
  const { spreads, judge = sameTickerJudge, executor } = parts
  const pair = spreads.pairs[index]
  if (pair === undefined) return null
  const buy = spreads.buyLeg(index)
  const sell = spreads.sellLeg(index)
  const funding = pairFunding(buy, sell, parts.fundingOf ?? (() => null), now)
  const fees = {
    buy: spreads.takerFeeOf(slotOf(spreads.buySlot, index)),
    sell: spreads.takerFeeOf(slotOf(spreads.sellSlot, index)),
  }
  const countsWithdrawalFee = parts.withdrawalFeeOf != null && isMoved(buy, sell)
  const withdrawalFee = countsWithdrawalFee ? (parts.withdrawalFeeOf?.(buy, sell) ?? null) : null
  const sizes = new SizeWalker(parts, index, {
    rules: executor.rulesOf(index),
    fees,
    funding,
    withdrawalFee: countsWithdrawalFee ? withdrawalFee : undefined,
  })
  const gross = at(spreads.grossPercent, index)
  return {
    index,
    kind: pair.kind,
    symbol: pair.symbol,
    at: now,
    buy: legDetail(parts, 'BUY', index, funding, now),
    sell: legDetail(parts, 'SELL', index, funding, now),
    verdict: verdictOf(spreads.verdict[index] ?? -1),
    standing: judge.standingOf(buy, sell).words,
    grossPercent: gross,
    netPercent: at(spreads.netPercent, index),
    lowNetPercent: at(spreads.lowNetPercent, index),
    highNetPercent: at(spreads.highNetPercent, index),
    fundingPercent: at(spreads.fundingPercent, index),
    carryPercent: at(spreads.carryPercent, index),
    basisCarryPercent: pair.kind === 'basis' ? basisCarryPercent(gross) : null,
    withdrawalFee,
    countsWithdrawalFee,
    ladder: parts.ladder.map((value) => sizes.size(value)),
    untilZero: sizes.untilZero(),
  }
}

function legDetail(
  { quotes, spreads, bookOf, fundingOf, reasonOf }: SpreadDetailParts,
  side: 'BUY' | 'SELL',
  index: number,
  funding: PairFunding,
  now: number,
): SpreadLeg {
  const isBuy = side === 'BUY'
  const instrument = isBuy ? spreads.buyLeg(index) : spreads.sellLeg(index)
  const slot = slotOf(isBuy ? spreads.buySlot : spreads.sellSlot, index)
  const truth = truthOf(quotes.truth[slot] ?? -1)
  const kept = bookOf?.(instrument.id)
  const book = walkable(kept)
  const rate = instrument.kind === 'perpetual' ? (fundingOf?.(instrument) ?? null) : null
  const counted = isBuy ? funding.buyRate : funding.sellRate
  return {
    instrument,
    // A quote from before a disconnect is not shown as one that holds now.
    price: truth === 'gap' ? null : at(isBuy ? quotes.askPrice : quotes.bidPrice, slot),
    quantity: truth === 'gap' ? null : at(isBuy ? quotes.askQuantity : quotes.bidQuantity, slot),
    truth,
    reason: truth === 'live' ? '' : reasonOf(slot),
    receivedAt: at(quotes.receivedAt, slot),
    takerFee: spreads.takerFeeOf(slot),
    book: book && { updateId: book.updateId, receivedAt: book.receivedAt },
    bookReason:
      book !== null ? '' : kept === undefined ? 'no order book of it is kept' : `its order book: ${kept.reason}`,
    funding: rate && {
      rate: Number(rate.rate),
      nextFundingAt: rate.nextFundingAt,
      intervalHours: rate.intervalHours,
      isCounted: funding.at !== null && (rate.nextFundingAt ?? 0) > now && counted === Number(rate.rate),
    },
  }
}

interface SizeCosts {
  readonly rules: PairRules
  readonly fees: { readonly buy: number; readonly sell: number }
  readonly funding: PairFunding
  /** Base asset; null: not known; undefined: none is to be paid. */
  readonly withdrawalFee: number | null | undefined
}

/** Walks one pair's books, whole, for one size after another. */
class SizeWalker {
  private readonly costs: SizeCosts
  private readonly asks = new LadderSide()
  private readonly bids = new LadderSide()
  private readonly walk = new Walk()
  private readonly isLive: boolean

  constructor({ quotes, spreads, bookOf }: SpreadDetailParts, index: number, costs: SizeCosts) {
    this.costs = costs
    // Legs that are not live never count, whatever their books hold.
    this.isLive = !Number.isNaN(spreads.netPercent[index] ?? Number.NaN)
    if (!this.isLive) return
    const read = (side: 'BUY' | 'SELL', slot: number, id: number, limit: number, into: LadderSide) =>
      readLadder(side, slot, limit, quotes, walkable(bookOf?.(id)), into)
    read('BUY', slotOf(spreads.buySlot, index), costs.rules.buy.id, Number.POSITIVE_INFINITY, this.asks)
    read('SELL', slotOf(spreads.sellSlot, index), costs.rules.sell.id, 0, this.bids)
  }

  size(value: number): SpreadSize {
    return this.filled(quantityFor(this.asks, value), value)
  }

  untilZero(): SpreadSize {
    const { fees, funding } = this.costs
    const costs = { buy: fees.buy + funding.buyRate, sell: fees.sell - funding.sellRate }
    walkUntilZero(this.asks, this.bids, costs, this.walk)
    return this.filled(this.walk.quantity, null)
  }

  private filled(asked: number, value: number | null): SpreadSize {
    const { asks, bids, walk } = this
    const { rules, fees, funding, withdrawalFee } = this.costs
    walkQuantity(asks, bids, roundToLots(asked, rules), walk)
    const { quantity, buyNotional, sellNotional } = walk
    const feesPaid = buyNotional * fees.buy + sellNotional * fees.sell
    const received = sellNotional * funding.sellRate - buyNotional * funding.buyRate
    const withdrawal = withdrawalFee == null || quantity === 0 ? 0 : withdrawalFee * (sellNotional / quantity)
    const profit = sellNotional - buyNotional - feesPaid + received - withdrawal
    const isNone = quantity === 0
    return {
      value,
      quantity,
      buyNotional,
      buyAverage: isNone ? null : buyNotional / quantity,
      sellAverage: isNone ? null : sellNotional / quantity,
      grossPercent: isNone ? null : ((sellNotional - buyNotional) / buyNotional) * 100,
      fees: feesPaid,
      funding: received,
      withdrawalFee: withdrawalFee === undefined || withdrawalFee === null ? null : withdrawal,
      netPercent: isNone ? null : (profit / buyNotional) * 100,
      profit,
      problem: this.isLive ? (problemOf(walk, rules, asked) ?? this.depthProblem(asked, value)) : null,
    }
  }

  /** The size asked for is more than one of the books holds. */
  private depthProblem(asked: number, value: number | null): SpreadSize['problem'] {
    if (value === null) return null
    const { asks, bids } = this
    if (asks.value < value) return { leg: 'buy', rule: 'depth', limit: asks.total }
    return bids.total < asked ? { leg: 'sell', rule: 'depth', limit: bids.total } : null
  }
}

const slotOf = (slots: Uint32Array, index: number): number => slots[index] ?? -1

/** null where the column says absent. */
function at(column: Float64Array, index: number): number | null {
  const value = column[index] ?? Number.NaN
  return Number.isNaN(value) ? null : value
}
