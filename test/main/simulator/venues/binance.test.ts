import { beforeEach, describe, expect, it } from 'vitest'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
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
  VenueReply,
} from '../../../../src/main/simulator/venue.ts'
import { createBinanceVenue } from '../../../../src/main/simulator/venues/binance.ts'
import { openTimeOf, type Period, periodMs } from '../../../../src/shared/domain/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const day = periodMs['1d']
/** A Thursday, 12:00:00 UTC. */
const noon = Date.UTC(2026, 0, 15, 12)
let now = noon

const shared = {
  exchange: 'binance',
  quote: 'USDT',
  minimumNotional: 5,
  contractSize: 1,
  listedAt: noon - 60.5 * day,
} as const
const btc: SimInstrument = {
  ...shared,
  kind: 'spot',
  base: 'BTC',
  symbol: 'BTC_USDT',
  tickSize: 0.01,
  lotSize: 0.00001,
  priceDecimals: 2,
  quantityDecimals: 5,
}
const eth: SimInstrument = { ...btc, base: 'ETH', symbol: 'ETH_USDT', lotSize: 0.0001, quantityDecimals: 4 }
const btcPerp: SimInstrument = {
  ...btc,
  kind: 'perpetual',
  symbol: 'BTC_USDT_PERP',
  tickSize: 0.1,
  lotSize: 0.001,
  priceDecimals: 1,
  quantityDecimals: 3,
}

const quoteOf = (one: SimInstrument): SimQuote => ({
  instrument: one,
  bidPrice: 97_000.1,
  bidQuantity: 0.3,
  askPrice: 97_000.2,
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
  at: noon - 10_000 + tradeId,
})
/** Candles whose prices follow from their open time. */
const klineOf = (one: SimInstrument, period: Period, openTime: number): SimKline => {
  const open = 97_000 + (openTime % 7)
  return {
    instrument: one,
    period,
    openTime,
    open,
    high: open + 3,
    low: open - 2,
    close: open + 1,
    volume: 2,
    quoteVolume: 2 * open,
    takerBuyVolume: 0.5,
    trades: 4,
    firstTradeId: 10,
    lastTradeId: 13,
    isClosed: openTime + periodMs[period] <= now,
    at: now,
  }
}

const market: SimMarket = {
  now: () => now,
  instruments: [btc, eth, btcPerp],
  find: (kind, base, quote) => market.instruments.find((i) => i.kind === kind && i.base === base && i.quote === quote),
  quote: quoteOf,
  book: (one) => depthOf(quoteOf(one)),
  klines: (one, period, from, to) => {
    const candles: SimKline[] = []
    const length = periodMs[period]
    const first = Math.ceil(Math.max(from, one.listedAt) / length) * length
    for (let at = first; at <= Math.min(to, openTimeOf(now, period)); at += length)
      candles.push(klineOf(one, period, at))
    return candles
  },
  trades: (one, limit) =>
    Array.from({ length: Math.min(limit, 1_200) }, (_, index) => tradeOf(one, 2_000 - Math.min(limit, 1_200) + index)),
}

/** Nobody's, but for its funding rates. */
const account: SimAccount = {
  ...noAccount('binance', () => now),
  fundingRate: () => ({ rate: '0.0001', markPrice: '97000.15', nextAt: Date.UTC(2026, 0, 15, 16), intervalHours: 8 }),
}
let venue: Venue
beforeEach(() => {
  now = noon
  venue = createBinanceVenue(market, account)
})

const spotHost = 'https://api.binance.com'
const perpetualHost = 'https://fapi.binance.com'

function get(
  url: string,
  more: { method?: string; headers?: Record<string, string>; address?: string } = {},
): VenueReply {
  const { origin, pathname, search } = new URL(url)
  return venue.rest({
    origin,
    method: more.method ?? 'GET',
    path: pathname,
    query: new URLSearchParams(search),
    rawQuery: search.slice(1),
    headers: more.headers ?? {},
    body: '',
    address: more.address ?? '127.0.0.1',
  })
}
/** As it crosses the wire. */
const bodyOf = (reply: VenueReply): unknown => JSON.parse(JSON.stringify(reply.body))

describe('binance venue origins', () => {
  it('stands in for every public origin of the documentation', () => {
    expect(venue.origins).toEqual([
      'https://api.binance.com',
      'https://api-gcp.binance.com',
      'https://api1.binance.com',
      'https://api2.binance.com',
      'https://api3.binance.com',
      'https://api4.binance.com',
      'https://data-api.binance.vision',
      'https://fapi.binance.com',
      'wss://stream.binance.com:9443',
      'wss://stream.binance.com',
      'wss://data-stream.binance.vision',
      'wss://fstream.binance.com',
      'wss://ws-api.binance.com:443',
      'wss://ws-api.binance.com:9443',
    ])
    for (const origin of binance.origins) expect(venue.origins).toContain(origin)
  })
})

