/**
 * What a quote costs: every pair of 200 coins on eleven exchanges, spot and perpetual, recomputed with its interval and verdict, both books
 * walked where the top leaves something. Beside it what the top of the books alone costs, and what a changed order book does.
 */
import { Arbitrage } from '../../src/main/analytics/arbitrage.ts'
import { LevelList } from '../../src/main/exchanges/depth.ts'
import { OrderBook } from '../../src/main/market/books/order-book.ts'
import { QuoteBoard } from '../../src/main/market/quotes.ts'
import {
  exchangeIds,
  type Instrument,
  type KeptBook,
  type MarketKind,
  truthCode,
} from '../../src/shared/domain/index.ts'
import { instrument } from '../support/instruments.ts'
import type { Row, Table } from './table.ts'

const coins = 200
const exchanges = 11
const kinds: readonly MarketKind[] = ['spot', 'perpetual']
const legs = exchanges * kinds.length
const bookLevels = 200
const fee = 0.001
const warmUpQuotes = 20_000
const quotes = 50_000
const targetUs = 1_000
const nsPerUs = 1_000
const quotesPerMs = 10
/** Relative distances of prices: half the width between bid and ask, between exchanges, and from level to level. */
const halfWidth = 0.0001
const noise = 0.0004
const levelStep = 0.0001
/** One exchange in this many coins is off by so much, so that both books are walked against every other one. */
const offEvery = 20
const usualOff = 0.004
const everyOff = 0.01

/** The same draws every time. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function listOf(best: number, step: number): LevelList {
  const list = new LevelList()
  for (let level = 0; level < bookLevels; level++) list.push(best * (1 + level * step), 1 + (level % 7))
  return list
}

/** There are fewer exchanges yet: what counts is how many markets one coin has. */
function instrumentsOf(): readonly Instrument[] {
  return Array.from({ length: coins }, (_, coin) =>
    kinds.flatMap((kind) =>
      Array.from({ length: exchanges }, (_, n) => {
        const one = instrument(exchangeIds[n % exchangeIds.length] ?? 'binance', kind, `C${coin}`, 'USDT', `C${coin}`)
        return { ...one, key: `x${n}:${one.symbol}` }
      }),
    ),
  ).flat()
}

interface Market {
  readonly board: QuoteBoard
  readonly arbitrage: Arbitrage
  readonly books: ReadonlyMap<number, KeptBook>
  /** A quote of this slot at this time, written but not yet followed. */
  quote(slot: number, at: number): void
}

function market(off: (slot: number) => number): Market {
  const instruments = instrumentsOf()
  const board = new QuoteBoard(instruments)
  const draw = draws(1)
  const books = new Map<number, KeptBook>()
  const midOf = (slot: number) => 100 * (1 + off(slot) + (draw() - 0.5) * noise)
  instruments.forEach((one, slot) => {
    const mid = 100 * (1 + off(slot))
    const book = new OrderBook()
    book.replace({ bids: listOf(mid * (1 - halfWidth), -levelStep), asks: listOf(mid * (1 + halfWidth), levelStep) })
    books.set(one.id, {
      ...{ instrument: one, book, truth: 'live', reason: '', updateId: 1, exchangeAt: null, receivedAt: 0 },
    })
  })
  const arbitrage = new Arbitrage({
    quotes: board,
    takerFee: () => fee,
    maximumAgeMs: 600_000,
    thresholds: { openAbovePercent: 0.05, closeBelowPercent: 0.03 },
    lastOpportunityId: 0,
    bookOf: (id) => books.get(id),
    onOpportunity: () => undefined,
    onPair: () => undefined,
  })
  const quote = (slot: number, at: number) => {
    const mid = midOf(slot)
    board.bidPrice[slot] = mid * (1 - halfWidth)
    board.askPrice[slot] = mid * (1 + halfWidth)
    board.bidQuantity[slot] = 1 + draw()
    board.askQuantity[slot] = 1 + draw()
    board.receivedAt[slot] = at
    board.truth[slot] = truthCode.live
  }
  for (let slot = 0; slot < instruments.length; slot++) {
    quote(slot, 1)
    arbitrage.quoted(slot, 1)
  }
  return { board, arbitrage, books, quote }
}

/** What was there before: gross and net of the top of both books, of the pairs that one quote touches. */
function topOnly({ board, arbitrage }: Market): (slot: number) => void {
  const { spreads } = arbitrage
  const gross = new Float64Array(spreads.pairs.length)
  const net = new Float64Array(spreads.pairs.length)
  return (slot) => {
    for (const pair of spreads.pairsOf(slot)) {
      const ask = board.askPrice[spreads.buySlot[pair] as number] as number
      const bid = board.bidPrice[spreads.sellSlot[pair] as number] as number
      gross[pair] = ((bid - ask) / ask) * 100
      net[pair] = ((bid * (1 - fee) - ask * (1 + fee)) / ask) * 100
    }
  }
}

/** Other programs take the processor away: those measurements are told apart, by the system's count of it. */
const interruptions = (): number => process.resourceUsage().involuntaryContextSwitches

function measured(what: string, one: Market, work: (slot: number, at: number) => void): Row {
  const draw = draws(2)
  const slots = one.board.instruments.length
  const all: number[] = []
  const undisturbed: number[] = []
  for (let n = -warmUpQuotes; n < quotes; n++) {
    const slot = Math.floor(draw() * slots)
    const at = 2 + (n + warmUpQuotes) / quotesPerMs
    one.quote(slot, at)
    const before = interruptions()
    const startedAt = process.hrtime.bigint()
    work(slot, at)
    const us = Number(process.hrtime.bigint() - startedAt) / nsPerUs
    if (n < 0) continue
    all.push(us)
    if (interruptions() === before) undisturbed.push(us)
  }
  all.sort((a, b) => a - b)
  undisturbed.sort((a, b) => a - b)
  const { spreads } = one.arbitrage
  return {
    what,
    pairs: spreads.pairs.length,
    'above zero': spreads.netPercent.reduce((count, net) => count + Number(net > 0), 0),
    'median us': quantile(undisturbed, 0.5),
    'p99 us': quantile(undisturbed, 0.99),
    'worst us': quantile(undisturbed, 1),
    'interrupted %': (1 - undisturbed.length / all.length) * 100,
    'p99 us with those': quantile(all, 0.99),
    'target us': targetUs,
  }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN

export async function benchSpreads(): Promise<readonly Table[]> {
  const usual = market((slot) => (slot % (legs * offEvery) === 0 ? usualOff : 0))
  // Every market is off by another amount, so that half of all pairs leave something.
  const wild = market((slot) => ((slot % legs) / legs) * everyOff)
  const follow = (one: Market) => (slot: number, at: number) => one.arbitrage.quoted(slot, at)
  return [
    {
      title: `One quote: its ${2 * (legs - 1)} of the pairs of ${coins} coins on ${exchanges} exchanges, spot and perpetual, books of ${bookLevels} levels a side`,
      rows: [
        measured('top of both books alone (floor)', usual, topOnly(usual)),
        measured('with interval, verdict and walks; one coin in 20 has one exchange apart', usual, follow(usual)),
        measured('the same, every market apart from every other', wild, follow(wild)),
        measured('a changed order book instead, one coin in 20 apart', usual, (slot, at) =>
          usual.arbitrage.bookChanged(slot, at),
        ),
      ],
    },
  ]
}
