import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SpreadBoard } from '../../src/main/analytics/spreads.ts'
import { Broadcaster, type Client } from '../../src/main/broadcaster.ts'
import { LevelList } from '../../src/main/exchanges/depth.ts'
import { OrderBook } from '../../src/main/market/books/order-book.ts'
import { QuoteBoard } from '../../src/main/market/quotes.ts'
import type { BookColumns, QuoteColumns } from '../../src/shared/columns.ts'
import type { KeptBook, Kline } from '../../src/shared/domain/index.ts'
import { truthCode } from '../../src/shared/domain/index.ts'
import { instrument } from '../support/instruments.ts'

const binance = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')

class Recording implements Client {
  readonly received: [string, unknown][] = []
  slow = false
  send(name: string, payload: unknown) {
    this.received.push([name, payload])
  }
  keepsUp() {
    return !this.slow
  }
  names() {
    return this.received.map(([name]) => name)
  }
  quotes() {
    return this.received.filter(([name]) => name === 'market.quotes').map(([, payload]) => payload as QuoteColumns)
  }
}

function setUp() {
  const board = new QuoteBoard([binance, okx])
  const spreads = new SpreadBoard(board, () => 0, 5_000)
  const status = vi.fn(() => ({
    connections: [],
    opportunities: [],
    accounts: [],
    portfolio: {
      currency: 'USDT',
      at: 0,
      rows: [],
      total: '0',
      missingPrices: [],
      stalePrices: [],
      changeSinceMidnight: null,
    },
    positions: [],
    fundingRates: [],
    api: { url: null, problem: null, warning: null, clients: 0, requests: 0, refused: 0 },
    network: { proxy: null, hasProxyPassword: false, keychainProblem: null, trouble: null, events: [] },
    redis: {
      ...{
        state: 'off' as const,
        reason: null,
        url: null,
        since: 0,
        nextAttemptAt: null,
        published: 0,
        messagesPerSecond: 0,
      },
      ...{
        droppedState: 0,
        droppedTrades: 0,
        waitingHappenings: 0,
        spilledHappenings: 0,
        lostHappenings: 0,
        reconnects: 0,
        hasPassword: false,
      },
    },
    rawFrames: {
      enabled: false,
      folder: '',
      ...{ bytes: 0, files: 0, oldest: null, newest: null, frames: 0, dropped: 0, problem: null },
    },
    recorder: {
      recording: false,
      problem: null,
      snapshots: 0,
      missedSnapshots: 0,
      rowsWritten: 0,
      lastJitterMs: null,
      lastWriteMs: null,
      databaseBytes: null,
    },
  }))
  const books = new Map<string, KeptBook>()
  const broadcaster = new Broadcaster({
    quotes: () => board,
    spreads: () => spreads,
    book: (key) => books.get(key),
    status,
  })
  broadcaster.boardsChanged()
  broadcaster.start()
  const client = new Recording()
  broadcaster.connect(client)
  const quote = (price: number) => {
    const slot = board.applyBookTicker({
      kind: 'book_ticker',
      instrument: okx,
      bidPrice: price,
      bidQuantity: 1,
      askPrice: null,
      askQuantity: null,
      exchangeAt: 5,
      receivedAt: 10,
    })
    broadcaster.quoteChanged(slot)
  }
  const keep = (of: typeof okx, truth: KeptBook['truth'], updateId: number) => {
    const book = new OrderBook()
    const levels = new LevelList()
    levels.push(100, 1)
    levels.push(99, 2)
    book.replace({ bids: levels, asks: new LevelList() })
    const kept: KeptBook = {
      ...{ instrument: of, book, truth, reason: truth === 'live' ? '' : 'down', updateId },
      ...{ exchangeAt: null, receivedAt: 10 },
    }
    books.set(of.key, kept)
    broadcaster.bookChanged(kept)
  }
  return { board, broadcaster, client, quote, keep, status }
}

const kline = (openTime: number, close: number): Kline => ({
  kind: 'kline',
  instrument: okx,
  period: '1m',
  openTime,
  open: 1,
  high: 2,
  low: 1,
  close,
  volume: 1,
  quoteVolume: null,
  isClosed: false,
  exchangeAt: null,
  receivedAt: 0,
})

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('the broadcaster of books', () => {
  const shown = (client: Recording) =>
    client.received.filter(([name]) => name === 'market.books').map(([, payload]) => payload as BookColumns[])
  const view = (levels: number) => ({ visible: true, klines: [], books: [{ instrument: okx.key, levels }] })

  it('sends those that the client names and that changed, as deep as it asks, at most ten times a second', () => {
    const { broadcaster, client, keep } = setUp()
    keep(okx, 'live', 1)
    broadcaster.setView(client, view(1))
    keep(binance, 'live', 1)
    vi.advanceTimersByTime(100)
    expect(shown(client)).toMatchObject([[{ instrumentId: okx.id, updateId: 1, bidPrice: Float64Array.of(100) }]])
    vi.advanceTimersByTime(1_000)
    expect(shown(client)).toHaveLength(1)
    for (let id = 2; id < 50; id++) keep(okx, 'live', id)
    vi.advanceTimersByTime(100)
    expect(shown(client).slice(1)).toMatchObject([[{ updateId: 49, bidLevels: 2 }]])
    broadcaster.setView(client, view(2))
    vi.advanceTimersByTime(100)
    expect(shown(client).at(-1)).toMatchObject([{ bidPrice: Float64Array.of(100, 99) }])
  })

  it('sends no levels of one that holds nothing now', () => {
    const { broadcaster, client, keep } = setUp()
    broadcaster.setView(client, view(5))
    keep(okx, 'gap', 3)
    vi.advanceTimersByTime(100)
    expect(shown(client)).toMatchObject([
      [{ truth: 'gap', reason: 'down', bidPrice: new Float64Array(0), bidLevels: 0 }],
    ])
  })
})

