import { beforeEach, describe, expect, it } from 'vitest'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import type { SimAccount } from '../../../../src/main/simulator/account/contract.ts'
import { noAccount } from '../../../../src/main/simulator/account/none.ts'
import type {
  Peer,
  SimEvent,
  SimInstrument,
  SimKline,
  SimMarket,
  SimQuote,
  SimTopic,
  SimTrade,
  Venue,
} from '../../../../src/main/simulator/venue.ts'
import { createBybitVenue } from '../../../../src/main/simulator/venues/bybit.ts'
import { openTimeOf, periodMs } from '../../../../src/shared/domain/index.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const noon = Date.UTC(2026, 0, 15, 12)
let now = noon

const btc: SimInstrument = {
  ...{ exchange: 'bybit', quote: 'USDT', minimumNotional: 5, listedAt: noon - 60 * periodMs['1d'], kind: 'spot' },
  ...{ base: 'BTC', symbol: 'BTC_USDT', tickSize: 0.1, lotSize: 0.00001, contractSize: 1 },
  ...{ priceDecimals: 1, quantityDecimals: 5 },
}
const btcPerp: SimInstrument = {
  ...{ ...btc, kind: 'perpetual', symbol: 'BTC_USDT_PERP', lotSize: 0.001, quantityDecimals: 3 },
}
const quoteOf = (one: SimInstrument): SimQuote => ({
  ...{ instrument: one, bidPrice: 97_000, bidQuantity: 0.3, askPrice: 97_000.1, askQuantity: 1.25, at: now },
  updateId: 4_100_000,
})
const tradeOf = (one: SimInstrument, tradeId: number): SimTrade => ({
  ...{ instrument: one, tradeId, price: 97_000.1, quantity: 0.07, side: tradeId % 2 === 0 ? 'BUY' : 'SELL' },
  at: now - 1_000 + tradeId,
})
const klineOf = (one: SimInstrument, period: SimKline['period'], openTime: number): SimKline => ({
  ...{ instrument: one, period, openTime, open: 97_000, high: 97_100, low: 96_900, close: 97_050.5, volume: 0.1 },
  ...{ quoteVolume: 9_700, takerBuyVolume: 0, trades: 3, firstTradeId: 1, lastTradeId: 3, at: now },
  isClosed: openTime + periodMs[period] <= now,
})
const market: SimMarket = {
  now: () => now,
  instruments: [btc, btcPerp],
  find: (kind, base) => market.instruments.find((one) => one.kind === kind && one.base === base),
  quote: quoteOf,
  book: (one) => depthOf(quoteOf(one)),
  klines(one, period, from, to) {
    const step = periodMs[period]
    const candles: SimKline[] = []
    for (let at = Math.ceil(from / step) * step; at <= Math.min(to, openTimeOf(now, period)); at += step)
      candles.push(klineOf(one, period, at))
    return candles
  },
  trades: (one, limit) => [1, 2, 3].slice(-limit).map((tradeId) => tradeOf(one, tradeId)),
}
const nobody: SimAccount = {
  ...noAccount('bybit', () => now),
  fundingRate: () => ({
    ...{ rate: '0.000123', markPrice: '97000', intervalHours: 8 },
    nextAt: openTimeOf(now, '1d') + 16 * periodMs['1h'],
  }),
}

let venue: Venue
beforeEach(() => {
  now = noon
  venue = createBybitVenue(market, nobody)
})

const rest = (path: string, more: { method?: string; address?: string } = {}) => {
  const { pathname, searchParams, search } = new URL(path, 'https://api.bybit.com/v5/')
  return venue.rest({
    ...{
      origin: 'https://api.bybit.com',
      method: 'GET',
      path: pathname,
      query: searchParams,
      rawQuery: search.slice(1),
    },
    ...{ headers: {}, body: '', address: '127.0.0.1' },
    ...more,
  })
}
const resultOf = (path: string) => {
  const { status, body } = rest(path)
  expect([status, body]).toMatchObject([200, { retCode: 0, retMsg: 'OK', retExtInfo: {}, time: now }])
  return Object(body).result
}
const codeOf = (path: string) => Object(rest(path).body).retCode

