import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { type BusEvent, createBus } from '../../../src/main/bus/index.ts'
import type {
  Connector,
  HistoryCandle,
  InstrumentLookup,
  Normalized,
  Topic,
} from '../../../src/main/exchanges/contract.ts'
import { bad, good, readRows } from '../../../src/main/exchanges/rows.ts'
import { ExchangeSession, type ExchangeSessionOptions, type TopicsChange } from '../../../src/main/exchanges/session.ts'
import type { FeedRules } from '../../../src/main/net/feed.ts'
import type { RestCall } from '../../../src/main/net/rest.ts'
import type { Kline, ListedInstrument, Period, Trade } from '../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../support/instruments.ts'
import {
  json,
  readToyFrame,
  serveHttp,
  serveToyFeed,
  type ToyFeed,
  type ToyManners,
  type ToyPeer,
  toyRules,
  until,
} from '../../support/loopback.ts'

const streamOrigin = 'wss://stream.exchange.test:9443'
const restOrigin = 'https://api.exchange.test'
const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('binance', 'spot', 'ETH', 'USDT', 'ETHUSDT')

const topic = (channel: Topic['channel'], of = btc, period: Period | null = null): Topic => ({
  channel,
  instrument: of,
  period,
})
const ticker = topic('book_ticker')
const trades = topic('trade')
const candles = topic('kline', btc, '1m')

const call = <T>(path: string, parse: (body: unknown) => T): RestCall<T> => ({
  url: `${restOrigin}${path}`,
  query: [],
  pool: 'p',
  weight: 1,
  parse: (body) => ({ ok: true, value: parse(body) }),
})

/** The toy protocol as a connector: wires are `trade/BTCUSDT`, a push's number is its trade id and its price. */
function toyConnector(rules: Partial<FeedRules>): Connector {
  const sources = ['book_ticker', 'trade', 'kline'] as const
  return {
    exchange: 'binance',
    title: 'Toy',
    kinds: ['spot'],
    origins: [restOrigin, streamOrigin],
    fees: { spot: { maker: 0, taker: 0 }, perpetual: { maker: 0, taker: 0 } },
    quirks: [],
    unverified: [],
    account: {
      needsPassphrase: false,
      keyAdvice: '',
      create: () => {
        throw new Error('no accounts here')
      },
    },
    fundingRates: () => [],
    bookRules: () => null,
    feeds: [toyRules(`${streamOrigin}/feed`, { id: 'spot', ...rules })],
    route: ({ channel, instrument: of }) =>
      of.nativeName === 'ETHUSDT' && channel === 'kline' ? null : { feed: 'spot', wire: `${channel}/${of.nativeName}` },
    createNormalizer: (_feed: string, lookup: InstrumentLookup) => {
      const spot = lookup.spot
      return (data, _isBinary, receivedAt): Normalized => {
        const text = data.toString()
        if (text === 'bug') throw new TypeError('a bug')
        if (text !== 'boom' && !text.startsWith('{')) return { kind: 'rejected', reason: 'json', detail: 'no JSON' }
        const { control, push } = readToyFrame(data)
        if (control !== null) return { kind: 'control', control }
        const [name, nativeName = ''] = push?.wire.split('/') ?? []
        const channel = sources.find((source) => source === name)
        const of = spot.get(nativeName)
        if (of === undefined) return { kind: 'rejected', reason: 'unknownInstrument', detail: nativeName }
        const n = push?.n ?? 0
        const base = { instrument: of, exchangeAt: n, receivedAt }
        if (channel === 'trade') {
          return {
            kind: 'events',
            events: [{ kind: 'trade', ...base, tradeId: `${n}`, price: n, quantity: 1, side: 'BUY' }],
          }
        }
        if (channel === 'kline') return { kind: 'events', events: [{ ...base, ...candle(n) }] }
        const sides = { bidPrice: n, bidQuantity: 1, askPrice: n + 1, askQuantity: 1 }
        return { kind: 'events', events: [{ kind: 'book_ticker', ...base, ...sides }] }
      }
    },
    dialect: { usage: () => null, failure: () => null },
    pools: [{ id: 'p', limit: 100, intervalMs: 1_000 }],
    serverTime: () => call('/time', (body) => (body as { time: number }).time),
    instruments: () =>
      ['/spot', '/more'].map((path) => ({
        ...call(path, () => [] as ListedInstrument[]),
        parse: (body) => readRows('list', body as unknown[], 'nativeName', readToyInstrument),
      })),
    klinesPerCall: () => 100,
    klines: ({ from, now }) => ({
      ...call('/klines', () => []),
      parse: (body) => readRows('klines', body as unknown[], 'openTime', readToyCandle),
      query: [
        ['from', `${from}`],
        ['now', `${now}`],
      ],
    }),
  }
}