describe('binance venue, REST', () => {
  it.each(['https://api.binance.com', 'https://api3.binance.com', 'https://data-api.binance.vision'])(
    'tells the time at %s and counts the weight',
    (origin) => {
      expect(get(`${origin}/api/v3/time`)).toEqual({
        status: 200,
        headers: { 'x-mbx-used-weight': '1', 'x-mbx-used-weight-1m': '1' },
        body: { serverTime: noon },
      })
      expect(get(`${origin}/api/v3/ping`)).toMatchObject({ body: {}, headers: { 'x-mbx-used-weight-1m': '2' } })
    },
  )

  it('keeps the products apart, paths and weights', () => {
    expect(get(`${spotHost}/fapi/v1/time`).status).toBe(404)
    expect(get(`${perpetualHost}/api/v3/time`).status).toBe(404)
    expect(get(`${spotHost}/api/v3/exchangeInfo`).headers).toMatchObject({ 'x-mbx-used-weight-1m': '20' })
    expect(get(`${perpetualHost}/fapi/v1/time`).headers).toMatchObject({ 'x-mbx-used-weight-1m': '1' })
  })

  it('gives lists that its connector reads', () => {
    const [spotCall, perpetualCall] = binance.instruments()
    const spot = spotCall?.parse(bodyOf(get(`${spotHost}/api/v3/exchangeInfo`)))
    expect(spot).toEqual({
      ok: true,
      value: [btc, eth].map((one) => ({
        exchange: 'binance',
        symbol: one.symbol,
        kind: 'spot',
        base: one.base,
        quote: 'USDT',
        nativeName: `${one.base}USDT`,
        tickSize: one.tickSize,
        lotSize: one.lotSize,
        minimumQuantity: one.lotSize,
        minimumNotional: 5,
        contractSize: 1,
        status: 'trading',
      })),
    })
    expect(perpetualCall?.parse(bodyOf(get(`${perpetualHost}/fapi/v1/exchangeInfo`)))).toMatchObject({
      ok: true,
      value: [{ symbol: 'BTC_USDT_PERP', tickSize: 0.1, lotSize: 0.001, minimumNotional: 5, status: 'trading' }],
    })
  })

  it.each([
    ['?symbol=ETHUSDT', ['ETHUSDT']],
    ['?symbols=%5B%22ETHUSDT%22,%22BTCUSDT%22%5D', ['ETHUSDT', 'BTCUSDT']],
    ['?symbolStatus=HALT', []],
  ])('lists the symbols of exchangeInfo%s', (query, names) => {
    expect(bodyOf(get(`${spotHost}/api/v3/exchangeInfo${query}`))).toMatchObject({
      symbols: names.map((symbol) => ({ symbol })),
    })
  })

  it('shows a book, trades and tickers that agree', () => {
    expect(get(`${spotHost}/api/v3/ticker/bookTicker?symbol=BTCUSDT`).body).toEqual({
      symbol: 'BTCUSDT',
      bidPrice: '97000.10000000',
      bidQty: '0.30000000',
      askPrice: '97000.20000000',
      askQty: '1.25000000',
    })
    expect(get(`${perpetualHost}/fapi/v1/ticker/bookTicker`).body).toEqual([
      { symbol: 'BTCUSDT', bidPrice: '97000.1', bidQty: '0.300', askPrice: '97000.2', askQty: '1.250', time: noon - 7 },
    ])
    expect(get(`${spotHost}/api/v3/depth?symbol=BTCUSDT&limit=2`).body).toMatchObject({
      lastUpdateId: 41,
      bids: [
        ['97000.10000000', '0.30000000'],
        ['97000.09000000', '0.60000000'],
      ],
      asks: [
        ['97000.20000000', '1.25000000'],
        ['97000.21000000', '2.50000000'],
      ],
    })
    expect(get(`${spotHost}/api/v3/trades?symbol=BTCUSDT&limit=1`).body).toEqual([
      {
        id: 1_999,
        price: '97000.10000000',
        qty: '0.07000000',
        quoteQty: '6790.00700000',
        time: noon - 8_001,
        isBuyerMaker: true,
        isBestMatch: true,
      },
    ])
    expect(get(`${perpetualHost}/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=1995&limit=1`).body).toEqual([
      { a: 1_995, p: '97000.1', q: '0.070', nq: '0.070', f: 1_995, l: 1_995, T: noon - 8_005, m: true },
    ])
    expect(get(`${spotHost}/api/v3/ticker/price?symbol=BTCUSDT`).body).toEqual({
      symbol: 'BTCUSDT',
      price: '97000.10000000',
    })
  })

  it('tells the funding of perpetuals', () => {
    expect(get(`${perpetualHost}/fapi/v1/premiumIndex?symbol=BTCUSDT`).body).toEqual({
      symbol: 'BTCUSDT',
      markPrice: '97000.15000000',
      indexPrice: '97000.15000000',
      estimatedSettlePrice: '97000.15000000',
      lastFundingRate: '0.00010000',
      interestRate: '0.00010000',
      nextFundingTime: Date.UTC(2026, 0, 15, 16),
      time: noon,
    })
    expect(get(`${perpetualHost}/fapi/v1/fundingInfo`).body).toEqual([])
    const rates = bodyOf(get(`${perpetualHost}/fapi/v1/fundingRate?symbol=BTCUSDT&limit=2`))
    expect(rates).toMatchObject([
      { fundingTime: Date.UTC(2026, 0, 15), fundingRate: '0.00010000', rateType: 'Regular' },
      { fundingTime: Date.UTC(2026, 0, 15, 8) },
    ])
  })

  it.each([
    [
      'api',
      '/api/v3/klines?interval=1m',
      400,
      -1102,
      "Mandatory parameter 'symbol' was not sent, was empty/null, or malformed.",
    ],
    [
      'api',
      '/api/v3/klines?symbol=BTCUSDT',
      400,
      -1102,
      "Mandatory parameter 'interval' was not sent, was empty/null, or malformed.",
    ],
    ['api', '/api/v3/klines?symbol=XYZUSDT&interval=1m', 400, -1121, 'Invalid symbol.'],
    [
      'api',
      '/api/v3/klines?symbol=btcusdt&interval=1m',
      400,
      -1100,
      "Illegal characters found in parameter 'symbol'; legal range is '^[A-Z0-9-_.]{1,20}$'.",
    ],
    ['api', '/api/v3/klines?symbol=BTCUSDT&interval=7m', 400, -1120, 'Invalid interval.'],
    [
      'api',
      '/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=many',
      400,
      -1100,
      "Illegal characters found in parameter 'limit'; legal range is '^[0-9]{1,20}$'.",
    ],
    ['api', '/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=', 400, -1105, "Parameter 'startTime' was empty."],
    ['api', '/api/v3/time?recvWindow=5000', 400, -1101, "Too many parameters; expected '0' and received '1'."],
    ['fapi', '/fapi/v1/klines?symbol=btcusdt&interval=1m', 400, -1121, 'Invalid symbol.'],
    [
      'fapi',
      '/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=1501',
      400,
      -1130,
      "Data sent for parameter 'limit' is not valid.",
    ],
    ['fapi', '/fapi/v1/depth?symbol=BTCUSDT&limit=7', 400, -4021, '7 is not valid depth limit'],
    ['api', '/api/v3/account', 401, -2014, 'API-key format invalid.'],
    ['fapi', '/fapi/v3/balance', 401, -2014, 'API-key format invalid.'],
  ])('refuses %s %s', (host, path, status, code, msg) => {
    const reply = get(`https://${host}.binance.com${path}`)
    expect([reply.status, reply.body]).toEqual([status, { code, msg }])
  })

  it('refuses a key that nobody knows', () => {
    const headers = { 'x-mbx-apikey': 'a'.repeat(64) }
    expect(get(`${spotHost}/api/v3/account`, { headers }).body).toEqual({
      code: -2015,
      msg: 'Invalid API-key, IP, or permissions for action.',
    })
    expect(get(`${perpetualHost}/fapi/v1/listenKey`, { headers, method: 'POST' }).body).toEqual({
      code: -2015,
      msg: 'Invalid API-key, IP, or permissions for action., request ip: 127.0.0.1',
    })
    expect(get('https://data-api.binance.vision/api/v3/account', { headers }).status).toBe(404)
  })

  it('answers unknown paths and methods by status', () => {
    expect(get(`${spotHost}/api/v3/nothing`).status).toBe(404)
    expect(get(`${spotHost}/api/v3/time`, { method: 'POST' }).status).toBe(405)
  })
})

