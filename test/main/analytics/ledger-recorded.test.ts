/**
 * Recorded exchange frames through normalizers, books, desk and recorder into a database (`support/recorded-market.ts` says what is
 * recorded of them and what is not). A spread of recorded prices is at most 0.06 %, so fees and thresholds are those of a trader who pays
 * 0.01 % a leg and asks for 0.01 %; with standard fees all that opens is rejected.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FeesInForce } from '../../../src/main/account/fees.ts'
import { Desk } from '../../../src/main/analytics/desk.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import type { Normalizer } from '../../../src/main/exchanges/contract.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { createLogger } from '../../../src/main/log.ts'
import { OrderBookKeeper } from '../../../src/main/market/books/keeper.ts'
import type { BookSource } from '../../../src/main/market/books/source.ts'
import { nothingRecordedBefore } from '../../../src/main/recorder/recorded-before.ts'
import { Recorder } from '../../../src/main/recorder.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { indexOf, lookupOf } from '../../support/instruments.ts'
import { gateLateMs, type ReceivedFrame, recordedMarket, recordedMarkets } from '../../support/recorded-market.ts'
import { openPlain, openTemporary } from '../storage/support.ts'

const fee = 0.0001
const openAbovePercent = 0.01
const own = { fees: { perpetual: { maker: 0, taker: fee } } }
const settings = Settings.parse({
  arbitrage: { openAbovePercent, closeBelowPercent: 0 },
  exchanges: { binance: own, gate: own },
})
const { frames, beginsAt, standingAt } = recordedMarket()
const exchanges = ['binance', 'gate'] as const
const marketsOf = (exchange: ExchangeId) => recordedMarkets.filter((market) => market.exchange === exchange)

beforeEach(() => {
  // The clock alone is a fake: the database is real, with its threads.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: beginsAt })
})
afterEach(() => {
  vi.useRealTimers()
})

type Row = Readonly<Record<string, string | number | null>>
interface Ledger {
  readonly rows: readonly Row[]
  /** Every column of every row; JSON tells each float64 from every other. */
  readonly text: string
  readonly writes: number
  readonly rejected: number
}

/** `writes`: as many rows as there are to be written at once at the end, or each before the next frame is read. */
async function replay(received: readonly ReceivedFrame[], writes: 'at the end' | 'at once'): Promise<Ledger> {
  vi.setSystemTime(beginsAt)
  const storage = await openTemporary()
  await storage.saveInstruments(recordedMarkets)
  const written = vi.spyOn(storage, 'saveOpportunity')
  const logger = createLogger('silent')
  const bus = createBus((error) => {
    throw error
  })
  const fees = new FeesInForce({
    settings: () => settings,
    standard: (exchange) => connectorOf(exchange).fees,
    told: () => [],
  })
  const desk: Desk = new Desk({
    settings: () => settings,
    takerFee: (instrument) => fees.takerOf(instrument),
    bookOf: (id) => books.of(id),
    lifeOf: () => null,
    clockOffsetMs: () => null,
    onClockDoubt: () => undefined,
    onQuote: () => undefined,
    onTruth: () => undefined,
    onPair: () => undefined,
    onOpportunity: (opportunity) => bus.publish({ kind: 'opportunity', opportunity }),
    onBoards: () => undefined,
  })
  const recorder = new Recorder({
    board: () => desk.board,
    bus,
    storage,
    before: nothingRecordedBefore,
    instruments: () => indexOf(recordedMarkets),
    tradeSymbols: () => [],
    now: Date.now,
    elapsed: () => [Date.now(), Date.now()],
    logger,
    onAlert: () => undefined,
  })
  const books = new OrderBookKeeper({
    bus,
    gaps: recorder.gaps,
    source: sourceOf,
    onDisagreement: (id, words, at) => desk.disagrees(id, words, at),
    logger,
    random: () => 0.5,
  })
  bus.on('book_ticker', (quote) => desk.bookTicker(quote))
  bus.on('order_book', ({ book }) => desk.bookChanged(book, Date.now()))
  desk.watch(recordedMarkets, beginsAt)
  books.watch(recordedMarkets)
  recorder.start()
  const flows = { state: 'live', reason: '', cause: null, at: beginsAt, downSince: null } as const
  for (const exchange of exchanges) {
    const topics = marketsOf(exchange).map(
      (instrument) => ({ channel: 'order_book', instrument, period: null }) as const,
    )
    books.follow({ feed: 'perpetual', topics, ...flows })
  }

  const normalizers = new Map<ExchangeId, Normalizer>()
  let rejected = 0
  let sweepAt = beginsAt + 1_000
  for (const { exchange, feed, data, at } of received) {
    for (; sweepAt <= at; sweepAt += 1_000) {
      await clockTo(sweepAt)
      books.sweep(sweepAt)
      desk.sweep(sweepAt)
    }
    await clockTo(at)
    const normalize =
      normalizers.get(exchange) ?? connectorOf(exchange).createNormalizer(feed, lookupOf(marketsOf(exchange)))
    normalizers.set(exchange, normalize)
    const normalized = normalize(data, false, at)
    if (normalized.kind === 'events') for (const event of normalized.events) bus.publish(event)
    else if (normalized.kind === 'depth') books.apply(normalized.depth)
    else rejected++
    while (writes === 'at once' && recorder.measurements().waitingOpportunities > 0) await nextTurn()
  }
  books.stop()
  desk.close(Date.now())
  await recorder.stop()
  const rows = openPlain(storage.file).prepare<[], Row>('SELECT * FROM opportunities ORDER BY id').all()
  return { rows, text: JSON.stringify(rows), writes: written.mock.calls.length, rejected }
}