const readToyInstrument = (row: unknown) =>
  (row as { odd?: string }).odd === undefined ? good(row as ListedInstrument) : bad('odd', (row as { odd: string }).odd)
const readToyCandle = (row: unknown) =>
  (row as { close: unknown }).close === 'x' ? bad('close', 'x') : good(row as HistoryCandle)

/** One candle whose volume grows with every push. */
const candle = (n: number): Omit<Kline, 'instrument' | 'exchangeAt' | 'receivedAt'> => ({
  kind: 'kline',
  period: '1m',
  openTime: 0,
  open: 1,
  high: 1,
  low: 1,
  close: 1,
  volume: n,
  quoteVolume: null,
  isClosed: false,
})

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function open({
  rules = {},
  manners = {},
  rest = (path: string): unknown => (path === '/time' ? { time: Date.now() } : []),
  more = {},
}: {
  rules?: Partial<FeedRules>
  manners?: Partial<ToyManners>
  rest?: (path: string) => unknown
  more?: Partial<ExchangeSessionOptions>
} = {}) {
  const feed: ToyFeed = await serveToyFeed(manners)
  const http = await serveHttp((request, response) => {
    const body = rest(request.url ?? '')
    if (body === null) json(response, { msg: 'no' }, 400)
    else json(response, body)
  })
  cleanups.push(
    () => feed.close(),
    () => http.close(),
  )
  const events: BusEvent[] = []
  const errors: unknown[] = []
  const bus = createBus((error) => errors.push(error))
  for (const kind of ['book_ticker', 'trade', 'kline', 'connection'] as const)
    bus.on(kind, (event) => events.push(event))
  const changes: TopicsChange[] = []
  const lines: Record<string, unknown>[] = []
  const session = new ExchangeSession({
    connector: toyConnector(rules),
    origins: {
      [streamOrigin]: `ws://127.0.0.1:${feed.port}`,
      [restOrigin]: http.origin,
      'https://other.test': 'http://x',
    },
    bus,
    logger: pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) }),
    onTopics: (change) => changes.push(change),
    sessionTiming: { tickMs: 10, baseMs: 20, capMs: 50, overlapMs: 50 },
    restTiming: { backoff: { baseMs: 5, capMs: 10 } },
    random: () => 0.5,
    ...more,
  })
  session.useInstruments(lookupOf([btc, eth]))
  cleanups.push(() => session.stop())
  const of = <K extends BusEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<BusEvent, { kind: K }> => event.kind === kind)
  return { session, feed, http, of, changes, lines }
}

const isLive = (session: ExchangeSession) => () => session.status().state === 'live'

