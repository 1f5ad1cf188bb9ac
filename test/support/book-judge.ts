/** Books that are kept of the simulator, held against those that it has: each exchange names the state of a book in its own way. */
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import type { LocalSimulator, SimBook } from '../../src/main/simulator/index.ts'
import type { EpochMs, ExchangeId, KeptBook } from '../../src/shared/domain/index.ts'

const mostLevels = 1_000
/** Digits are read as the nearest float; contracts multiplied out may miss that by a bit. */
const relative = 1e-12
/** The simulator counts the microseconds of its books since then. */
const countedFromMs = Date.UTC(2020, 0, 1)

/** How the id of the simulator's book is told, where it is not the book's own. */
const idOf: Readonly<Partial<Record<ExchangeId, (book: KeptBook) => number>>> = {
  // numbers its messages by themselves, but for the time they bear
  bybit: ({ exchangeAt }) => ((exchangeAt ?? Number.NaN) - countedFromMs) * 1_000,
  // names them by the microseconds of their time
  kraken: ({ updateId }) => (updateId ?? Number.NaN) - countedFromMs * 1_000,
}
/** What one ms of the exchange's clock is in the ids of those that follow it; of all others the clock is not in their ids. */
const idsPerMs: Readonly<Partial<Record<ExchangeId, number>>> = { bybit: 1_000, kraken: 1_000, kucoin: 1 }
/** Nothing numbers the messages of these: a lost one shows by the checksum, which covers so many levels; of the others nothing can tell. */
const provenLevels: Readonly<Partial<Record<ExchangeId, number>>> = { kraken: 10 }
/** These tell each level in a frame of its own, so that a book lies between two of the simulator's, and their time names them. */
export const toldByLevel: ReadonlySet<ExchangeId> = new Set(['bitfinex'])

export interface BookJudgeOptions {
  /** Messages are, or were, lost on the way. */
  readonly isDisturbed: (exchange: ExchangeId) => boolean
  /** What the exchange's clock may have been set by between a message and now, ms; 0 among them. */
  readonly clockShifts?: (exchange: ExchangeId) => readonly number[]
}

export class BookJudge {
  private readonly market: LocalSimulator
  private readonly isDisturbed: BookJudgeOptions['isDisturbed']
  private readonly clockShifts: (exchange: ExchangeId) => readonly number[]
  /** Of exchanges that tell each level by itself: what the newest of the simulator's books that was begun may be, and the one before. */
  private readonly begun = new Map<string, { at: EpochMs; before: readonly SimBook[]; after: readonly SimBook[] }>()

  constructor(market: LocalSimulator, { isDisturbed, clockShifts = () => [0] }: BookJudgeOptions) {
    this.market = market
    this.isDisturbed = isDisturbed
    this.clockShifts = clockShifts
  }

  /** To be called with every change of a book, live or not. */
  note({ instrument: { key, exchange, symbol }, exchangeAt }: KeptBook): void {
    if (!toldByLevel.has(exchange) || exchangeAt === null) return
    const known = this.begun.get(key)
    if (known?.at === exchangeAt) return
    const after = this.find(exchange, symbol, (exchangeAt - countedFromMs) * 1_000, 1_000)
    // heartbeats and checksums are of no book's time
    if (after.length > 0) this.begun.set(key, { at: exchangeAt, before: known?.after ?? after, after })
  }