describe('binance venue, candles', () => {
  const minute = periodMs['1m']
  const opens = (query: string, host = spotHost): number[] => {
    const path = host === spotHost ? '/api/v3/klines' : '/fapi/v1/klines'
    const rows = get(`${host}${path}?symbol=BTCUSDT&${query}`).body
    if (!Array.isArray(rows)) throw new Error(JSON.stringify(rows))
    return rows.map((row) => row[0])
  }
  const range = (first: number, count: number, step = minute) =>
    Array.from({ length: count }, (_, i) => first + i * step)

  it('writes 12 columns, the newest candle open', () => {
    now = noon + 30_000
    expect(get(`${spotHost}/api/v3/klines?symbol=BTCUSDT&interval=1m&limit=1`).body).toEqual([
      [
        noon,
        (97_000 + (noon % 7)).toFixed(8),
        (97_003 + (noon % 7)).toFixed(8),
        (96_998 + (noon % 7)).toFixed(8),
        (97_001 + (noon % 7)).toFixed(8),
        '2.00000000',
        noon + 59_999,
        (2 * (97_000 + (noon % 7))).toFixed(8),
        4,
        '0.50000000',
        (0.5 * (97_000 + (noon % 7))).toFixed(8),
        '0',
      ],
    ])
  })

  it.each([
    ['the newest by default', 'interval=1m', range(noon - 499 * minute, 500)],
    [
      'the oldest from a start, inclusive',
      `interval=1m&limit=3&startTime=${noon - 9 * minute}`,
      range(noon - 9 * minute, 3),
    ],
    [
      'from the next open after a start between',
      `interval=1m&limit=2&startTime=${noon - 9 * minute + 1}`,
      range(noon - 8 * minute, 2),
    ],
    [
      'the newest up to an end, inclusive',
      `interval=1m&limit=3&endTime=${noon - 5 * minute}`,
      range(noon - 7 * minute, 3),
    ],
    [
      'both ends inclusive',
      `interval=1m&startTime=${noon - 9 * minute}&endTime=${noon - 7 * minute}`,
      range(noon - 9 * minute, 3),
    ],
    ['nothing of the future', `interval=1m&startTime=${noon + minute}`, []],
    ['from listing on', `interval=1d&startTime=0&limit=2`, range(noon - 60.5 * day, 2, day)],
    ['nothing between two opens', `interval=1h&startTime=${noon - 10}&endTime=${noon - 5}`, []],
  ])('returns %s', (_name, query, expected) => {
    expect(opens(query)).toEqual(expected)
  })

  it('cuts a spot limit to 1,000 and takes 1,500 on futures', () => {
    expect(opens('interval=1m&limit=5000')).toHaveLength(1_000)
    expect(opens('interval=1m&limit=1500', perpetualHost)).toHaveLength(1_500)
  })

  it.each([
    ['3m', [noon - 2 * 3 * minute, noon - 3 * minute, noon]],
    ['30m', [noon - 60 * minute, noon - 30 * minute, noon]],
    ['4h', [noon - 8 * 60 * minute, noon - 4 * 60 * minute, noon]],
    ['1w', [Date.UTC(2025, 11, 29), Date.UTC(2026, 0, 5), Date.UTC(2026, 0, 12)]],
    ['1M', [Date.UTC(2025, 10, 1), Date.UTC(2025, 11, 1), Date.UTC(2026, 0, 1)]],
  ])('puts candles of %s together', (interval, expected) => {
    expect(opens(`interval=${interval}&limit=3`)).toEqual(expected)
  })

  it('adds the parts of a longer candle up', () => {
    const parts = range(noon - 3 * minute, 3).map((at) => klineOf(btc, '1m', at))
    const [row] = [
      get(`${spotHost}/api/v3/klines?symbol=BTCUSDT&interval=3m&startTime=${noon - 3 * minute}&limit=1`).body,
    ].flat()
    const volume = parts.reduce((sum, part) => sum + part.quoteVolume, 0)
    expect(row).toEqual([
      noon - 3 * minute,
      parts[0]?.open.toFixed(8),
      Math.max(...parts.map((part) => part.high)).toFixed(8),
      Math.min(...parts.map((part) => part.low)).toFixed(8),
      parts[2]?.close.toFixed(8),
      '6.00000000',
      noon - 1,
      volume.toFixed(8),
      12,
      '1.50000000',
      (volume / 4).toFixed(8),
      '0',
    ])
  })

  it('gives rows that its connector reads', () => {
    const spotBtc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
    const call = binance.klines({ instrument: spotBtc, period: '1m', from: noon - 499 * minute, to: noon })
    const query = new URLSearchParams(call.query.map(([name, value]) => [name, value]))
    const parsed = call.parse(bodyOf(get(`${call.url}?${query}`)))
    const expected = range(noon - 499 * minute, 500).map((at) => {
      const { openTime, open, high, low, close, volume, quoteVolume } = klineOf(btc, '1m', at)
      return { openTime, open, high, low, close, volume, quoteVolume, isClosed: null }
    })
    expect(parsed).toEqual({ ok: true, value: expected })
  })

  it.each([
    [99, '1'],
    [100, '2'],
    [500, '5'],
    [1_001, '10'],
  ])('weighs %i futures candles as %s', (limit, weight) => {
    const reply = get(`${perpetualHost}/fapi/v1/klines?symbol=BTCUSDT&interval=1m&limit=${limit}`)
    expect(reply.headers?.['x-mbx-used-weight-1m']).toBe(weight)
  })
})

