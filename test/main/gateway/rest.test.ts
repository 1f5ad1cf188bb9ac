import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { GatewayHub } from '../../../src/main/gateway/index.ts'
import { openApiDocument } from '../../../src/main/gateway/openapi.ts'
import { accountRoutes } from '../../../src/main/gateway/rest/account.ts'
import { continuityRoutes } from '../../../src/main/gateway/rest/continuity.ts'
import { marketRoutes } from '../../../src/main/gateway/rest/market.ts'
import type { Route } from '../../../src/main/gateway/rest/route.ts'
import { statusRoutes } from '../../../src/main/gateway/rest/status.ts'
import { toColumns } from '../../../src/main/market/history.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { exchangeIds, type Opportunity, type Position, truthCode } from '../../../src/shared/domain/index.ts'
import {
  BookTickerMessage,
  FillMessage,
  KlineMessage,
  OrderBookMessage,
  OrderUpdateMessage,
} from '../../../src/shared/unified/schemas.ts'
import { startHub } from '../../support/hub.ts'
import { instrument } from '../../support/instruments.ts'
import { keptBook } from '../../support/kept-book.ts'
import { until } from '../../support/loopback.ts'
import { apiHub, ask, bearer, echoHub, openTestGateway, read, refusal, type TestGateway } from './support/gateway.ts'

const routesOf = (hub: GatewayHub): Route[] => [
  ...marketRoutes(hub),
  ...continuityRoutes(hub),
  ...statusRoutes(hub),
  ...accountRoutes(hub),
]
const list = <T extends z.ZodType>(row: T) => z.strictObject({ data: z.array(row), next: z.string().nullable() })
const candlePage = list(KlineMessage).extend({ problem: z.string().nullable() })
const CallOf = z.looseObject({
  after: z.object({ from: z.number(), id: z.number() }).optional(),
  limit: z.number().optional(),
})

/** The demo on two exchanges with its accounts, once everything is live. */
async function demo(): Promise<{ gateway: TestGateway; hub: GatewayHub }> {
  const { hub, folder } = await startHub({
    settings: {
      mode: 'demo',
      exchanges: { binance: { enabled: true }, okx: { enabled: true } },
      symbols: ['BTC_USDT', 'ETH_USDT_PERP'],
      periods: ['1m', '1h'],
      history: { backfillCandles: 60 },
      gateway: { port: 0, requestsPerMinute: 100_000 },
    },
  })
  const api = apiHub(hub, folder)
  const gateway = await openTestGateway(api)
  await until(() => hub.connections().length === 2 && hub.connections().every(({ state }) => state === 'live'), 'live')
  await until(
    () => hub.board.instruments.length === 4 && hub.board.truth.every((code) => code === truthCode.live),
    'quoted',
  )
  return { gateway, hub: api }
}

