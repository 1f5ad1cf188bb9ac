/** What a depth message says, in the one form that every exchange's reader fills and the order books apply. */
import type { EpochMs, Instrument, OrderBookView } from '../../shared/domain/index.ts'
import type { RestCall } from '../net/rest.ts'

/**
 * Levels of one side as they stood in a message. Prices in quote asset, quantities in base asset (contracts multiplied out); a quantity
 * of 0 deletes the level. The arrays are used again for the next message: whoever keeps levels copies them.
 */
export class LevelList {
  price = new Float64Array(64)
  quantity = new Float64Array(64)
  length = 0

  push(price: number, quantity: number): void {
    if (this.length === this.price.length) this.grow()
    this.price[this.length] = price
    this.quantity[this.length++] = quantity
  }

  clear(): void {
    this.length = 0
  }

  /** A copy that stays. */
  copy(): LevelList {
    const copy = new LevelList()
    copy.price = this.price.slice(0, Math.max(1, this.length))
    copy.quantity = this.quantity.slice(0, Math.max(1, this.length))
    copy.length = this.length
    return copy
  }

  private grow(): void {
    const { price, quantity } = this
    this.price = new Float64Array(price.length * 2)
    this.quantity = new Float64Array(price.length * 2)
    this.price.set(price)
    this.quantity.set(quantity)
  }
}

/**
 * One depth message of a stream. A reader fills the same object for every frame of its connection: it holds until the call that brought it
 * returns.
 */
export interface DepthUpdate {
  readonly instrument: Instrument
  /** It replaces the book; else it changes some levels of it. */
  readonly isSnapshot: boolean
  /** Ids of the first and the last change in it, as the exchange counts; safe integers. Of a snapshot both are its own id. */
  readonly firstId: number
  readonly lastId: number
  /** The last id of the message before it, where the exchange tells; else null. */
  readonly previousId: number | null
  readonly bids: LevelList
  readonly asks: LevelList
  /** Of the book as it stands after this message, where the exchange sends one; what it is made of, `BookRules.checksum` knows. */
  readonly checksum?: number | null
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
  /** It was held back, and the next of its instrument comes at once: the book as it stands in between is of the past. */
  readonly isFollowed?: true
}

/** A whole book by REST. */
export interface DepthSnapshot {
  readonly lastId: number
  readonly bids: LevelList
  readonly asks: LevelList
  readonly exchangeAt: EpochMs | null
}

/** `next` apply it · `old` the book knows it already · `gap` something before it is missing: the book must be built anew */
export type Follows = 'next' | 'old' | 'gap'

/** How the books of one kind of instrument are kept right. Pure. */
export interface BookRules {
  /**
   * null: the stream itself begins with a snapshot, and again after unsubscribing and subscribing. Else the call that brings one, which
   * updates that came meanwhile are laid over.
   */
  readonly snapshot: ((instrument: Instrument) => RestCall<DepthSnapshot>) | null
  /** Whether an update follows on a book whose newest id is `lastId`. `isFirst`: the book is a REST snapshot to which nothing was applied. */
  follows(update: DepthUpdate, lastId: number, isFirst: boolean): Follows
  /** Every message is the whole book: each replaces it, by the same rules as changes would. Not given: whole ones begin a book. */
  readonly isAlwaysWhole?: true
  /**
   * The checksum of a book as it stands, to be held against a message's own; null where it cannot be told, as of quantities of more digits
   * than a float64 holds: then nothing is held against it. Not given: the exchange sends none.
   */
  checksum?(book: OrderBookView, instrument: Instrument): number | null
  /** Levels a side that the exchange keeps telling; null: all of them. What falls behind them is dropped. */
  readonly levels: number | null
  /** The exchange deletes by itself what falls behind `levels`, so that a book may hold a few more for a moment: nothing is dropped here. */
  readonly deletesBehind?: true
  /** How often it sends a busy book, ms. */
  readonly intervalMs: number
}
