/**
 * Samples order books into price buckets, one column of each every `columnMs`, spread evenly over that time so that no call takes more
 * than a fraction of a millisecond.
 *
 * Memory is bounded whatever happens: at most 500 books, of each the block under way (five minutes: 60 columns of 128 buckets at 5 s,
 * 17 kB) and at most as many again that wait for the disk, with a copy each on its way there: 26 MB at the bound, 3 MB with 52 books whose
 * disk keeps up. Books beyond it are not sampled, and counted. A book that is not live gets no column: a hole.
 */
import { bucketBelow, bucketFloor, bucketPrice, bucketSizeFrom } from '../../shared/consolidated-buckets.ts'
import type { EpochMs, Instrument, KeptBook } from '../../shared/domain/index.ts'
import type { Logger } from '../log.ts'
import { coarseCodeOf } from '../storage/depth/sizes.ts'
import type { DepthBlock } from '../storage/depth-contract.ts'
import { OpenBlock, windowBuckets } from './open-block.ts'

/** Blocks end at multiples of this. */
export const blockMs = 300_000
const mostBooks = 500
/** Of one `step`. */
const budgetMs = 0.5
/** A turn over all books is to be done after this share of the time of a column. */
const turnShare = 0.8
/** Of the middle price, on either side. */
const nearShare = 0.001
/** Levels of one side that are looked at. */
const mostLevels = 16_384
/**
 * A bucket is the size of the 1-2-5 series at or above this share of the price: 10 for a price of 65,000, 0.5 for one of 3,000. Half a
 * window then reaches 0.9 % to 2.2 %.
 */
const bucketShare = 1.4e-4
/** The size of a symbol stays while the price has it within these multiples of the best one. */
const leastKept = 0.9
const mostKept = 3

export interface DepthSamplerOptions {
  /** Asked anew for every turn. */
  readonly books: () => readonly KeptBook[]
  readonly columnMs: number
  /** Keeps a block that is full; null: nothing is stored, and what is full is forgotten. */
  readonly save: ((block: DepthBlock) => Promise<unknown>) | null
  /** After each sample. */
  readonly onSample?: (instrument: Instrument, near: NearBook, at: EpochMs) => void
  readonly logger: Logger
}

/** What stands within 0.1 % of the middle price; `isWhole` false: the book is not known so far, and it is at least so much. */
export interface NearBook {
  /** Quote asset, by the middle price. */
  readonly bidValue: number
  readonly askValue: number
  readonly isWhole: boolean
}

export interface SamplerCounts {
  /** In the turn under way, and those left out because there are too many. */
  readonly books: number
  readonly leftOut: number
  /** Since it began: samples taken, and those left out because the program was late. */
  readonly samples: number
  readonly late: number
}

interface Grid {
  block: number
  size: number
  /** The coarsest of its markets. */
  tickSize: number
}

export class DepthSampler {
  private readonly options: DepthSamplerOptions
  private readonly open = new Map<number, OpenBlock>()
  /** Full, and not known to be stored yet. */
  private readonly waiting = new Set<DepthBlock>()
  private readonly grids = new Map<string, Grid>()
  private readonly price = new Float64Array(mostLevels)
  private readonly quantity = new Float64Array(mostLevels)
  private readonly sums = new Float64Array(windowBuckets)
  private readonly codes = new Uint16Array(windowBuckets)
  private turn: readonly KeptBook[] = []
  private turnAt: EpochMs = Number.NEGATIVE_INFINITY
  private place = 0
  private leftOut = 0
  private samples = 0
  private late = 0
  private isFailing = false

  constructor(options: DepthSamplerOptions) {
    this.options = options
  }

  /** Call about every 50 ms. */
  step(now: EpochMs): void {
    const { columnMs } = this.options
    const columnAt = now - (now % columnMs)
    if (columnAt !== this.turnAt) this.begin(columnAt)
    const { turn } = this
    const due = Math.min(turn.length, Math.ceil((turn.length * (now - columnAt + 1)) / (columnMs * turnShare)))
    const startedAt = performance.now()
    while (this.place < due && performance.now() - startedAt < budgetMs) {
      const kept = turn[this.place++]
      if (kept !== undefined) this.sample(kept)
    }
  }

  /** Copies of what is not stored yet of these instruments; the column under way only once every book was seen, so that sums are whole. */
  unstored(instrumentIds: readonly number[]): readonly DepthBlock[] {
    const wanted = new Set(instrumentIds)
    const before = this.place < this.turn.length ? this.turnAt : Number.POSITIVE_INFINITY
    return [
      ...[...this.waiting].filter(({ instrumentId }) => wanted.has(instrumentId)),
      ...instrumentIds.flatMap((id) => this.open.get(id)?.copy(before) ?? []),
    ]
  }

  counts(): SamplerCounts {
    const { turn, leftOut, samples, late } = this
    return { books: turn.length, leftOut, samples, late }
  }

  /** Hands over everything under way; resolves when it is stored, or could not be. */
  async end(): Promise<void> {
    await Promise.all([...this.open.values()].map((block) => this.seal(block)))
  }

  private begin(columnAt: EpochMs): void {
    this.late += this.turn.length - this.place
    const books = this.options.books()
    this.turn = books.length > mostBooks ? books.slice(0, mostBooks) : books
    this.leftOut = books.length - this.turn.length
    this.turnAt = columnAt
    this.place = 0
    // Of books that are kept no more, and of symbols nobody watches.
    const block = Math.floor(columnAt / blockMs)
    for (const open of this.open.values()) if (columnAt >= open.endTime + blockMs) void this.seal(open)
    for (const [symbol, grid] of this.grids) if (grid.block < block - 1) this.grids.delete(symbol)
  }