/** Timers run, and answers that came at once are heard. */
async function clockTo(time: number): Promise<void> {
  vi.advanceTimersByTime(time - Date.now())
  for (let turn = 0; turn < 5; turn++) await Promise.resolve()
}

/** Its book by REST, which was not recorded, is what the depth frames up to then leave standing. */
const sourceOf = (exchange: ExchangeId): BookSource => ({
  rules: (kind) => connectorOf(exchange).bookRules(kind),
  ask: async ({ query, parse }) => {
    const { lastId, bids, asks } = standingAt(new Map(query).get('symbol') ?? '', Date.now())
    const parsed = parse({ lastUpdateId: lastId, T: Date.now(), bids, asks })
    if (!parsed.ok) throw new Error(parsed.problem)
    return parsed
  },
  resubscribe: () => true,
  silentMs: () => 0,
  clockOffsetMs: () => null,
  doubtClock: () => undefined,
})

describe('the ledger of recorded exchange frames', () => {
  it('is the same to the byte in two databases, however its rows were written, and another for another frame', async () => {
    const first = await replay(frames, 'at the end')
    const second = await replay(frames, 'at once')
    expect(second.text).toBe(first.text)
    expect(second.writes).toBeGreaterThan(first.writes)
    expect([first.rejected, second.rejected]).toEqual([0, 0])

    expect(first.rows.length).toBeGreaterThan(5)
    const counted = first.rows.filter(({ rejection }) => rejection === null)
    expect(counted.length).toBeGreaterThan(0)
    expect(new Set(first.rows.map(({ rejection }) => rejection))).toEqual(new Set([null, 'uncertain', 'unprofitable']))

    const openedAt = counted[0]?.opened_at
    const changed = frames.map((frame) => {
      const text = frame.data.toString()
      if (frame.exchange !== 'binance' || frame.at !== openedAt) return frame
      return { ...frame, data: Buffer.from(text.replace(/"(A|B)":"\d+"/g, '"$1":"1"')) }
    })
    expect(changed).not.toEqual(frames)
    const third = await replay(changed, 'at the end')
    expect(third.text).not.toBe(first.text)
    expect(third.rows.length).toBe(first.rows.length)
  })

  it('says of every opening what brute force finds in the frames', async () => {
    const { rows } = await replay(frames, 'at the end')
    const found = bruteForce()
    const rounded = (value: number) => Number(value.toPrecision(10))
    expect(
      rows.map((row) => ({
        ...{ symbol: row.symbol, buy: row.buy, openedAt: row.opened_at, closedAt: row.closed_at },
        ...{ gross: rounded(Number(row.open_gross_percent)), net: rounded(Number(row.open_net_percent)) },
        ...{ quantity: row.open_quantity, profit: rounded(Number(row.open_profit)) },
        ...{ ages: [row.open_buy_age_ms, row.open_sell_age_ms] },
        executable: row.open_executable_quantity,
        executableProfit: rounded(Number(row.open_executable_profit)),
      })),
    ).toEqual(
      found.map((one) => ({
        ...one,
        ...{ gross: rounded(one.gross), net: rounded(one.net), profit: rounded(one.profit) },
        executableProfit: rounded(one.executableProfit),
      })),
    )
    for (const row of rows) {
      const [leg, version] = String(row.buy).startsWith('binance')
        ? [row.buy, row.open_buy_book_version]
        : [row.sell, row.open_sell_book_version]
      const nativeName = String(leg).replace(/^binance:(.*)_USDT_PERP$/, '$1USDT')
      expect(version).toBe(standingAt(nativeName, Number(row.opened_at)).lastId)
    }
  })
})

