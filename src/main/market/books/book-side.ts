import type { LevelList } from '../../exchanges/depth.ts'

const firstCapacity = 512
/** Levels from the best on that are looked at one by one before the rest is halved: most changes happen there. */
const nearLevels = 8
/** So many entries are moved one by one; more are moved by `copyWithin`, whose call costs as much as these. */
const fewEntries = 24

/**
 * One side of a book: prices and quantities as two columns, the best level last, so that what changes most moves least. Prices are kept
 * with a sign under which the best is always the largest: as they are for bids, negated for asks.
 */
export class BookSide {
  private readonly sign: 1 | -1
  private keys = new Float64Array(firstCapacity)
  private quantities = new Float64Array(firstCapacity)
  private count = 0

  constructor(side: 'bids' | 'asks') {
    this.sign = side === 'bids' ? 1 : -1
  }

  get length(): number {
    return this.count
  }

  /** NaN where there is none. */
  get best(): number {
    return this.count === 0 ? Number.NaN : (this.keys[this.count - 1] ?? Number.NaN) * this.sign
  }

  clear(): void {
    this.count = 0
  }

  /** Absolute quantities; 0 deletes, and deleting what is not there is nothing. */
  apply(levels: LevelList): void {
    const { price, quantity, length } = levels
    const { sign } = this
    for (let i = 0; i < length; i++) this.set((price[i] as number) * sign, quantity[i] as number)
  }

  /** The same of levels that come best first, as snapshots do: laid down from their end, so that nothing moves. */
  replace(levels: LevelList): void {
    this.count = 0
    const { price, quantity, length } = levels
    const { sign } = this
    for (let i = length - 1; i >= 0; i--) this.set((price[i] as number) * sign, quantity[i] as number)
  }

  /** Forgets the worst levels beyond `most`. */
  keepBest(most: number): void {
    const excess = this.count - most
    if (excess <= 0) return
    this.keys.copyWithin(0, excess, this.count)
    this.quantities.copyWithin(0, excess, this.count)
    this.count = most
  }

  /** Copies of the best `levels`, best first. */
  top(levels: number): { readonly price: Float64Array; readonly quantity: Float64Array } {
    const { keys, quantities, count, sign } = this
    const length = Math.max(0, Math.min(levels, count))
    const price = new Float64Array(length)
    const quantity = new Float64Array(length)
    for (let i = 0; i < length; i++) {
      price[i] = (keys[count - 1 - i] as number) * sign
      quantity[i] = quantities[count - 1 - i] as number
    }
    return { price, quantity }
  }

  /** Takes `wanted` base asset from the best on; `average` and `worst` NaN where nothing is filled. */
  walk(wanted: number): { readonly filled: number; readonly average: number; readonly worst: number } {
    const { keys, quantities, sign } = this
    let left = wanted
    let cost = 0
    let worst = Number.NaN
    for (let i = this.count - 1; i >= 0 && left > 0; i--) {
      worst = (keys[i] as number) * sign
      const taken = Math.min(left, quantities[i] as number)
      cost += taken * worst
      left -= taken
    }
    const filled = left > 0 ? wanted - left : wanted
    return filled > 0
      ? { filled, average: cost / filled, worst }
      : { filled: 0, average: Number.NaN, worst: Number.NaN }
  }

  /** Base asset that stands at `price` or better. */
  depthTo(price: number): number {
    const { keys, quantities } = this
    const limit = price * this.sign
    let sum = 0
    for (let i = this.count - 1; i >= 0 && (keys[i] as number) >= limit; i--) sum += quantities[i] as number
    return sum
  }

  private set(key: number, quantity: number): void {
    const { keys } = this
    // The place of the last level that is not better.
    let place = this.count - 1
    const near = place - nearLevels
    while (place > near && place >= 0 && (keys[place] as number) > key) place--
    if (place >= 0 && place === near) place = this.search(key, place)
    if (place >= 0 && keys[place] === key) {
      if (quantity === 0) this.remove(place)
      else this.quantities[place] = quantity
    } else if (quantity !== 0) this.insert(place + 1, key, quantity)
  }

  /** The last place up to `high` whose key is not above `key`, -1 where there is none. */
  private search(key: number, high: number): number {
    const { keys } = this
    let low = 0
    let top = high + 1
    while (low < top) {
      const middle = (low + top) >>> 1
      if ((keys[middle] as number) > key) top = middle
      else low = middle + 1
    }
    return low - 1
  }

  private insert(place: number, key: number, quantity: number): void {
    if (this.count === this.keys.length) this.grow()
    const { keys, quantities, count } = this
    if (count - place > fewEntries) {
      keys.copyWithin(place + 1, place, count)
      quantities.copyWithin(place + 1, place, count)
    } else {
      for (let i = count; i > place; i--) {
        keys[i] = keys[i - 1] as number
        quantities[i] = quantities[i - 1] as number
      }
    }
    keys[place] = key
    quantities[place] = quantity
    this.count = count + 1
  }

  private remove(place: number): void {
    const { keys, quantities } = this
    const last = --this.count
    if (last - place > fewEntries) {
      keys.copyWithin(place, place + 1, last + 1)
      quantities.copyWithin(place, place + 1, last + 1)
      return
    }
    for (let i = place; i < last; i++) {
      keys[i] = keys[i + 1] as number
      quantities[i] = quantities[i + 1] as number
    }
  }

  private grow(): void {
    const { keys, quantities } = this
    this.keys = new Float64Array(keys.length * 2)
    this.quantities = new Float64Array(keys.length * 2)
    this.keys.set(keys)
    this.quantities.set(quantities)
  }
}