describe('binance venue, limits', () => {
  const spend = (times: number, address?: string): VenueReply => {
    let reply = get(`${spotHost}/api/v3/time`, { ...(address ? { address } : {}) })
    for (let i = 0; i < times; i++) reply = get(`${spotHost}/api/v3/exchangeInfo`, { ...(address ? { address } : {}) })
    return reply
  }

  it('answers 429 above the weight, with the seconds to the next minute, and only to that address', () => {
    now = noon + 15_000
    expect(spend(299).status).toBe(200)
    const limited = get(`${spotHost}/api/v3/exchangeInfo`)
    expect(limited).toEqual({
      status: 429,
      headers: { 'x-mbx-used-weight': '6001', 'x-mbx-used-weight-1m': '6001', 'Retry-After': '45' },
      body: {
        code: -1003,
        msg: 'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.',
      },
    })
    const head = { status: 429, headers: { 'retry-after': '45' } }
    expect(binance.dialect.failure(head, limited.body, now)).toMatchObject({
      kind: 'rateLimited',
      retryAfterMs: 45_000,
    })
    expect(get(`${spotHost}/api/v3/time`, { address: '10.0.0.9' }).status).toBe(200)
    expect(get(`${perpetualHost}/fapi/v1/time`).status).toBe(200)
    now = noon + 60_000
    expect(get(`${spotHost}/api/v3/time`)).toMatchObject({ status: 200, headers: { 'x-mbx-used-weight-1m': '1' } })
  })

  it('bans who does not back off, for two minutes and then for four', () => {
    spend(299)
    let last = get(`${spotHost}/api/v3/time`)
    for (let i = 0; i < 11; i++) last = get(`${spotHost}/api/v3/exchangeInfo`)
    const until = noon + 120_000
    expect(last).toMatchObject({
      status: 418,
      headers: { 'Retry-After': '120' },
      body: {
        code: -1003,
        msg: `Way too much request weight used; IP banned until ${until}. Please use WebSocket Streams for live updates to avoid bans.`,
      },
    })
    expect(binance.dialect.failure({ status: 418, headers: {} }, last.body, now)).toMatchObject({
      kind: 'banned',
      retryAfterMs: 120_000,
    })
    now = until - 1
    expect(get(`${spotHost}/api/v3/time`).status).toBe(418)
    now = until
    expect(get(`${spotHost}/api/v3/time`).status).toBe(200)
    spend(300)
    for (let i = 0; i < 11; i++) last = get(`${spotHost}/api/v3/exchangeInfo`)
    expect(last.headers?.['Retry-After']).toBe('240')
  })
})

