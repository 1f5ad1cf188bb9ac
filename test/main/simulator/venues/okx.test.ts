import { beforeEach, describe, expect, it } from 'vitest'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
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
  VenueConnection,
} from '../../../../src/main/simulator/venue.ts'
import { createOkxVenue } from '../../../../src/main/simulator/venues/okx.ts'
import { openTimeOf, periodMs } from '../../../../src/shared/domain/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const noon = Date.UTC(2026, 0, 15, 12)
let now = noon

const shared = { exchange: 'okx', quote: 'USDT', minimumNotional: 5, listedAt: noon - 60 * periodMs['1d'] } as const
const btc: SimInstrument = {
  ...shared,
  kind: 'spot',
  base: 'BTC',
  symbol: 'BTC_USDT',
  tickSize: 0.1,
  lotSize: 0.00001,
  contractSize: 1,
  priceDecimals: 1,
  quantityDecimals: 5,
}
const btcPerp: SimInstrument = {
  ...btc,
  kind: 'perpetual',
  symbol: 'BTC_USDT_PERP',
  lotSize: 0.01,
  contractSize: 0.01,
  quantityDecimals: 2,
}
const quoteOf = (one: SimInstrument): SimQuote => ({
  instrument: one,
  bidPrice: 97_000,
  bidQuantity: 0.3,
  askPrice: 97_000.1,
  askQuantity: 1.25,
  at: now - 7,
  updateId: 41,
})
const tradeOf = (one: SimInstrument, tradeId: number): SimTrade => ({
  instrument: one,
  tradeId,
  price: 97_000.1,
  quantity: 0.07,
  side: tradeId % 2 === 0 ? 'BUY' : 'SELL',
  at: now - 1_000 + tradeId,
})
/** Candles that differ by their open time; a tenth of a bitcoin a minute. */
const klineOf = (one: SimInstrument, period: SimKline['period'], openTime: number): SimKline => {
  const minutes = periodMs[period] / 60_000
  return {
    instrument: one,
    period,
    openTime,
    open: 97_000,
    high: 97_100,
    low: 96_900,
    close: 97_050.5,
    volume: minutes / 10,
    quoteVolume: minutes * 9_700,
    takerBuyVolume: 0,
    trades: 3,
    firstTradeId: 1,
    lastTradeId: 3,
    isClosed: openTime + periodMs[period] <= now,
    at: now,
  }
}
const market: SimMarket = {
  now: () => now,
  instruments: [btc, btcPerp],
  find: (kind, base) => market.instruments.find((one) => one.kind === kind && one.base === base),
  quote: quoteOf,
  book: (one) => depthOf(quoteOf(one)),
  klines(one, period, from, to) {
    const step = periodMs[period]
    const candles: SimKline[] = []
    const last = Math.min(to, openTimeOf(now, period))
    for (let at = Math.ceil(Math.max(from, one.listedAt) / step) * step; at <= last; at += step)
      candles.push(klineOf(one, period, at))
    return candles
  },
  trades: (one, limit) => [1, 2, 3].slice(-limit).map((tradeId) => tradeOf(one, tradeId)),
}

/** Nobody's account: funding rates are all that the public side asks of it. */
const nobody: SimAccount = {
  ...noAccount('okx', () => now),
  fundingRate: () => ({
    rate: '0.000123',
    markPrice: '97000',
    nextAt: openTimeOf(now, '1d') + 16 * periodMs['1h'],
    intervalHours: 8,
  }),
}

let venue: Venue
beforeEach(() => {
  now = noon
  venue = createOkxVenue(market, nobody)
})

