import { gunzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createBus } from '../../../../src/main/bus/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { htx } from '../../../../src/main/exchanges/htx/index.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import { createHtxVenue } from '../../../../src/main/simulator/venues/htx.ts'
import { type MarketEvent, periodMs } from '../../../../src/shared/domain/index.ts'
import { loadListed } from '../../../support/instruments.ts'
import { simulator } from '../../../support/simulator.ts'

const symbols = ['BTC_USDT', 'ETH_USDT']
const open = () => simulator({ venues: ['htx'], symbols })
type Market = Pick<Awaited<ReturnType<typeof open>>, 'originsOf'>

const addressOf = (market: Market, url: string): string => {
  const { origin, pathname, search } = new URL(url)
  const served = market.originsOf('htx')[origin]
  if (served === undefined) throw new Error(`no ${origin}`)
  return `${served}${pathname}${search}`
}

async function rest(market: Market, url: string): Promise<{ headers: Headers; body: Record<string, unknown> }> {
  const reply = await fetch(addressOf(market, url))
  return { headers: reply.headers, body: await reply.json() }
}

interface Client {
  readonly frames: Record<string, unknown>[]
  send(frame: object): void
  readonly closed: Promise<number>
  /** Everything sent before has been read: a protocol ping went round behind it. */
  answered(): Promise<void>
  next(fits: (frame: Record<string, unknown>) => boolean): Promise<Record<string, unknown>>
}
/** Answers no ping by itself. Every frame must be binary. */
async function connect(market: Market, url: string): Promise<Client> {
  const socket = new WebSocket(addressOf(market, url))
  onTestFinished(() => socket.terminate())
  const frames: Record<string, unknown>[] = []
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).toBe(true)
    frames.push(JSON.parse(String(gunzipSync(data))))
  })
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('open', resolve))
  return {
    frames,
    closed,
    send: (frame) => socket.send(JSON.stringify(frame)),
    answered: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      }),
    next: (fits) =>
      vi.waitFor(
        () => {
          const found = frames.find(fits)
          if (found === undefined) throw new Error(`not among ${frames.length} frames`)
          return found
        },
        { timeout: 5_000, interval: 10 },
      ),
  }
}

const spotSocket = 'wss://api.huobi.pro/ws'
const bookSocket = 'wss://api.huobi.pro/feed'
const swapSocket = 'wss://api.hbdm.com/linear-swap-ws'
const fundingSocket = 'wss://api.hbdm.com/linear-swap-notification'