/** A client's socket without a network, and a clock turned by hand. */
class HandPeer implements Peer {
  readonly sent: unknown[] = []
  readonly raw: string[] = []
  readonly pings: string[] = []
  readonly topics = new Map<
    string,
    { topic: SimTopic; encode: (event: SimEvent) => string | Buffer; throttleMs: number }
  >()
  readonly timers: { readonly intervalMs: number; readonly run: () => void }[] = []
  closed: number | null = null

  get subscriptions(): ReadonlySet<string> {
    return new Set(this.topics.keys())
  }
  send(frame: string | Buffer): void {
    this.raw.push(frame.toString())
    this.sent.push(JSON.parse(frame.toString()))
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(code: number): void {
    this.closed ??= code
  }
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs = 0): void {
    this.topics.set(key, { topic, encode, throttleMs })
  }
  unsubscribe(key: string): void {
    this.topics.delete(key)
  }
  ping(payload: string): void {
    this.pings.push(payload)
  }
  every(intervalMs: number, run: () => void): void {
    this.timers.push({ intervalMs, run })
  }
  /** What a subscription would send for an event. */
  frame(key: string, event: SimEvent): string {
    const subscription = this.topics.get(key)
    if (subscription === undefined) throw new Error(`not subscribed: ${key}`)
    return subscription.encode(event).toString()
  }
  tick(intervalMs: number): void {
    for (const timer of this.timers) if (timer.intervalMs === intervalMs) timer.run()
  }
}

function open(url: string): { peer: HandPeer; connection: VenueConnection; say: (words: unknown) => unknown } {
  const { host, pathname, search } = new URL(url)
  const peer = new HandPeer()
  const accepted = venue.accept(peer, {
    origin: `wss://${host}`,
    method: 'GET',
    path: pathname,
    query: new URLSearchParams(search),
    rawQuery: search.slice(1),
    headers: {},
    body: '',
    address: '127.0.0.1',
  })
  if (!('onMessage' in accepted)) throw new Error(`refused: ${accepted.status}`)
  return {
    peer,
    connection: accepted,
    say: (words) => {
      now += 1_000
      accepted.onMessage(typeof words === 'string' ? words : JSON.stringify(words))
      return peer.sent.at(-1)
    },
  }
}

const spotStream = 'wss://stream.binance.com:9443'
const perpetualStream = 'wss://fstream.binance.com'
const topicsOf = (peer: HandPeer) => [...peer.topics].map(([key, { topic }]) => [key, topic.channel])