interface PlainQuote {
  readonly bid: number
  readonly bidSize: number
  readonly ask: number
  readonly askSize: number
  readonly at: number
}
interface Opening {
  readonly symbol: string
  readonly buy: string
  readonly openedAt: number
  closedAt: number | null
  readonly gross: number
  readonly net: number
  readonly quantity: number
  readonly profit: number
  readonly ages: readonly [buy: number, sell: number]
  readonly executable: number
  readonly executableProfit: number
}

/** Openings and what they were worth, from the text of the frames alone, unit by unit where books are walked. */
function bruteForce(): readonly Opening[] {
  const quotes = new Map<string, PlainQuote>()
  const open = new Map<string, Opening>()
  const openings: Opening[] = []
  for (const { exchange, data, at } of frames) {
    const frame = JSON.parse(data.toString())
    const quote = frame.data ?? frame.result
    if (quote.b === undefined || Array.isArray(quote.b)) continue
    const asset = quote.s.replace(/_?USDT$/, '')
    // Contracts of Gate are a tenth of the asset.
    const size = (text: string | number) => (exchange === 'gate' ? Number(text) / 10 : Number(text))
    quotes.set(`${exchange} ${asset}`, {
      ...{ bid: Number(quote.b), bidSize: size(quote.B), ask: Number(quote.a), askSize: size(quote.A), at },
    })
    for (const [buy, sell] of [exchanges, ['gate', 'binance'] as const]) {
      const name = `${buy}:${asset}_USDT_PERP`
      const [bought, sold] = [quotes.get(`${buy} ${asset}`), quotes.get(`${sell} ${asset}`)]
      if (bought === undefined || sold === undefined) continue
      const gross = (sold.bid / bought.ask - 1) * 100
      const known = open.get(name)
      if (known !== undefined && gross < 0) {
        known.closedAt = at
        open.delete(name)
      }
      if (known !== undefined || gross <= openAbovePercent) continue
      const perUnit = sold.bid * (1 - fee) - bought.ask * (1 + fee)
      const quantity = Math.min(bought.askSize, sold.bidSize)
      const buys = unitsOf(asset, buy, 'asks', bought.ask, bought.askSize, bought.at, at)
      const sells = unitsOf(asset, sell, 'bids', sold.bid, sold.bidSize, sold.at, at)
      let [executable, executableProfit] = [0, 0]
      for (let unit = 0, profit = 0; perUnit > 0 && unit < Math.min(buys.length, sells.length); unit++) {
        profit += (sells[unit] ?? 0) * (1 - fee) - (buys[unit] ?? 0) * (1 + fee)
        if (profit > executableProfit) [executable, executableProfit] = [unit + 1, profit]
      }
      // Binance takes no order below 5 USDT.
      const bestBuys = buys.slice(0, executable).reduce((sum, price) => sum + price, 0)
      if (bestBuys < 5) [executable, executableProfit] = [0, 0]
      const opening: Opening = {
        ...{ symbol: `${asset}_USDT_PERP`, buy: name, openedAt: at, closedAt: null },
        ...{ gross, net: (perUnit / bought.ask) * 100, quantity, profit: perUnit * quantity },
        ...{ ages: [at - bought.at, at - sold.at], executable, executableProfit },
      }
      open.set(name, opening)
      openings.push(opening)
    }
  }
  return openings
}

/** The price of every unit of one side's best levels (nothing here pays deeper), the best first: the book's, under the quote where that is the newer word. */
function unitsOf(
  asset: string,
  exchange: 'binance' | 'gate',
  side: 'bids' | 'asks',
  price: number,
  size: number,
  quotedAt: number,
  now: number,
): readonly number[] {
  const lateMs = exchange === 'gate' ? gateLateMs : 0
  const book = standingAt(`${asset}USDT`, now - lateMs)
  const sign = side === 'asks' ? 1 : -1
  const rows = book[side].map(([level, quantity]) => [Number(level), Number(quantity)] as const)
  const standing =
    quotedAt > book.at + lateMs
      ? [[price, size] as const, ...rows.filter(([level]) => level * sign > price * sign)]
      : rows
  return standing
    .toSorted(([one], [other]) => (one - other) * sign)
    .slice(0, 5)
    .flatMap(([level, quantity]) => new Array<number>(quantity).fill(level))
}