describe('the broadcaster', () => {
  it('sends the newest quote per instrument, at most ten times a second', () => {
    const { client, quote } = setUp()
    for (let price = 1; price <= 500; price++) quote(price)
    vi.advanceTimersByTime(100)
    const [columns] = client.quotes()
    expect(client.quotes()).toHaveLength(1)
    expect(columns).toEqual({
      instrumentIds: Uint32Array.of(okx.id),
      bidPrice: Float64Array.of(500),
      bidQuantity: Float64Array.of(1),
      askPrice: Float64Array.of(Number.NaN),
      askQuantity: Float64Array.of(Number.NaN),
      lastPrice: Float64Array.of(Number.NaN),
      exchangeAt: Float64Array.of(5),
      receivedAt: Float64Array.of(10),
      truth: Uint8Array.of(truthCode.live),
    })
    vi.advanceTimersByTime(500)
    expect(client.quotes()).toHaveLength(1)
  })

  it.each(['suspect', 'stale'] as const)('keeps the last price of a quote that is %s, and says so', (truth) => {
    const { board, broadcaster, client, quote } = setUp()
    quote(100)
    board.truth[1] = truthCode[truth]
    broadcaster.quoteChanged(1)
    broadcaster.pairChanged(0)
    vi.advanceTimersByTime(100)
    expect(client.quotes()[0]).toMatchObject({
      bidPrice: Float64Array.of(100),
      truth: Uint8Array.of(truthCode[truth]),
    })
    // The other leg has no quote at all.
    const spreads = client.received.find(([name]) => name === 'spreads.update')?.[1]
    expect(spreads).toMatchObject({
      grossPercent: Float64Array.of(Number.NaN),
      truth: Uint8Array.of(truthCode.gap),
    })
  })

  it('shows no price of a feed that is down', () => {
    const { board, broadcaster, client, quote } = setUp()
    quote(100)
    board.clearLive([okx.id])
    broadcaster.quoteChanged(1)
    vi.advanceTimersByTime(100)
    expect(client.quotes()[0]?.bidPrice).toEqual(Float64Array.of(Number.NaN))
  })

  it('sends a hidden client no state but every happening, and everything anew once it is visible', () => {
    const { broadcaster, client, quote, status } = setUp()
    broadcaster.setView(client, { visible: false, klines: [], books: [] })
    quote(100)
    vi.advanceTimersByTime(2_000)
    broadcaster.tell('alert.raised', {
      ...{ id: 1, at: 0, severity: 'info', rule: 'storage', ruleId: null },
      ...{ subject: 's', message: 'm', acknowledgedAt: null },
    })
    expect(client.names()).toEqual(['alert.raised'])
    expect(status).not.toHaveBeenCalled()
    broadcaster.setView(client, { visible: true, klines: [], books: [] })
    vi.advanceTimersByTime(100)
    expect(client.names()).toEqual(['alert.raised', 'market.quotes', 'spreads.update'])
    expect(client.quotes()[0]?.instrumentIds).toEqual(Uint32Array.of(binance.id, okx.id))
  })

  it('gives a client that falls behind no state until it has caught up, then everything', () => {
    const { client, quote } = setUp()
    client.slow = true
    quote(100)
    vi.advanceTimersByTime(300)
    expect(client.received).toEqual([])
    client.slow = false
    vi.advanceTimersByTime(100)
    expect(client.quotes()[0]?.bidPrice[1]).toBe(100)
  })

  it('sends only the klines a client shows, both the closing and the new one of a minute', () => {
    const { broadcaster, client } = setUp()
    broadcaster.klineChanged(kline(0, 1))
    broadcaster.setView(client, { visible: true, klines: [{ instrument: okx.key, period: '1m' }], books: [] })
    broadcaster.klineChanged(kline(60_000, 2))
    broadcaster.klineChanged(kline(0, 3))
    broadcaster.klineChanged(kline(60_000, 4))
    broadcaster.klineChanged({ ...kline(0, 9), period: '5m' })
    vi.advanceTimersByTime(100)
    expect(client.received).toHaveLength(1)
    expect(client.received[0]).toMatchObject([
      'market.klines',
      [{ instrumentId: okx.id, period: '1m', openTime: Float64Array.of(0, 60_000), close: Float64Array.of(3, 4) }],
    ])
  })
})
