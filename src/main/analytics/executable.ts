/**
 * What a pair of books leaves of a spread: both walked for a size, or as far as one more unit still pays. Prices in quote asset per base
 * asset, quantities in base asset, money in quote asset. What a leg costs beside its price is a fraction of its notional: the taker fee,
 * and of a perpetual the funding due at the next settlement (paid: positive; received: negative).
 */

import { scaleOf } from '../../shared/decimal.ts'
import type { Instrument } from '../../shared/domain/index.ts'
import type { OrderProblem } from '../../shared/spreads.ts'

/** One side of a book, best first; only the first `length` entries count. The arrays are used again and grow. */
export class LadderSide {
  price = new Float64Array(64)
  quantity = new Float64Array(64)
  length = 0

  /** Base asset that stands on it. */
  get total(): number {
    let sum = 0
    for (let i = 0; i < this.length; i++) sum += this.quantity[i] as number
    return sum
  }

  /** The same in quote asset. */
  get value(): number {
    let sum = 0
    for (let i = 0; i < this.length; i++) sum += (this.price[i] as number) * (this.quantity[i] as number)
    return sum
  }

  push(price: number, quantity: number): void {
    if (this.length === this.price.length) this.grow()
    this.price[this.length] = price
    this.quantity[this.length++] = quantity
  }

  grow(): void {
    const { price, quantity } = this
    this.price = new Float64Array(price.length * 2)
    this.quantity = new Float64Array(price.length * 2)
    this.price.set(price)
    this.quantity.set(quantity)
  }
}

/** Of each leg, as a fraction of its notional. */
export interface LegCosts {
  readonly buy: number
  readonly sell: number
}

/** What was walked. Written in place: the hot path makes no objects. */
export class Walk {
  quantity = 0
  /** Paid for it at the asks, and got for it at the bids, before costs. */
  buyNotional = 0
  sellNotional = 0

  /** After both legs' costs. */
  profit({ buy, sell }: LegCosts): number {
    return this.sellNotional * (1 - sell) - this.buyNotional * (1 + buy)
  }
}

/**
 * As far as one more unit still pays: the largest quantity whose last unit is sold for more than it was bought for, after both legs' costs.
 * Both sides get worse level by level, so this is also where the profit is greatest.
 */
export function walkUntilZero(asks: LadderSide, bids: LadderSide, costs: LegCosts, into: Walk): void {
  const buyFactor = 1 + costs.buy
  const sellFactor = 1 - costs.sell
  into.quantity = 0
  into.buyNotional = 0
  into.sellNotional = 0
  let ask = 0
  let bid = 0
  let askLeft = asks.length > 0 ? (asks.quantity[0] as number) : 0
  let bidLeft = bids.length > 0 ? (bids.quantity[0] as number) : 0
  while (ask < asks.length && bid < bids.length) {
    const askPrice = asks.price[ask] as number
    const bidPrice = bids.price[bid] as number
    if (!(bidPrice * sellFactor - askPrice * buyFactor > 0)) return
    const taken = Math.min(askLeft, bidLeft)
    into.quantity += taken
    into.buyNotional += taken * askPrice
    into.sellNotional += taken * bidPrice
    askLeft -= taken
    bidLeft -= taken
    if (askLeft === 0) askLeft = asks.quantity[++ask] as number
    if (bidLeft === 0) bidLeft = bids.quantity[++bid] as number
  }
}

/** Both sides for so much base asset; less where one of them stands for less. */
export function walkQuantity(asks: LadderSide, bids: LadderSide, quantity: number, into: Walk): void {
  const filled = Math.min(quantity, asks.total, bids.total)
  into.quantity = filled
  into.buyNotional = notional(asks, filled)
  into.sellNotional = notional(bids, filled)
}

/** Base asset that so much quote asset buys at these asks, before costs; all of them where they cost less. */
export function quantityFor(asks: LadderSide, value: number): number {
  let left = value
  let quantity = 0
  for (let i = 0; i < asks.length; i++) {
    const price = asks.price[i] as number
    const standing = asks.quantity[i] as number
    if (standing * price >= left) return quantity + left / price
    quantity += standing
    left -= standing * price
  }
  return quantity
}

function notional(side: LadderSide, quantity: number): number {
  let left = quantity
  let sum = 0
  for (let i = 0; i < side.length && left > 0; i++) {
    const taken = Math.min(left, side.quantity[i] as number)
    sum += taken * (side.price[i] as number)
    left -= taken
  }
  return sum
}

/** What both exchanges allow of a quantity that is bought on one and sold on the other. */
export interface PairRules {
  readonly buy: Instrument
  readonly sell: Instrument
  /** Quantities both take are multiples of it; null: neither tells one. */
  readonly step: LotStep | null
}

/** units / 10^places. */
interface LotStep {
  readonly units: number
  readonly places: number
}

export function pairRules(buy: Instrument, sell: Instrument): PairRules {
  return { buy, sell, step: commonStep(buy.lotSize, sell.lotSize) }
}

/** A quantity this close below a whole number of steps is that number: sums of float64 miss it by less. */
const stepTolerance = 1e-9

/** The largest quantity up to this one that both take. */
export function roundToLots(quantity: number, { step }: PairRules): number {
  if (step === null) return quantity
  const size = step.units / 10 ** step.places
  const steps = Math.floor(quantity / size + stepTolerance)
  return (steps * step.units) / 10 ** step.places
}

/** Why the exchanges do not take this order, or null: they do. `asked` is the size before lots cut it; absent where there was none. */
export function problemOf(walk: Walk, { buy, sell, step }: PairRules, asked: number | null): OrderProblem | null {
  const { quantity, buyNotional, sellNotional } = walk
  if (step !== null && quantity === 0 && asked !== null && asked > 0) {
    const size = step.units / 10 ** step.places
    // Named after the leg whose lots are the coarser ones.
    return { leg: (buy.lotSize ?? 0) >= (sell.lotSize ?? 0) ? 'buy' : 'sell', rule: 'lotSize', limit: size }
  }
  if (!(quantity > 0)) return null
  return belowMinimum('buy', buy, quantity, buyNotional) ?? belowMinimum('sell', sell, quantity, sellNotional)
}

function belowMinimum(leg: 'buy' | 'sell', rules: Instrument, quantity: number, value: number): OrderProblem | null {
  const { minimumQuantity, minimumNotional } = rules
  if (minimumQuantity !== null && quantity < minimumQuantity)
    return { leg, rule: 'minimumQuantity', limit: minimumQuantity }
  if (minimumNotional !== null && value < minimumNotional)
    return { leg, rule: 'minimumNotional', limit: minimumNotional }
  return null
}

/** The smallest size that is a multiple of both: of 0.01 and 0.015 it is 0.03. */
function commonStep(one: number | null, other: number | null): LotStep | null {
  if (one === null || other === null) {
    const only = one ?? other
    return only === null ? null : scaleOf(only)
  }
  const first = scaleOf(one)
  const second = scaleOf(other)
  const places = Math.max(first.places, second.places)
  const a = first.units * 10 ** (places - first.places)
  const b = second.units * 10 ** (places - second.places)
  const units = (a / greatestDivisor(a, b)) * b
  // Steps that no decimal tells apart (0.1 + 0.2), or whose multiple leaves float64: the coarser one is the best that can be said.
  const isExact = Number.isInteger(a) && Number.isInteger(b) && Number.isSafeInteger(units)
  return isExact ? { units, places } : one > other ? first : second
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}