describe('a session', () => {
  it('brings events of the wanted topics to the bus', async () => {
    const { session, feed, of } = await open()
    session.want([ticker, trades, topic('book_ticker', eth)])
    session.start()
    await until(isLive(session), 'live')
    feed.push('book_ticker/BTCUSDT')
    feed.push('trade/BTCUSDT')
    feed.push('kline/BTCUSDT')
    await until(() => of('trade').length === 1, 'the trade')
    const received = { exchangeAt: 1, receivedAt: expect.any(Number), instrument: btc }
    expect([of('book_ticker'), of('trade'), of('kline')]).toEqual([
      [{ kind: 'book_ticker', bidPrice: 1, bidQuantity: 1, askPrice: 2, askQuantity: 1, ...received }],
      [{ kind: 'trade', tradeId: '1', price: 1, quantity: 1, side: 'BUY', ...received }],
      [],
    ])
  })

  it('says down and live on the bus, with the quotes concerned, the topics, and since when', async () => {
    const { session, feed, of, changes } = await open()
    const wanted = [ticker, trades, topic('trade', eth)]
    session.want(wanted)
    session.start()
    await until(isLive(session), 'live')
    feed.peers[0]?.socket.terminate()
    await until(() => of('connection').length === 3, 'down and live')
    const [, down] = of('connection')
    const common = { kind: 'connection', exchange: 'binance', feed: 'spot', at: expect.any(Number) }
    const both = [btc.id, eth.id]
    const reason = 'the connection was cut'
    expect(of('connection')).toEqual([
      { ...common, state: 'live', instrumentIds: both, reconnected: false, reason: '', cause: null },
      { ...common, state: 'down', instrumentIds: [btc.id], reconnected: false, reason, cause: 'disconnect' },
      { ...common, state: 'live', instrumentIds: both, reconnected: true, reason: '', cause: null },
    ])
    const live = {
      ...{ feed: 'spot', state: 'live', topics: wanted, reason: '', cause: null },
      ...{ at: expect.any(Number), heardAt: null },
    }
    expect(changes).toEqual([
      { ...live, downSince: null },
      {
        ...{ feed: 'spot', state: 'down', topics: wanted, reason, cause: 'disconnect', at: down?.at, downSince: null },
        heardAt: expect.any(Number),
      },
      { ...live, downSince: down?.at },
    ])
  })

  it('publishes every trade once and in order across rotations', async () => {
    const { session, feed, of } = await open({ rules: { lifetimeMs: 400 } })
    session.want([ticker, trades, candles])
    session.start()
    await until(isLive(session), 'live')
    const timer = setInterval(() => {
      for (const name of ['trade', 'trade', 'trade', 'book_ticker', 'kline']) feed.push(`${name}/BTCUSDT`)
    }, 2)
    await until(() => feed.peers.length >= 4 && feed.open().length === 1, 'three rotations')
    clearInterval(timer)
    const numbers = () => of('trade').map((trade: Trade) => Number(trade.tradeId))
    feed.push('trade/BTCUSDT')
    const sent = () => numbers().at(-1) ?? 0
    await until(() => numbers().length > 0 && of('trade').length >= sent(), 'the last trade')
    const volumes = of('kline').map(({ volume }) => volume)
    const downs = of('connection').filter(({ state }) => state === 'down')
    expect(numbers()).toEqual(Array.from({ length: sent() }, (_, i) => i + 1))
    expect([volumes, downs]).toEqual([[...new Set(volumes)].sort((a, b) => a - b), []])
    expect(sent()).toBeGreaterThan(300)
  })

  it('publishes trades that a replacement brings again only once, however many come before it takes over', async () => {
    const send = (peers: readonly ToyPeer[], from: number, to: number) => {
      for (let n = from; n <= to; n++)
        for (const peer of peers) peer.socket.send(JSON.stringify({ wire: 'trade/BTCUSDT', n }))
    }
    let tenths = 0
    const { session, feed, of } = await open({
      manners: {
        subscribe: (peer) => {
          setImmediate(() => {
            if (peer !== feed.peers[0]) send([peer], 6, 10)
          })
          return true
        },
      },
      more: {
        sessionTiming: { tickMs: 10, baseMs: 20, capMs: 50, overlapMs: 300 },
        onRawFrame: (data) => {
          if (data.toString().includes('"n":10}')) tenths++
        },
      },
    })
    const ids = () => of('trade').map(({ tradeId }) => Number(tradeId))
    session.want([trades])
    session.start()
    await until(isLive(session), 'live')
    send(feed.open(), 1, 10)
    await until(() => ids().length === 10, 'ten trades')
    feed.open()[0]?.socket.send(JSON.stringify({ closing: 'soon' }))
    await until(() => tenths === 2, 'the tenth trade once more')
    send(feed.open(), 11, 400)
    await until(() => feed.open().length === 1 && ids().includes(400), 'the replacement took over')
    await until(() => session.measurements().repeatedTrades >= 5, 'what it brought again was told')
    expect(ids()).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
  })

  it('publishes trades that a subscription brings again only once, over reconnects', async () => {
    let newest = 0
    const again = (from: number, to: number) => {
      for (let n = from; n <= to; n++) {
        const wire = 'trade/BTCUSDT'
        for (const peer of feed.open()) peer.socket.send(JSON.stringify({ wire, n }))
      }
    }
    // As OKX does: the newest trades come right behind the answer to a subscription.
    const { session, feed, of, lines } = await open({
      manners: {
        subscribe: (peer) => {
          setImmediate(() => {
            for (let n = Math.max(1, newest - 4); n <= newest; n++)
              peer.socket.send(JSON.stringify({ wire: 'trade/BTCUSDT', n }))
          })
          return true
        },
      },
    })
    const ids = () => of('trade').map(({ tradeId }) => Number(tradeId))
    session.want([trades])
    session.start()
    for (let round = 1; round <= 3; round++) {
      await until(() => isLive(session)() && feed.open().length === 1, `live in round ${round}`)
      again(newest + 1, newest + 10)
      newest += 10
      await until(() => ids().at(-1) === newest, `the trades of round ${round}`)
      again(newest - 1, newest)
      if (round < 3) feed.open()[0]?.socket.close()
      await until(
        () => of('connection').filter(({ state }) => state === 'live').length === Math.min(3, round + 1),
        'live',
      )
    }
    expect(ids()).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    await until(() => lines.some(({ msg }) => msg === 'trades that came again were dropped'), 'a line in the log')
  })

  it('keeps a normalizer for each connection, and shows it instruments listed later', async () => {
    const { session, feed, of } = await open()
    const sol = instrument('binance', 'spot', 'SOL', 'USDT', 'SOLUSDT')
    session.want([ticker])
    session.start()
    await until(isLive(session), 'live')
    session.useInstruments(lookupOf([btc, sol]))
    session.want([ticker, topic('book_ticker', sol)])
    await until(() => feed.subscribed().length === 2, 'subscribed')
    feed.push('book_ticker/SOLUSDT')
    await until(() => of('book_ticker').length === 1, 'the quote')
    expect(of('book_ticker')[0]?.instrument).toBe(sol)
  })
})

