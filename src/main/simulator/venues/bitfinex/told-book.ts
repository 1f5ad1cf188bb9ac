/** The book of one channel as its client has been told it, of which checksums are made. */
import { crc32 } from 'node:zlib'
import type { BookRow } from './frames.ts'

const checksumLevels = 25

export class ToldBook {
  private readonly bids = new Map<number, number>()
  private readonly asks = new Map<number, number>()
  /** Told since the last checksum. */
  private hasChanged = false

  tell(rows: readonly BookRow[]): void {
    this.hasChanged ||= rows.length > 0
    for (const [price, count, amount] of rows) {
      const side = amount > 0 ? this.bids : this.asks
      if (count === 0) side.delete(price)
      else side.set(price, amount)
    }
  }

  /** What leads from this book to one of these levels alone: nothing else stands in it then. */
  leadTo(rows: readonly BookRow[]): readonly BookRow[] {
    const stays = new Set(rows.map(([price, , amount]) => Math.sign(amount) * price))
    const gone = (side: ReadonlyMap<number, number>, direction: 1 | -1): BookRow[] =>
      [...side.keys()].filter((price) => !stays.has(direction * price)).map((price) => [price, 0, direction])
    const changed = rows.filter(([price, , amount]) => (amount > 0 ? this.bids : this.asks).get(price) !== amount)
    return [...gone(this.bids, 1), ...gone(this.asks, -1), ...changed]
  }

  /** Of the best 25 levels a side, in turn; null where nothing has changed. */
  checksum(): number | null {
    if (!this.hasChanged) return null
    this.hasChanged = false
    const bids = [...this.bids].sort(([a], [b]) => b - a)
    const asks = [...this.asks].sort(([a], [b]) => a - b)
    const numbers = Array.from({ length: checksumLevels }, (_, at) => [bids[at] ?? [], asks[at] ?? []]).flat(2)
    return crc32(numbers.map(String).join(':')) | 0
  }
}
