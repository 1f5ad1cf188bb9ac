import { describe, expect, it } from 'vitest'
import type { PairJudge } from '../../../src/main/analytics/contract.ts'
import { Desk } from '../../../src/main/analytics/desk.ts'
import { LevelList } from '../../../src/main/exchanges/depth.ts'
import { OrderBook } from '../../../src/main/market/books/order-book.ts'
import { createOpportunityWriter } from '../../../src/main/storage/opportunities.ts'
import type { BookTicker, FundingRate, Instrument, KeptBook, Opportunity } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { instrument } from '../../support/instruments.ts'
import { openPlain, openTemporary } from '../storage/support.ts'

const markets: readonly Instrument[] = (['binance', 'okx', 'gate'] as const).flatMap((exchange, n) => [
  instrument(exchange, 'spot', 'BTC', 'USDT', 'BTCUSDT', {
    lotSize: [0.001, 1, 0.1][n] ?? null,
    minimumNotional: 5,
  }),
  instrument(exchange, 'perpetual', 'BTC', 'USDT', 'BTCUSDT', { lotSize: [0.001, 0.01, 0.0001][n] ?? null }),
])

type Recorded =
  | { readonly kind: 'quote'; readonly quote: BookTicker }
  | {
      readonly kind: 'book'
      readonly of: Instrument
      readonly bids: readonly (readonly [number, number])[]
      readonly asks: readonly (readonly [number, number])[]
      readonly updateId: number
      readonly at: number
    }
  | { readonly kind: 'funding'; readonly rate: FundingRate }
  | { readonly kind: 'down'; readonly of: Instrument; readonly at: number }
  | { readonly kind: 'second'; readonly at: number }

