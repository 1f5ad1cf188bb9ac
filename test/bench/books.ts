/**
 * Order books: levels a second beside tardis-dev's OrderBook on the same changes in the same process, what a depth frame costs from its
 * bytes into the book beside JSON.parse of the same text, and what reading a book costs.
 */
import { OrderBook as TardisOrderBook } from 'tardis-dev'
import { LevelList } from '../../src/main/exchanges/depth.ts'
import { connectors } from '../../src/main/exchanges/registry.ts'
import { OrderBook } from '../../src/main/market/books/order-book.ts'
import { instrument, lookupOf } from '../support/instruments.ts'
import { median, type Table } from './table.ts'

const rounds = 7
const messages = 20_000
const levelsPerMessage = 22
const snapshotLevels = 5_000
/** Mean distance of a change from the best price, ticks. */
const usualDistance = 30
const deleted = 0.3
const frameBytes = 765
/** Half of what a level takes. */
const nearBytes = 16
const frames = 5_000

/** Written to, so that no loop is optimised away. */
const kept = { sum: 0 }

/** The same draws every time. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Change {
  readonly bids: LevelList
  readonly asks: LevelList
}

/**
 * Books of a market whose price wanders, changed mostly near the best price; prices in ticks. The levels of a message come best first and
 * each price once, as in every recorded frame of Binance's spot market, OKX and Gate.
 */
function changesOf(count: number, levels: number): { readonly snapshot: Change; readonly changes: readonly Change[] } {
  const draw = draws(1)
  const snapshot: Change = { bids: new LevelList(), asks: new LevelList() }
  let bestBid = 5_000_000
  for (let i = 0; i < snapshotLevels; i++) {
    snapshot.bids.push(bestBid - i, 1 + draw())
    snapshot.asks.push(bestBid + 1 + i, 1 + draw())
  }
  const changes = Array.from({ length: count }, () => {
    if (draw() < deleted) bestBid += draw() < 0.5 ? 1 : -1
    // What the price has passed goes, so that the book is never crossed.
    const bids = new Map([[bestBid + 1, 0]])
    const asks = new Map([[bestBid, 0]])
    const away = () => Math.floor(-Math.log(1 - draw()) * usualDistance)
    const quantity = () => (draw() < deleted ? 0 : draw() * 5)
    while (bids.size < levels / 2) bids.set(bestBid - away(), quantity())
    while (asks.size < levels / 2) asks.set(bestBid + 1 + away(), quantity())
    return {
      bids: listOf([...bids].sort(([one], [other]) => other - one)),
      asks: listOf([...asks].sort(([one], [other]) => one - other)),
    }
  })
  return { snapshot, changes }
}

function listOf(levels: readonly (readonly [price: number, quantity: number])[]): LevelList {
  const list = new LevelList()
  for (const [price, quantity] of levels) list.push(price, quantity)
  return list
}

const pairsOf = ({ price, quantity, length }: LevelList) =>
  Array.from({ length }, (_, i) => ({ price: price[i] ?? 0, amount: quantity[i] ?? 0 }))

/** Medians of the time that `work` takes after `prepare`, ms. */
function timed<T>(prepare: () => T, work: (prepared: T) => void): number {
  const times = Array.from({ length: rounds }, () => {
    const prepared = prepare()
    const startedAt = performance.now()
    work(prepared)
    return performance.now() - startedAt
  })
  return median(times)
}

function benchLevels(): Table {
  const { snapshot, changes } = changesOf(messages, levelsPerMessage)
  const ours = timed(
    () => {
      const book = new OrderBook()
      book.replace(snapshot)
      return book
    },
    (book) => {
      for (const change of changes) book.apply(change)
      kept.sum += book.bestBid
    },
  )
  const theirChanges = changes.map(({ bids, asks }) => theirs(false, bids, asks))
  const theirTime = timed(
    () => {
      const book = new TardisOrderBook()
      book.update(theirs(true, snapshot.bids, snapshot.asks))
      return book
    },
    (book) => {
      for (const change of theirChanges) book.update(change)
      kept.sum += book.bestBid()?.price ?? 0
    },
  )
  const levels = messages * levelsPerMessage
  const perSecond = (ms: number) => Math.round((levels / ms) * 1_000)
  return {
    title: `Order books: ${levels.toLocaleString('en-US')} level changes, parsed before, on ${snapshotLevels} levels a side`,
    rows: [
      { book: 'Crossbook', 'levels/s': perSecond(ours), ns: (ours * 1e6) / levels },
      { book: 'tardis-dev OrderBook', 'levels/s': perSecond(theirTime), ns: (theirTime * 1e6) / levels },
    ],
  }
}

