/**
 * One symbol's order books as one. Pure; a few tenths of a millisecond for 8 books of 500 levels.
 *
 * What counts: books that are `live`, but for those whose middle price, and single levels whose price, lie too far from the other
 * exchanges (consolidated-prices.ts), and those of another coin by the same name; all are told, never dropped in silence. Bids are put into the bucket that begins at or below them,
 * asks into the one that ends at or above them, so that a bucket never looks better than what is in it. A crossed top is left as it is:
 * somebody bids more on one exchange than somebody asks on another.
 */
import type { BookColumns } from './columns.ts'
import { bucketAbove, bucketBelow, bucketPrice } from './consolidated-buckets.ts'
import { outliersOf, type PriceVote, rangesOfOthers, twoSided, weigh } from './consolidated-prices.ts'
import type { ExchangeId } from './domain/index.ts'

/** Distances from the reference price at which liquidity and imbalance are told, percent. */
export const depthPercents = [0.1, 0.5, 1] as const

/** One exchange's book; null: none came. */
export interface ConsolidatedLeg {
  readonly exchange: ExchangeId
  readonly book: BookColumns | null
  /** It is known to trade another coin by this name than that exchange does, so its book is none of theirs. */
  readonly otherThan?: ExchangeId | undefined
  /** `reliabilityOf`, 0 to 1. */
  readonly reliability: number
}

/** Buckets of one side, best first. */
export interface ConsolidatedSide {
  /** Bids: the lower edge; asks: the upper one. */
  readonly price: Float64Array
  /** Base asset in the bucket, and in it or better ones. */
  readonly quantity: Float64Array
  readonly total: Float64Array
  /** Base asset of exchange `e` (an index into `exchanges`) in bucket `i`: at `i * exchanges.length + e`. */
  readonly parts: Float64Array
  /** So many buckets from the best on hold all there is; in those after them the books of some exchanges are not known so far. */
  readonly wholeBuckets: number
}

export interface TopOfBook {
  readonly exchange: ExchangeId
  readonly price: number
  readonly quantity: number
}

export interface SetAside {
  readonly exchange: ExchangeId
  /** `book`: its middle price is too far away, nothing of it counts; else so many of its best levels of that side. */
  readonly what: 'book' | 'bid' | 'ask'
  /** Of a book its middle, else the best of the levels. */
  readonly price: number
  readonly levels: number
  /** Base asset in them; of a book NaN. */
  readonly quantity: number
  /** From the median of the others, percent, with its sign. */
  readonly distancePercent: number
}

export interface ExchangeWeight extends PriceVote {
  readonly exchange: ExchangeId
  /** False: its book is not known so far on either side, and its liquidity is at least so much. */
  readonly isWhole: boolean
  /** 0 to 1, all add up to 1. */
  readonly weight: number
}

/** What stands within `percent` of the reference price. `isWhole` false: some book is not known so far, and it is at least so much. */
export interface Liquidity {
  readonly percent: number
  /** Base asset. */
  readonly bids: number
  readonly asks: number
  /** Quote asset. */
  readonly bidValue: number
  readonly askValue: number
  readonly isWhole: boolean
  /** (bids - asks) / (bids + asks) of the values, -1 to 1; NaN where nothing stands. */
  readonly imbalance: number
}

/** Somebody bids more than somebody else asks. Before any fee. */
export interface Crossing {
  readonly bid: TopOfBook
  readonly ask: TopOfBook
  /** Of the ask's price. */
  readonly percent: number
  /** Base asset that crosses, and what it would bring before fees, quote asset. */
  readonly quantity: number
  readonly profit: number
}