/** The same draws every time. */
function draws(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Half a minute of one market on three exchanges that follow it late, each in its own way, with jumps, outages and moving books. */
function record(): readonly Recorded[] {
  const draw = draws(7)
  const begin = 1_700_000_000_000
  const recorded: Recorded[] = []
  let price = 30_000
  const shown = markets.map(() => price)
  for (let step = 0; step < 6_000; step++) {
    const at = begin + step * 5
    price *= 1 + (draw() - 0.5) * (draw() < 0.02 ? 0.012 : 0.0002)
    const n = Math.floor(draw() * markets.length)
    const of = markets[n]
    if (of === undefined) continue
    const mid = ((shown[n] ?? price) + price) / 2
    shown[n] = mid
    const size = () => Number((draw() * 3).toFixed(3)) + 0.001
    const tick = (value: number) => Number(value.toFixed(2))
    if (step % 199 === 0) recorded.push({ kind: 'second', at })
    if (draw() < 0.002) recorded.push({ kind: 'down', of, at })
    else if (draw() < 0.02 && of.kind === 'perpetual') {
      const rate = { exchange: of.exchange, symbol: of.symbol, rate: (draw() * 0.0004).toFixed(6), intervalHours: 8 }
      const due = { nextFundingAt: begin + (draw() < 0.3 ? 15_000 : 3_600_000), markPrice: null }
      recorded.push({ kind: 'funding', rate: { ...rate, ...due, exchangeAt: null, receivedAt: at } })
    } else if (draw() < 0.4) {
      const side = (sign: 1 | -1) =>
        Array.from({ length: 20 }, (_, level) => [tick(mid * (1 + sign * (0.00002 + level * 0.0003))), size()] as const)
      recorded.push({ kind: 'book', of, bids: side(-1), asks: side(1), updateId: step, at })
    } else {
      const sizes = { bidQuantity: size(), askQuantity: size() }
      const prices = { bidPrice: tick(mid * 0.99998), askPrice: tick(mid * 1.00002) }
      const quote: BookTicker = {
        kind: 'book_ticker',
        instrument: of,
        ...prices,
        ...sizes,
        exchangeAt: null,
        receivedAt: at,
      }
      recorded.push({ kind: 'quote', quote })
    }
  }
  return recorded
}

/** Nobody has compared the coins of Gate yet. */
const judge: PairJudge = {
  standingOf: (buy, sell) =>
    [buy.exchange, sell.exchange].includes('gate')
      ? { standing: 'unproven', words: 'not compared yet' }
      : { standing: 'same', words: 'same contract' },
  onChange: () => () => undefined,
}

function replay(recorded: readonly Recorded[]): readonly Opportunity[] {
  const happened: Opportunity[] = []
  const books = new Map<number, KeptBook>()
  const rates = new Map<string, FundingRate>()
  const fees: Readonly<Record<string, number>> = { binance: 0.0001, okx: 0.0006, gate: 0.00015 }
  const desk = new Desk({
    settings: () => Settings.parse({}),
    takerFee: ({ exchange }) => fees[exchange] ?? 0.001,
    bookOf: (id) => books.get(id),
    fundingOf: ({ exchange, symbol }) => rates.get(`${exchange}:${symbol}`) ?? null,
    judge,
    lifeOf: () => null,
    clockOffsetMs: () => null,
    onClockDoubt: () => undefined,
    onQuote: () => undefined,
    onTruth: () => undefined,
    onPair: () => undefined,
    onOpportunity: (opportunity) => happened.push(opportunity),
    onBoards: () => undefined,
  })
  desk.watch(markets, 0)
  for (const one of recorded) {
    if (one.kind === 'quote') desk.bookTicker(one.quote)
    else if (one.kind === 'second') desk.sweep(one.at)
    else if (one.kind === 'funding') rates.set(`${one.rate.exchange}:${one.rate.symbol}`, one.rate)
    else if (one.kind === 'down') desk.feedDown([one.of.id], one.at, 'disconnected')
    else {
      const book = new OrderBook()
      book.replace({ bids: listOf(one.bids), asks: listOf(one.asks) })
      const { of, updateId, at } = one
      const kept: KeptBook = {
        instrument: of,
        book,
        truth: 'live',
        reason: '',
        updateId,
        exchangeAt: null,
        receivedAt: at,
      }
      books.set(of.id, kept)
      desk.bookChanged(kept, at)
    }
  }
  desk.close(recorded.reduce((last, one) => ('at' in one ? one.at : last), 0))
  return happened
}

function listOf(levels: readonly (readonly [number, number])[]): LevelList {
  const list = new LevelList()
  for (const [price, quantity] of levels) list.push(price, quantity)
  return list
}

/** The rows as text, as a new database file has them. */
async function ledgerOf(opportunities: readonly Opportunity[]): Promise<string> {
  const database = openPlain((await openTemporary()).file)
  const save = createOpportunityWriter(database)
  database.transaction(() => opportunities.forEach(save))()
  return JSON.stringify(database.prepare('SELECT * FROM opportunities ORDER BY id').all())
}

describe('the ledger of opportunities', () => {
  it('is the same to the byte when the same input is replayed, with what was rejected and why', async () => {
    // As a recording is: text.
    const recorded = JSON.stringify(record())
    const [first, second] = [replay(JSON.parse(recorded)), replay(JSON.parse(recorded))]
    const ledger = await ledgerOf(first)
    expect(await ledgerOf(second)).toBe(ledger)
    const rows: readonly Record<string, unknown>[] = JSON.parse(ledger)
    expect(rows.length).toBeGreaterThan(100)
    const reasons = new Set(rows.map(({ rejection }) => rejection))
    expect([...reasons].sort()).toEqual([null, 'uncertain', 'unexecutable', 'unprofitable', 'unproven'].sort())
    const counted = rows.filter(({ rejection }) => rejection === null)
    for (const row of counted) {
      const { best_net_percent: net, best_low_net_percent: low, best_executable_profit: profit } = row
      expect(row).toMatchObject({ rejection_words: null, best_verdict: 'counts' })
      expect(Math.min(...[net, low, profit].map(Number)) > 0).toBe(true)
    }
    for (const { rejection, rejection_words: words } of rows) expect(words === null).toBe(rejection === null)
    expect(rows.filter(({ buy_fee: fee, open_buy_age_ms: age }) => Number(fee) > 0 && Number(age) >= 0)).toHaveLength(
      rows.length,
    )
    expect(rows.some(({ best_buy_book_version: version }) => Number(version) > 0)).toBe(true)
    expect(rows.some(({ open_funding_percent: percent }) => percent !== null)).toBe(true)
    expect(rows.every(({ closed_at: at }) => at !== null)).toBe(true)
  })
})
