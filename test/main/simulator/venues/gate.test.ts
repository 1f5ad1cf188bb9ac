import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Normalized } from '../../../../src/main/exchanges/contract.ts'
import { gate } from '../../../../src/main/exchanges/gate/index.ts'
import type { RestCall } from '../../../../src/main/net/rest.ts'
import type { SimAccount } from '../../../../src/main/simulator/account/contract.ts'
import { noAccount } from '../../../../src/main/simulator/account/none.ts'
import type { Simulator } from '../../../../src/main/simulator/control.ts'
import { runSimulation } from '../../../../src/main/simulator/simulation.ts'
import type {
  Peer,
  SimEvent,
  SimInstrument,
  SimKline,
  SimMarket,
  SimTopic,
  VenueConnection,
  VenueRequest,
} from '../../../../src/main/simulator/venue.ts'
import { createGateVenue } from '../../../../src/main/simulator/venues/gate.ts'
import { instrumentKey, type MarketEvent } from '../../../../src/shared/domain/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { lookupOf } from '../../../support/instruments.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const now = 1_784_131_260_500
const minute = 60_000
const openTime = now - (now % minute)
const listedAt = now - 20_000 * minute
const spot: SimInstrument = {
  exchange: 'gate',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC_USDT',
  tickSize: 0.01,
  lotSize: 0.000_001,
  minimumNotional: 5,
  contractSize: 1,
  priceDecimals: 2,
  quantityDecimals: 6,
  listedAt,
}
const perpetual: SimInstrument = {
  ...spot,
  kind: 'perpetual',
  symbol: 'BTC_USDT_PERP',
  lotSize: 0.0001,
  contractSize: 0.0001,
  quantityDecimals: 4,
}
const quoteOf = (instrument: SimInstrument) => ({
  instrument,
  bidPrice: 97_250.1,
  bidQuantity: 0.0123,
  askPrice: 97_250.2,
  askQuantity: 1.5,
  at: now,
  updateId: 77,
})
const tradeOf = (instrument: SimInstrument, tradeId: number) => ({
  instrument,
  tradeId,
  price: 97_250.15,
  quantity: 0.0123,
  side: tradeId % 2 === 0 ? ('BUY' as const) : ('SELL' as const),
  at: now - 100 + tradeId,
})
const klineOf = (instrument: SimInstrument, at: number, period: SimKline['period'] = '1m'): SimKline => ({
  instrument,
  period,
  openTime: at,
  open: 97_250,
  high: 97_260.5,
  low: 97_240,
  close: 97_250.15,
  volume: 0.5,
  quoteVolume: 48_625.075,
  takerBuyVolume: 0.2,
  trades: 3,
  firstTradeId: 1,
  lastTradeId: 3,
  isClosed: at + minute <= now,
  at: now,
})
const market: SimMarket = {
  now: () => now,
  instruments: [spot, perpetual],
  find: (kind) => (kind === 'spot' ? spot : perpetual),
  quote: quoteOf,
  book: (one) => depthOf(quoteOf(one)),
  klines: (instrument, period, from, to) => {
    const step = period === '1h' ? 60 * minute : minute
    const first = Math.ceil(from / step) * step
    const count = Math.max(0, Math.floor((Math.min(to, now) - first) / step) + 1)
    return Array.from({ length: count }, (_, index) => klineOf(instrument, first + index * step, period))
  },
  trades: (instrument, limit) => [1, 2, 3].slice(-limit).map((tradeId) => tradeOf(instrument, tradeId)),
}
/** Nobody's, but it knows what funding costs. */
const account: SimAccount = {
  ...noAccount('gate', () => now),
  fundingRate: () => ({ rate: '0.000072', markPrice: '97250.15', nextAt: 1_784_160_000_000, intervalHours: 8 }),
}
const eventOf = (topic: SimTopic): SimEvent => {
  if (topic.channel === 'book_ticker') return { channel: 'book_ticker', quote: quoteOf(topic.instrument) }
  if (topic.channel === 'trade') return { channel: 'trade', trade: tradeOf(topic.instrument, 1) }
  if (topic.channel === 'order_book') return { channel: 'order_book', depth: depthOf(quoteOf(topic.instrument)) }
  return { channel: 'kline', kline: klineOf(topic.instrument, openTime, topic.period) }
}