export interface ConsolidatedBook {
  readonly bucketSize: number
  /** Those whose books count, in the order they were given. */
  readonly exchanges: readonly ExchangeId[]
  readonly bids: ConsolidatedSide
  readonly asks: ConsolidatedSide
  readonly bestBid: TopOfBook | null
  readonly bestAsk: TopOfBook | null
  readonly crossing: Crossing | null
  /** NaN where no book counts. */
  readonly reference: number
  readonly weights: readonly ExchangeWeight[]
  readonly liquidity: readonly Liquidity[]
  /** Not live, and why in words; or with `otherThan` another coin than there. */
  readonly leftOut: readonly {
    readonly exchange: ExchangeId
    readonly why: string
    readonly otherThan?: ExchangeId
  }[]
  readonly setAside: readonly SetAside[]
}

interface Side {
  readonly price: Float64Array
  readonly quantity: Float64Array
}

interface Counted {
  readonly exchange: ExchangeId
  readonly reliability: number
  /** Without the levels that are set aside. */
  readonly bids: Side
  readonly asks: Side
}

/** The share of the price within which a book's liquidity makes its weight. */
const weightPercent = 0.1

export function consolidate(legs: readonly ConsolidatedLeg[], bucketSize: number): ConsolidatedBook {
  const leftOut = legs.flatMap(({ exchange, book, otherThan }) => {
    if (otherThan !== undefined) return [{ exchange, why: '', otherThan }]
    return isLive(book) ? [] : [{ exchange, why: whyNot(book) }]
  })
  const { counted, setAside } = believed(legs.filter(({ otherThan }) => otherThan === undefined))
  const votes = counted.map(voteOf)
  const { reference, weights } = weigh(votes)
  const bids = merge(counted, 'bids', bucketSize)
  const asks = merge(counted, 'asks', bucketSize)
  const bestBid = best(counted, 'bids')
  const bestAsk = best(counted, 'asks')
  return {
    bucketSize,
    exchanges: counted.map(({ exchange }) => exchange),
    bids,
    asks,
    bestBid,
    bestAsk,
    crossing: crossingOf(counted, bestBid, bestAsk),
    reference,
    weights: counted.flatMap(({ exchange }, i) => {
      const vote = votes[i]
      return vote === undefined ? [] : [{ exchange, ...vote, weight: weights[i] ?? 0 }]
    }),
    liquidity: depthPercents.map((percent) => liquidityOf(counted, reference, percent)),
    leftOut,
    setAside,
  }
}

/** Without both sides a book has no middle, and nothing says what its prices are worth. */
const isLive = (book: BookColumns | null): book is BookColumns =>
  book !== null && book.truth === 'live' && book.bidPrice.length > 0 && book.askPrice.length > 0

function whyNot(book: BookColumns | null): string {
  if (book === null) return 'no book came'
  if (book.truth !== 'live') return book.reason === '' ? book.truth : book.reason
  return book.bidPrice.length === 0 ? 'nobody bids' : 'nobody asks'
}