const rest = (
  path: string,
  more: { method?: string; address?: string; origin?: string; headers?: Record<string, string> } = {},
) => {
  const { pathname, searchParams, search } = new URL(path, 'https://www.okx.com/api/v5/')
  return venue.rest({
    origin: 'https://www.okx.com',
    method: 'GET',
    path: pathname,
    query: searchParams,
    rawQuery: search.slice(1),
    headers: {},
    body: '',
    address: '127.0.0.1',
    ...more,
  })
}
const dataOf = (path: string): unknown[] => {
  const reply = rest(path)
  expect(reply).toEqual({ status: 200, body: { code: '0', msg: '', data: expect.any(Array) } })
  return Object(reply.body).data
}
const openTimes = (path: string) => dataOf(path).map((row) => Number(Object(row)[0]))

/** A client's socket as the server would keep it: what was sent, and events and time by hand. */
class TestPeer implements Peer {
  readonly sent: string[] = []
  closed: [number, string] | null = null
  readonly topics = new Map<string, { topic: SimTopic; encode(event: SimEvent): string | Buffer; throttleMs: number }>()
  readonly timers: { everyMs: number; run(): void; dueAt: number }[] = []

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
    this.timers.push({ everyMs, run, dueAt: now + everyMs })
  }
  /** Lets time pass second by second. */
  pass(seconds: number, eachSecond: () => void = () => {}): void {
    for (let second = 0; second < seconds && !this.closed; second++) {
      now += 1_000
      eachSecond()
      for (const timer of this.timers) {
        while (timer.dueAt <= now) {
          timer.dueAt += timer.everyMs
          timer.run()
        }
      }
    }
  }
  /** What was sent since the last time, read as JSON where it is any. */
  take(): unknown[] {
    return this.sent.splice(0).map((frame) => (frame.startsWith('{') ? JSON.parse(frame) : frame))
  }
  emit(event: SimEvent): void {
    for (const { topic, encode } of this.topics.values()) if (topic.channel === event.channel) this.send(encode(event))
  }
}

function connect(path: string, origin = 'wss://ws.okx.com:8443', address = '127.0.0.1') {
  const peer = new TestPeer()
  const query = new URLSearchParams()
  const accepted = venue.accept(peer, {
    origin,
    method: 'GET',
    path,
    query,
    rawQuery: '',
    headers: {},
    body: '',
    address,
  })
  return { peer, accepted }
}
function open(path: string) {
  const { peer, accepted } = connect(path)
  if ('status' in accepted) throw new Error(`refused with ${accepted.status}`)
  const connection: VenueConnection = accepted
  const say = (message: unknown) => {
    connection.onMessage(typeof message === 'string' ? message : JSON.stringify(message))
    return peer.take()
  }
  return { peer, say }
}
const subscribe = (...args: unknown[]) => ({ id: '1512', op: 'subscribe', args })
const connId = expect.stringMatching(/^[0-9a-f]{8}$/)
const bbo = { channel: 'bbo-tbt', instId: 'BTC-USDT' }

describe('okx venue', () => {
  it('stands in for every documented origin', () => {
    expect(venue.origins).toEqual([
      'https://www.okx.com',
      'https://eea.okx.com',
      'https://us.okx.com',
      'wss://ws.okx.com:8443',
      'wss://wseea.okx.com:8443',
      'wss://wsus.okx.com:8443',
    ])
  })

  it('counts perpetuals in contracts and spot in base asset', () => {
    expect([
      venue.contractSize('BTC', 'perpetual'),
      venue.contractSize('DOGE', 'perpetual'),
      venue.contractSize('SOL', 'perpetual'),
      venue.contractSize('BTC', 'spot'),
    ]).toEqual([0.01, 1_000, 1, 1])
  })
})