/** A client's socket without a socket: what was sent, and an event of every subscription on demand. */
class FakePeer implements Peer {
  readonly frames: string[] = []
  readonly throttles: Record<string, number> = {}
  closed: readonly [code: number, reason: string] | null = null
  private readonly streams = new Map<string, () => string>()
  private seconds: (() => void)[] = []
  get subscriptions(): ReadonlySet<string> {
    return new Set(this.streams.keys())
  }
  send(frame: string | Buffer): void {
    this.frames.push(frame.toString())
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(code: number, reason: string): void {
    this.closed ??= [code, reason]
  }
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs = 0): void {
    this.throttles[key] = throttleMs
    this.streams.set(key, () => encode(eventOf(topic)).toString())
  }
  unsubscribe(key: string): void {
    this.streams.delete(key)
  }
  ping(): void {
    throw new Error('Gate sends no protocol pings')
  }
  every(intervalMs: number, run: () => void): void {
    expect(intervalMs).toBe(1_000)
    this.seconds.push(run)
  }
  pass(seconds: number): void {
    for (let second = 0; second < seconds; second++) for (const run of this.seconds) run()
  }
  /** One push of every subscription. */
  push(): unknown[] {
    return [...this.streams.values()].map((encode) => JSON.parse(encode()))
  }
}

const request = (url: string, more: Partial<VenueRequest> = {}): VenueRequest => {
  const { protocol, host, pathname, searchParams, search } = new URL(url)
  return {
    origin: `${protocol}//${host}`,
    method: 'GET',
    path: pathname,
    query: searchParams,
    rawQuery: search.slice(1),
    headers: {},
    body: '',
    address: '127.0.0.1',
    ...more,
  }
}
const decimalSizes = { headers: { 'x-gate-size-decimal': '1' } }