describe('frames that are not understood', () => {
  it('are counted by reason with a sample, never thrown, and logged at a bounded rate', async () => {
    const { session, feed, of, lines } = await open()
    session.want([ticker])
    session.start()
    await until(isLive(session), 'live')
    const socket = feed.peers[0]?.socket
    for (let i = 0; i < 50; i++) socket?.send(`garbage ${'x'.repeat(500)}`)
    for (let i = 0; i < 3; i++) socket?.send(JSON.stringify({ wire: 'trade/NONE', n: 1 }))
    socket?.send('bug')
    feed.push('book_ticker/BTCUSDT')
    await until(() => of('book_ticker').length === 1, 'the good frame behind them')
    const { rejected, frames } = session.status()
    expect(rejected).toEqual([
      { reason: 'json', count: 50, sample: `no JSON: garbage ${'x'.repeat(200)}`.slice(0, 200) },
      { reason: 'unknownInstrument', count: 3, sample: 'NONE: {"wire":"trade/NONE","n":1}' },
      { reason: 'schema', count: 1, sample: 'the normalizer threw TypeError: a bug: bug' },
    ])
    expect(frames).toBeGreaterThanOrEqual(56)
    expect(lines.filter(({ msg }) => msg === 'frames were not understood').map(({ reason }) => reason)).toEqual([
      'json',
      'unknownInstrument',
      'schema',
    ])
  })
})

describe('status', () => {
  it('tells what is there before anything is', async () => {
    const { session } = await open()
    expect(session.status()).toEqual({
      exchange: 'binance',
      state: 'connecting',
      reason: 'nothing to receive yet',
      instruments: 2,
      watched: 0,
      clockOffsetMs: null,
      restLatencyMs: null,
      messagesPerSecond: 0,
      reconnects: 0,
      frames: 0,
      rejected: [],
      budgets: [{ pool: 'p', used: 0, limit: 100, intervalMs: 1_000, blockedUntil: null }],
      sockets: [],
      trouble: null,
      notes: [],
    })
  })

  it('is that of the worst socket, with counts over all', async () => {
    const { session } = await open({
      rules: { topicsPerSocket: 1 },
      manners: { subscribe: (_peer, _id, [wire]) => wire !== 'trade/BTCUSDT' },
    })
    session.want([ticker, trades])
    session.start()
    await until(() => session.status().sockets[0]?.state === 'live', 'the first socket')
    expect(session.status()).toMatchObject({
      state: 'connecting',
      reason: 'subscribing',
      watched: 1,
      sockets: [
        { name: 'spot#1', feed: 'spot', state: 'live', reason: null, topics: 1, acknowledged: 1, nextAttemptAt: null },
        { name: 'spot#2', feed: 'spot', state: 'connecting', topics: 1, acknowledged: 0 },
      ],
    })
  })

  it('notes in words what cannot be had', async () => {
    const { session } = await open({
      manners: {
        subscribe: (peer, id, wires) => {
          if (!wires.includes('trade/BTCUSDT')) return true
          peer.socket.send(JSON.stringify({ refused: 'unknown pair', id }))
          return false
        },
      },
      rest: () => ({ time: Date.now() + 65_000 }),
    })
    session.noteUnlisted(['DOGE_USDT'])
    session.want([ticker, trades, topic('kline', eth, '5m')])
    session.start()
    await until(() => isLive(session)() && session.status().clockOffsetMs !== null, 'settled')
    expect(session.status().notes).toEqual([
      'DOGE_USDT is not listed',
      'ETH_USDT kline 5m: no such stream',
      'BTC_USDT trade: refused (unknown pair)',
      "this machine's clock is 65.0 s behind the exchange's",
    ])
  })

  it('is stopped after stop, with everything closed and said', async () => {
    const { session, feed, of } = await open()
    session.want([ticker])
    session.start()
    await until(isLive(session), 'live')
    await session.stop()
    await until(() => feed.open().length === 0, 'closed')
    expect([session.status().state, of('connection').at(-1)]).toMatchObject([
      'stopped',
      { state: 'down', instrumentIds: [btc.id], reason: 'switched off' },
    ])
  })
})

