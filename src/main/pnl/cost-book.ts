import type { PnlMethod } from '../../shared/pnl.ts'
import { one } from './scaled.ts'

/** What is held of one instrument and what it cost. Quantities and prices in units, costs as products (scaled.ts). */
export interface CostBook {
  /** Signed: negative is short. */
  readonly quantity: bigint
  /** Paid for what is held; negative for a short: received. */
  readonly cost: bigint
  /** Adds to what is held. @param quantity signed as what is held, if anything is */
  open(quantity: bigint, price: bigint): void
  /** Gives part of it up. @param part positive, at most what is held; @returns the profit */
  close(part: bigint, price: bigint): bigint
}

export const createCostBook = (method: PnlMethod): CostBook => (method === 'fifo' ? new FifoBook() : new AverageBook())

/** Everything held cost the same: the average. Cost given up is rounded to 18 decimals; what is left keeps the rest. */
class AverageBook implements CostBook {
  quantity = 0n
  cost = 0n

  open(quantity: bigint, price: bigint): void {
    this.quantity += quantity
    this.cost += quantity * price
  }

  close(part: bigint, price: bigint): bigint {
    const isShort = this.quantity < 0n
    const held = isShort ? -this.quantity : this.quantity
    const cost = part === held ? this.cost : ((this.cost * part) / held / one) * one
    this.quantity -= isShort ? -part : part
    this.cost -= cost
    return (isShort ? -part : part) * price - cost
  }
}

interface Lot {
  quantity: bigint
  readonly price: bigint
}

/** What came first goes first. */
class FifoBook implements CostBook {
  quantity = 0n
  cost = 0n
  private readonly lots: Lot[] = []
  private first = 0

  open(quantity: bigint, price: bigint): void {
    this.quantity += quantity
    this.cost += quantity * price
    this.lots.push({ quantity: quantity < 0n ? -quantity : quantity, price })
  }

  close(part: bigint, price: bigint): bigint {
    const isShort = this.quantity < 0n
    let cost = 0n
    for (let left = part; left > 0n; ) {
      const lot = this.lots[this.first]
      if (lot === undefined) throw new Error('more was given up than was held')
      const taken = lot.quantity < left ? lot.quantity : left
      cost += taken * lot.price
      lot.quantity -= taken
      left -= taken
      if (lot.quantity === 0n) this.first++
    }
    // Used lots are forgotten now and then, not one by one.
    if (this.first > 1_000 && this.first * 2 > this.lots.length) {
      this.lots.splice(0, this.first)
      this.first = 0
    }
    if (isShort) cost = -cost
    this.quantity -= isShort ? -part : part
    this.cost -= cost
    return (isShort ? -part : part) * price - cost
  }
}
