import type { LevelList } from './depth.ts'

const firstCapacity = 512
/** Levels from the best on that are looked at in strides before the rest is halved: most changes happen there. */
const nearLevels = 128
const stride = 16
/** So many entries are moved one by one; more are moved by `copyWithin`, whose call costs as much as these. */
const fewEntries = 48
/** Places without a level are given up when there are more of them than this and a quarter of the levels. */
const mostEmpty = 64

/**
 * One side of a book: prices and quantities as two columns, the best level last, so that what changes most moves least. A level that is
 * deleted leaves its place empty (quantity 0) for the next one there, since most prices near the best come back at once; only the last
 * place is never empty. Prices are kept with a sign under which the best is always the largest: as they are for bids, negated for asks.
 */
export class BookSide {
  private readonly sign: 1 | -1
  private keys = new Float64Array(firstCapacity)
  private quantities = new Float64Array(firstCapacity)
  /** Places in use, empty ones among them. */
  private count = 0
  private levels = 0

  constructor(side: 'bids' | 'asks') {
    this.sign = side === 'bids' ? 1 : -1
  }

  get length(): number {
    return this.levels
  }

  /** NaN where there is none. */
  get best(): number {
    return this.count === 0 ? Number.NaN : (this.keys[this.count - 1] ?? Number.NaN) * this.sign
  }

  /** Of the best price; 0 where there is none. */
  get bestQuantity(): number {
    return this.count === 0 ? 0 : (this.quantities[this.count - 1] ?? 0)
  }

  clear(): void {
    this.count = 0
    this.levels = 0
  }

  /** Absolute quantities; 0 deletes, and deleting what is not there is nothing. */
  apply(levels: LevelList): void {
    const { price, quantity, length } = levels
    const { sign } = this
    let place = this.count - 1
    let before = Number.POSITIVE_INFINITY
    for (let i = 0; i < length; i++) {
      const key = (price[i] as number) * sign
      // Most exchanges send the best first: what is worse than the level before lies behind it.
      place = this.placeOf(key, key < before ? Math.min(place, this.count - 1) : this.count - 1)
      before = key
      this.set(place, key, quantity[i] as number)
    }
  }

  /** The same of levels that come best first, as snapshots do: laid down from their end, so that nothing moves. */
  replace(levels: LevelList): void {
    this.clear()
    const { price, quantity, length } = levels
    const { sign } = this
    for (let i = length - 1; i >= 0; i--) {
      const key = (price[i] as number) * sign
      this.set(this.placeOf(key, this.count - 1), key, quantity[i] as number)
    }
  }

  /** Forgets the worst levels beyond `most`. */
  keepBest(most: number): void {
    let excess = this.levels - most
    if (excess <= 0) return
    const { quantities, count } = this
    let cut = 0
    for (; excess > 0; cut++) if (quantities[cut] !== 0) excess--
    this.keys.copyWithin(0, cut, count)
    quantities.copyWithin(0, cut, count)
    this.count = count - cut
    this.levels = most
  }

  /** Copies of the best `levels`, best first. */
  top(levels: number): { readonly price: Float64Array; readonly quantity: Float64Array } {
    const { keys, quantities, sign } = this
    const length = Math.max(0, Math.min(levels, this.levels))
    const price = new Float64Array(length)
    const quantity = new Float64Array(length)
    for (let i = 0, place = this.count - 1; i < length; place--) {
      if (quantities[place] === 0) continue
      price[i] = (keys[place] as number) * sign
      quantity[i++] = quantities[place] as number
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
      if (quantities[i] === 0) continue
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

  /** Copies what stands at `limit` or better, best first, as far as the arrays reach; how many levels. */
  readTo(limit: number, price: Float64Array, quantity: Float64Array): number {
    const { keys, quantities, sign } = this
    const key = limit * sign
    let length = 0
    for (let i = this.count - 1; i >= 0 && length < price.length && (keys[i] as number) >= key; i--) {
      if (quantities[i] === 0) continue
      price[length] = (keys[i] as number) * sign
      quantity[length++] = quantities[i] as number
    }
    return length
  }

  /** Base asset that stands at `price` or better. */
  depthTo(price: number): number {
    const { keys, quantities } = this
    const limit = price * this.sign
    let sum = 0
    for (let i = this.count - 1; i >= 0 && (keys[i] as number) >= limit; i--) sum += quantities[i] as number
    return sum
  }

  /** `place` as `placeOf` tells it. */
  private set(place: number, key: number, quantity: number): void {
    const { keys, quantities } = this
    if (place >= 0 && keys[place] === key) {
      this.levels += Number(quantity !== 0) - Number(quantities[place] !== 0)
      quantities[place] = quantity
      if (place === this.count - 1 || this.count - this.levels > mostEmpty + (this.levels >>> 2)) this.tidy()
      return
    }
    if (quantity === 0) return
    this.levels++
    if (place < 0 || quantities[place] !== 0) this.insert(place + 1, key, quantity)
    else {
      keys[place] = key
      quantities[place] = quantity
    }
  }

  /** The last place up to `place` whose key is not above `key`, -1 where there is none. Those behind `place` are above it. */
  private placeOf(key: number, place: number): number {
    const { keys } = this
    const far = place - nearLevels
    while (place > far && place >= stride && (keys[place - stride] as number) > key) place -= stride
    if (place <= far) return this.search(key, place)
    while (place >= 0 && (keys[place] as number) > key) place--
    return place
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

  /** A new place. */
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

  private tidy(): void {
    const { quantities } = this
    while (this.count > 0 && quantities[this.count - 1] === 0) this.count--
    if (this.count - this.levels > mostEmpty + (this.levels >>> 2)) this.compact()
  }

  /** Gives up the places without a level. */
  private compact(): void {
    const { keys, quantities, count } = this
    let to = 0
    for (let i = 0; i < count; i++) {
      if (quantities[i] === 0) continue
      keys[to] = keys[i] as number
      quantities[to++] = quantities[i] as number
    }
    this.count = to
  }

  private grow(): void {
    const { keys, quantities } = this
    this.keys = new Float64Array(keys.length * 2)
    this.quantities = new Float64Array(keys.length * 2)
    this.keys.set(keys)
    this.quantities.set(quantities)
  }
}