describe('binance venue, streams', () => {
  it.each([
    `${spotStream}/stream?streams=btcusdt@trade/btcusdt@kline_1m`,
    'wss://data-stream.binance.vision/ws/btcusdt@trade/btcusdt@kline_1m',
    'wss://stream.binance.com/ws/btcusdt%40trade/btcusdt%40kline_1m',
  ])('subscribes by address: %s', (url) => {
    expect(topicsOf(open(url).peer)).toEqual([
      ['btcusdt@trade', 'trade'],
      ['btcusdt@kline_1m', 'kline'],
    ])
  })

  it('subscribes, lists and unsubscribes by message', () => {
    const { peer, say } = open(`${spotStream}/stream`)
    const params = ['btcusdt@bookTicker', 'btcusdt@aggTrade', 'nosuchusdt@trade', 'BTCUSDT@trade', 'btcusdt@depth5']
    expect(say({ method: 'SUBSCRIBE', params, id: 1 })).toEqual({ result: null, id: 1 })
    expect(say({ method: 'LIST_SUBSCRIPTIONS', id: 'list' })).toEqual({ result: params, id: 'list' })
    // the unknown, the upper-case and the unsimulated are acknowledged and silent
    expect(topicsOf(peer)).toEqual([
      ['btcusdt@bookTicker', 'book_ticker'],
      ['btcusdt@aggTrade', 'trade'],
    ])
    expect(say({ method: 'UNSUBSCRIBE', params: ['btcusdt@aggTrade'], id: null })).toEqual({ result: null, id: null })
    expect(topicsOf(peer)).toEqual([['btcusdt@bookTicker', 'book_ticker']])
  })

  it('wraps on /stream, not on /ws, and changes over on request', () => {
    const { peer, say } = open(`${spotStream}/ws/btcusdt@bookTicker`)
    const event: SimEvent = { channel: 'book_ticker', quote: quoteOf(btc) }
    const bare = '{"u":41,"s":"BTCUSDT","b":"97000.10000000","B":"0.30000000","a":"97000.20000000","A":"1.25000000"}'
    expect(peer.frame('btcusdt@bookTicker', event)).toBe(bare)
    expect(say({ method: 'GET_PROPERTY', params: ['combined'], id: 4 })).toEqual({ result: false, id: 4 })
    expect(say({ method: 'SET_PROPERTY', params: ['combined', true], id: 5 })).toEqual({ result: null, id: 5 })
    expect(peer.frame('btcusdt@bookTicker', event)).toBe(`{"stream":"btcusdt@bookTicker","data":${bare}}`)
  })

  it.each([
    ['/public/stream', ['btcusdt@bookTicker']],
    ['/market/stream', ['btcusdt@aggTrade', 'btcusdt@kline_1m']],
    ['/private/ws', []],
    ['/stream', ['btcusdt@bookTicker']],
    ['/ws', ['btcusdt@bookTicker']],
  ])('serves on %s of futures what belongs there, and acknowledges the rest', (path, spoken) => {
    const { peer, say } = open(`${perpetualStream}${path}`)
    const params = ['btcusdt@bookTicker', 'btcusdt@aggTrade', 'btcusdt@kline_1m', 'btcusdt@trade', 'ethusdt@bookTicker']
    expect(say({ method: 'SUBSCRIBE', params, id: 1 })).toEqual({ result: null, id: 1 })
    expect([...peer.topics.keys()]).toEqual(spoken)
  })

  it.each([`${spotStream}/market/stream`, `${spotStream}/ws-api/v3`, `${perpetualStream}/other`])(
    'refuses the path of %s',
    (url) => {
      expect(() => open(url)).toThrow('refused: 404')
    },
  )

  it.each([
    ['no JSON', 'hello', { code: 3, msg: 'Invalid JSON: expected value at line 1 column 1' }],
    ['no method', { id: 1 }, { code: 2, msg: 'Invalid request: missing field `method` at line 1 column 8' }],
    ['null', 'null', { code: 2, msg: 'Invalid request: missing field `method` at line 1 column 4' }],
    ['a list', '[]', { code: 2, msg: 'Invalid request: missing field `method` at line 1 column 2' }],
    [
      'a misspelt method',
      { method: 'SUBSCRIBED', id: 1 },
      {
        code: 2,
        msg: 'Invalid request: unknown variant `SUBSCRIBED`, expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, `SET_PROPERTY`, `GET_PROPERTY` at line 1 column 28',
      },
    ],
    [
      'no id',
      { method: 'LIST_SUBSCRIPTIONS' },
      { code: 2, msg: 'Invalid request: request ID must be an unsigned integer' },
    ],
    [
      'a stream that is none',
      { method: 'SUBSCRIBE', params: ['btc usdt'], id: 1 },
      { error: { code: 2, msg: 'Invalid request: invalid stream' }, id: 1 },
    ],
    [
      'an unknown property',
      { method: 'SET_PROPERTY', params: ['colour', true], id: 6 },
      { code: 0, msg: 'Unknown property', id: 6 },
    ],
    [
      'a property that is not set to a truth',
      { method: 'SET_PROPERTY', params: ['combined', 'yes'], id: 6 },
      { code: 1, msg: 'Invalid value type: expected Boolean' },
    ],
    [
      'a property without a name',
      { method: 'SET_PROPERTY', params: [], id: 6 },
      { code: 2, msg: 'Invalid request: property name must be a string' },
    ],
  ])('answers %s with the exchange’s error', (_name, words, answer) => {
    const { say } = open(`${spotStream}/ws`)
    expect(say(words)).toEqual(answer)
  })

  it.each([
    [`${spotStream}/ws`, 5],
    [`${perpetualStream}/public/ws`, 10],
  ])('cuts %s above %i messages a second, pongs counted', (url, allowed) => {
    const { peer, connection } = open(url)
    for (let i = 0; i < allowed - 1; i++) connection.onMessage('{"method":"LIST_SUBSCRIPTIONS","id":1}')
    connection.onPong?.('')
    expect(peer.closed).toBeNull()
    connection.onMessage('{"method":"LIST_SUBSCRIPTIONS","id":1}')
    expect(peer.closed).toBe(1008)
  })

  it('takes as many again a second later', () => {
    const { peer, connection } = open(`${spotStream}/ws`)
    for (let second = 0; second < 3; second++) {
      for (let i = 0; i < 5; i++) connection.onMessage('{"method":"LIST_SUBSCRIPTIONS","id":1}')
      now += 1_000
    }
    expect([peer.closed, peer.sent.length]).toEqual([null, 15])
  })

  it('cuts a socket with more than 1,024 streams', () => {
    const { peer, say } = open(`${spotStream}/ws`)
    const names = (from: number, count: number) => Array.from({ length: count }, (_, i) => `a${from + i}usdt@trade`)
    say({ method: 'SUBSCRIBE', params: names(0, 1_024), id: 1 })
    expect(peer.closed).toBeNull()
    say({ method: 'SUBSCRIBE', params: names(1_024, 1), id: 2 })
    expect(peer.closed).toBe(1008)
  })

  it.each([
    [`${spotStream}/ws`, 20_000, 3],
    [`${perpetualStream}/market/ws`, 180_000, 4],
  ])('pings %s every %i ms and cuts after %i without an answer', (url, everyMs, unanswered) => {
    const { peer, connection } = open(url)
    const turn = () => {
      now += everyMs
      peer.tick(everyMs)
    }
    for (let i = 0; i < 10; i++) {
      turn()
      connection.onPong?.(peer.pings.at(-1) ?? '')
    }
    for (let i = 0; i < unanswered; i++) {
      turn()
      connection.onPong?.('unsolicited')
    }
    expect([peer.closed, peer.pings.length]).toEqual([null, 10 + unanswered])
    turn()
    expect(peer.closed).toBe(1008)
  })

  it('cuts after 24 hours', () => {
    const { peer } = open(`${spotStream}/ws`)
    peer.tick(day)
    expect(peer.closed).toBe(1001)
  })

  it('takes 300 connections in five minutes', () => {
    for (let i = 0; i < 300; i++) open(`${spotStream}/ws`)
    expect(() => open(`${spotStream}/ws`)).toThrow('refused: 429')
    now += 5 * 60_000
    expect(open(`${spotStream}/ws`).peer.closed).toBeNull()
  })
})