function believed(legs: readonly ConsolidatedLeg[]): {
  readonly counted: readonly Counted[]
  readonly setAside: readonly SetAside[]
} {
  const live = legs.flatMap(({ exchange, book, reliability }) =>
    isLive(book) ? [{ exchange, book, reliability }] : [],
  )
  const bidRanges = rangesOfOthers(live.map(({ book }) => book.bidPrice[0] ?? Number.NaN))
  const askRanges = rangesOfOthers(live.map(({ book }) => book.askPrice[0] ?? Number.NaN))
  const trimmed = live.map(({ exchange, book, reliability }, place) => {
    const bidRange = bidRanges[place] ?? null
    const askRange = askRanges[place] ?? null
    const strayBids =
      bidRange === null ? 0 : countWhile(book.bidPrice, (price) => price > bidRange.median + bidRange.distance)
    const strayAsks =
      askRange === null ? 0 : countWhile(book.askPrice, (price) => price < askRange.median - askRange.distance)
    const bids = { price: book.bidPrice.subarray(strayBids), quantity: book.bidQuantity.subarray(strayBids) }
    const asks = { price: book.askPrice.subarray(strayAsks), quantity: book.askQuantity.subarray(strayAsks) }
    const stray: SetAside[] = []
    if (bidRange !== null && strayBids > 0) {
      stray.push(strayLevels(exchange, 'bid', book.bidPrice, book.bidQuantity, strayBids, bidRange.median))
    }
    if (askRange !== null && strayAsks > 0) {
      stray.push(strayLevels(exchange, 'ask', book.askPrice, book.askQuantity, strayAsks, askRange.median))
    }
    // Where one side is stray as a whole, its middle is that of what it told.
    const middle =
      bids.price.length > 0 && asks.price.length > 0
        ? middleOf(bids, asks)
        : middleOf(
            { price: book.bidPrice, quantity: book.bidQuantity },
            { price: book.askPrice, quantity: book.askQuantity },
          )
    return { exchange, reliability, bids, asks, stray, middle, levels: book.bidPrice.length + book.askPrice.length }
  })
  const middles = trimmed.map(({ middle }) => middle)
  const ranges = rangesOfOthers(middles)
  const isOutlier = outliersOf(middles)
  const counted: Counted[] = []
  const setAside: SetAside[] = []
  trimmed.forEach(({ exchange, reliability, bids, asks, stray, middle, levels }, place) => {
    const range = ranges[place] ?? null
    const isEmptied = bids.price.length === 0 || asks.price.length === 0
    if (range !== null && (isOutlier[place] === true || isEmptied)) {
      const distancePercent = (middle / range.median - 1) * 100
      setAside.push({ exchange, what: 'book', price: middle, levels, quantity: Number.NaN, distancePercent })
      return
    }
    setAside.push(...stray)
    counted.push({ exchange, reliability, bids, asks })
  })
  return { counted, setAside }
}

function strayLevels(
  exchange: ExchangeId,
  what: 'bid' | 'ask',
  prices: Float64Array,
  quantities: Float64Array,
  levels: number,
  median: number,
): SetAside {
  const price = prices[0] ?? Number.NaN
  const quantity = quantities.subarray(0, levels).reduce((sum, one) => sum + one, 0)
  return { exchange, what, price, levels, quantity, distancePercent: (price / median - 1) * 100 }
}

function countWhile(prices: Float64Array, holds: (price: number) => boolean): number {
  let count = 0
  while (count < prices.length && holds(prices[count] ?? Number.NaN)) count++
  return count
}

const middleOf = (bids: Side, asks: Side): number => ((bids.price[0] ?? Number.NaN) + (asks.price[0] ?? Number.NaN)) / 2

function voteOf({ bids, asks, reliability }: Counted): PriceVote & Pick<ExchangeWeight, 'isWhole'> {
  const middle = middleOf(bids, asks)
  const reach = (middle * weightPercent) / 100
  const bidPart = within(bids, (price) => price >= middle - reach)
  const askPart = within(asks, (price) => price <= middle + reach)
  const isWhole = bidPart.isWhole && askPart.isWhole
  return { middle, liquidity: twoSided(bidPart.value, askPart.value), reliability, isWhole }
}

/** What stands up to where `reaches` ends; `isWhole`: a level beyond is known, so that nothing before it is missing. */
function within({ price, quantity }: Side, reaches: (price: number) => boolean) {
  let sum = 0
  let value = 0
  let level = 0
  for (; level < price.length; level++) {
    const at = price[level] ?? Number.NaN
    if (!reaches(at)) break
    const size = quantity[level] ?? 0
    sum += size
    value += size * at
  }
  return { quantity: sum, value, isWhole: level < price.length }
}

function liquidityOf(counted: readonly Counted[], reference: number, percent: number): Liquidity {
  const reach = (reference * percent) / 100
  let [bids, asks, bidValue, askValue] = [0, 0, 0, 0]
  let isWhole = true
  for (const leg of counted) {
    const bidPart = within(leg.bids, (price) => price >= reference - reach)
    const askPart = within(leg.asks, (price) => price <= reference + reach)
    bids += bidPart.quantity
    asks += askPart.quantity
    bidValue += bidPart.value
    askValue += askPart.value
    isWhole &&= bidPart.isWhole && askPart.isWhole
  }
  return { percent, bids, asks, bidValue, askValue, isWhole, imbalance: (bidValue - askValue) / (bidValue + askValue) }
}