describe('okx venue REST', () => {
  it('tells the time', () => {
    expect(rest('public/time')).toEqual({ status: 200, body: { code: '0', msg: '', data: [{ ts: String(noon) }] } })
  })

  it('lists instruments that the connector reads back', () => {
    expect(
      okx.instruments().map((call) => call.parse(rest(`public/instruments?${call.query[0]?.join('=')}`).body)),
    ).toEqual([
      {
        ok: true,
        value: [
          {
            exchange: 'okx',
            symbol: 'BTC_USDT',
            kind: 'spot',
            base: 'BTC',
            quote: 'USDT',
            nativeName: 'BTC-USDT',
            tickSize: 0.1,
            lotSize: 0.00001,
            minimumQuantity: 0.00001,
            minimumNotional: null,
            contractSize: 1,
            status: 'trading',
          },
        ],
      },
      {
        ok: true,
        value: [
          {
            exchange: 'okx',
            symbol: 'BTC_USDT_PERP',
            kind: 'perpetual',
            base: 'BTC',
            quote: 'USDT',
            nativeName: 'BTC-USDT-SWAP',
            tickSize: 0.1,
            lotSize: 0.01,
            minimumQuantity: 0.01,
            minimumNotional: null,
            contractSize: 0.01,
            status: 'trading',
          },
        ],
      },
    ])
  })

  it('lists every field that recorded rows have, and later ones', () => {
    const recorded = [
      'alias',
      'baseCcy',
      'category',
      'ctMult',
      'ctType',
      'ctVal',
      'ctValCcy',
      'expTime',
      'instId',
      'instType',
      'lever',
      'listTime',
      'lotSz',
      'maxLmtSz',
      'maxMktSz',
      'minSz',
      'quoteCcy',
      'settleCcy',
      'state',
      'tickSz',
      'uly',
    ]
    const later = [
      'instFamily',
      'ruleType',
      'instIdCode',
      'instCategory',
      'auctionEndTime',
      'openType',
      'contTdSwTime',
      'maxLmtAmt',
      'maxMktAmt',
      'tradeQuoteCcyList',
      'groupId',
      'maxIcebergSz',
      'maxStopSz',
      'maxTriggerSz',
      'maxTwapSz',
      'optType',
      'stk',
    ]
    for (const type of ['SPOT', 'SWAP'])
      expect(Object.keys(Object(dataOf(`public/instruments?instType=${type}`)[0])).sort()).toEqual(
        [...recorded, ...later].sort(),
      )
  })

  it('gives the newest candles first, the open one included, 100 unless asked otherwise', () => {
    const times = openTimes('market/candles?instId=BTC-USDT')
    expect([times.length, times[0], times[99]]).toEqual([100, noon, noon - 99 * 60_000])
    expect(dataOf('market/candles?instId=BTC-USDT&bar=1H&limit=2')).toEqual([
      [String(noon), '97000', '97100', '96900', '97050.5', '6', '582000', '582000', '0'],
      [String(noon - 3_600_000), '97000', '97100', '96900', '97050.5', '6', '582000', '582000', '1'],
    ])
  })

  it('counts swap candles in contracts, base and quote', () => {
    expect(dataOf('market/candles?instId=BTC-USDT-SWAP&bar=1H&limit=1')).toEqual([
      [String(noon), '97000', '97100', '96900', '97050.5', '600', '6', '582000', '0'],
    ])
  })

  it('pages to older candles with after, exclusive', () => {
    expect(openTimes(`market/candles?instId=BTC-USDT&after=${noon - 60_000}&limit=2`)).toEqual([
      noon - 120_000,
      noon - 180_000,
    ])
    expect(openTimes(`market/candles?instId=BTC-USDT&after=${noon - 59_999}&limit=1`)).toEqual([noon - 60_000])
  })

  it('gives the newest, not the following, when only before is told', () => {
    expect(openTimes(`market/candles?instId=BTC-USDT&before=${noon - 600_000}&limit=2`)).toEqual([noon, noon - 60_000])
    expect(openTimes(`market/candles?instId=BTC-USDT&before=${noon - 120_000}`)).toEqual([noon, noon - 60_000])
  })

  it('gives a window by after and before', () => {
    const query = `instId=BTC-USDT&after=${noon - 299_999}&before=${noon - 480_001}&limit=300`
    const window = [noon - 300_000, noon - 360_000, noon - 420_000, noon - 480_000]
    expect(openTimes(`market/candles?${query}`)).toEqual(window)
    expect(openTimes(`market/history-candles?${query}`)).toEqual(window)
  })

  it('keeps 1440 bars in candles and the whole past in history', () => {
    const after = noon - 1_438 * 60_000
    expect(openTimes(`market/candles?instId=BTC-USDT&after=${after}`)).toEqual([noon - 1_439 * 60_000])
    expect(openTimes(`market/history-candles?instId=BTC-USDT&after=${after}&limit=3`)).toEqual(
      [1_439, 1_440, 1_441].map((minutes) => noon - minutes * 60_000),
    )
    expect(openTimes(`market/history-candles?instId=BTC-USDT&after=${btc.listedAt + 1}`)).toEqual([btc.listedAt])
  })

  it('has closed candles only in history', () => {
    expect(openTimes('market/history-candles?instId=BTC-USDT&limit=1')).toEqual([noon - 60_000])
  })

  it('serves the ranges that the connector asks for', () => {
    const of = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
    for (const clock of [{ now: noon }, {}]) {
      const call = okx.klines({ instrument: of, period: '5m', from: noon - 900_000, to: noon - 300_000, ...clock })
      const query = new URLSearchParams(call.query.map(([name, value]) => [name, value]))
      const candle = { open: 97_000, high: 97_100, low: 96_900, close: 97_050.5, volume: 0.5, quoteVolume: 48_500 }
      expect(call.parse(rest(`${call.url}?${query}`).body)).toEqual({
        ok: true,
        value: [900_000, 600_000, 300_000].map((ago) => ({ openTime: noon - ago, ...candle, isClosed: true })),
      })
    }
  })

  it('gives trades newest first, books, tickers, funding and mark price', () => {
    const trade = { instId: 'BTC-USDT', px: '97000.1', sz: '0.07', count: '1', source: '0' }
    expect(dataOf('market/trades?instId=BTC-USDT&limit=2')).toEqual([
      { ...trade, tradeId: '3', side: 'sell', ts: String(noon - 997), seqId: 3 },
      { ...trade, tradeId: '2', side: 'buy', ts: String(noon - 998), seqId: 2 },
    ])
    expect(dataOf('market/books?instId=BTC-USDT-SWAP&sz=2')).toEqual([
      {
        asks: [
          ['97000.1', '125', '0', '6'],
          ['97000.2', '250', '0', '7'],
        ],
        bids: [
          ['97000', '30', '0', '6'],
          ['96999.9', '60', '0', '7'],
        ],
        ts: String(noon - 7),
        seqId: 41,
      },
    ])
    expect(dataOf('market/ticker?instId=BTC-USDT-SWAP')).toEqual([
      {
        instType: 'SWAP',
        instId: 'BTC-USDT-SWAP',
        last: '97000.1',
        lastSz: '7',
        askPx: '97000.1',
        askSz: '125',
        bidPx: '97000',
        bidSz: '30',
        open24h: '97000',
        high24h: '97100',
        low24h: '96900',
        sodUtc0: '97000',
        sodUtc8: '97000',
        volCcy24h: '144',
        vol24h: '14400',
        ts: String(noon - 7),
      },
    ])
    expect(dataOf('market/tickers?instType=SPOT')).toHaveLength(1)
    expect(dataOf('public/mark-price?instType=SWAP')).toEqual([
      { instType: 'SWAP', instId: 'BTC-USDT-SWAP', markPx: '97000.05', ts: String(noon) },
    ])
    expect(dataOf('public/funding-rate?instId=ANY')).toMatchObject([
      {
        instId: 'BTC-USDT-SWAP',
        fundingRate: '0.000123',
        fundingTime: String(noon + 4 * 3_600_000),
        nextFundingTime: String(noon + 12 * 3_600_000),
        ts: String(noon),
      },
    ])
    expect(dataOf('system/status')).toEqual([])
  })

  it.each<[string, number, string]>([
    ['market/candles', 400, '50014'],
    ['public/instruments', 400, '50014'],
    ['public/instruments?instType=COIN', 400, '51000'],
    ['market/candles?instId=BTC-USDT&bar=7m', 400, '51000'],
    ['market/candles?instId=BTC-USDT&after=now', 400, '51000'],
    ['market/candles?instId=BTC-USDT&limit=-1', 400, '51000'],
    ['market/candles?instId=FOO-USDT', 200, '51001'],
    ['public/instruments?instType=SPOT&instId=BTC-USDT-SWAP', 200, '51001'],
    ['public/funding-rate?instId=BTC-USDT', 400, '51000'],
    ['nowhere', 404, '404'],
    ['constructor', 404, '404'],
  ])('answers %s with %i and code %s, which the connector takes for a failure', (path, status, code) => {
    const reply = rest(path)
    expect(reply).toEqual({ status, body: { code, msg: expect.stringMatching(/./), data: [] } })
    expect(okx.dialect.failure({ status, headers: {} }, reply.body, now)).toMatchObject({ kind: 'invalid', code })
  })

  it('wants a key for the account, and no method but GET', () => {
    expect(rest('account/balance')).toEqual({
      status: 401,
      body: { msg: 'Request header OK-ACCESS-KEY can not be empty.', code: '50103' },
    })
    expect(rest('public/time', { method: 'POST' })).toMatchObject({ status: 405, body: { code: '50115' } })
  })

  it('limits each endpoint and address apart, for two seconds', () => {
    const statuses = (path: string, times: number, address?: string) =>
      Array.from({ length: times }, () => rest(path, address ? { address } : {}).status)
    expect(statuses('public/time', 12)).toEqual([...Array(10).fill(200), 429, 429])
    expect(rest('public/time')).toEqual({
      status: 429,
      body: { code: '50011', msg: 'Too Many Requests', data: [] },
    })
    expect(statuses('public/time', 1, '10.0.0.1')).toEqual([200])
    expect(statuses('market/history-candles?instId=BTC-USDT', 21)).toEqual([...Array(20).fill(200), 429])
    expect(statuses('public/instruments?instType=SPOT', 21).at(-1)).toBe(429)
    expect(statuses('public/instruments?instType=SWAP', 1)).toEqual([200])
    now += 2_000
    expect(statuses('public/time', 1)).toEqual([200])
  })
})