describe('REST on the demo', () => {
  it('answers every route in the shape that its document promises, about what is watched', async () => {
    const { gateway, hub } = await demo()
    const needed = { exchange: 'BINANCE', symbol: 'BTC_USDT', period: '1m' }
    for (const route of routesOf(hub)) {
      if (route.method !== 'GET') continue
      const wanted = Object.entries(needed).filter(([name]) => {
        const field = route.query.shape[name]
        return field !== undefined && !z.safeParse(field, undefined).success
      })
      const query = new URLSearchParams(wanted).toString()
      await read(gateway, `${route.path}${query === '' ? '' : `?${query}`}`, route.reply)
    }

    const quotes = await read(gateway, '/quotes', list(BookTickerMessage))
    expect(quotes.data.map(({ exchange, symbol }) => `${exchange} ${symbol}`)).toEqual(
      hub.board.instruments.map(({ exchange, symbol }) => `${exchange.toUpperCase()} ${symbol}`),
    )
    expect(quotes.data.every(({ is_live: live, bid_price: bid }) => live && Number(bid) > 0)).toBe(true)
    const one = await read(gateway, '/quotes?exchange=okx&symbol=BTC_USDT', list(BookTickerMessage))
    expect(one.data).toMatchObject([{ exchange: 'OKX', symbol: 'BTC_USDT' }])
    const Book = z.object({ depth: z.number(), bids: z.array(z.tuple([z.string(), z.string()])), symbol: z.string() })
    await until(() => hub.board.instruments.every(({ id }) => hub.orderBook(id)?.truth === 'live'), 'books')
    const books = await read(gateway, '/books?symbol=BTC_USDT&levels=5', list(Book))
    expect(books.data).toHaveLength(2)
    expect(books.data.every(({ depth, bids }) => depth === 5 && bids.length === 5)).toBe(true)
    const Row = z.object({ symbol: z.string(), is_watched: z.boolean(), exchange: z.string() })
    const found = await read(gateway, '/instruments?query=sol&watched=false&limit=2', list(Row))
    expect(found.data).toHaveLength(2)
    expect(found.data.every(({ symbol, is_watched: watched }) => symbol.startsWith('SOL') && !watched)).toBe(true)
    const Spread = z.object({
      buy_exchange: z.string(),
      sell_exchange: z.string(),
      gross_percent: z.string().nullable(),
    })
    const spreads = await read(gateway, '/spreads?kind=cross&symbol=BTC_USDT&live=true', list(Spread))
    expect(spreads.data.map(({ buy_exchange: buy, sell_exchange: sell }) => `${buy} ${sell}`)).toEqual([
      'BINANCE OKX',
      'OKX BINANCE',
    ])
  })

  it('pages through candles, orders and fills without a hole or a double, and shares the rate budget', async () => {
    const { gateway, hub } = await demo()
    const klines = (before = '') =>
      read(gateway, `/klines?exchange=BINANCE&symbol=BTC_USDT&period=1m&limit=20${before}`, candlePage)
    const newest = await klines()
    const older = await klines(`&before=${newest.next}`)
    const times = [...older.data, ...newest.data].map(({ timestamp_open: at }) => at)
    expect(times).toHaveLength(40)
    expect(times.every((at, place) => place === 0 || at === (times[place - 1] ?? 0) + 60_000)).toBe(true)

    const ids = async (path: string, row: typeof OrderUpdateMessage | typeof FillMessage, limit: number) => {
      const all: string[] = []
      let cursor = ''
      for (let page = 0; page < 400; page++) {
        const reply = await read(gateway, `${path}&limit=${limit}${cursor}`, list(row))
        all.push(
          ...reply.data.map((one) =>
            JSON.stringify([one.account, one.symbol, one.exchange_order_id, 'trade_id' in one ? one.trade_id : '']),
          ),
        )
        if (reply.next === null) return all
        cursor = `&cursor=${reply.next}`
      }
      throw new Error('a list without end')
    }
    const to = Date.now() - 60_000
    const past = `/fills?account=demo-binance&to=${to}`
    const stored = async () => (await read(gateway, `${past}&limit=20`, list(FillMessage))).data.length
    await expect.poll(stored, { timeout: 10_000 }).toBeGreaterThan(7)
    const pages = await ids(past, FillMessage, 7)
    expect(pages.length).toBeGreaterThan(7)
    expect(new Set(pages).size).toBe(pages.length)
    const orders = await ids(`/orders?exchange=OKX&status=FILLED&to=${to}`, OrderUpdateMessage, 5)
    expect(new Set(orders).size).toBe(orders.length)

    const Budget = z.object({
      exchange: z.string(),
      pool: z.string(),
      used: z.number(),
      remaining: z.number(),
      limit: z.number(),
    })
    const before = await read(gateway, '/budgets', list(Budget))
    expect(before.data.length).toBeGreaterThan(2)
    const headers = { ...bearer(gateway.token), 'content-type': 'application/json' }
    const reserve = async (body: unknown, wait = '') => {
      const answer = await ask(gateway, `/api/v1/budgets/reserve${wait}`, {
        method: 'POST',
        headers,
        body: JSON.stringify(body),
      })
      return { status: answer.status, reply: z.record(z.string(), z.unknown()).parse(answer.json()) }
    }
    const pool = { exchange: 'OKX', pool: before.data.find(({ exchange }) => exchange === 'OKX')?.pool ?? '' }
    const limit = before.data.find((one) => one.exchange === 'OKX' && one.pool === pool.pool)?.limit ?? 0
    const granted = await reserve({ ...pool, weight: 1 }, '?wait=10000')
    expect(granted).toMatchObject({ status: 200, reply: { granted: true, retry_after: null } })
    // The whole pool has no room beside what was just taken.
    const denied = await reserve({ ...pool, weight: limit })
    expect(denied).toMatchObject({ status: 200, reply: { granted: false, retry_after: expect.any(Number) } })
    const used = hub
      .connections()
      .find(({ exchange }) => exchange === 'okx')
      ?.budgets.find((one) => one.pool === pool.pool)?.used
    expect(used).toBeLessThan(limit)
    expect((await reserve({ ...pool, weight: limit + 1 })).reply).toEqual({
      error: { code: 'bad_request', message: `weight: ${limit + 1}: this pool never has more than ${limit}` },
    })
    expect((await reserve({ ...pool, pool: 'nope', weight: 1 })).reply).toMatchObject({
      error: { message: expect.stringContaining('OKX has the pools') },
    })
    expect((await reserve({ exchange: 'GATE', pool: 'spot', weight: 1 })).status).toBe(503)
    expect((await reserve({ ...pool, weight: 1 }, '?wait=10001')).status).toBe(400)
  })
})

