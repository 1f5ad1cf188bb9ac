/** Keys that are only ever asked whether they are known, such as those of fills: a heap of texts would grow by 250 bytes with each. */

/** Share of places taken, above which a generation is spread over twice as many. */
const fullest = 0.7
const fewestPlaces = 1 << 10

/** Odd numbers whose bits are well mixed: the golden ratio's, and the constants of MurmurHash3's last step. */
const factorHigh = 0x9e3779b1
const factorLow = 0x85ebca6b
const factorMix = 0xc2b2ae35

const mixed = (hash: number): number => {
  const half = Math.imul(hash ^ (hash >>> 16), factorLow)
  const whole = Math.imul(half ^ (half >>> 13), factorMix)
  return whole ^ (whole >>> 16)
}

/** Both halves of each key's 64 bits, side by side; 0 and 0 is an empty place. */
class Generation {
  size = 0
  private places = new Int32Array(fewestPlaces * 2)

  has(high: number, low: number): boolean {
    const at = this.find(high, low)
    return this.places[at] === high && this.places[at + 1] === low
  }

  add(high: number, low: number): void {
    const at = this.find(high, low)
    if (this.places[at] === high && this.places[at + 1] === low) return
    this.places[at] = high
    this.places[at + 1] = low
    this.size++
    if (this.size * 2 > this.places.length * fullest) this.grow()
  }

  /** Where it stands, or the empty place where it would. */
  private find(high: number, low: number): number {
    const { places } = this
    const mask = places.length - 2
    let at = (low << 1) & mask
    for (;;) {
      const [known, other] = [places[at], places[at + 1]]
      if ((known === high && other === low) || (known === 0 && other === 0)) return at
      at = (at + 2) & mask
    }
  }

  private grow(): void {
    const before = this.places
    this.places = new Int32Array(before.length * 2)
    for (let from = 0; from < before.length; from += 2) {
      const [high = 0, low = 0] = [before[from], before[from + 1]]
      if (high === 0 && low === 0) continue
      const at = this.find(high, low)
      this.places[at] = high
      this.places[at + 1] = low
    }
  }
}

/**
 * Remembers keys by 64 bits of each, in 11 to 23 bytes. Two keys that have all of these bits in common would be taken for one, which is to
 * be expected once in 40 million sets of a million keys. Of more than `most` keys the older half is forgotten.
 */
export class KeySet {
  private readonly most: number
  private newer = new Generation()
  private older = new Generation()

  constructor(most: number) {
    this.most = most
  }

  has(key: string): boolean {
    const [high, low] = hashOf(key)
    return this.newer.has(high, low) || this.older.has(high, low)
  }

  add(key: string): void {
    const [high, low] = hashOf(key)
    this.newer.add(high, low)
    if (this.newer.size * 2 < this.most) return
    this.older = this.newer
    this.newer = new Generation()
  }
}

function hashOf(key: string): readonly [high: number, low: number] {
  let high = key.length
  let low = factorMix
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index)
    high = Math.imul(high ^ code, factorHigh)
    high ^= high >>> 15
    low = Math.imul(low ^ code, factorLow)
    low ^= low >>> 13
  }
  const ends = [mixed(high), mixed(low ^ high)] as const
  return ends[0] === 0 && ends[1] === 0 ? [0, 1] : ends
}