function connect(url: string, more: Partial<VenueRequest> = {}) {
  const peer = new FakePeer()
  const connection = createGateVenue(market, account).accept(peer, request(url, more))
  if ('status' in connection) throw new Error(`refused with ${connection.status}`)
  const say = (frame: object | string): unknown => {
    const before = peer.frames.length
    const client: VenueConnection = connection
    client.onMessage(typeof frame === 'string' ? frame : JSON.stringify(frame))
    const answers = peer.frames.slice(before).map((text) => JSON.parse(text))
    expect(answers).toHaveLength(1)
    return answers[0]
  }
  return { peer, say }
}
const spotUrl = 'wss://api.gateio.ws/ws/v4/'
const perpetualUrl = 'wss://fx-ws.gateio.ws/v4/ws/usdt'
const subscribe = (channel: string, payload: string[], id = 1) => ({
  time: 1,
  id,
  channel,
  event: 'subscribe',
  payload,
})
const hex = (length: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const head = { time: Math.floor(now / 1000), time_ms: now }

describe("the Gate venue's sockets", () => {
  it('are found at the documented paths only', () => {
    const venue = createGateVenue(market, account)
    const status = (url: string) => {
      const answer = venue.accept(new FakePeer(), request(url))
      return 'status' in answer ? answer.status : 101
    }
    const urls = [spotUrl, perpetualUrl, 'wss://api.gateio.ws/v4/ws/usdt', 'wss://fx-ws.gateio.ws/v4/ws/btc']
    expect(urls.map(status)).toEqual([101, 101, 404, 404])
    expect(venue.origins).toEqual([
      'https://api.gateio.ws',
      'https://fx-api.gateio.ws',
      'wss://api.gateio.ws',
      'wss://fx-ws.gateio.ws',
    ])
  })

  it('acknowledge in the current form and push from then on', () => {
    const { peer, say } = connect(spotUrl)
    expect(say(subscribe('spot.book_ticker', ['BTC_USDT'], 7))).toEqual({
      ...head,
      id: 7,
      conn_id: hex(16),
      trace_id: hex(32),
      channel: 'spot.book_ticker',
      event: 'subscribe',
      payload: ['BTC_USDT'],
      result: { status: 'success' },
      requestId: hex(32),
    })
    const result = { t: now, u: 77, s: 'BTC_USDT', b: '97250.1', B: '0.0123', a: '97250.2', A: '1.5' }
    expect(peer.push()).toEqual([{ ...head, channel: 'spot.book_ticker', event: 'update', result }])
    expect(peer.throttles).toEqual({ 'spot.book_ticker:BTC_USDT': 10 })
    say({ time: 1, channel: 'spot.book_ticker', event: 'unsubscribe', payload: ['BTC_USDT'] })
    expect(peer.push()).toEqual([])
  })

  it.each([
    [
      'an unknown pair beside a known one',
      subscribe('spot.trades', ['BTC_USDT', 'NO_USDT']),
      2,
      'unknown currency pair: NO_USDT',
    ],
    ['an unknown channel', subscribe('spot.nope', ['BTC_USDT']), 2, 'Unknown channel spot.nope'],
    ['a channel of the other market', subscribe('futures.trades', ['BTC_USDT']), 2, 'Unknown channel futures.trades'],
    [
      'candles of several pairs',
      subscribe('spot.candlesticks', ['1m', 'BTC_USDT', 'BTC_USDT']),
      2,
      'candlesticks takes exactly one interval and one name',
    ],
    ['candles of no interval', subscribe('spot.candlesticks', ['2m', 'BTC_USDT']), 2, 'invalid interval: 2m'],
    ['nothing to subscribe to', subscribe('spot.trades', []), 2, 'empty payload'],
  ])('refuse %s whole', (_name, frame, code, message) => {
    const { peer, say } = connect(spotUrl)
    expect(say(frame)).toMatchObject({ id: 1, error: { code, message }, result: { status: 'fail' } })
    expect(peer.subscriptions.size).toBe(0)
  })

  it('name an unknown contract in the words of futures', () => {
    const { say } = connect(perpetualUrl)
    const answer = say(subscribe('futures.candlesticks', ['1m', 'NO_USDT']))
    expect(answer).toMatchObject({ error: { code: 2, message: 'unknown contract NO_USDT' } })
  })

  it('answer what is no request with code 1', () => {
    const { say } = connect(spotUrl)
    const answers = ['{"time":', '[]', '{"channel":7}'].map(say)
    expect(answers).toMatchObject([
      { error: { code: 1, message: 'request message need json scheme' }, result: null },
      { error: { code: 1, message: 'invalid request body' }, result: null },
      { error: { code: 1, message: 'invalid request body' }, result: null },
    ])
  })

  it('refuse a key that nobody knows', () => {
    const auth = { method: 'api_key', KEY: 'a', SIGN: 'b' }
    const answers = [
      connect(spotUrl).say({ ...subscribe('spot.orders', ['!all']), time: head.time, auth }),
      connect(perpetualUrl).say({ ...subscribe('futures.balances', ['1']), time: head.time, auth }),
    ]
    const error = { code: 4, message: '{"label":"INVALID_KEY","message":"Invalid key provided"}\n' }
    expect(answers).toMatchObject([
      { error, result: null },
      { error, result: null },
    ])
  })

  it('answer pings on the pong channel of their family', () => {
    const pong = { ...head, conn_id: hex(16), event: '', result: null }
    expect(connect(spotUrl).say({ time: 1, channel: 'spot.ping' })).toEqual({ ...pong, channel: 'spot.pong' })
    expect(connect(perpetualUrl).say({ time: 1, channel: 'futures.ping' })).toEqual({
      ...pong,
      channel: 'futures.pong',
    })
  })

  it('of futures die after 30 s without subscription or traffic, those of spot do not', () => {
    const idle = connect(perpetualUrl)
    idle.peer.pass(29)
    idle.say({ time: 1, channel: 'futures.ping' })
    idle.peer.pass(29)
    expect(idle.peer.closed).toBeNull()
    idle.peer.pass(1)
    expect(idle.peer.closed).toEqual([1006, ''])

    const busy = connect(perpetualUrl)
    busy.say(subscribe('futures.trades', ['BTC_USDT']))
    busy.peer.pass(120)
    const spotPeer = connect(spotUrl).peer
    spotPeer.pass(120)
    expect([busy.peer.closed, spotPeer.closed]).toEqual([null, null])
  })
})

describe("the Gate venue's pushes", () => {
  const results = (
    url: string,
    channels: readonly [string, string[]][],
    more: Partial<VenueRequest> = {},
  ): unknown[] => {
    const { peer, say } = connect(url, more)
    for (const [channel, payload] of channels) say(subscribe(channel, payload))
    return peer.push()
  }
  const update = (channel: string, result: unknown, at = now) => ({
    time: Math.floor(at / 1000),
    time_ms: at,
    channel,
    event: 'update',
    result,
  })
  const candle = { c: '97250.15', h: '97260.5', l: '97240', o: '97250', n: '1m_BTC_USDT', a: '0.5', w: false }

  it('of spot', () => {
    const pushes = results(spotUrl, [
      ['spot.trades', ['BTC_USDT']],
      ['spot.candlesticks', ['1m', 'BTC_USDT']],
      ['spot.tickers', ['BTC_USDT']],
    ])
    expect(pushes).toEqual([
      update(
        'spot.trades',
        {
          id: 1,
          id_market: 1,
          create_time: Math.floor(now / 1000),
          create_time_ms: `${now - 99}.0001`,
          side: 'sell',
          currency_pair: 'BTC_USDT',
          amount: '0.0123',
          price: '97250.15',
          range: '1-1',
        },
        now - 99,
      ),
      update('spot.candlesticks', { t: String(openTime / 1000), v: '48625.075', ...candle }),
      update('spot.tickers', {
        currency_pair: 'BTC_USDT',
        last: '97250.15',
        lowest_ask: '97250.2',
        highest_bid: '97250.1',
        change_percentage: '0',
        base_volume: '12',
        quote_volume: '1167001.8',
        high_24h: '97260.5',
        low_24h: '97240',
      }),
    ])
  })

  it('of perpetuals count contracts, signed in trades, as text where the handshake asked for it', () => {
    const channels: [string, string[]][] = [
      ['futures.book_ticker', ['BTC_USDT']],
      ['futures.trades', ['BTC_USDT']],
      ['futures.candlesticks', ['1m', 'BTC_USDT']],
    ]
    const pushes = (B: unknown, A: unknown, size: unknown, v: unknown) => [
      update('futures.book_ticker', { t: now, u: 77, s: 'BTC_USDT', b: '97250.1', B, a: '97250.2', A }),
      update(
        'futures.trades',
        [
          {
            size,
            id: 1,
            create_time: Math.floor(now / 1000),
            create_time_ms: now - 99,
            price: '97250.15',
            contract: 'BTC_USDT',
            is_internal: false,
          },
        ],
        now - 99,
      ),
      update('futures.candlesticks', [{ t: openTime / 1000, v, ...candle }]),
    ]
    expect(results(perpetualUrl, channels)).toEqual(pushes(123, 15000, -123, 5000))
    expect(results(perpetualUrl, channels, decimalSizes)).toEqual(pushes('123', '15000', '-123', '5000'))
  })

  it('of futures.tickers carry mark, index and funding', () => {
    const [push] = results(perpetualUrl, [['futures.tickers', ['BTC_USDT']]])
    expect(push).toEqual(
      update('futures.tickers', [
        {
          contract: 'BTC_USDT',
          last: '97250.15',
          mark_price: '97250.15',
          funding_rate: expect.stringMatching(/^-?0\.000\d{3}$/),
          funding_rate_indicative: expect.stringMatching(/^-?0\.000\d{3}$/),
          funding_interval: 28_800,
          funding_offset: 0,
          funding_next_apply: 1_784_131_200 + 28_800,
          index_price: '97250.15',
          price_type: 'last',
          t: now,
        },
      ]),
    )
  })

  it('refuse a book twice, and stay silent about one that is not listed', () => {
    const { peer, say } = connect(perpetualUrl)
    const name = 'ob.BTC_USDT.50'
    expect(say(subscribe('futures.obu', [name]))).toMatchObject({ result: { status: 'success' } })
    expect(say(subscribe('futures.obu', [name]))).toMatchObject({ error: { code: 2, message: `Alert sub ${name}` } })
    expect(say(subscribe('futures.obu', ['ob.NO_SUCH.400']))).toMatchObject({ result: { status: 'success' } })
    expect(say(subscribe('futures.order_book_update', ['BTC_USDT', '20ms']))).toMatchObject({ error: { code: 2 } })
    expect([...peer.subscriptions]).toEqual([`futures.obu:${name}`])
    expect(peer.push()).toEqual([
      {
        ...{ ...head, channel: 'futures.obu', event: 'update' },
        result: {
          ...{ t: now, full: true, s: name, u: 77 },
          b: [
            ['97250.1', '123'],
            ['97250.09', '246'],
            ['97250.08', '492'],
          ],
          a: [
            ['97250.2', '15000'],
            ['97250.21', '30000'],
            ['97250.22', '60000'],
          ],
        },
      },
    ])
  })

  it('have the keys of recorded and documented frames, and beyond them only documented additions', () => {
    const keysOf = (frame: unknown): Record<string, string[]> => {
      const shape: Record<string, string[]> = {}
      const visit = (value: unknown, path: string): void => {
        if (Array.isArray(value)) visit(value[0], path)
        else if (typeof value === 'object' && value !== null) {
          shape[path] = Object.keys(value)
          for (const [key, inner] of Object.entries(value)) visit(inner, `${path}.${key}`)
        }
      }
      visit(frame, '')
      return shape
    }
    const additions: Record<string, string[]> = {
      'spot.trades': ['time_ms', 'id_market', 'range'],
      'spot.tickers': ['time_ms'],
      'spot.order_book_update': ['time_ms'],
      'spot.candlesticks': ['time_ms', 'a', 'w'],
      'futures.candlesticks': ['a', 'w'],
    }
    const known = [...readFrames('gate/ws_spot.ndjson'), ...readFrames('gate/ws_documented.ndjson')].map((frame) =>
      JSON.parse(frame.toString()),
    )
    const simulated = [
      ...results(spotUrl, [
        ['spot.book_ticker', ['BTC_USDT']],
        ['spot.trades', ['BTC_USDT']],
        ['spot.candlesticks', ['1m', 'BTC_USDT']],
        ['spot.tickers', ['BTC_USDT']],
        ['spot.obu', ['ob.BTC_USDT.50']],
        ['spot.order_book_update', ['BTC_USDT', '100ms']],
      ]),
      ...results(perpetualUrl, [
        ['futures.book_ticker', ['BTC_USDT']],
        ['futures.trades', ['BTC_USDT']],
        ['futures.candlesticks', ['1m', 'BTC_USDT']],
        ['futures.tickers', ['BTC_USDT']],
        ['futures.obu', ['ob.BTC_USDT.50']],
        ['futures.order_book_update', ['BTC_USDT', '100ms', '100']],
      ]),
    ].map((frame) => JSON.parse(JSON.stringify(frame)))
    expect(simulated).toHaveLength(12)
    for (const frame of simulated) {
      const model = known.find(({ channel, event }) => channel === frame.channel && event === 'update')
      const modelKeys = Object.entries(keysOf(model))
      const ours = keysOf(frame)
      const extra = additions[frame.channel] ?? []
      expect(modelKeys.length).toBe(Object.keys(ours).length)
      for (const [path, keys] of modelKeys) {
        const added = (ours[path] ?? []).filter((key) => !keys.includes(key))
        expect({ channel: frame.channel, path, missing: keys.filter((key) => !ours[path]?.includes(key)) }).toEqual({
          channel: frame.channel,
          path,
          missing: [],
        })
        expect(added.filter((key) => !extra.includes(key))).toEqual([])
      }
    }
  })
})

describe("the Gate venue's REST", () => {
  const venue = createGateVenue(market, account)
  const get = (path: string, more: Partial<VenueRequest> = {}) => {
    const { status, body } = venue.rest(request(`https://api.gateio.ws/api/v4${path}`, { address: path, ...more }))
    return { status, body }
  }
  const error = (label: string, status = 400) => ({ status, body: expect.objectContaining({ label }) })

  it('tells the time and lists markets, whole and one by one', () => {
    const pair = {
      id: 'BTC_USDT',
      base: 'BTC',
      base_name: 'BTC',
      quote: 'USDT',
      quote_name: 'USDT',
      fee: '0.2',
      min_base_amount: '0.000001',
      min_quote_amount: '5',
      max_quote_amount: '10000000',
      amount_precision: 6,
      precision: 2,
      trade_status: 'tradable',
      sell_start: Math.floor(listedAt / 1000),
      buy_start: Math.floor(listedAt / 1000),
      delisting_time: 0,
      type: 'normal',
      st_tag: false,
    }
    expect([get('/spot/time'), get('/spot/currency_pairs'), get('/spot/currency_pairs/BTC_USDT')]).toEqual([
      { status: 200, body: { server_time: now } },
      { status: 200, body: [pair] },
      { status: 200, body: pair },
    ])
    expect([get('/spot/currency_pairs/NO_USDT'), get('/futures/usdt/contracts/NO_USDT')]).toEqual([
      error('INVALID_CURRENCY_PAIR'),
      error('CONTRACT_NOT_FOUND'),
    ])
    const contract = { name: 'BTC_USDT', quanto_multiplier: '0.0001', order_price_round: '0.01', order_size_min: 1 }
    expect(get('/futures/usdt/contracts').body).toMatchObject([contract])
    expect(get('/futures/usdt/contracts/BTC_USDT', decimalSizes).body).toMatchObject({
      ...contract,
      order_size_min: '1',
    })
  })

  const at = (minutes: number) => openTime / 1000 + minutes * 60
  const spotCandles = (query: string) => get(`/spot/candlesticks?currency_pair=BTC_USDT&interval=1m${query}`)
  it('serves spot candles, both ends included', () => {
    const row = (minutes: number, closed: string) => [
      String(at(minutes)),
      '48625.075',
      '97250.15',
      '97260.5',
      '97240',
      '97250',
      '0.5',
      closed,
    ]
    expect(spotCandles(`&from=${at(-2)}&to=${at(0)}`)).toEqual({
      status: 200,
      body: [row(-2, 'true'), row(-1, 'true'), row(0, 'false')],
    })
    expect(spotCandles(`&from=${at(-999)}&to=${at(0)}`).body).toHaveLength(1000)
    expect(spotCandles('').body).toHaveLength(100)
    expect(spotCandles('&limit=7').body).toHaveLength(7)
  })

  it.each([
    ['more than 1000 points', `&from=${at(-1000)}&to=${at(0)}`],
    ['more than 10,000 points back', `&from=${at(-10_100)}&to=${at(-10_000)}`],
    ['from together with limit', `&from=${at(-2)}&limit=3`],
    ['a limit past 1000', '&limit=1001'],
    ['words for a time', '&from=yesterday'],
  ])('refuses %s', (_name, query) => {
    expect(spotCandles(query)).toEqual(error('INVALID_PARAM_VALUE'))
  })

  it('refuses candles without a pair, of an unknown pair, of an unknown interval', () => {
    const queries = ['', '?currency_pair=NO_USDT', '?currency_pair=BTC_USDT&interval=2m']
    expect(queries.map((query) => get(`/spot/candlesticks${query}`))).toEqual([
      error('MISSING_REQUIRED_PARAM'),
      error('INVALID_CURRENCY_PAIR'),
      error('INVALID_PARAM_VALUE'),
    ])
  })

  it('serves perpetual candles and trades in contracts', () => {
    const candles = `/futures/usdt/candlesticks?contract=BTC_USDT&interval=1m&from=${at(-1)}&to=${at(-1)}`
    const candle = { t: at(-1), c: '97250.15', h: '97260.5', l: '97240', o: '97250', sum: '48625.075' }
    expect([get(candles).body, get(candles, decimalSizes).body]).toEqual([
      [{ ...candle, v: 5000 }],
      [{ ...candle, v: '5000' }],
    ])
    expect(get('/futures/usdt/trades?contract=BTC_USDT&limit=2').body).toMatchObject([
      { id: 3, size: -123 },
      { id: 2, size: 123 },
    ])
  })

  it('serves trades newest first, tickers, the book and funding', () => {
    expect(get('/spot/trades?currency_pair=BTC_USDT&limit=1').body).toEqual([
      {
        id: '3',
        create_time: String(Math.floor(now / 1000)),
        create_time_ms: `${now - 97}.0003`,
        currency_pair: 'BTC_USDT',
        side: 'sell',
        amount: '0.0123',
        price: '97250.15',
        sequence_id: '3',
      },
    ])
    expect(get('/spot/tickers?currency_pair=BTC_USDT').body).toMatchObject([
      { last: '97250.15', lowest_ask: '97250.2' },
    ])
    expect(get('/futures/usdt/tickers').body).toMatchObject([{ contract: 'BTC_USDT', volume_24h: '120000' }])
    expect(get('/spot/order_book?currency_pair=BTC_USDT&limit=2&with_id=true').body).toEqual({
      id: 77,
      current: now,
      update: now,
      asks: [
        ['97250.2', '1.5'],
        ['97250.21', '3'],
      ],
      bids: [
        ['97250.1', '0.0123'],
        ['97250.09', '0.0246'],
      ],
    })
    expect(get('/futures/usdt/funding_rate?contract=BTC_USDT&limit=2').body).toMatchObject([
      { t: 1_784_131_200 },
      { t: 1_784_131_200 - 28_800 },
    ])
  })

  it('counts 200 requests in 10 s per endpoint and address, and tells so', () => {
    let clock = now
    const counted = createGateVenue({ ...market, now: () => clock }, noAccount('gate', Date.now))
    const ask = (path = '/spot/time', address = 'a') =>
      counted.rest(request(`https://api.gateio.ws/api/v4${path}`, { address }))
    const limits = (remain: number, reset: number) => ({
      'x-gate-ratelimit-requests-remain': String(remain),
      'x-gate-ratelimit-limit': '200',
      'x-gate-ratelimit-reset-timestamp': String(reset),
      date: new Date(clock).toUTCString(),
    })
    expect(ask().headers).toEqual(limits(199, Math.floor(now / 1000)))
    for (let count = 0; count < 199; count++) ask()
    const refused = ask()
    expect(refused).toEqual({
      status: 429,
      headers: limits(0, 1_784_131_270),
      body: { label: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded' },
    })
    const failure = gate.dialect.failure({ status: refused.status, headers: refused.headers ?? {} }, refused.body, 0)
    expect(failure).toMatchObject({ kind: 'rateLimited', retryAfterMs: 10_000 })
    expect([ask('/spot/currency_pairs').status, ask('/spot/time', 'b').status]).toEqual([200, 200])
    clock += 10_000
    expect(ask().status).toBe(200)
  })

  it('lets nobody into accounts yet, checked in the observed order', () => {
    const headers = { key: 'k', sign: 's', timestamp: String(Math.floor(now / 1000)) }
    expect([
      get('/spot/accounts'),
      get('/spot/accounts', { headers: { ...headers, timestamp: '1' } }),
      get('/futures/usdt/positions', { headers }),
    ]).toEqual([error('MISSING_REQUIRED_HEADER'), error('REQUEST_EXPIRED', 403), error('INVALID_KEY', 401)])
  })

  it('knows no other paths, and at the futures host no spot', () => {
    const elsewhere = venue.rest(request('https://fx-api.gateio.ws/api/v4/spot/time'))
    const futures = venue.rest(request('https://fx-api.gateio.ws/api/v4/futures/usdt/contracts'))
    const statuses = [get('/nope').status, get('/spot/time/x').status, get('/spot/time', { method: 'POST' }).status]
    expect([...statuses, elsewhere.status, futures.status]).toEqual([404, 404, 404, 404, 200])
  })
})

describe('the Gate connector at the Gate venue, over sockets', () => {
  let simulator: Simulator | null = null
  const sockets: WebSocket[] = []
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.terminate()
    await simulator?.close()
    simulator = null
  })

  it('understands every frame and every reply', async () => {
    simulator = await runSimulation(
      { venues: ['gate'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 400 },
      { gate: createGateVenue },
    )
    const { origins } = simulator
    const local = (url: string): string => {
      const { protocol, host } = new URL(url)
      return url.replace(`${protocol}//${host}`, origins[`${protocol}//${host}`] ?? 'missing')
    }
    const call = async <T>({ url, query, headers, parse }: RestCall<T>): Promise<T> => {
      const response = await fetch(
        `${local(url)}?${new URLSearchParams(query.map(([name, value]) => [name, value]))}`,
        {
          headers: headers ?? {},
        },
      )
      const parsed = parse(await response.json())
      if (!parsed.ok) throw new Error(`${url}: ${parsed.problem}`)
      return parsed.value
    }

    const lists = await Promise.all(gate.instruments().map(call))
    const instruments = lists.flat().map((listed, id) => ({ ...listed, id, key: instrumentKey('gate', listed.symbol) }))
    expect(instruments.map(({ symbol, contractSize, status }) => [symbol, contractSize, status])).toEqual([
      ['BTC_USDT', 1, 'trading'],
      ['ETH_USDT', 1, 'trading'],
      ['BTC_USDT_PERP', 0.0001, 'trading'],
      ['ETH_USDT_PERP', 0.01, 'trading'],
    ])

    const serverTime = await call(gate.serverTime())
    for (const instrument of instruments) {
      const to = serverTime - (serverTime % minute) - minute
      const candles = await call(gate.klines({ instrument, period: '1m', from: to - 9 * minute, to }))
      expect(candles.map((candle) => candle.openTime)).toEqual(
        Array.from({ length: 10 }, (_, n) => to - (9 - n) * minute),
      )
      expect(candles.every((candle) => candle.isClosed !== false)).toBe(true)
    }

    const lookup = lookupOf(instruments)
    for (const feed of gate.feeds) {
      const topics = instruments.flatMap((instrument) => [
        { channel: 'book_ticker' as const, instrument, period: null },
        { channel: 'trade' as const, instrument, period: null },
        { channel: 'kline' as const, instrument, period: '1m' as const },
      ])
      const routes = topics.map(gate.route).filter((route) => route?.feed === feed.id)
      const wires = [
        ...routes.map((route) => route?.wire ?? ''),
        `${feed.id === 'spot' ? 'spot' : 'futures'}.trades:NO_USDT`,
      ]
      const socket = new WebSocket(local(feed.url), { headers: { ...feed.headers } })
      sockets.push(socket)
      await once(socket, 'open')
      const normalize = gate.createNormalizer(feed.id, lookup)
      const results: Normalized[] = []
      const events: MarketEvent[] = []
      const kinds = new Set<string>()
      const done = new Promise<void>((resolve) => {
        socket.on('message', (data: Buffer) => {
          const result = normalize(data, false, Date.now())
          results.push(result)
          for (const event of result.kind === 'events' ? result.events : []) {
            events.push(event)
            if (event.kind !== 'funding_rate') kinds.add(`${event.kind} ${event.instrument.symbol}`)
          }
          const hasPong = results.some((one) => one.kind === 'control' && one.control.type === 'pong')
          if (kinds.size === 6 && hasPong) resolve()
        })
      })
      let id = 0
      const requests = feed.subscribe(wires, () => ++id, Date.now())
      for (const { text } of requests) socket.send(text)
      // The refused group again, without the unknown one.
      const trades = wires.filter((wire) => wire.includes('.trades:') && !wire.endsWith('NO_USDT'))
      for (const { text } of feed.subscribe(trades, () => ++id, Date.now())) socket.send(text)
      socket.send(feed.heartbeat?.text(Date.now()) ?? '')
      await done
      expect(results.filter((result) => result.kind === 'rejected')).toEqual([])
      const controls = results.flatMap((result) => (result.kind === 'control' ? [result.control.type] : []))
      expect(controls.filter((type) => type === 'ack')).toHaveLength(requests.length)
      expect(controls.filter((type) => type === 'refused')).toHaveLength(1)
      const quotes = events.flatMap((event) => (event.kind === 'book_ticker' ? [event] : []))
      expect(
        quotes.every(({ bidPrice, askPrice }) => bidPrice !== null && askPrice !== null && bidPrice < askPrice),
      ).toBe(true)
    }
  }, 60_000)
})
