import type { Fill } from '../../shared/domain/index.ts'
import type { PnlMethod } from '../../shared/pnl.ts'
import { assetsOf, type SymbolAssets } from './assets.ts'
import { type CostBook, createCostBook } from './cost-book.ts'
import { asProduct, unitsOf } from './scaled.ts'

/** What one fill did. Products, but for `uncovered`, which is units (scaled.ts). */
export interface FillResult {
  readonly realised: bigint
  /** In quote asset. */
  readonly fee: bigint
  /** Base asset given up whose cost is unknown. */
  readonly uncovered: bigint
}

export type PricedFill = Pick<Fill, 'side' | 'price' | 'quantity' | 'fee' | 'feeAsset' | 'realisedPnl'>

/** One account's fills of one symbol, ascending by time. */
export class InstrumentPnl {
  readonly assets: SymbolAssets
  readonly book: CostBook
  private readonly method: PnlMethod

  constructor(symbol: string, method: PnlMethod) {
    this.assets = assetsOf(symbol)
    this.book = createCostBook(method)
    this.method = method
  }

  add(fill: PricedFill): FillResult {
    const price = unitsOf(fill.price)
    const quantity = unitsOf(fill.quantity)
    const { base, quote, isPerpetual } = this.assets
    const fee = fill.fee === null ? 0n : unitsOf(fill.fee)
    const inBase = fill.feeAsset === base && base !== quote
    const feeValue = inBase ? fee * price : fill.feeAsset === quote ? asProduct(fee) : 0n
    if (isPerpetual) {
      const signed = fill.side === 'BUY' ? quantity : -quantity
      return { ...this.trade(signed, price, fill.realisedPnl), fee: feeValue }
    }
    const baseFee = inBase ? fee : 0n
    const moved = fill.side === 'BUY' ? this.acquire(quantity - baseFee, price) : this.giveUp(quantity + baseFee, price)
    return { ...moved, fee: feeValue }
  }

  private acquire(quantity: bigint, price: bigint): Omit<FillResult, 'fee'> {
    // A fee larger than what was bought takes from what was held.
    if (quantity < 0n) return this.giveUp(-quantity, price)
    if (quantity > 0n) this.book.open(quantity, price)
    return { realised: 0n, uncovered: 0n }
  }

  private giveUp(quantity: bigint, price: bigint): Omit<FillResult, 'fee'> {
    const held = this.book.quantity
    const covered = quantity < held ? quantity : held
    const realised = covered > 0n ? this.book.close(covered, price) : 0n
    return { realised, uncovered: quantity - covered }
  }

  private trade(signed: bigint, price: bigint, told: string | null): Omit<FillResult, 'fee'> {
    const { book, method } = this
    const exchanges = told === null ? null : asProduct(unitsOf(told))
    const quantity = signed < 0n ? -signed : signed
    if (book.quantity === 0n || book.quantity < 0n === signed < 0n) {
      if (exchanges !== null && exchanges !== 0n && book.quantity === 0n) {
        return { realised: method === 'average' ? exchanges : 0n, uncovered: quantity }
      }
      book.open(signed, price)
      return { realised: method === 'average' ? (exchanges ?? 0n) : 0n, uncovered: 0n }
    }
    const held = book.quantity < 0n ? -book.quantity : book.quantity
    const part = quantity < held ? quantity : held
    const own = book.close(part, price)
    if (quantity > part) book.open(signed < 0n ? part - quantity : quantity - part, price)
    return { realised: method === 'average' ? (exchanges ?? own) : own, uncovered: 0n }
  }
}