describe("htx's venue", () => {
  it('answers in four envelopes, its errors with status 200', async () => {
    const market = await open()
    const get = async (url: string) => (await rest(market, url)).body
    expect(await get('https://api.huobi.pro/v1/common/timestamp')).toEqual({ status: 'ok', data: expect.any(Number) })
    expect(await get('https://api.huobi.pro/market/history/kline?symbol=BTCUSDT&period=1min')).toMatchObject({
      ...{ status: 'error', 'err-code': 'invalid-parameter', 'err-msg': 'invalid symbol' },
    })
    expect(await get('https://api.huobi.pro/market/history/kline?symbol=btcusdt&period=1hour')).toMatchObject({
      'err-msg': 'invalid period',
    })
    expect(
      await get('https://api.hbdm.com/linear-swap-ex/market/history/kline?contract_code=XYZ-USDT&period=1min&size=1'),
    ).toMatchObject({ status: 'error', err_code: 1013 })
    expect(await get('https://api.huobi.pro/v2/market-status')).toMatchObject({ code: 200, data: { marketStatus: 1 } })
  })

  it('counts requests, and tells those of swaps in headers', async () => {
    const market = await open()
    const url = 'https://api.hbdm.com/linear-swap-api/v1/swap_contract_info'
    const { headers } = await rest(market, url)
    expect([headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]).toEqual(['240', '239'])
    const bodies = []
    for (let n = 0; n < 25; n++) bodies.push((await rest(market, 'https://api.huobi.pro/v1/common/timestamp')).body)
    expect(bodies.map((body) => body['err-code'])).toContain('rate-too-many-requests')
  })

  it('has days that begin at 16:00 UTC', async () => {
    const market = await open()
    const url = 'https://api.hbdm.com/linear-swap-ex/market/history/kline?contract_code=BTC-USDT&period=1day&size=2'
    const { body } = await rest(market, url)
    const [first] = Array.isArray(body.data) ? body.data : []
    expect((first.id * 1_000) % periodMs['1d']).toBe(16 * periodMs['1h'])
  })

  it('acknowledges, sends what there is, and refuses what it does not know', async () => {
    const market = await open()
    const client = await connect(market, spotSocket)
    client.send({ sub: 'market.btcusdt.bbo', id: 3 })
    client.send({ sub: 'market.btcusdt.mbp.150', id: '4' })
    client.send({ sub: 'market.BTCUSDT.bbo', id: '5' })
    expect(await client.next(({ id }) => id === 3)).toMatchObject({ status: 'ok', subbed: 'market.btcusdt.bbo' })
    expect(await client.next(({ ch }) => ch === 'market.btcusdt.bbo')).toMatchObject({ tick: { symbol: 'btcusdt' } })
    expect(await client.next(({ id }) => id === '4')).toMatchObject({ 'err-code': 'bad-request' })
    expect(await client.next(({ id }) => id === '5')).toMatchObject({ 'err-code': 'bad-request' })
    client.send({ unsub: 'market.btcusdt.bbo', id: '6' })
    expect(await client.next(({ id }) => id === '6')).toMatchObject({ unsubbed: 'market.btcusdt.bbo' })
  })

  it('has changes of spot books whose snapshot is asked for', async () => {
    const market = await open()
    const client = await connect(market, bookSocket)
    const topic = 'market.btcusdt.mbp.150'
    client.send({ sub: topic, id: '1' })
    const change = await client.next(({ ch }) => ch === topic)
    client.send({ req: topic, id: '2' })
    const whole = await client.next(({ rep }) => rep === topic)
    expect(whole).toMatchObject({ status: 'ok', data: { seqNum: expect.any(Number) } })
    expect(change).toMatchObject({ tick: { seqNum: expect.any(Number), prevSeqNum: expect.any(Number) } })
  })

  it('refuses what is asked for whole less than 100 ms after the one before, and answers what keeps that time', async () => {
    const market = await open()
    const client = await connect(market, bookSocket)
    const topic = 'market.btcusdt.mbp.150'
    client.send({ req: topic, id: '1' })
    client.send({ req: topic, id: '2' })
    expect(await client.next(({ id }) => id === '1')).toMatchObject({ rep: topic, status: 'ok' })
    expect(await client.next(({ id }) => id === '2')).toMatchObject({ 'err-code': 'too-many-request' })
    await new Promise((resolve) => setTimeout(resolve, 150))
    client.send({ req: topic, id: '3' })
    expect(await client.next(({ id }) => id === '3')).toMatchObject({ rep: topic, status: 'ok' })
  })

  it('counts the versions of swap books one by one', async () => {
    const market = await open()
    const client = await connect(market, swapSocket)
    client.send({ sub: 'market.BTC-USDT.depth.size_150.high_freq', data_type: 'incremental', id: '1' })
    await vi.waitFor(() => expect(client.frames.length).toBeGreaterThan(4), { timeout: 5_000 })
    const ticks = client.frames.flatMap(({ tick }) => (tick ? [tick as { event: string; version: number }] : []))
    expect(ticks.map(({ event }) => event).slice(0, 2)).toEqual(['snapshot', 'update'])
    const [first] = ticks
    expect(ticks.map(({ version }) => version - (first?.version ?? 0))).toEqual(ticks.map((_, at) => at))
  })

  it('speaks of funding without a login, and of nothing else', async () => {
    const market = await open()
    const client = await connect(market, fundingSocket)
    client.send({ op: 'sub', cid: '1', topic: 'public.btc-usdt.funding_rate' })
    client.send({ op: 'sub', cid: '2', topic: 'orders_cross.*' })
    expect(await client.next(({ cid }) => cid === '1')).toMatchObject({ 'err-code': 0 })
    expect(await client.next(({ op }) => op === 'notify')).toMatchObject({ data: [{ contract_code: 'BTC-USDT' }] })
    expect(await client.next(({ cid }) => cid === '2')).toMatchObject({ 'err-code': 2002 })
  })

  it('pings every 5 s, and closes whoever answers none', async () => {
    let shiftMs = 0
    const market = await runSimulation(
      { venues: ['htx'], symbols, rate: 0 },
      { htx: createHtxVenue },
      () => Date.now() + shiftMs,
    )
    onTestFinished(() => market.close())
    const [silent, polite] = [await connect(market, swapSocket), await connect(market, spotSocket)]
    for (let pings = 1; pings <= 4; pings++) {
      shiftMs += 5_000
      await vi.waitFor(() => expect([silent.frames.length, polite.frames.length]).toEqual([pings, pings]), 5_000)
      polite.send({ pong: polite.frames.at(-1)?.ping })
      await polite.answered()
    }
    shiftMs += 5_000
    expect(await silent.closed).toBe(1003)
    await vi.waitFor(() => expect(polite.frames.length).toBe(5), 5_000)
  })
})