describe('a list that is longer than its page', () => {
  it('goes on where the page before ended, up to the last one', async () => {
    const watched = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA'].map((base) => instrument('okx', 'spot', base, 'USDT', base))
    const opportunity = (id: number, openedAt: number): Opportunity => ({
      ...{ id, kind: 'cross', symbol: 'BTC_USDT', buy: 'okx:BTC_USDT', sell: 'gate:BTC_USDT', openedAt },
      ...{ closedAt: null, closeReason: null, bestAt: openedAt, bestGrossPercent: 1, bestNetPercent: 1 },
      ...{ bestBuyPrice: 1, bestSellPrice: 1, bestQuantity: 1, bestProfit: 1, rejection: null, rejectionWords: null },
      ...{ buyFee: null, sellFee: null, opening: null, best: null },
    })
    // Holes of one outage begin at the same moment.
    const gaps = [1, 2, 3, 4, 5].map((id) => ({
      ...{ id, exchange: 'okx', symbol: 'BTC_USDT', instrument: 'okx:BTC_USDT', kind: 'book_ticker', period: null },
      ...{ from: id === 5 ? 200 : 100, to: 300, cause: 'disconnect', detail: '', filledAt: null, whyNotFilled: null },
    }))
    const listed = [...gaps].reverse()
    const elsewhere = new Array(600).fill(instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT'))
    const gateway = await openTestGateway(
      echoHub(
        {},
        {
          board: new QuoteBoard(watched),
          async call(_client, name, request) {
            const { after, limit } = CallOf.parse(request)
            const begin = listed.findIndex(({ id, from }) => id === after?.id && from === after.from) + 1
            const answers: Readonly<Record<string, unknown>> = {
              'fundingRates.list': [],
              'opportunities.live': [opportunity(1, 10), opportunity(3, 20), opportunity(2, 10)],
              'gaps.list': listed.slice(begin, begin + (limit ?? 0)),
              // More than were found before those of other exchanges were left out.
              'instruments.search': [...elsewhere, ...watched].slice(0, limit),
            }
            return { ok: true, value: answers[name] ?? null }
          },
        },
      ),
    )
    const Row = z.looseObject({ id: z.number().optional(), symbol: z.string() })
    const pages = async (path: string) => {
      const all: (number | string)[][] = []
      for (let cursor = ''; all.length < 10; ) {
        const { data, next } = await read(gateway, `${path}limit=2${cursor}`, list(Row))
        all.push(data.map(({ id, symbol }) => id ?? symbol))
        if (next === null) break
        cursor = `&cursor=${next}`
      }
      return all
    }
    expect(await pages('/opportunities?')).toEqual([[3, 2], [1]])
    expect(await pages('/gaps?')).toEqual([[5, 4], [3, 2], [1]])
    const symbols = [['BTC_USDT', 'ETH_USDT'], ['SOL_USDT', 'XRP_USDT'], ['ADA_USDT']]
    expect(await pages('/instruments?')).toEqual(symbols)
    expect(await pages('/instruments?query=USDT&exchange=okx&')).toEqual(symbols)
  })
})

describe('candles of a market that is often without trades', () => {
  it('are read on to the very first, though no page is full', async () => {
    const btc = instrument('coinbase', 'spot', 'BTC', 'USDT', 'BTC-USDT')
    const minute = 60_000
    const begin = 1_700_000_000_000 - (1_700_000_000_000 % minute)
    const times = [0, 7, 8, 20].map((place) => begin + place * minute)
    const gateway = await openTestGateway(
      echoHub(
        {},
        {
          instrument: () => btc,
          async call(_client, name, request) {
            if (name !== 'klines.list') return { ok: true, value: [] }
            const { before, limit } = z.looseObject({ before: z.number().nullable(), limit: z.number() }).parse(request)
            // What the exchange has of the range, as history gives it.
            const to = before ?? begin + 21 * minute
            const inRange = times.filter((time) => time < to && time >= to - limit * minute)
            const found = inRange.length > 0 ? inRange : times.filter((time) => time < to).slice(-1)
            const rows = found.map((openTime) => ({
              ...{ instrumentId: btc.id, openTime, open: 1, high: 1, low: 1, close: 1, volume: 1, quoteVolume: null },
              ...{ isClosed: true, period: '1m' as const },
            }))
            return { ok: true, value: { klines: toColumns(btc.id, '1m', rows), problem: null } }
          },
        },
      ),
    )
    const all: number[] = []
    for (let before = '', pages = 0; pages < 10; pages++) {
      const path = `/klines?exchange=COINBASE&symbol=BTC_USDT&period=1m&limit=5${before}`
      const { data, next, problem } = await read(gateway, path, candlePage)
      expect(problem).toBeNull()
      all.unshift(...data.map(({ timestamp_open: at }) => at))
      if (next === null) break
      before = `&before=${next}`
    }
    expect(all).toEqual(times)
  })
})

describe('positions', () => {
  it('are those that are open: one that closed since the start is none', async () => {
    const position = (symbol: string, quantity: string): Position => ({
      ...{ account: 'main', exchange: 'okx', symbol, side: 'BOTH', quantity, entryPrice: null, markPrice: null },
      ...{ unrealisedPnl: null, liquidationPrice: null, leverage: null, marginMode: null, settleAsset: 'USDT' },
      ...{ exchangeAt: null, receivedAt: 1 },
    })
    const rows = [position('BTC_USDT_PERP', '-0.5'), position('ETH_USDT_PERP', '0')]
    const call: GatewayHub['call'] = async (_client, name) => ({
      ok: true,
      value: name === 'positions.list' ? rows : [],
    })
    const gateway = await openTestGateway(echoHub({}, { call }))
    const { data } = await read(gateway, '/positions', list(z.looseObject({ symbol: z.string() })))
    expect(data.map(({ symbol }) => symbol)).toEqual(['BTC_USDT_PERP'])
  })
})

describe('a feed that is down', () => {
  it('has no prices, in quotes and books alike, however fresh they were', async () => {
    const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
    const board = new QuoteBoard([btc])
    const gateway = await openTestGateway(echoHub({}, { board, instrument: () => btc }))
    const quote = { bidPrice: 1e-7, bidQuantity: 1e21, askPrice: null, askQuantity: null, exchangeAt: null }
    board.applyBookTicker({ kind: 'book_ticker', instrument: btc, ...quote, receivedAt: 5 })
    const told = async () => [
      ...(await read(gateway, '/quotes?exchange=binance&symbol=BTC_USDT', list(BookTickerMessage))).data,
      ...(await read(gateway, '/books', list(OrderBookMessage))).data,
    ]
    const size = '1000000000000000000000'
    expect(await told()).toMatchObject([
      {
        is_live: true,
        bid_price: '0.0000001',
        bid_quantity: size,
        ask_price: null,
        exchange_time: null,
        received_time: 5,
      },
      { is_live: true, bids: [['0.0000001', size]], asks: [] },
    ])
    board.clearLive([btc.id])
    expect(await told()).toMatchObject([
      { is_live: false, bid_price: null, bid_quantity: null, received_time: null },
      { is_live: false, bids: [], asks: [] },
    ])
  })
})

describe('what can be relied on', () => {
  const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
  const quoted = () => {
    const board = new QuoteBoard([btc])
    const prices = { bidPrice: 1, bidQuantity: 2, askPrice: 3, askQuantity: 4, exchangeAt: null }
    board.applyBookTicker({ kind: 'book_ticker', instrument: btc, ...prices, receivedAt: 5 })
    return board
  }

  it.each(['suspect', 'stale'] as const)('is said of quotes, which keep their prices: %s', async (truth) => {
    const board = quoted()
    board.truth[0] = truthCode[truth]
    const gateway = await openTestGateway(echoHub({}, { board, instrument: () => btc }))
    const told = [
      ...(await read(gateway, '/quotes', list(BookTickerMessage))).data,
      ...(await read(gateway, '/books', list(OrderBookMessage))).data,
    ]
    expect(told).toMatchObject([
      { bid_price: '1', ask_price: '3', is_live: true, truth },
      { bids: [['1', '2']], asks: [['3', '4']], depth: 1, is_live: true, truth },
    ])
  })

  it('gives the book that is kept, as deep as is asked for', async () => {
    const kept = keptBook(btc, 200)
    const gateway = await openTestGateway(
      echoHub({}, { board: quoted(), instrument: () => btc, orderBook: (id) => (id === btc.id ? kept : undefined) }),
    )
    const depths = async (query: string) => {
      const { data } = await read(gateway, `/books${query}`, list(OrderBookMessage))
      return data.map(({ bids, asks, depth, update_id, truth }) => [bids.length, asks.length, depth, update_id, truth])
    }
    expect(await depths('')).toEqual([[50, 50, 50, 7, 'live']])
    expect(await depths('?exchange=binance&symbol=BTC_USDT&levels=3')).toEqual([[3, 3, 3, 7, 'live']])
    expect(await depths('?levels=500')).toEqual([[200, 200, 500, 7, 'live']])
  })
})

describe('bad requests', () => {
  let gateway: TestGateway
  const refused = async (path: string) => {
    const { status, message } = await refusal(gateway, `/api/v1${path}`)
    return `${status} ${message}`
  }

  it.each([
    [
      '/quotes?exchange=ftx',
      `400 exchange: "ftx": expected one of ${exchangeIds.join(', ').toUpperCase()}, or a plugin's such as X-ACME`,
    ],
    ['/quotes?symbol=btcusdt', '400 symbol: "btcusdt": expected a symbol such as BTC_USDT or BTC_USDT_PERP'],
    [
      '/quotes?exchange=okx&exchange=gate',
      '400 exchange: ["okx","gate"]: Invalid input: expected string, received array',
    ],
    ['/quotes?colour=red', '400 unknown "colour"; see /api/docs'],
    [
      '/quotes?exchange=okx&symbol=NO_COIN',
      '404 symbol: OKX lists no "NO_COIN"; GET /api/v1/instruments?query=… finds what it lists',
    ],
    ['/klines', '400 exchange: not given: Invalid input: expected string, received undefined'],
    [
      '/klines?exchange=okx&symbol=BTC_USDT&period=2m',
      '400 period: "2m": Invalid option: expected one of "1m"|"5m"|"15m"|"1h"|"1d"',
    ],
    [
      '/klines?exchange=okx&symbol=BTC_USDT&period=1m&limit=0',
      '400 limit: "0": expected a whole number from 1 to 1000',
    ],
    [
      '/klines?exchange=okx&symbol=BTC_USDT&period=1m&limit=1e2',
      '400 limit: "1e2": expected a whole number from 1 to 1000',
    ],
    [
      '/klines?exchange=okx&symbol=BTC_USDT&period=1m&before=5',
      '400 before: "5": expected a whole number from 1230768000000 to 4102444800000',
    ],
    ['/gaps?exchange=okx', '400 exchange and symbol: give both, or neither'],
    ['/continuity?symbol=BTC_USDT', '400 exchange and symbol: give both, or neither'],
    [
      '/continuity?kind=quotes',
      '400 kind: "quotes": Invalid option: expected one of "book_ticker"|"trade"|"kline"|"order_book"',
    ],
    ['/fills?cursor=1', '400 cursor: "1": expected the next of the page before'],
    [
      '/orders?status=DONE',
      '400 status: "DONE": Invalid option: expected one of "NEW"|"PARTIALLY_FILLED"|"FILLED"|"CANCELED"|"REJECTED"|"EXPIRED"',
    ],
    ['/orders?account=A B', undefined],
    ['/drifts?resolved=yes', '400 resolved: "yes": expected true or false'],
    ['/pnl?utc_offset_minutes=901', '400 utc_offset_minutes: "901": expected a whole number from -900 to 900'],
    ['/pnl?time_zone=Berlin', '400 time_zone: "Berlin": expected a time zone such as Europe/Berlin or UTC'],
  ])('name what is wrong and what would be right: %s', async (path, message) => {
    gateway = await openTestGateway(echoHub())
    if (message === undefined) expect((await refusal(gateway, `/api/v1${encodeURI(path)}`)).status).toBe(400)
    else expect(await refused(path)).toBe(message)
  })
})

describe('the OpenAPI document', () => {
  it('tells every route with its parameters, and refers to nothing that it lacks', async () => {
    const hub = echoHub()
    const document = openApiDocument(routesOf(hub))
    const served = (await ask(await openTestGateway(hub), '/api/v1/openapi.json')).json()
    expect(served).toEqual(JSON.parse(JSON.stringify(document)))
    const Document = z.object({
      openapi: z.literal('3.1.0'),
      paths: z.record(
        z.string(),
        z.record(z.string(), z.object({ parameters: z.array(z.object({ name: z.string(), required: z.boolean() })) })),
      ),
      components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
    })
    const { paths, components } = Document.parse(served)
    expect(Object.keys(paths).sort()).toEqual(
      routesOf(hub)
        .map(({ path }) => `/api/v1${path}`)
        .sort(),
    )
    expect(paths['/api/v1/klines']?.get?.parameters).toMatchObject([
      { name: 'exchange', required: true },
      { name: 'symbol', required: true },
      { name: 'period', required: true },
      { name: 'before', required: false },
      { name: 'limit', required: false },
    ])
    const refs = [...JSON.stringify(served).matchAll(/"\$ref":"([^"]+)"/g)].map(([, to]) => to ?? '')
    expect(refs.length).toBeGreaterThan(50)
    expect(refs.filter((to) => !Object.hasOwn(components.schemas, to.replace('#/components/schemas/', '')))).toEqual([])
    expect(components.schemas).toHaveProperty('StreamRequest')
    expect(components.schemas).toHaveProperty('book_ticker')
  })

  it('has a page that needs nothing from elsewhere, and no token', async () => {
    const gateway = await openTestGateway(echoHub())
    const page = await ask(gateway, '/api/docs')
    expect(page.status).toBe(200)
    const policy = String(page.headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).not.toContain('unsafe')
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file ?? '')
    expect(files.length).toBeGreaterThan(4)
    for (const file of files) {
      expect(file).toMatch(/^\/api\/docs\/static\//)
      expect((await ask(gateway, file)).status).toBe(200)
    }
    expect((await ask(gateway, '/api/docs/json')).status).toBe(200)
  })
})