/** A client's socket as the server would keep it: what was sent, and events and time by hand. */
class TestPeer implements Peer {
  readonly sent: string[] = []
  closed: [number, string] | null = null
  readonly topics = new Map<string, { topic: SimTopic; encode(event: SimEvent): string | Buffer; throttleMs: number }>()
  private readonly timers: (() => void)[] = []

  get subscriptions(): ReadonlySet<string> {
    return new Set(this.topics.keys())
  }
  send(frame: string | Buffer): void {
    this.sent.push(String(frame))
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(code: number, reason: string): void {
    this.closed ??= [code, reason]
  }
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs = 0): void {
    this.topics.set(key, { topic, encode, throttleMs })
  }
  unsubscribe(key: string): void {
    this.topics.delete(key)
  }
  ping(): void {}
  every(everyMs: number, run: () => void): void {
    expect(everyMs).toBe(1_000)
    this.timers.push(run)
  }
  pass(seconds: number): void {
    for (let second = 0; second < seconds && !this.closed; second++) {
      now += 1_000
      for (const run of this.timers) run()
    }
  }
  take(): unknown[] {
    return this.sent.splice(0).map((frame) => JSON.parse(frame))
  }
  emit(event: SimEvent): string[] {
    return [...this.topics.values()].flatMap(({ topic, encode }) =>
      topic.channel === event.channel ? [String(encode(event))] : [],
    )
  }
}

function open(path: string, address = '127.0.0.1') {
  const peer = new TestPeer()
  const accepted = venue.accept(peer, {
    ...{ origin: 'wss://stream.bybit.com', method: 'GET', path, query: new URLSearchParams(), rawQuery: '' },
    ...{ headers: {}, body: '', address },
  })
  if ('status' in accepted) throw new Error(`refused with ${accepted.status}`)
  const say = (message: unknown) => {
    accepted.onMessage(typeof message === 'string' ? message : JSON.stringify(message))
    return peer.take()
  }
  return { peer, say }
}
const subscribe = (...args: string[]) => ({ req_id: '7', op: 'subscribe', args })
const connection = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

describe('bybit venue by REST', () => {
  it('tells instruments, candles, rates and time as the connector reads them', () => {
    const listed = bybit.instruments().map(({ query, parse }) => {
      const reading = parse(rest(`market/instruments-info?${new URLSearchParams(query.map(([a, b]) => [a, b]))}`).body)
      return reading.ok ? reading.value.map(({ symbol, lotSize, tickSize }) => [symbol, lotSize, tickSize]) : reading
    })
    expect(listed).toEqual([[['BTC_USDT', 0.00001, 0.1]], [['BTC_USDT_PERP', 0.001, 0.1]]])
    expect(bybit.serverTime().parse(rest('market/time').body)).toEqual({ ok: true, value: noon })
    const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
    const minute = periodMs['1m']
    const range = { instrument: perpetual, period: '1m', from: noon - 3 * minute, to: noon } as const
    const klines = bybit.klines(range)
    const read = klines.parse(rest(`market/kline?${new URLSearchParams(klines.query.map(([a, b]) => [a, b]))}`).body)
    expect(read.ok && read.value.map(({ openTime }) => openTime)).toEqual(
      [3, 2, 1, 0].map((before) => noon - before * minute),
    )
    const [rates] = bybit.fundingRates([perpetual])
    expect(rates?.parse(rest('market/tickers?category=linear&symbol=BTCUSDT').body)).toMatchObject({
      value: [{ rate: '0.000123', markPrice: '97000', intervalHours: 8, nextFundingAt: noon + 4 * periodMs['1h'] }],
    })
  })

  it('gives candles newest first, the newest up to the end, at most as many as asked for', () => {
    const opens = (query: string) =>
      resultOf(`market/kline?category=spot&symbol=BTCUSDT&interval=1&${query}`).list.map((row: unknown) =>
        Number(Object(row)[0]),
      )
    expect(opens('limit=2')).toEqual([noon, noon - 60_000])
    expect(opens(`limit=2&end=${noon - 60_001}`)).toEqual([noon - 120_000, noon - 180_000])
    expect(opens(`start=${noon - 60_001}`)).toEqual([noon, noon - 60_000, noon - 120_000])
  })

  it('gives funding that was paid up to an end, and refuses a beginning alone', () => {
    const query = 'market/funding/history?category=linear&symbol=BTCUSDT'
    const paid = resultOf(`${query}&endTime=${noon}&limit=2`).list.map(
      (row: unknown) => Object(row).fundingRateTimestamp,
    )
    expect(paid).toEqual([noon - 4 * periodMs['1h'], noon - 12 * periodMs['1h']].map(String))
    expect(codeOf(`${query}&startTime=${noon}`)).toBe(10001)
  })

  it('refuses what does not fit, with HTTP 200', () => {
    expect(
      [
        'market/kline?category=spot&symbol=FOOUSDT&interval=1',
        'market/kline?category=spot&symbol=BTCUSDT&interval=2',
        'market/kline?category=spot&symbol=BTCUSDT&interval=1&limit=1001',
        'market/orderbook?category=what&symbol=BTCUSDT',
      ].map(codeOf),
    ).toEqual([10001, 10001, 10001, 10001])
    expect(rest('what').status).toBe(404)
    expect(rest('market/time', { method: 'POST' }).status).toBe(404)
  })

  it('shuts an address out for ten minutes that sends more than 600 requests in 5 s', () => {
    for (let n = 0; n < 600; n++) expect(rest('market/time').status).toBe(200)
    expect(rest('market/time')).toEqual({ status: 403, body: 'access too frequent' })
    expect(rest('market/time', { address: '10.0.0.9' }).status).toBe(200)
    now += 599_000
    expect(rest('market/time').status).toBe(403)
    now += 2_000
    expect(rest('market/time').status).toBe(200)
  })

  it('asks who it is before anything private', () => {
    expect(codeOf('account/wallet-balance?accountType=UNIFIED')).toBe(10001)
  })
})

