/** Depth messages for tests, in plain lists. */
import type { Normalized } from '../../src/main/exchanges/contract.ts'
import { type BookRules, type DepthSnapshot, type DepthUpdate, LevelList } from '../../src/main/exchanges/depth.ts'
import type { Instrument } from '../../src/shared/domain/index.ts'

export type PlainLevels = readonly (readonly [price: number, quantity: number])[]

export const plainLevels = (list: LevelList): PlainLevels =>
  Array.from(
    { length: list.length },
    (_, at) => [list.price[at] ?? Number.NaN, list.quantity[at] ?? Number.NaN] as const,
  )

export function levelList(levels: PlainLevels): LevelList {
  const list = new LevelList()
  for (const [price, quantity] of levels) list.push(price, quantity)
  return list
}

const withPlainLevels = <T extends DepthUpdate | DepthSnapshot>(depth: T) => ({
  ...depth,
  bids: plainLevels(depth.bids),
  asks: plainLevels(depth.asks),
})

/** A depth as plain values; everything else as it is. */
export const plainDepth = (result: Normalized) => (result.kind === 'depth' ? withPlainLevels(result.depth) : result)
export const plainSnapshot = (snapshot: DepthSnapshot) => withPlainLevels(snapshot)

/** A message of an exchange's stream; without levels unless told. */
export const depthUpdate = (
  instrument: Instrument,
  {
    bids = [],
    asks = [],
    ...more
  }: Partial<Omit<DepthUpdate, 'bids' | 'asks'>> & {
    readonly bids?: PlainLevels
    readonly asks?: PlainLevels
  },
): DepthUpdate => ({
  instrument,
  isSnapshot: false,
  firstId: 0,
  lastId: 0,
  previousId: null,
  exchangeAt: null,
  receivedAt: 1,
  ...more,
  bids: levelList(bids),
  asks: levelList(asks),
})

/** The book as the rules build it, on plain maps: what the real one is compared with. */
export class PlainBook {
  readonly bids = new Map<number, number>()
  readonly asks = new Map<number, number>()
  lastId: number
  private isFirst = true
  private readonly rules: BookRules

  constructor(rules: BookRules, snapshot: DepthSnapshot) {
    this.rules = rules
    this.lastId = snapshot.lastId
    this.lay(snapshot)
  }

  /** What the rules say of it; a `next` one is laid over the book. */
  apply(update: DepthUpdate): ReturnType<BookRules['follows']> {
    const follows = this.rules.follows(update, this.lastId, this.isFirst)
    if (follows !== 'next') return follows
    this.isFirst = false
    if (update.isSnapshot) {
      this.bids.clear()
      this.asks.clear()
    }
    this.lay(update)
    this.lastId = update.lastId
    return follows
  }

  /** Best first. */
  levels(): { readonly bids: PlainLevels; readonly asks: PlainLevels } {
    return {
      bids: [...this.bids].sort(([a], [b]) => b - a),
      asks: [...this.asks].sort(([a], [b]) => a - b),
    }
  }

  private lay({ bids, asks }: Pick<DepthUpdate, 'bids' | 'asks'>): void {
    for (const [map, list] of [
      [this.bids, bids],
      [this.asks, asks],
    ] as const) {
      for (const [price, quantity] of plainLevels(list)) {
        if (quantity === 0) map.delete(price)
        else map.set(price, quantity)
      }
    }
  }
}
