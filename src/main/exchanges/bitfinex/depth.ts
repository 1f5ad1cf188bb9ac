/**
 * Order books: a channel of 250 levels for whole books, one of a single level for quotes. Rows are `[PRICE, COUNT, AMOUNT]`: bids have
 * a positive amount, asks a negative one; COUNT 0 deletes the level, and AMOUNT then only says on which side.
 * Docs: https://docs.bitfinex.com/reference/ws-public-books, /docs/ws-websocket-checksum · fixture recordings/BITFINEX.ndjson
 */
import { crc32 } from 'node:zlib'
import type { EpochMs, Instrument, OrderBookView } from '../../../shared/domain/index.ts'
import { type BookRules, type DepthUpdate, LevelList } from '../depth.ts'
import { type BookRow, isBookRow } from './schemas.ts'
import { bookLevels } from './subscribe.ts'

/** Both sides as rows told of them. */
export interface Sides {
  readonly bids: LevelList
  readonly asks: LevelList
}

/** The rows of a frame's payload: one row, or the rows of a snapshot; null where it is neither. */
export function rowsOfBook(payload: unknown, isSnapshot: boolean): readonly BookRow[] | null {
  if (!isSnapshot) return isBookRow(payload) ? [payload] : null
  return Array.isArray(payload) && payload.every(isBookRow) ? payload : null
}

/** Fills both sides; the first row that cannot be a level is the answer, null: all can. A quantity of 0 deletes. */
export function fillSides(rows: readonly BookRow[], { bids, asks }: Sides, isSnapshot: boolean): BookRow | null {
  bids.clear()
  asks.clear()
  for (const row of rows) {
    const price = row[0]
    const count = row[1]
    const amount = row[2]
    const isLevel =
      price > 0 &&
      price < Number.POSITIVE_INFINITY &&
      Number.isSafeInteger(count) &&
      count >= (isSnapshot ? 1 : 0) &&
      amount !== 0 &&
      Number.isFinite(amount)
    if (!isLevel) return row
    const side = amount > 0 ? bids : asks
    side.push(price, count === 0 ? 0 : Math.abs(amount))
  }
  return null
}

/**
 * One book channel on one connection. Frames have no ids of the book: the numbers that count the socket's frames tell whether one is
 * missing, of whichever channel. A book that may have lost one is told by an update that follows on nothing.
 */
export class BookChannel {
  private readonly sides: Sides = { bids: new LevelList(), asks: new LevelList() }
  private lastId: number | null = null
  private hasHole = false

  /** Something may be missing from now on, until the channel begins anew under another number. */
  cut(): void {
    this.hasHole = true
  }

  get isCut(): boolean {
    return this.hasHole
  }

  /** No whole book has come yet. */
  get isEmpty(): boolean {
    return this.lastId === null
  }

  /**
   * In      [[86704,1,0.03460649],[86719,2,-0.03483509]] first, then [86719,2,-0.03483509] or [86719,0,-1]
   * Out     the change of the book, or what stood there that is no row
   */
  read(
    payload: unknown,
    id: number,
    instrument: Instrument,
    exchangeAt: EpochMs | null,
    receivedAt: EpochMs,
  ): DepthUpdate | { readonly wrong: unknown } {
    const isSnapshot = this.lastId === null && !this.hasHole
    const rows = rowsOfBook(payload, isSnapshot)
    if (rows === null) return this.refuse(payload)
    const wrong = fillSides(rows, this.sides, isSnapshot)
    if (wrong !== null) return this.refuse(wrong)
    return this.update(isSnapshot, id, null, instrument, exchangeAt, receivedAt)
  }

  /** A heartbeat, or a checksum: nothing changes, but a frame that is missing before it shows. */
  beat(
    id: number,
    checksum: number | null,
    instrument: Instrument,
    exchangeAt: EpochMs | null,
    receivedAt: EpochMs,
  ): DepthUpdate {
    this.sides.bids.clear()
    this.sides.asks.clear()
    return this.update(false, id, checksum, instrument, exchangeAt, receivedAt)
  }

  private refuse(wrong: unknown): { readonly wrong: unknown } {
    this.cut()
    return { wrong }
  }

  private update(
    isSnapshot: boolean,
    id: number,
    checksum: number | null,
    instrument: Instrument,
    exchangeAt: EpochMs | null,
    receivedAt: EpochMs,
  ): DepthUpdate {
    const previousId = isSnapshot ? null : this.hasHole ? noId : (this.lastId ?? noId)
    this.lastId = id
    return {
      instrument,
      isSnapshot,
      firstId: id,
      lastId: id,
      previousId,
      bids: this.sides.bids,
      asks: this.sides.asks,
      checksum,
      exchangeAt,
      receivedAt,
    }
  }
}

/** Below every id: what names it follows on nothing. */
const noId = -1

/** Levels a side that a checksum is made of. */
const checksumLevels = 25

/**
 * CRC-32, as a signed integer, of `<bid price>:<bid amount>:<ask price>:-<ask amount>:…`, the best 25 levels in turn, numbers as
 * JavaScript writes them; a side that has fewer is passed over. Vectors in test/main/exchanges/bitfinex/depth.test.ts.
 */
export function checksumOf({ bidPrice, bidQuantity, askPrice, askQuantity }: ReturnType<OrderBookView['top']>): number {
  const parts: (string | number)[] = []
  const levels = Math.min(checksumLevels, Math.max(bidPrice.length, askPrice.length))
  for (let level = 0; level < levels; level++) {
    if (level < bidPrice.length) parts.push(`${bidPrice[level]}:${bidQuantity[level]}`)
    if (level < askPrice.length) parts.push(`${askPrice[level]}:-${askQuantity[level]}`)
  }
  return crc32(parts.join(':')) | 0
}

/** What falls behind the best 250 levels is deleted by a frame of its own. */
export const bookRules: BookRules = {
  snapshot: null,
  follows: ({ isSnapshot, previousId }, known) => (isSnapshot || previousId === known ? 'next' : 'gap'),
  checksum: (book) => checksumOf(book.top(checksumLevels)),
  levels: bookLevels,
  deletesBehind: true,
  intervalMs: 100,
}