function best(counted: readonly Counted[], side: 'bids' | 'asks'): TopOfBook | null {
  let top: TopOfBook | null = null
  for (const leg of counted) {
    const price = leg[side].price[0]
    const quantity = leg[side].quantity[0]
    if (price === undefined || quantity === undefined) continue
    if (top === null || (side === 'bids' ? price > top.price : price < top.price)) {
      top = { exchange: leg.exchange, price, quantity }
    }
  }
  return top
}

function crossingOf(counted: readonly Counted[], bid: TopOfBook | null, ask: TopOfBook | null): Crossing | null {
  if (bid === null || ask === null || bid.price <= ask.price) return null
  const bids = levelsOf(counted, 'bids', (price) => price > ask.price).sort((a, b) => b.price - a.price)
  const asks = levelsOf(counted, 'asks', (price) => price < bid.price).sort((a, b) => a.price - b.price)
  let quantity = 0
  let profit = 0
  let [b, a] = [0, 0]
  let bidLeft = bids[0]?.quantity ?? 0
  let askLeft = asks[0]?.quantity ?? 0
  for (;;) {
    const highest = bids[b]
    const lowest = asks[a]
    if (highest === undefined || lowest === undefined || highest.price <= lowest.price) break
    const taken = Math.min(bidLeft, askLeft)
    quantity += taken
    profit += taken * (highest.price - lowest.price)
    bidLeft -= taken
    askLeft -= taken
    if (bidLeft <= 0) bidLeft = bids[++b]?.quantity ?? 0
    if (askLeft <= 0) askLeft = asks[++a]?.quantity ?? 0
  }
  return { bid, ask, percent: (bid.price / ask.price - 1) * 100, quantity, profit }
}

function levelsOf(counted: readonly Counted[], side: 'bids' | 'asks', crosses: (price: number) => boolean) {
  return counted.flatMap((leg) => {
    const { price, quantity } = leg[side]
    const count = countWhile(price, crosses)
    return Array.from({ length: count }, (_, i) => ({ price: price[i] ?? Number.NaN, quantity: quantity[i] ?? 0 }))
  })
}

function merge(counted: readonly Counted[], side: 'bids' | 'asks', size: number): ConsolidatedSide {
  const isBids = side === 'bids'
  const bucketOf = isBids ? bucketBelow : bucketAbove
  const width = counted.length
  const rows = new Map<number, Float64Array>()
  /** The first bucket, from the best on, in which some book ends. */
  let end = isBids ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  counted.forEach((leg, place) => {
    const { price, quantity } = leg[side]
    let row: Float64Array | undefined
    let rowBucket = Number.NaN
    for (let i = 0; i < price.length; i++) {
      const bucket = bucketOf(price[i] ?? Number.NaN, size)
      if (row === undefined || bucket !== rowBucket) {
        row = rows.get(bucket) ?? new Float64Array(width)
        rows.set(bucket, row)
        rowBucket = bucket
      }
      row[place] = (row[place] ?? 0) + (quantity[i] ?? 0)
    }
    end = isBids ? Math.max(end, rowBucket) : Math.min(end, rowBucket)
  })
  const buckets = [...rows.keys()].sort((a, b) => (isBids ? b - a : a - b))
  const price = new Float64Array(buckets.length)
  const quantity = new Float64Array(buckets.length)
  const total = new Float64Array(buckets.length)
  const parts = new Float64Array(buckets.length * width)
  let sum = 0
  let wholeBuckets = 0
  buckets.forEach((bucket, i) => {
    const row = rows.get(bucket)
    if (row === undefined) return
    const inBucket = row.reduce((all, one) => all + one, 0)
    sum += inBucket
    price[i] = bucketPrice(bucket, size)
    quantity[i] = inBucket
    total[i] = sum
    parts.set(row, i * width)
    if (isBids ? bucket > end : bucket < end) wholeBuckets = i + 1
  })
  return { price, quantity, total, parts, wholeBuckets }
}