  private sample({ instrument, book, truth }: KeptBook): void {
    const { columnMs, onSample } = this.options
    const { bestBid, bestAsk } = book
    const middle = (bestBid + bestAsk) / 2
    if (truth !== 'live' || !(middle > 0)) return
    const at = this.turnAt
    const size = this.sizeOf(instrument.symbol, instrument.tickSize, middle)
    const low = bucketBelow(middle, size) - windowBuckets / 2
    const { from, end, near } = this.read(book, middle, low, size)
    const known = Math.max(0, end - from)
    const { sums, codes } = this
    for (let i = 0; i < known; i++) codes[i] = coarseCodeOf(sums[from - low + i] as number)
    let block = this.open.get(instrument.id)
    const fits = block !== undefined && at >= block.fromTime && at < block.endTime && block.bucketSize === size
    if (block === undefined || !fits) {
      if (block !== undefined) void this.seal(block)
      const endTime = at - (at % blockMs) + blockMs
      block = new OpenBlock(instrument.id, at, endTime, columnMs, size)
      this.open.set(instrument.id, block)
    }
    block.add(at, bestBid, bestAsk, from, known, codes)
    this.samples++
    onSample?.(instrument, near, at)
  }

  /** Adds up both sides into `sums` and tells which buckets are known: beyond its worst level nobody knows what stands in a book. */
  private read(book: KeptBook['book'], middle: number, low: number, size: number) {
    const { price, quantity, sums } = this
    sums.fill(0)
    const end = low + windowBuckets
    const bids = book.readTo('SELL', bucketPrice(low, size), price, quantity)
    const nearBids = this.addUp(bids, low, size, 1, middle * (1 - nearShare))
    const isBidEnd = bids === book.bidLevels || bids === price.length
    const from = isBidEnd ? bucketBelow(price[bids - 1] ?? Number.NaN, size) + 1 : low
    const asks = book.readTo('BUY', bucketPrice(end, size), price, quantity)
    const nearAsks = this.addUp(asks, low, size, -1, middle * (1 + nearShare))
    const isAskEnd = asks === book.askLevels || asks === price.length
    const near = {
      bidValue: nearBids.sum * middle,
      askValue: nearAsks.sum * middle,
      isWhole: (nearBids.isPassed || !isBidEnd) && (nearAsks.isPassed || !isAskEnd),
    }
    return { from, end: isAskEnd ? Math.min(end, bucketBelow(price[asks - 1] ?? Number.NaN, size)) : end, near }
  }

  /**
   * Levels that come best first into their buckets; and of those that are near the sum in base asset, and whether there are any beyond.
   * One division a bucket: up to the bucket's edge a comparison is enough. `sign` makes better prices of either side the larger ones.
   */
  private addUp(levels: number, low: number, size: number, sign: 1 | -1, nearTo: number) {
    const { price, quantity, sums } = this
    const near = nearTo * sign
    let nearSum = 0
    let isPassed = false
    for (let i = 0; i < levels; ) {
      const bucket = bucketBelow(price[i] as number, size)
      const edge = (sign === 1 ? bucketFloor(bucket, size) : bucketFloor(bucket + 1, size)) * sign
      let sum = quantity[i] as number
      let inside = (price[i] as number) * sign >= near ? sum : 0
      let key = 0
      for (i++; i < levels; i++) {
        key = (price[i] as number) * sign
        if (key < edge) break
        const here = quantity[i] as number
        sum += here
        if (key >= near) inside += here
      }
      nearSum += inside
      isPassed ||= (price[i - 1] as number) * sign < near
      const place = bucket - low
      // An ask may stand right on the window's end.
      if (place >= 0 && place < windowBuckets) sums[place] = (sums[place] as number) + sum
    }
    return { sum: nearSum, isPassed }
  }

  /** The same for all markets of a symbol within a block, so that they can be added up. */
  private sizeOf(symbol: string, tickSize: number | null, middle: number): number {
    const block = Math.floor(this.turnAt / blockMs)
    const grid = this.grids.get(symbol)
    if (grid !== undefined) grid.tickSize = Math.max(grid.tickSize, tickSize ?? 0)
    if (grid?.block === block) return grid.size
    const coarsest = grid?.tickSize ?? tickSize ?? 0
    const wanted = Math.max(middle * bucketShare, coarsest)
    const stays = grid !== undefined && grid.size >= wanted * leastKept && grid.size <= wanted * mostKept
    const size = stays ? grid.size : bucketSizeFrom(wanted)
    this.grids.set(symbol, { block, size, tickSize: coarsest })
    return size
  }

  private async seal(open: OpenBlock): Promise<void> {
    const { save, logger } = this.options
    if (this.open.get(open.instrumentId) === open) this.open.delete(open.instrumentId)
    const block = open.copy()
    if (block === null || save === null) return
    // The disk has not answered for as many: these minutes are a hole.
    if (this.waiting.size >= mostBooks) {
      if (!this.isFailing) logger.warn('samples of order books were not stored: too many wait for the disk')
      this.isFailing = true
      return
    }
    this.waiting.add(block)
    try {
      // The buffers of what is saved are handed over, and this block is still read meanwhile.
      await save(structuredClone(block))
      this.isFailing = false
    } catch (error) {
      // What a full disk or a broken file means is told by the recorder; the samples of these minutes are a hole.
      if (!this.isFailing) logger.warn({ err: error }, 'samples of order books were not stored')
      this.isFailing = true
    } finally {
      this.waiting.delete(block)
    }
  }
}
