/** What a subscriber of `book` holds after each message: what its checksum is made of. */
import { crc32 } from 'node:zlib'
import type { SimDepth, SimInstrument, SimLevels } from '../../venue.ts'
import { priceText, quantityText } from './format.ts'

const checksumLevels = 10

/** One side, best first. */
class Side {
  private readonly prices: number[] = []
  private readonly quantities: number[] = []
  /** 1: the lowest price is the best, of asks; -1: the highest. */
  private readonly sign: 1 | -1

  constructor(sign: 1 | -1) {
    this.sign = sign
  }

  clear(): void {
    this.prices.length = 0
    this.quantities.length = 0
  }

  set(price: number, quantity: number): void {
    const at = this.placeOf(price)
    const isThere = this.prices[at] === price
    if (quantity === 0) {
      if (!isThere) return
      this.prices.splice(at, 1)
      this.quantities.splice(at, 1)
    } else if (isThere) this.quantities[at] = quantity
    else {
      this.prices.splice(at, 0, price)
      this.quantities.splice(at, 0, quantity)
    }
  }

  keepBest(levels: number): void {
    this.prices.length = Math.min(this.prices.length, levels)
    this.quantities.length = this.prices.length
  }

  /** Price and quantity of each of the best levels without points and zeros ahead. */
  digits(instrument: SimInstrument): string {
    return this.prices
      .slice(0, checksumLevels)
      .map(
        (price, at) => plain(priceText(instrument, price)) + plain(quantityText(instrument, this.quantities[at] ?? 0)),
      )
      .join('')
  }

  private placeOf(price: number): number {
    let low = 0
    let high = this.prices.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (((this.prices[middle] ?? 0) - price) * this.sign < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

const plain = (text: string): string => text.replace('.', '').replace(/^0+/, '')

export class ToldBook {
  private readonly bids = new Side(-1)
  private readonly asks = new Side(1)
  private readonly levels: number

  /** `levels`: how deep the subscription is. */
  constructor(levels: number) {
    this.levels = levels
  }

  /** The checksum of the book after this message. */
  apply(depth: SimDepth): number {
    const { instrument, isSnapshot } = depth
    if (isSnapshot) {
      this.bids.clear()
      this.asks.clear()
    }
    this.lay(this.bids, depth.bids)
    this.lay(this.asks, depth.asks)
    return crc32(this.asks.digits(instrument) + this.bids.digits(instrument))
  }

  private lay(side: Side, { length, price, quantity }: SimLevels): void {
    for (let at = 0; at < length; at++) side.set(price[at] ?? 0, quantity[at] ?? 0)
    side.keepBest(this.levels)
  }
}