describe('htx over sockets', () => {
  it('brings quotes, trades, candles and funding rates of both markets, and history that fits them', async () => {
    const market = await open()
    const events: MarketEvent[] = []
    const bus = createBus((error) => {
      throw error
    })
    bus.on('book_ticker', (event) => events.push(event))
    bus.on('trade', (event) => events.push(event))
    bus.on('kline', (event) => events.push(event))
    bus.on('funding_rate', (event) => events.push(event))
    const session = new ExchangeSession({
      ...{ connector: htx, origins: market.originsOf('htx'), bus, logger: createLogger('silent') },
    })
    onTestFinished(() => session.stop())
    const instruments = await loadListed(session)
    expect(instruments.map(({ symbol }) => symbol).sort()).toEqual([
      'BTC_USDT',
      'BTC_USDT_PERP',
      'ETH_USDT',
      'ETH_USDT_PERP',
    ])
    const topics = instruments.flatMap((instrument): Topic[] => [
      { channel: 'book_ticker', instrument, period: null },
      { channel: 'trade', instrument, period: null },
      { channel: 'kline', instrument, period: '1m' },
      { channel: 'kline', instrument, period: '1d' },
      ...(instrument.kind === 'perpetual' ? [{ channel: 'funding_rate', instrument, period: null } as const] : []),
    ])
    session.want(topics)
    session.start()
    const seen = () =>
      new Set(
        events.map((event) =>
          event.kind === 'funding_rate'
            ? `${event.kind} ${event.rate.symbol}`
            : `${event.kind} ${event.instrument.symbol}${event.kind === 'kline' ? ` ${event.period}` : ''}`,
        ),
      )
    const expected = instruments.flatMap(({ symbol, kind }) => [
      `book_ticker ${symbol}`,
      `trade ${symbol}`,
      `kline ${symbol} 1m`,
      `kline ${symbol} 1h`,
      ...(kind === 'perpetual' ? [`funding_rate ${symbol}`] : []),
    ])
    await vi.waitFor(() => expect([...seen()].sort()).toEqual([...expected].sort()), { timeout: 15_000, interval: 50 })
    expect(session.status().rejected).toEqual([])
    expect(session.status().notes).toEqual([])

    // What streams told of an open candle is what history tells of it, or less.
    const now = Date.now()
    for (const instrument of instruments) {
      const from = now - (now % 60_000) - 5 * 60_000
      for (const range of [
        { from, to: from + 240_000 },
        { from, to: from + 240_000, now },
      ]) {
        const reply = await session.ask(htx.klines({ instrument, period: '1m', ...range }))
        if (!reply.ok) throw new Error(reply.failure.message)
        expect(reply.value.map(({ openTime }) => openTime - from)).toEqual([0, 60_000, 120_000, 180_000, 240_000])
        const quote = events.find((event) => event.kind === 'book_ticker' && event.instrument === instrument)
        const price = quote?.kind === 'book_ticker' ? (quote.bidPrice ?? 0) : 0
        for (const candle of reply.value) {
          expect(Math.abs(candle.close / price - 1)).toBeLessThan(0.05)
          if (candle.quoteVolume !== null && candle.volume > 0)
            expect(Math.abs(candle.quoteVolume / candle.volume / price - 1)).toBeLessThan(0.05)
        }
      }
    }
  }, 40_000)

  it('has twelve books begin at once, each with one whole book, asked for no faster than is allowed', async () => {
    const coins = ['BTC', 'ETH', 'SOL', 'XRP', 'DOGE', 'ADA', 'LINK', 'LTC', 'AVAX', 'DOT', 'BCH', 'TRX']
    const market = await simulator({ venues: ['htx'], symbols: coins.map((coin) => `${coin}_USDT`) })
    const wholes: string[] = []
    const changed = new Set<string>()
    let refused = 0
    const session = new ExchangeSession({
      ...{ connector: htx, origins: market.originsOf('htx'), logger: createLogger('silent') },
      bus: createBus((error) => {
        throw error
      }),
      onDepth: ({ instrument, isSnapshot }) =>
        isSnapshot ? wholes.push(instrument.symbol) : changed.add(instrument.symbol),
      onRawFrame: (data) => {
        if (gunzipSync(data).includes('too-many-request')) refused++
      },
    })
    onTestFinished(() => session.stop())
    const books = await loadListed(session, ({ kind }) => kind === 'spot')
    const symbols = books.map(({ symbol }) => symbol).sort()
    expect(symbols).toHaveLength(coins.length)
    session.want(books.map((instrument): Topic => ({ channel: 'order_book', instrument, period: null })))
    const begun = performance.now()
    session.start()
    await vi.waitFor(() => expect([...changed].sort()).toEqual(symbols), { timeout: 15_000, interval: 20 })
    const tookMs = performance.now() - begun
    expect([...wholes].sort()).toEqual(symbols)
    // Asked for at once, eleven are. A busy machine may bring two closer together than they were sent.
    expect(refused).toBeLessThan(coins.length / 2)
    // Twelve requests 100 ms apart cannot be through before, and nothing else keeps them waiting.
    expect(tookMs).toBeGreaterThan(1_100)
    expect(tookMs).toBeLessThan(6_000)
    const { rejected, notes } = session.status()
    expect({ rejected, notes }).toEqual({ rejected: [], notes: [] })
    expect((await market.statistics()).venueErrors).toBe(0)
  }, 30_000)
})
