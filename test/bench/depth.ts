/** Depth over time: what a sample of a book costs, what its block takes packed, and what reading hours of it back costs; and the consolidated book. */
import { DepthSampler } from '../../src/main/depth-history/sampler.ts'
import { LevelList } from '../../src/main/exchanges/depth.ts'
import { createLogger } from '../../src/main/log.ts'
import { bookColumns } from '../../src/main/market/books/contract.ts'
import { OrderBook } from '../../src/main/market/books/order-book.ts'
import { decodeDepth, depthFormat, encodeDepth } from '../../src/main/storage/depth/chunk.ts'
import { depthColumns } from '../../src/main/storage/depth/columns.ts'
import type { DepthBlock } from '../../src/main/storage/depth-contract.ts'
import { consolidate } from '../../src/shared/consolidated.ts'
import { exchangeIds, type KeptBook } from '../../src/shared/domain/index.ts'
import { instrument } from '../support/instruments.ts'
import type { Table } from './table.ts'

const levels = 5_000
const columnMs = 5_000
const start = 1_700_000_100_000
const columns = 720
/** Levels a side that change between two samples, most of them near the best price. */
const changedLevels = 300
const usualDistance = 400
const tick = 0.1

/** The same draws every time. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function bookOf(id: number): { readonly kept: KeptBook; change(): void } {
  const draw = draws(id + 1)
  const book = new OrderBook()
  let best = 650_000
  const [bids, asks] = [new LevelList(), new LevelList()]
  const size = () => draw() ** 3 * 5 + 0.001
  for (let i = 0; i < levels; i++) {
    bids.push((best - i) * tick, size())
    asks.push((best + 1 + i) * tick, size())
  }
  book.replace({ bids, asks })
  const market = instrument(exchangeIds[id % exchangeIds.length] ?? 'binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id })
  const kept: KeptBook = {
    ...{ instrument: market, book, truth: 'live', reason: '', updateId: 1, exchangeAt: null, receivedAt: null },
  }
  const change = () => {
    const step = Math.round((draw() - 0.5) * 60)
    const [changedBids, changedAsks] = [new Map<number, number>(), new Map<number, number>()]
    // What the price has passed goes, so that the book is never crossed.
    for (let i = 1; i <= step; i++) changedAsks.set(best + i, 0)
    for (let i = 0; i < -step; i++) changedBids.set(best - i, 0)
    best += step
    for (let i = 0; i < changedLevels; i++) {
      const away = Math.floor(-Math.log(1 - draw()) * usualDistance)
      changedBids.set(best - away, size())
      changedAsks.set(best + 1 + away, size())
    }
    book.apply({ bids: levelsOf(changedBids, -1), asks: levelsOf(changedAsks, 1) })
  }
  return { kept, change }
}

function levelsOf(changed: ReadonlyMap<number, number>, sign: 1 | -1): LevelList {
  const list = new LevelList()
  for (const [price, quantity] of [...changed].sort(([a], [b]) => sign * (a - b))) list.push(price * tick, quantity)
  return list
}

/** CPU time, which other work on the machine does not lengthen as it does time on the clock; ms. */
function cpuMs(rounds: number, run: () => void): number {
  const before = process.cpuUsage()
  for (let i = 0; i < rounds; i++) run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / rounds
}

export async function benchDepth(): Promise<readonly Table[]> {
  const books = exchangeIds.map((_, id) => bookOf(id))
  const blocks: DepthBlock[] = []
  const sampler = new DepthSampler({
    books: () => books.map(({ kept }) => kept),
    columnMs,
    save: async (block) => blocks.push(block),
    logger: createLogger('silent'),
  })
  let sampledMs = 0
  for (let column = 0; column < columns; column++) {
    for (const { change } of books) change()
    const at = start + column * columnMs
    // At the end of a column all books are due; each call does as many as its budget allows.
    sampledMs += cpuMs(books.length, () => sampler.step(at + columnMs - 1)) * books.length
  }
  await sampler.end()
  const { samples, late } = sampler.counts()
  const [block] = blocks
  if (block === undefined) throw new Error('no block is full')
  const packed = blocks.map((one) => ({ one, data: encodeDepth(one) }))
  const bytes = packed.reduce((sum, { data }) => sum + data.length, 0)
  const stored = packed.map(({ one, data }) => ({
    ...{ instrumentId: one.instrumentId, fromTime: one.fromTime, columnMs, columnCount: one.live.length },
    ...{ bucketSize: one.bucketSize, format: depthFormat, data },
  }))
  const ids = books.map(({ kept }) => kept.instrument.id)
  const question = { instrumentIds: ids, from: start, columnMs: 20_000, columns: 180 }
  const perSample = bytes / samples
  const legs = books.map(({ kept }) => ({
    exchange: kept.instrument.exchange,
    book: bookColumns(kept, 500),
    reliability: 1,
  }))
  return [
    {
      title: `Depth over time: ${books.length} books of ${levels} levels a side, ${samples} samples (${late} late)`,
      rows: [
        { what: 'a sample, microseconds on the main thread', value: (sampledMs / samples) * 1_000 },
        { what: 'a block of 60 samples packed, ms in the storage worker', value: cpuMs(200, () => encodeDepth(block)) },
        { what: 'bytes a sample, packed', value: perSample },
        { what: 'MB an hour, 52 books every 5 s', value: (perSample * 52 * 720) / 1e6 },
        { what: 'MB a day, 52 books every 5 s', value: (perSample * 52 * 17_280) / 1e6 },
        { what: 'MB a day, 52 books every second', value: (perSample * 52 * 86_400) / 1e6 },
        {
          what: 'an hour of 4 books read back as 180 columns, ms in the storage worker',
          value: cpuMs(20, () => depthColumns(question, stored.map(decodeDepth))),
        },
        { what: 'the consolidated book of 4 x 500 levels a side, ms', value: cpuMs(200, () => consolidate(legs, 10)) },
      ],
    },
  ]
}