describe('binance venue, frames', () => {
  const quote: SimEvent = { channel: 'book_ticker', quote: quoteOf(btcPerp) }
  const trade: SimEvent = { channel: 'trade', trade: tradeOf(btcPerp, 1_235) }
  const candle: SimEvent = { channel: 'kline', kline: klineOf(btcPerp, '1m', noon - 60_000) }
  const ofSpot = (event: SimEvent): SimEvent => {
    if (event.channel === 'book_ticker') return { channel: 'book_ticker', quote: { ...event.quote, instrument: btc } }
    if (event.channel === 'trade') return { channel: 'trade', trade: { ...event.trade, instrument: btc } }
    if (event.channel === 'order_book') return { channel: 'order_book', depth: { ...event.depth, instrument: btc } }
    return { channel: 'kline', kline: { ...event.kline, instrument: btc } }
  }
  const spotFrame = (stream: string, event: SimEvent) =>
    open(`${spotStream}/stream?streams=${stream}`).peer.frame(stream, ofSpot(event))
  const perpetualFrame = (stream: string, event: SimEvent) =>
    open(
      `${perpetualStream}/${event.channel === 'book_ticker' ? 'public' : 'market'}/stream?streams=${stream}`,
    ).peer.frame(stream, event)

  /** Every key with its path, in order: `data.k.t`. */
  const keysOf = (text: string): string[] => {
    const walk = (value: unknown, path: string): string[] =>
      typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [`${path}${key}`, ...walk(inner, `${path}${key}.`)])
        : []
    return walk(JSON.parse(text), '')
  }
  const recorded = (fixture: string, channel: string): string => {
    const frame = readFrames(fixture).find((line) => line.includes(channel))
    if (frame === undefined) throw new Error(`no recorded ${channel}`)
    return frame.toString()
  }

  it.each([
    ['bookTicker', quote],
    ['aggTrade', trade],
    ['kline_1m', candle],
  ])('has the keys of the recorded spot %s, in their order', (channel, event) => {
    expect(keysOf(spotFrame(`btcusdt@${channel}`, event))).toEqual(
      keysOf(recorded('binance/ws_spot.ndjson', `@${channel}"`)),
    )
  })

  it.each([
    ['bookTicker', quote, ['data.ps', 'data.st']],
    ['aggTrade', trade, ['data.nq', 'data.st']],
    ['kline_1m', candle, []],
  ])('has the keys of the recorded perpetual %s, in their order, and those added since', (channel, event, added) => {
    const keys = keysOf(perpetualFrame(`btcusdt@${channel}`, event))
    const old = keysOf(recorded('binance/ws_perpetual.ndjson', `@${channel}"`))
    expect(keys.filter((key) => !old.includes(key))).toEqual(added)
    expect(keys.filter((key) => old.includes(key))).toEqual(old)
  })

  it('has the keys of recorded depth, in their order, and those added since', () => {
    const depth: SimEvent = { channel: 'order_book', depth: depthOf(quoteOf(btcPerp), 1) }
    const stream = 'btcusdt@depth@100ms'
    const dataKeys = (text: string) => keysOf(text).filter((key) => !/\d$/.test(key))
    const spotDepth = spotFrame(stream, depth)
    expect(dataKeys(spotDepth)).toEqual(dataKeys(recorded('binance/ws_spot.ndjson', '@depth')))
    expect(spotDepth).toContain(
      '"U":32,"u":41,"b":[["97000.10000000","0.30000000"]],"a":[["97000.20000000","1.25000000"]]}}',
    )
    const perpetualDepth = open(`${perpetualStream}/public/stream?streams=${stream}`).peer.frame(stream, depth)
    const old = dataKeys(recorded('binance/ws_perpetual.ndjson', '@depth'))
    expect(dataKeys(perpetualDepth).filter((key) => !old.includes(key))).toEqual(['data.ps', 'data.st'])
    expect(dataKeys(perpetualDepth).filter((key) => old.includes(key))).toEqual(old)
    expect(perpetualDepth).toContain('"u":41,"pu":31,"b":[["97000.1","0.300"]],"a":[["97000.2","1.250"]],"st":1}}')
  })

  it.each([
    [spotStream, '/ws', 'btcusdt@depth', 1_000],
    [spotStream, '/ws', 'btcusdt@depth@100ms', 100],
    [perpetualStream, '/public/ws', 'btcusdt@depth', 250],
    [perpetualStream, '/public/ws', 'btcusdt@depth@500ms', 500],
    // of the other product, and of another path
    [spotStream, '/ws', 'btcusdt@depth@500ms', null],
    [perpetualStream, '/market/ws', 'btcusdt@depth@100ms', null],
  ])('tells books at the documented speeds: %s%s/%s', (host, path, stream, throttleMs) => {
    const { peer } = open(`${host}${path}/${stream}`)
    expect(topicsOf(peer)).toEqual(throttleMs === null ? [] : [[stream, 'order_book']])
    if (throttleMs !== null) expect(peer.topics.get(stream)?.throttleMs).toBe(throttleMs)
  })

  it('has the keys of the documented spot trade', () => {
    // web-socket-streams.md, "Trade Streams"
    const documented = `{"stream":"bnbbtc@trade","data":{"e":"trade","E":1672515782136,"s":"BNBBTC","t":12345,"p":"0.001","q":"100","T":1672515782136,"m":true,"M":true}}`
    expect(keysOf(spotFrame('btcusdt@trade', trade))).toEqual(keysOf(documented))
  })

  it('is read back by the connector as what the market said', () => {
    const lookup = lookupOf([
      instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT'),
      instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT'),
    ])
    const read = (feed: string, frame: string) => binance.createNormalizer(feed, lookup)(Buffer.from(frame), false, 1)
    const spotBtc = lookup.spot.get('BTCUSDT')
    const perpetualBtc = lookup.perpetual.get('BTCUSDT')
    const { at } = quoteOf(btcPerp)
    const quoted = { kind: 'book_ticker', bidPrice: 97_000.1, bidQuantity: 0.3, askPrice: 97_000.2, askQuantity: 1.25 }
    expect(read('spot', spotFrame('btcusdt@bookTicker', quote))).toEqual({
      kind: 'events',
      events: [{ ...quoted, instrument: spotBtc, exchangeAt: null, receivedAt: 1 }],
    })
    expect(read('perpetual-public', perpetualFrame('btcusdt@bookTicker', quote))).toEqual({
      kind: 'events',
      events: [{ ...quoted, instrument: perpetualBtc, exchangeAt: at, receivedAt: 1 }],
    })
    const traded = {
      kind: 'trade',
      tradeId: '1235',
      price: 97_000.1,
      quantity: 0.07,
      side: 'SELL',
      exchangeAt: noon - 8_765,
      receivedAt: 1,
    }
    expect(read('spot', spotFrame('btcusdt@trade', trade))).toEqual({
      kind: 'events',
      events: [{ ...traded, instrument: spotBtc }],
    })
    expect(read('perpetual-market', perpetualFrame('btcusdt@aggTrade', trade))).toEqual({
      kind: 'events',
      events: [{ ...traded, instrument: perpetualBtc }],
    })
    const { openTime, open: first, high, low, close, volume, quoteVolume } = klineOf(btcPerp, '1m', noon - 60_000)
    expect(read('perpetual-market', perpetualFrame('btcusdt@kline_1m', candle))).toEqual({
      kind: 'events',
      events: [
        {
          kind: 'kline',
          instrument: perpetualBtc,
          period: '1m',
          openTime,
          open: first,
          high,
          low,
          close,
          volume,
          quoteVolume,
          isClosed: true,
          exchangeAt: noon,
          receivedAt: 1,
        },
      ],
    })
  })

  it('answers requests in words the connector understands', () => {
    const { peer, say } = open(`${spotStream}/stream`)
    say({ method: 'SUBSCRIBE', params: ['btcusdt@trade'], id: 7 })
    say({ method: 'SUBSCRIBE', params: 'btcusdt@trade', id: 8 })
    const normalizer = binance.createNormalizer('spot', lookupOf([]))
    expect(peer.raw.map((frame) => normalizer(Buffer.from(frame), false, 1))).toEqual([
      { kind: 'control', control: { type: 'ack', id: 7, wires: null } },
      {
        kind: 'control',
        control: { type: 'refused', id: 8, wires: null, message: '2: Invalid request: invalid stream' },
      },
    ])
  })
})
