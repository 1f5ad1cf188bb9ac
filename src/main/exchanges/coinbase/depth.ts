/** Full books of `level2`: the stream brings the whole and then its changes; quotes are the best of the same books. */
import { parseDecimal } from '../../../shared/decimal.ts'
import type { BookTicker, EpochMs, Instrument } from '../../../shared/domain/index.ts'
import { BookSide } from '../book-side.ts'
import type { Normalized } from '../contract.ts'
import { type BookRules, LevelList } from '../depth.ts'
import { microsecondsOf } from '../instants.ts'
import { type DepthEvent, DepthFrame } from './schemas.ts'

/** What one connection knows of a product's book. */
interface Followed {
  /** Of the newest message; what the next one follows on. */
  lastId: number
  /** A frame of the connection was lost since the book was whole. */
  isBroken: boolean
  readonly bids: BookSide
  readonly asks: BookSide
  /** The quote told last. */
  quote: BookTicker | null
}

/** The books of one connection. */
export interface DepthNormalizer {
  /**
   * In      {"channel":"l2_data","client_id":"","timestamp":"2026-04-07T14:30:01.456789Z","sequence_num":1,"events":[{"type":"update",
   *         "product_id":"BTC-USD","updates":[{"side":"bid","event_time":"…","price_level":"68900.00","new_quantity":"2.0"},…]}]}
   * Out     one depth; a snapshot where `type` says so. The frame's time in microseconds stands for an id, since its number counts the
   *         frames of one connection only; previousId is that of the message before it, or -1 where a frame was lost since: a book that
   *         lacks something must not go on. Quantities are as they are now, in any form of 0 where the level is gone. With it the
   *         best bid and ask where they changed, null for a side that nobody quotes; exchangeAt = timestamp
   * Not     `event_time`: 1970 in snapshots, and of a single order in updates
   * Rejects schema · unknownInstrument · value (a time that is none, a price that is not above 0, a negative quantity); the book counts as
   *         broken then
   * Source  "Level2 channel"; fixture coinbase/ws_market.ndjson
   */
  normalize(json: unknown, receivedAt: EpochMs): Normalized
  /** A frame is missing: nobody knows whose. */
  breakAll(): void
  /** Books that wait to begin anew. */
  readonly broken: number
  /** What is subscribed now; the rest is forgotten. */
  keep(products: ReadonlySet<string>): void
}

/** Ids count from here on, so that they are no larger than they must be. */
const countedFrom = Date.UTC(2020, 0, 1) * 1_000
/** Levels a side kept for the sake of the best one; what is forgotten lies thousands of levels away. */
const mostLevels = 16_384

export function createDepthNormalizer(instruments: ReadonlyMap<string, Instrument>): DepthNormalizer {
  const bids = new LevelList()
  const asks = new LevelList()
  const followed = new Map<string, Followed>()

  function normalize(json: unknown, receivedAt: EpochMs): Normalized {
    const frame = DepthFrame.safeParse(json)
    if (!frame.success)
      return { kind: 'rejected', reason: 'schema', detail: `l2_data: ${frame.error.issues[0]?.message}` }
    const { timestamp, events } = frame.data
    const [event] = events
    const { product_id: product, type } = event
    const instrument = instruments.get(product)
    if (!instrument) return { kind: 'rejected', reason: 'unknownInstrument', detail: product.slice(0, 100) }
    const micros = microsecondsOf(timestamp)
    const wrong = micros > countedFrom ? fill(event, bids, asks) : `timestamp: ${timestamp.slice(0, 40)}: no time`
    const known = followed.get(product)
    if (wrong !== null) {
      if (known) known.isBroken = true
      return { kind: 'rejected', reason: 'value', detail: `${product.slice(0, 40)} depth: ${wrong}` }
    }
    const isSnapshot = type === 'snapshot'
    const id = micros - countedFrom
    const exchangeAt = Math.floor(micros / 1_000)
    const followsNothing = known === undefined || known.isBroken
    const previousId = isSnapshot ? null : followsNothing ? -1 : known.lastId
    const ids = { firstId: id, lastId: id, previousId }
    const depth = { instrument, isSnapshot, ...ids, bids, asks, exchangeAt, receivedAt }
    if (!isSnapshot && followsNothing) return { kind: 'depth', depth }
    const book = known ?? begin(product)
    book.lastId = id
    book.isBroken = false
    if (isSnapshot) {
      book.bids.replace(bids)
      book.asks.replace(asks)
    } else {
      book.bids.apply(bids)
      book.asks.apply(asks)
    }
    book.bids.keepBest(mostLevels)
    book.asks.keepBest(mostLevels)
    return { kind: 'depth', depth, quote: changedQuote(book, instrument, exchangeAt, receivedAt) }
  }

  function begin(product: string): Followed {
    const sides = { bids: new BookSide('bids'), asks: new BookSide('asks') }
    const book: Followed = { lastId: 0, isBroken: false, ...sides, quote: null }
    followed.set(product, book)
    return book
  }

  return {
    normalize,
    breakAll() {
      for (const book of followed.values()) book.isBroken = true
    },
    get broken() {
      let count = 0
      for (const { isBroken } of followed.values()) if (isBroken) count++
      return count
    },
    keep(products) {
      for (const product of followed.keys()) if (!products.has(product)) followed.delete(product)
    },
  }
}

/** What is wrong with a level, in words; null: all are read. */
function fill({ updates }: DepthEvent, bids: LevelList, asks: LevelList): string | null {
  bids.clear()
  asks.clear()
  for (let at = 0; at < updates.length; at++) {
    const update = updates[at]
    if (update === undefined) continue
    const price = parseDecimal(update.price_level)
    const quantity = parseDecimal(update.new_quantity)
    // a NaN passes no comparison
    if (!(price > 0) || !(quantity >= 0))
      return `updates.${at}: ${JSON.stringify(update).slice(0, 100)}: no price above 0 with a quantity of 0 or more`
    if (update.side === 'bid') bids.push(price, quantity)
    else asks.push(price, quantity)
  }
  return null
}

/** null: it is the one told last. */
function changedQuote(
  book: Followed,
  instrument: Instrument,
  exchangeAt: EpochMs,
  receivedAt: EpochMs,
): BookTicker | null {
  const { bids, asks, quote: before } = book
  const [hasBid, hasAsk] = [bids.length > 0, asks.length > 0]
  const bidPrice = hasBid ? bids.best : null
  const bidQuantity = hasBid ? bids.bestQuantity : null
  const askPrice = hasAsk ? asks.best : null
  const askQuantity = hasAsk ? asks.bestQuantity : null
  if (
    before !== null &&
    before.bidPrice === bidPrice &&
    before.askPrice === askPrice &&
    before.bidQuantity === bidQuantity &&
    before.askQuantity === askQuantity
  )
    return null
  const sides = { bidPrice, bidQuantity, askPrice, askQuantity }
  book.quote = { kind: 'book_ticker', instrument, ...sides, exchangeAt, receivedAt }
  return book.quote
}

/** Each message names the one before it, as `DepthNormalizer` counts them; a frame that comes twice never gets so far. */
export const bookRules: BookRules = {
  snapshot: null,
  follows: ({ isSnapshot, previousId }, known) => (isSnapshot || previousId === known ? 'next' : 'gap'),
  levels: null,
  intervalMs: 50,
}