  /** What is wrong with a book that is called live, in words; null: it is right. */
  wrongWith(kept: KeptBook): string | null {
    const { instrument, book, updateId, exchangeAt } = kept
    const { key, exchange, symbol } = instrument
    const name = `${key} is live at update ${updateId} of ${exchangeAt}`
    if (toldByLevel.has(exchange)) {
      const begun = this.begun.get(key)
      if (begun === undefined) return `${name}, before the exchange had any`
      const { bidPrice, bidQuantity, askPrice, askQuantity } = book.top(mostLevels)
      const wrongs = begun.after.map((after) => {
        const before = nearestOf(begun.before, after)
        return (
          strayLevel(before.bids, after.bids, bidPrice, bidQuantity) ??
          strayLevel(before.asks, after.asks, askPrice, askQuantity)
        )
      })
      return wrongs.includes(null) ? null : `${name} and wrong: ${wrongs.join('; or ')}`
    }
    const rights = this.find(
      exchange,
      symbol,
      idOf[exchange]?.(kept) ?? updateId ?? Number.NaN,
      idsPerMs[exchange] ?? null,
    )
    if (rights.length === 0) return `${name}, which the exchange never had`
    // What lies beyond the levels that an exchange tells is nobody's word.
    const told = connectorOf(exchange).bookRules(instrument.kind)?.levels ?? mostLevels
    const most = Math.min(told, (this.isDisturbed(exchange) ? provenLevels[exchange] : undefined) ?? mostLevels)
    const shown = book.top(most)
    const wrongs = rights.map(
      (right) =>
        differingLevel('bid', right.bids.slice(0, most), shown.bidPrice, shown.bidQuantity) ??
        differingLevel('ask', right.asks.slice(0, most), shown.askPrice, shown.askQuantity),
    )
    return wrongs.includes(null) ? null : `${name} and wrong: ${wrongs.join('; or ')}`
  }

  /**
   * The books that an id may mean, one for each setting of the clock that had a book then. Books seconds apart differ, so that being one of
   * them level by level leaves little open.
   *
   * @param perMs how the id moves with the exchange's clock; null where it does not
   */
  private find(exchange: ExchangeId, symbol: string, id: number, perMs: number | null): readonly SimBook[] {
    return (perMs === null ? [0] : this.clockShifts(exchange)).flatMap(
      (shift) => this.market.bookAt(exchange, symbol, id + shift * (perMs ?? 0)) ?? [],
    )
  }
}

/** Of what a book before may be, the one that goes with this: books far apart have no level in common that would have to stand. */
const nearestOf = (books: readonly SimBook[], to: SimBook): SimBook =>
  books.reduce(
    (nearest, one) => (Math.abs(one.at - to.at) < Math.abs(nearest.at - to.at) ? one : nearest),
    books[0] ?? to,
  )

type Levels = readonly { readonly price: number; readonly quantity: number }[]

const isSame = (right: number | undefined, shown: number | undefined): boolean =>
  right !== undefined &&
  shown !== undefined &&
  Math.abs(right - shown) <= relative * Math.max(Math.abs(right), Math.abs(shown))

function differingLevel(side: string, right: Levels, price: Float64Array, quantity: Float64Array): string | null {
  for (let at = 0; at < Math.max(right.length, price.length); at++) {
    const level = right[at]
    if (isSame(level?.price, price[at]) && isSame(level?.quantity, quantity[at])) continue
    return (
      `${side} ${at} is ${price[at]} x ${quantity[at]}, at the exchange ${level?.price} x ${level?.quantity} ` +
      `(${price.length} levels, there ${right.length})`
    )
  }
  return null
}

/** Every level is one of the two books', and what both agree on stands in it; else the level that is not. */
function strayLevel(before: Levels, after: Levels, price: Float64Array, quantity: Float64Array): string | null {
  const of = (levels: Levels) => new Map(levels.map((level) => [level.price, level.quantity]))
  const [old, fresh] = [of(before), of(after)]
  const stands = new Map(Array.from(price, (level, at) => [level, quantity[at]]))
  for (const [level, size] of stands)
    if (size !== old.get(level) && size !== fresh.get(level))
      return `${level} x ${size}, at the exchange ${old.get(level)} and then ${fresh.get(level)}`
  for (const [level, size] of fresh)
    if (old.get(level) === size && stands.get(level) !== size)
      return `${level} x ${stands.get(level)}, at the exchange ${size}`
  return null
}