const theirs = (isSnapshot: boolean, bids: LevelList, asks: LevelList) => ({
  type: 'book_change' as const,
  symbol: 'BTCUSDT',
  exchange: 'binance' as const,
  isSnapshot,
  bids: pairsOf(bids),
  asks: pairsOf(asks),
  timestamp: new Date(0),
  localTimestamp: new Date(0),
})

/** Binance's depth frames of the usual size, one following the other; every number has digits of its own. */
function binanceFrames(): readonly Buffer[] {
  const { changes } = changesOf(frames, 24)
  const side = ({ price, quantity, length }: LevelList, count: number) =>
    Array.from({ length: Math.min(length, count) }, (_, i) => [
      ((price[i] ?? 0) / 100).toFixed(8),
      (quantity[i] ?? 0).toFixed(8),
    ])
  return changes.map(({ bids, asks }, n) => {
    const frame = (levels: number) => {
      const data = {
        e: 'depthUpdate',
        E: 1_700_000_000_000 + n * 100,
        s: 'BTCUSDT',
        U: 40_000_000_000 + n * 30,
        u: 40_000_000_029 + n * 30,
        b: side(bids, Math.ceil(levels / 2)),
        a: side(asks, Math.floor(levels / 2)),
      }
      return Buffer.from(JSON.stringify({ stream: 'btcusdt@depth@100ms', data }))
    }
    for (let levels = 24; ; levels--) {
      const made = frame(levels)
      if (made.length <= frameBytes + nearBytes) return made
    }
  })
}

function benchFrames(): Table {
  const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
  const buffers = binanceFrames()
  const texts = buffers.map((buffer) => buffer.toString())
  const bytes = buffers.reduce((sum, { length }) => sum + length, 0) / buffers.length
  const { snapshot } = changesOf(1, 2)
  const prices = { bids: new LevelList(), asks: new LevelList() }
  for (let i = 0; i < snapshotLevels; i++) {
    prices.bids.push((snapshot.bids.price[i] ?? 0) / 100, 1)
    prices.asks.push((snapshot.asks.price[i] ?? 0) / 100, 1)
  }
  const parse = () => {
    for (const text of texts) if (JSON.parse(text) === null) kept.sum++
  }
  const intoBook = () => {
    const book = new OrderBook()
    book.replace(prices)
    const normalize = connectors.binance.createNormalizer('spot', lookupOf([btc]))
    return () => {
      for (const buffer of buffers) {
        const read = normalize(buffer, false, 0)
        if (read.kind !== 'depth') throw new Error(`a depth frame became ${read.kind}`)
        book.apply(read.depth)
        kept.sum += book.bestBid + book.bestAsk
      }
    }
  }
  const timeOf = (work: () => void): number => {
    const startedAt = performance.now()
    work()
    return performance.now() - startedAt
  }
  // In turns, so that a noisy moment strikes both; the first two warm up.
  const pairs = Array.from({ length: rounds + 2 }, () => [timeOf(parse), timeOf(intoBook())] as const).slice(2)
  const parseMs = median(pairs.map(([ofParse]) => ofParse))
  const bookMs = median(pairs.map(([, ofBook]) => ofBook))
  const ratio = median(pairs.map(([ofParse, ofBook]) => ofBook / ofParse))
  const row = (what: string, ms: number, ofParse: number) => ({
    what,
    'frames/s': Math.round((frames / ms) * 1_000),
    ns: Math.round((ms * 1e6) / frames),
    'of JSON.parse': ofParse,
  })
  return {
    title: `Binance depth frames of ${Math.round(bytes)} bytes, one after the other`,
    rows: [row('JSON.parse of the text alone', parseMs, 1), row('bytes, book, top of book', bookMs, ratio)],
  }
}

function benchReading(): Table {
  const { snapshot, changes } = changesOf(1_000, levelsPerMessage)
  const book = new OrderBook()
  book.replace(snapshot)
  for (const change of changes) book.apply(change)
  const turns = 100_000
  const cost = (read: () => number) => {
    const ms = timed(
      () => null,
      () => {
        for (let n = 0; n < turns; n++) kept.sum += read()
      },
    )
    return (ms * 1e6) / turns
  }
  return {
    title: 'Reading an order book, ns',
    rows: [
      { what: 'top(10)', ns: cost(() => book.top(10).bidPrice.length) },
      { what: 'top(50)', ns: cost(() => book.top(50).bidPrice.length) },
      { what: 'walk over about 10 levels', ns: cost(() => book.walk('BUY', 25).filled) },
      { what: 'depthTo over 100 ticks', ns: cost(() => book.depthTo('BUY', book.bestAsk + 100)) },
    ],
  }
}

export async function benchBooks(): Promise<readonly Table[]> {
  return [benchLevels(), benchFrames(), benchReading()]
}