describe('calls', () => {
  it('measures the clock and tells the time of the exchange', async () => {
    const { session } = await open({ rest: () => ({ time: Date.now() - 30_000 }) })
    expect(session.measuredNow()).toBeNull()
    session.start()
    await until(() => session.status().clockOffsetMs !== null, 'an offset')
    const { clockOffsetMs, restLatencyMs } = session.status()
    expect(Math.abs((clockOffsetMs ?? 0) + 30_000)).toBeLessThan(50)
    expect(Math.abs(session.now() - Date.now() + 30_000)).toBeLessThan(60)
    expect(Math.abs((session.measuredNow() ?? 0) - session.now())).toBeLessThan(10)
    expect(restLatencyMs).toBeGreaterThan(0)
  })

  it('joins the lists of all calls, and gives the failure of one', async () => {
    const listed = (nativeName: string) => ({ nativeName })
    const whole = await open({ rest: (path) => [listed(path)] })
    expect(await whole.session.loadInstruments()).toEqual({ ok: true, value: [listed('/spot'), listed('/more')] })
    const broken = await open({ rest: (path) => (path === '/more' ? null : []) })
    expect(await broken.session.loadInstruments()).toMatchObject({ ok: false, failure: { kind: 'invalid' } })
  })

  it('passes over what cannot be read of a list, notes it until the next list, and logs it once', async () => {
    const odd = (nativeName: string) => ({ nativeName, odd: 'why' })
    const rows = [{ nativeName: 'A' }, ...Array.from({ length: 12 }, (_, n) => odd(`X${n}`))]
    const good = [{ nativeName: 'A' }, { nativeName: 'B' }]
    const lists = [rows, good]
    const { session, lines } = await open({ rest: (path) => (path === '/spot' ? lists.shift() : good) })
    const loaded = await session.loadInstruments()
    const why = 'odd: "why": not what it must be'
    expect(loaded).toEqual({
      ok: true,
      value: [{ nativeName: 'A' }, { nativeName: 'A' }, { nativeName: 'B' }],
      passedOver: {
        count: 12,
        samples: Array.from({ length: 10 }, (_, n) => `X${n}: ${why}`),
        names: Array.from({ length: 12 }, (_, n) => `X${n}`),
      },
    })
    expect(session.status().notes).toEqual([
      `12 listed instruments could not be read: X0: ${why}; X1: ${why}; X2: ${why} and 9 more`,
    ])
    expect(lines.filter(({ msg }) => msg === 'listed instruments could not be read')).toMatchObject([
      { level: 40, count: 12, samples: { length: 10 } },
    ])
    expect(await session.loadInstruments()).not.toHaveProperty('passedOver')
    expect(session.status().notes).toEqual([])
  })

  it('leaves out candles that cannot be read, and logs them at a bounded rate', async () => {
    const whole = { openTime: 60_000, close: 1 }
    const { session, lines } = await open({ rest: () => [whole, { openTime: 120_000, close: 'x' }] })
    const range = { instrument: btc, period: '1m', from: 60_000, to: 120_000 } as const
    for (let i = 0; i < 5; i++) expect(await session.klines(range)).toMatchObject({ ok: true, value: [whole] })
    expect(lines.filter(({ msg }) => msg === 'candles could not be read and are missing')).toMatchObject([
      { count: 1, series: 'BTC_USDT 1m', samples: ['120000: close: "x": not what it must be'] },
    ])
  })

  it("asks for candles with the exchange's own time, and can be cancelled", async () => {
    const { session, http } = await open()
    const range = { instrument: btc, period: '1m', from: 60_000, to: 120_000 } as const
    expect(await session.klines(range)).toEqual({ ok: true, value: [] })
    expect(await session.klines({ ...range, now: 180_000 })).toEqual({ ok: true, value: [] })
    expect(http.requests).toEqual([
      expect.stringMatching(/^\/klines\?from=60000&now=1\d{12}$/),
      '/klines?from=60000&now=180000',
    ])
    expect(await session.klines(range, { signal: AbortSignal.abort() })).toMatchObject({
      failure: { kind: 'cancelled' },
    })
  })
})