describe('bybit venue by socket', () => {
  it('answers as spot and as linear do', () => {
    const [spot, linear] = [open('/v5/public/spot'), open('/v5/public/linear')]
    const pong = { success: true, ret_msg: 'pong', conn_id: connection, op: 'ping' }
    expect([spot.say({ op: 'ping' }), linear.say({ op: 'ping' })]).toEqual([[pong], [{ ...pong, req_id: '' }]])
    const ack = { success: true, ret_msg: 'subscribe', conn_id: connection, req_id: '7', op: 'subscribe' }
    expect(spot.say(subscribe('kline.1.BTCUSDT'))).toEqual([ack])
    expect(linear.say(subscribe('kline.1.BTCUSDT'))).toEqual([{ ...ack, ret_msg: '' }])
    expect(linear.say('what')).toMatchObject([{ success: false }])
    expect(linear.say({ op: 'order.create', args: [] })).toMatchObject([
      { success: false, ret_msg: 'error:invalid op' },
    ])
  })

  it('fails a request as a whole for one wrong topic, one that is served, or too many', () => {
    const { say, peer } = open('/v5/public/spot')
    const refused = (words: string) => [expect.objectContaining({ success: false, ret_msg: words, req_id: '7' })]
    expect(say(subscribe('publicTrade.BTCUSDT', 'kline.1.FOOUSDT'))).toEqual(
      refused('error:handler not found,topic:kline.1.FOOUSDT'),
    )
    expect(say(subscribe('orderbook.500.BTCUSDT'))).toEqual(
      refused('error:handler not found,topic:orderbook.500.BTCUSDT'),
    )
    expect(peer.subscriptions.size).toBe(0)
    say(subscribe('publicTrade.BTCUSDT'))
    expect(say(subscribe('kline.1.BTCUSDT', 'publicTrade.BTCUSDT'))).toEqual(
      refused('error:already subscribed,topic:publicTrade.BTCUSDT'),
    )
    expect(say(subscribe(...Array.from({ length: 11 }, () => 'kline.1.BTCUSDT')))).toEqual(
      refused('error:args size >10'),
    )
    say({ op: 'unsubscribe', args: ['publicTrade.BTCUSDT'] })
    expect(peer.subscriptions.size).toBe(0)
  })

  it('sends level 1 whole at once, and again after three seconds without a change', () => {
    const { say, peer } = open('/v5/public/linear')
    const [, first] = say(subscribe('orderbook.1.BTCUSDT'))
    const data = { s: 'BTCUSDT', b: [['97000.0', '0.300']], a: [['97000.1', '1.250']], u: 4_100_000, seq: 4_100_000 }
    const push = { topic: 'orderbook.1.BTCUSDT', ts: noon, type: 'snapshot', data, cts: noon - 2 }
    expect(first).toEqual(push)
    peer.pass(4)
    expect(peer.take()).toEqual([{ ...push, ts: noon + 3_000, cts: noon + 2_998 }])
  })

  it('numbers the messages of a book one by one, the same for everybody', () => {
    const sockets = [open('/v5/public/linear'), open('/v5/public/linear')]
    for (const { say } of sockets) say(subscribe('orderbook.200.BTCUSDT'))
    const idsAt = (ms: number, isSnapshot: boolean) => {
      const depth = { ...depthOf(quoteOf(btcPerp)), isSnapshot, at: noon + ms }
      return sockets.map(({ peer }) => JSON.parse(peer.emit({ channel: 'order_book', depth })[0] ?? '').data.u)
    }
    expect([idsAt(0, true), idsAt(100, false), idsAt(350, false)]).toEqual([
      [41, 41],
      [42, 42],
      [43, 43],
    ])
  })

  it('sends what the connector reads, by its bytes, and as its market writes it', () => {
    const lookup = lookupOf(
      (['spot', 'perpetual'] as const).map((kind) => instrument('bybit', kind, 'BTC', 'USDT', 'BTCUSDT')),
    )
    for (const [path, feed, of] of [
      ['/v5/public/spot', 'spot', btc],
      ['/v5/public/linear', 'linear', btcPerp],
    ] as const) {
      const { say, peer } = open(path)
      say(subscribe('orderbook.1.BTCUSDT', 'orderbook.200.BTCUSDT', 'publicTrade.BTCUSDT', 'kline.1.BTCUSDT'))
      const normalize = bybit.createNormalizer(feed, lookup)
      const frames = [
        ...peer.emit({ channel: 'book_ticker', quote: quoteOf(of) }),
        ...peer.emit({ channel: 'trade', trade: tradeOf(of, 2) }),
        ...peer.emit({ channel: 'kline', kline: klineOf(of, '1m', noon) }),
        ...peer.emit({ channel: 'order_book', depth: depthOf(quoteOf(of)) }),
      ]
      const kind = of.kind
      expect(frames.map((frame) => normalize(Buffer.from(frame), false, 5))).toMatchObject([
        {
          events: [
            { kind: 'book_ticker', instrument: { kind }, bidPrice: 97_000, askQuantity: 1.25, exchangeAt: noon },
          ],
        },
        { events: [{ kind: 'trade', instrument: { kind }, price: 97_000.1, quantity: 0.07, side: 'BUY' }] },
        { events: [{ kind: 'kline', instrument: { kind }, close: 97_050.5, volume: 0.1, isClosed: false }] },
        { kind: 'depth', depth: { instrument: { kind }, isSnapshot: true } },
      ])
      expect(frames[3]).toMatch(feed === 'spot' ? /"ts":\d+,"type"/ : /"type":"\w+","ts"/)
    }
  })

  it('cuts a connection after ten minutes without a word', () => {
    const { peer, say } = open('/v5/private')
    peer.pass(500)
    say({ op: 'ping' })
    peer.pass(599)
    expect(peer.closed).toBeNull()
    peer.pass(1)
    expect(peer.closed).toEqual([1000, ''])
  })

  it('wants a login before private topics', () => {
    const { say } = open('/v5/private')
    expect(say({ req_id: 'test', op: 'ping' })).toEqual([
      { req_id: 'test', op: 'pong', args: [String(noon)], conn_id: connection },
    ])
    expect(say(subscribe('order'))).toMatchObject([{ success: false, op: 'subscribe' }])
    expect(say({ op: 'auth', args: ['unknown', noon + 1_000, 'x'] })).toMatchObject([
      { success: false, ret_msg: 'API key is invalid.', request: { op: 'auth' } },
    ])
  })
})