describe('okx venue sockets', () => {
  it('answers the text ping', () => {
    expect(open('/ws/v5/public').say('ping')).toEqual(['pong'])
  })

  it('acknowledges each arg with the id, and sends the book as it stands at once', () => {
    const { peer, say } = open('/ws/v5/public')
    const swap = { channel: 'bbo-tbt', instId: 'BTC-USDT-SWAP' }
    const book = { ts: String(noon - 7), checksum: 0, seqId: 41 }
    expect(say(subscribe(bbo, swap))).toEqual([
      { id: '1512', event: 'subscribe', arg: bbo, connId },
      { arg: bbo, data: [{ asks: [['97000.1', '1.25', '0', '6']], bids: [['97000', '0.3', '0', '6']], ...book }] },
      { id: '1512', event: 'subscribe', arg: swap, connId },
      { arg: swap, data: [{ asks: [['97000.1', '125', '0', '6']], bids: [['97000', '30', '0', '6']], ...book }] },
    ])
    expect([...peer.topics.values()].map(({ topic, throttleMs }) => [topic.channel, throttleMs])).toEqual([
      ['book_ticker', 10],
      ['book_ticker', 10],
    ])
  })

  it('sends what the connector understands, swap sizes in base asset again', () => {
    const perp = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
    const normalize = okx.createNormalizer('public', lookupOf([perp]))
    const events: unknown[] = []
    for (const [path, channels] of [
      ['/ws/v5/public', ['bbo-tbt', 'tickers', 'trades']],
      ['/ws/v5/business', ['candle1m', 'candle5m', 'candle15m', 'candle1H', 'candle1Dutc']],
    ] as const) {
      const { peer, say } = open(path)
      say(subscribe(...channels.map((channel) => ({ channel, instId: 'BTC-USDT-SWAP' }))))
      peer.emit({ channel: 'book_ticker', quote: quoteOf(btcPerp) })
      peer.emit({ channel: 'trade', trade: tradeOf(btcPerp, 4) })
      peer.emit({ channel: 'kline', kline: klineOf(btcPerp, '1m', noon - 60_000) })
      for (const frame of peer.sent) {
        const result = normalize(Buffer.from(frame), false, 5)
        events.push(...(result.kind === 'events' ? result.events : [result]))
      }
    }
    const quote = { kind: 'book_ticker', instrument: perp, receivedAt: 5, exchangeAt: noon - 7 }
    const prices = { bidPrice: 97_000, bidQuantity: 0.3, askPrice: 97_000.1, askQuantity: 1.25 }
    const kline = { open: 97_000, high: 97_100, low: 96_900, close: 97_050.5, volume: 0.1, quoteVolume: 9_700 }
    expect(events).toEqual([
      { ...quote, ...prices },
      { ...quote, ...prices },
      {
        kind: 'trade',
        instrument: perp,
        tradeId: '4',
        price: 97_000.1,
        quantity: 0.07,
        side: 'BUY',
        exchangeAt: noon - 996,
        receivedAt: 5,
      },
      ...(['1m', '5m', '15m', '1h', '1d'] as const).map((period) => ({
        kind: 'kline',
        instrument: perp,
        period,
        openTime: noon - 60_000,
        ...kline,
        isClosed: true,
        exchangeAt: null,
        receivedAt: 5,
      })),
    ])
  })

  it('sends the newest trade and the open candle on subscribing', () => {
    const trades = { channel: 'trades', instId: 'BTC-USDT' }
    const candles = { channel: 'candle1m', instId: 'BTC-USDT' }
    expect(open('/ws/v5/public').say(subscribe(trades))[1]).toEqual({
      arg: trades,
      data: [
        {
          instId: 'BTC-USDT',
          tradeId: '3',
          px: '97000.1',
          sz: '0.07',
          side: 'sell',
          ts: String(noon - 997),
          count: '1',
          source: '0',
          seqId: 3,
        },
      ],
    })
    expect(open('/ws/v5/business').say(subscribe(candles))[1]).toEqual({
      arg: candles,
      data: [[String(noon), '97000', '97100', '96900', '97050.5', '0.1', '9700', '9700', '0']],
    })
  })

  it('sends frames with the fields of recorded and documented ones', () => {
    const keysOf = (frame: unknown) => {
      const row = Object(Object(frame).data?.[0])
      return { frame: Object.keys(Object(frame)), arg: Object.keys(Object(Object(frame).arg)), row: Object.keys(row) }
    }
    const known = [...readFrames('okx/ws_public.ndjson'), ...readFrames('okx/documented.ndjson')].map((frame) =>
      JSON.parse(String(frame)),
    )
    const pushOf = (channel: string) => known.find((frame) => frame.arg?.channel === channel && frame.data)
    const later: Record<string, string[]> = { trades: ['count', 'source', 'seqId'] }
    const { say } = open('/ws/v5/public')
    for (const channel of ['tickers', 'trades', 'bbo-tbt', 'books5', 'mark-price', 'funding-rate']) {
      const keys = keysOf(pushOf(channel))
      const [, sent] = say(subscribe({ channel, instId: 'BTC-USDT-SWAP' }))
      expect(keysOf(sent)).toEqual({ ...keys, row: expect.arrayContaining(keys.row) })
      expect(keysOf(sent).row.filter((key) => !keys.row.includes(key))).toEqual(later[channel] ?? [])
    }
    const [ack] = say({ op: 'subscribe', args: [bbo] })
    expect(Object.keys(Object(ack))).toEqual([...Object.keys(known[0]), 'connId'])
  })

  it('sends books with the fields of recorded ones and the ids added since, and a heartbeat where nothing changed', () => {
    const known = readFrames('okx/ws_public.ndjson').map((frame) => JSON.parse(String(frame)))
    const recorded = (action: string) => known.find((frame) => frame.action === action)
    const { peer, say } = open('/ws/v5/public')
    const books = { channel: 'books', instId: 'BTC-USDT-SWAP' }
    expect(say(subscribe(books))).toEqual([{ id: '1512', event: 'subscribe', arg: books, connId }])
    const whole = depthOf(quoteOf(btcPerp), 1)
    const gone = { length: 1, price: whole.bids.price, quantity: Float64Array.of(0) }
    const none = { ...gone, length: 0 }
    peer.emit({ channel: 'order_book', depth: whole })
    peer.emit({ channel: 'order_book', depth: { ...whole, isSnapshot: false, bids: gone } })
    peer.emit({ channel: 'order_book', depth: { ...whole, isSnapshot: false, previousId: 41, bids: none, asks: none } })
    const frames = peer.take()
    const row = { ts: String(noon - 7), checksum: 0, seqId: 41 }
    const asks = [['97000.1', '125', '0', '6']]
    expect(frames).toEqual([
      { arg: books, action: 'snapshot', data: [{ asks, bids: [['97000', '30', '0', '6']], ...row, prevSeqId: -1 }] },
      { arg: books, action: 'update', data: [{ asks, bids: [['97000', '0', '0', '0']], ...row, prevSeqId: 31 }] },
      { arg: books, action: 'update', data: [{ asks: [], bids: [], ...row, prevSeqId: 41 }] },
    ])
    for (const [index, action] of ['snapshot', 'update'].entries()) {
      const model = recorded(action)
      expect(Object.keys(Object(frames[index]))).toEqual(Object.keys(model))
      expect(Object.keys(Object(frames[index]).data[0])).toEqual([
        ...Object.keys(model.data[0]),
        ...['prevSeqId', 'seqId'],
      ])
    }
  })

  it('stops on unsubscribe', () => {
    const { peer, say } = open('/ws/v5/public')
    const mark = { channel: 'mark-price', instId: 'BTC-USDT' }
    say(subscribe(bbo, mark))
    expect(say({ op: 'unsubscribe', args: [bbo, mark] })).toEqual([
      { event: 'unsubscribe', arg: bbo, connId },
      { event: 'unsubscribe', arg: mark, connId },
    ])
    peer.emit({ channel: 'book_ticker', quote: quoteOf(btc) })
    peer.pass(12)
    expect(peer.take()).toEqual([])
  })

  it('repeats mark price every 10 s and funding every 60 s', () => {
    const { peer, say } = open('/ws/v5/public')
    say(subscribe({ channel: 'mark-price', instId: 'BTC-USDT' }, { channel: 'funding-rate', instId: 'BTC-USDT-SWAP' }))
    peer.pass(60)
    expect(peer.take().map((frame) => Object(frame).arg.channel)).toEqual([
      ...Array(6).fill('mark-price'),
      'funding-rate',
    ])
  })

  it('acknowledges channels that only tell of changes', () => {
    const status = { channel: 'status' }
    expect(open('/ws/v5/public').say(subscribe(status))).toEqual([
      { id: '1512', event: 'subscribe', arg: status, connId },
    ])
  })

  const candle = { channel: 'candle1m', instId: 'BTC-USDT' }
  it.each<[string, string, unknown, string]>([
    ['an unknown instrument', 'public', subscribe({ channel: 'trades', instId: 'FOO-USDT' }), '60018'],
    ['an unknown channel', 'public', subscribe({ channel: 'party', instId: 'BTC-USDT' }), '60018'],
    ['funding of spot', 'public', subscribe({ channel: 'funding-rate', instId: 'BTC-USDT' }), '60018'],
    ['candles on the public socket', 'public', subscribe(candle), '64001'],
    ['quotes on the business socket', 'business', subscribe(bbo), '64002'],
    ['quotes on the private socket', 'private', subscribe(bbo), '60018'],
    ['accounts on the public socket', 'public', subscribe({ channel: 'account' }), '60018'],
    ['accounts without login', 'private', subscribe({ channel: 'account' }), '60011'],
    ['missing args', 'public', { id: '1512', op: 'subscribe', argss: [] }, '60012'],
    ['an arg without channel', 'public', subscribe({ instId: 'BTC-USDT' }), '60013'],
    ['an unknown op', 'public', { id: '1512', op: 'dance', args: [bbo] }, '60019'],
    ['args over 64 KB', 'public', subscribe(...Array(1_600).fill(bbo)), '60012'],
    ['a login on the public socket', 'public', { id: '1512', op: 'login', args: [{}] }, '60008'],
    ['an incomplete login', 'private', { id: '1512', op: 'login', args: [{ apiKey: 'x' }] }, '60009'],
  ])('refuses %s (%s)', (_name, socket, message, code) => {
    expect(open(`/ws/v5/${socket}`).say(message)).toEqual([
      { id: '1512', event: 'error', code, msg: expect.stringMatching(/./), connId },
    ])
  })

  it('names channel and instrument in the error, so that the connector refuses that one only', () => {
    const { peer, say } = open('/ws/v5/public')
    say(subscribe(bbo))
    const [error] = say(subscribe({ channel: 'trades', instId: 'FOO-USDT' }))
    expect(okx.createNormalizer('public', lookupOf([]))(Buffer.from(JSON.stringify(error)), false, 0)).toMatchObject({
      control: { type: 'refused', id: 1512, wires: ['trades:FOO-USDT'] },
    })
    expect(peer.topics.size).toBe(1)
  })

  it('refuses text that is no JSON', () => {
    expect(open('/ws/v5/public').say('hello')).toEqual([
      { event: 'error', code: '60012', msg: 'Invalid request: hello', connId },
    ])
  })

  it('closes after 30 s without a subscription, pings or not', () => {
    const { peer, say } = open('/ws/v5/public')
    peer.pass(29, () => say('ping'))
    expect(peer.closed).toBeNull()
    peer.pass(1)
    expect(peer.closed).toEqual([4004, 'No data received in 30s.'])
  })

  it('closes after 30 s without traffic, and is kept open by a ping or a push', () => {
    const { peer, say } = open('/ws/v5/public')
    say(subscribe(bbo))
    peer.pass(29)
    say('ping')
    peer.pass(29)
    peer.emit({ channel: 'book_ticker', quote: quoteOf(btc) })
    peer.pass(29)
    expect(peer.closed).toBeNull()
    peer.pass(1)
    expect(peer.closed).toEqual([4004, 'No data received in 30s.'])
  })

  it('takes 480 requests an hour', () => {
    const { say } = open('/ws/v5/public')
    const request = { op: 'unsubscribe', args: [bbo] }
    for (let sent = 0; sent < 480; sent++) say(request)
    expect(say(request)).toMatchObject([{ event: 'error', code: '60014' }])
    now += 3_600_000
    expect(say(request)).toMatchObject([{ event: 'unsubscribe' }])
  })

  it('takes 3 connections a second from an address, on its own paths only', () => {
    const statusOf = (...where: Parameters<typeof connect>) => {
      const { accepted } = connect(...where)
      return 'status' in accepted ? accepted.status : 'open'
    }
    expect([
      statusOf('/ws/v5/public'),
      statusOf('/ws/v5/business', 'wss://wseea.okx.com:8443'),
      statusOf('/ws/v5/private', 'wss://wsus.okx.com:8443'),
      statusOf('/ws/v5/public'),
      statusOf('/ws/v5/public', 'wss://ws.okx.com:8443', '10.0.0.1'),
      statusOf('/ws/v5/other'),
      statusOf('/ws/v5/public', 'https://www.okx.com'),
    ]).toEqual(['open', 'open', 'open', 429, 'open', 404, 404])
    now += 1_000
    expect(statusOf('/ws/v5/public')).toBe('open')
  })
})
