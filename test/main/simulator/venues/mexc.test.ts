import { describe, expect, it } from 'vitest'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { pushToJson } from '../../../../src/main/exchanges/mexc/protobuf.ts'
import { noAccount } from '../../../../src/main/simulator/account/none.ts'
import type {
  Peer,
  SimDepth,
  SimEvent,
  SimInstrument,
  SimKline,
  SimMarket,
  SimTopic,
  SimTrade,
  VenueConnection,
  VenueRequest,
} from '../../../../src/main/simulator/venue.ts'
import { createMexcVenue } from '../../../../src/main/simulator/venues/mexc.ts'
import { type EpochMs, type Period, periodMs } from '../../../../src/shared/domain/index.ts'
import { depthOf } from '../../../support/simulated-book.ts'
import { bitcoin, documentedFrame, lookup } from '../../exchanges/mexc/documented.ts'

const listedAt = Date.parse('2025-01-01T00:00:00Z')
/** A Saturday, 17 s into a minute. */
const start = Date.parse('2025-08-09T11:12:17Z')

const btc: SimInstrument = {
  exchange: 'mexc',
  kind: 'spot',
  base: 'BTC',
  quote: 'USDT',
  symbol: 'BTC_USDT',
  tickSize: 0.01,
  lotSize: 0.000001,
  minimumNotional: 1,
  contractSize: 1,
  priceDecimals: 2,
  quantityDecimals: 8,
  listedAt,
}
const eth: SimInstrument = { ...btc, base: 'ETH', symbol: 'ETH_USDT' }
const ltc: SimInstrument = { ...btc, base: 'LTC', symbol: 'LTC_USDT' }
const elsewhere: SimInstrument = { ...btc, exchange: 'binance', base: 'SOL', symbol: 'SOL_USDT' }

/** Candles whose numbers tell where they stand: the n-th of its period. */
function simKline(period: Period, openTime: EpochMs, now: EpochMs): SimKline {
  const n = openTime / periodMs[period]
  return {
    instrument: btc,
    period,
    openTime,
    open: 100 + (n % 7),
    high: 110 + (n % 11),
    low: 90 - (n % 3),
    close: 101 + (n % 5),
    volume: 1 + (n % 4),
    quoteVolume: 100 + (n % 4),
    takerBuyVolume: 0,
    trades: 1,
    firstTradeId: n,
    lastTradeId: n,
    isClosed: openTime + periodMs[period] <= now,
    at: now,
  }
}

const simTrade = (tradeId: number): SimTrade => ({
  instrument: btc,
  tradeId,
  price: 93_220,
  quantity: 0.5,
  side: tradeId % 2 === 0 ? 'BUY' : 'SELL',
  at: start + tradeId,
})

const simQuote = {
  instrument: btc,
  bidPrice: 93_387.28,
  bidQuantity: 3.73485,
  askPrice: 93_387.29,
  askQuantity: 7.669875,
  at: 1_736_412_092_433,
  updateId: 17,
}

class TestMarket implements SimMarket {
  at = start
  readonly instruments = [btc, eth, ltc, elsewhere]
  now = () => this.at
  find = () => btc
  quote = () => simQuote
  book = () => depthOf(simQuote)
  trades = (_instrument: SimInstrument, limit: number) => [1, 2, 3].slice(-limit).map(simTrade)
  klines(_instrument: SimInstrument, period: Period, from: EpochMs, to: EpochMs): SimKline[] {
    const step = periodMs[period]
    const found: SimKline[] = []
    const first = Math.ceil(Math.max(from, listedAt) / step) * step
    for (let at = first; at <= Math.min(to, this.at); at += step) found.push(simKline(period, at, this.at))
    return found
  }
}

class TestPeer implements Peer {
  readonly sent: (string | Buffer)[] = []
  readonly topics = new Map<
    string,
    { topic: SimTopic; encode: (event: SimEvent) => string | Buffer; throttleMs: number }
  >()
  closed: string | null = null
  private readonly timers: (() => void)[] = []

  get subscriptions(): ReadonlySet<string> {
    return new Set(this.topics.keys())
  }
  send(frame: string | Buffer): void {
    this.sent.push(frame)
  }
  sendPrivate(frame: string | Buffer): void {
    this.send(frame)
  }
  close(_code: number, reason: string): void {
    this.closed ??= reason
  }
  subscribe(key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs = 0): void {
    this.topics.set(key, { topic, encode, throttleMs })
  }
  unsubscribe(key: string): void {
    this.topics.delete(key)
  }
  ping(): void {}
  every(_intervalMs: number, run: () => void): void {
    this.timers.push(run)
  }

  /** The frames of an event, for every subscription of its channel. */
  emit(event: SimEvent): Buffer[] {
    return [...this.topics.values()]
      .filter(({ topic }) => topic.channel === event.channel)
      .map(({ encode }) => Buffer.from(encode(event)))
  }
  seconds(count: number): void {
    for (let second = 0; second < count; second++) for (const run of this.timers) run()
  }
  /** What was sent since the last time, as text. */
  texts(): unknown[] {
    return this.sent.splice(0).map((frame) => JSON.parse(frame.toString()))
  }
}

const requestTo = (path: string, query: string, more: Partial<VenueRequest> = {}): VenueRequest => ({
  origin: 'https://api.mexc.com',
  method: 'GET',
  path,
  query: new URLSearchParams(query),
  rawQuery: query,
  headers: { 'content-type': 'application/json' },
  body: '',
  address: '127.0.0.1',
  ...more,
})

function openVenue() {
  const market = new TestMarket()
  const venue = createMexcVenue(market, noAccount('mexc', Date.now))
  const get = (path: string, query = '', more?: Partial<VenueRequest>) => venue.rest(requestTo(path, query, more))
  function connect(): { peer: TestPeer; connection: VenueConnection } {
    const peer = new TestPeer()
    const accepted = venue.accept(peer, requestTo('/ws', '', { origin: 'wss://wbs-api.mexc.com' }))
    if ('status' in accepted) throw new Error(`refused with ${accepted.status}`)
    return { peer, connection: accepted }
  }
  return { market, venue, get, connect }
}

const invalid = (code: number, msg: string) => ({ status: 400, body: { msg, code, _extend: null } })
const deals = 'spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT'
const bookTicker = 'spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT'
const subscription = (params: string[], id?: number) => JSON.stringify({ method: 'SUBSCRIPTION', params, id })
const blocked = (...names: string[]) => `Not Subscribed successfully! [${names.join(',')}].  Reason： Blocked! `

describe('MEXC venue over REST', () => {
  it('stands in for both documented origins', () => {
    const { venue } = openVenue()
    expect([...venue.origins].sort()).toEqual([...mexc.origins].sort())
  })

  it('answers ping, time and the symbols open to the API', () => {
    const { get } = openVenue()
    expect([get('/api/v3/ping'), get('/api/v3/time'), get('/api/v3/defaultSymbols')]).toEqual([
      { status: 200, body: {} },
      { status: 200, body: { serverTime: start } },
      { status: 200, body: { code: 200, data: ['BTCUSDT', 'ETHUSDT', 'LTCUSDT'], msg: null } },
    ])
  })

  it('lists its instruments so that the connector reads them', () => {
    const [call] = mexc.instruments()
    const { get } = openVenue()
    const common = { exchange: 'mexc', kind: 'spot', quote: 'USDT', tickSize: 0.01, lotSize: 1e-8 }
    const rules = { minimumQuantity: 0.000001, minimumNotional: 1, contractSize: 1, status: 'trading' }
    expect(call?.parse(get('/api/v3/exchangeInfo').body)).toEqual({
      ok: true,
      value: [
        { ...common, ...rules, symbol: 'BTC_USDT', base: 'BTC', nativeName: 'BTCUSDT' },
        { ...common, ...rules, symbol: 'ETH_USDT', base: 'ETH', nativeName: 'ETHUSDT' },
        { ...common, ...rules, symbol: 'LTC_USDT', base: 'LTC', nativeName: 'LTCUSDT' },
      ],
    })
  })

  it('has the same fields in a row of exchangeInfo as the documented one', () => {
    const { get } = openVenue()
    expect(get('/api/v3/exchangeInfo', 'symbol=BTCUSDT').body).toEqual({
      timezone: 'CST',
      serverTime: start,
      rateLimits: [],
      exchangeFilters: [],
      symbols: [
        {
          symbol: 'BTCUSDT',
          status: '1',
          baseAsset: 'BTC',
          baseAssetPrecision: 8,
          quoteAsset: 'USDT',
          quotePrecision: 2,
          quoteAssetPrecision: 2,
          baseCommissionPrecision: 8,
          quoteCommissionPrecision: 2,
          orderTypes: ['LIMIT', 'MARKET', 'LIMIT_MAKER'],
          isSpotTradingAllowed: true,
          isMarginTradingAllowed: false,
          permissions: ['SPOT'],
          filters: [],
          baseSizePrecision: '0.000001',
          maxQuoteAmount: '4000000',
          makerCommission: '0',
          takerCommission: '0.0005',
          quoteAmountPrecision: '1',
          quoteAmountPrecisionMarket: '1',
          maxQuoteAmountMarket: '4000000',
          fullName: 'BTC',
          tradeSideType: 1,
          st: false,
        },
      ],
    })
  })

  it('gives candles that the connector reads', () => {
    const { get } = openVenue()
    const from = start - (start % 60_000) - 180_000
    const call = mexc.klines({ instrument: bitcoin, period: '1m', from, to: from + 180_000 })
    const query = new URLSearchParams(call.query.map(([name, value]) => [name, value])).toString()
    const expected = [0, 1, 2, 3].map((index) => {
      const { openTime, open, high, low, close, volume, quoteVolume } = simKline('1m', from + index * 60_000, start)
      return { openTime, open, high, low, close, volume, quoteVolume, isClosed: null }
    })
    expect(call.parse(get('/api/v3/klines', query).body)).toEqual({ ok: true, value: expected })
  })

  const openTimes = (query: string): number[] => {
    const { body } = openVenue().get('/api/v3/klines', `symbol=BTCUSDT&${query}`)
    return Array.isArray(body) ? body.map((row: unknown[]) => Number(row[0])) : []
  }
  const minute = start - (start % 60_000)

  it('excludes the end, pages forward from the start with both bounds, and gives the newest with one', () => {
    const begin = minute - 600_000
    expect({
      both: openTimes(`interval=1m&startTime=${begin}&endTime=${begin + 120_000}`),
      limited: openTimes(`interval=1m&startTime=${begin}&endTime=${minute}&limit=2`),
      startOnly: openTimes(`interval=1m&startTime=${begin}&limit=2`),
      endOnly: openTimes(`interval=1m&endTime=${begin}&limit=2`),
      neither: openTimes('interval=1m&limit=2'),
      future: openTimes(`interval=1m&startTime=${minute + 60_000}&endTime=${minute + 120_000}`),
    }).toEqual({
      both: [begin, begin + 60_000],
      limited: [begin, begin + 60_000],
      startOnly: [minute - 60_000, minute],
      endOnly: [begin - 120_000, begin - 60_000],
      neither: [minute - 60_000, minute],
      future: [],
    })
  })

  it('gives 500 rows and no more', () => {
    expect([openTimes('interval=1m').length, openTimes('interval=1m&limit=1000').length]).toEqual([500, 500])
  })

  it.each([
    ['30m', '2025-08-09T10:30:00Z', '2025-08-09T11:00:00Z'],
    ['4h', '2025-08-09T04:00:00Z', '2025-08-09T08:00:00Z'],
    ['1W', '2025-07-28T00:00:00Z', '2025-08-04T00:00:00Z'],
    ['1M', '2025-07-01T00:00:00Z', '2025-08-01T00:00:00Z'],
  ])('makes %s candles of smaller ones', (interval, earlier, latest) => {
    expect(openTimes(`interval=${interval}&limit=2`)).toEqual([Date.parse(earlier), Date.parse(latest)])
  })

  it('adds up the parts of a candle', () => {
    const { get } = openVenue()
    const openTime = Date.parse('2025-08-09T10:30:00Z')
    const [first, second] = [simKline('15m', openTime, start), simKline('15m', openTime + 900_000, start)]
    const query = `symbol=BTCUSDT&interval=30m&startTime=${openTime}&endTime=${openTime + 1}`
    expect(get('/api/v3/klines', query).body).toEqual([
      [
        openTime,
        first.open.toFixed(2),
        Math.max(first.high, second.high).toFixed(2),
        Math.min(first.low, second.low).toFixed(2),
        second.close.toFixed(2),
        String(first.volume + second.volume),
        openTime + 1_800_000,
        String(first.quoteVolume + second.quoteVolume),
      ],
    ])
  })

  it('gives all months since the listing, and none before', () => {
    expect(openTimes('interval=1M')).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((month) => Date.UTC(2025, month - 1, 1)))
  })

  it('gives trades without ids, newest first', () => {
    const { get } = openVenue()
    const row = { id: null, price: '93220.00', qty: '0.5', quoteQty: '46610', isBestMatch: true }
    expect(get('/api/v3/trades', 'symbol=BTCUSDT&limit=2')).toEqual({
      status: 200,
      body: [
        { ...row, time: start + 3, isBuyerMaker: true },
        { ...row, time: start + 2, isBuyerMaker: false },
      ],
    })
  })

  it('gives the best quote, one or all', () => {
    const { get } = openVenue()
    const quote = { bidPrice: '93387.28', bidQty: '3.73485', askPrice: '93387.29', askQty: '7.669875' }
    expect([get('/api/v3/ticker/bookTicker', 'symbol=BTCUSDT').body, get('/api/v3/ticker/bookTicker').body]).toEqual([
      { symbol: 'BTCUSDT', ...quote },
      [expect.anything(), expect.anything(), expect.anything()],
    ])
  })

  it('gives a book that begins with the best quote and never crosses', () => {
    const { get } = openVenue()
    expect(get('/api/v3/depth', 'symbol=BTCUSDT&limit=2').body).toEqual({
      lastUpdateId: 17,
      bids: [
        ['93387.28', '3.73485'],
        ['93387.27', '7.4697'],
      ],
      asks: [
        ['93387.29', '7.669875'],
        ['93387.30', '15.33975'],
      ],
      timestamp: simQuote.at,
    })
  })

  it('tells of the last day', () => {
    const { get } = openVenue()
    expect(get('/api/v3/ticker/24hr', 'symbol=BTCUSDT').body).toMatchObject({
      symbol: 'BTCUSDT',
      highPrice: '120.00',
      lowPrice: '88.00',
      openTime: start - 86_400_000,
      closeTime: start,
    })
  })

  it.each<[string, string, object]>([
    ['/api/v3/klines', 'symbol=BTCUSDT&interval=1h', invalid(-1121, 'Invalid interval.')],
    ['/api/v3/klines', 'symbol=FOOUSDT&interval=1m', invalid(-1121, 'Invalid symbol.')],
    ['/api/v3/klines', 'symbol=btcusdt&interval=1m', invalid(-1121, 'Invalid symbol.')],
    [
      '/api/v3/klines',
      'symbol=BTCUSDT&interval=1m&limit=x',
      invalid(700008, 'Illegal characters found in a parameter.'),
    ],
    [
      '/api/v3/klines',
      'symbol=BTCUSDT&interval=1m&startTime=-1',
      invalid(700008, 'Illegal characters found in a parameter.'),
    ],
    [
      '/api/v3/klines',
      'symbol=BTCUSDT&interval=1m&startTime=2&endTime=1',
      invalid(-1128, 'Combination of optional parameters invalid.'),
    ],
    ['/api/v3/trades', '', invalid(700004, "Param 'symbol' must be sent, but it was empty/null")],
    ['/api/v3/exchangeInfo', 'symbols=BTCUSDT,FOOUSDT', invalid(10007, 'bad symbol')],
    ['/api/v3/account', '', invalid(400, 'api key required')],
    ['/nowhere', '', { status: 404, body: { code: 404, msg: 'Not Found' } }],
  ])('refuses %s?%s', (path, query, expected) => {
    expect(openVenue().get(path, query)).toEqual(expected)
  })

  it('knows no key', () => {
    const { get } = openVenue()
    const headers = { 'x-mexc-apikey': 'mx0' }
    expect([
      get('/api/v3/account', 'timestamp=1', { headers }),
      get('/api/v3/account', 'timestamp=1&signature=ab', { headers }),
    ]).toEqual([invalid(700002, 'Signature for this request is not valid.'), invalid(10072, 'Invalid access key')])
  })

  it('refuses a wrong content type and tolerates none', () => {
    const { get } = openVenue()
    expect([
      get('/api/v3/ping', '', { headers: { 'content-type': 'text/plain' } }),
      get('/api/v3/ping', '', { headers: {} }),
      get('/api/v3/ping', '', { headers: { 'content-type': 'application/json; charset=utf-8' } }),
    ]).toEqual([invalid(700013, 'Invalid content Type.'), { status: 200, body: {} }, { status: 200, body: {} }])
  })
})

describe('MEXC venue limits', () => {
  const status = (reply: { status: number }) => reply.status

  it('gives each endpoint and address 500 weight in 10 s, then answers 429 until the next 10 s', () => {
    const { market, get } = openVenue()
    market.at = Date.parse('2025-08-09T11:12:14Z')
    for (let request = 0; request < 50; request++) get('/api/v3/exchangeInfo')
    const limited = get('/api/v3/exchangeInfo')
    const others = [get('/api/v3/time'), get('/api/v3/exchangeInfo', '', { address: '127.0.0.2' })].map(status)
    market.at += 6_000
    expect([limited, others, status(get('/api/v3/exchangeInfo'))]).toEqual([
      { status: 429, headers: { 'retry-after': '6' }, body: { code: 429, msg: 'too many requests' } },
      [200, 200],
      200,
    ])
  })

  it('bans an address that does not listen, everywhere and longer each time', () => {
    const { market, get } = openVenue()
    const insist = () => {
      for (let request = 0; request < 551; request++) get('/api/v3/time')
      return get('/api/v3/ping')
    }
    const first = insist()
    market.at += 120_000
    const free = status(get('/api/v3/ping'))
    const second = insist()
    const other = status(get('/api/v3/ping', '', { address: '127.0.0.2' }))
    const body = { code: 429, msg: 'too many requests' }
    expect([first, free, second, other]).toEqual([
      { status: 418, headers: { 'retry-after': '120' }, body },
      200,
      { status: 418, headers: { 'retry-after': '240' }, body },
      200,
    ])
  })
})

describe('MEXC venue over WebSocket', () => {
  it('refuses any other path', () => {
    const { venue } = openVenue()
    expect(venue.accept(new TestPeer(), requestTo('/raw/ws', ''))).toEqual({ status: 404, body: '' })
  })

  it('answers PING, SUBSCRIPTION and UNSUBSCRIPTION as documented', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage('{"method":"PING"}')
    connection.onMessage(subscription([deals, bookTicker], 1))
    connection.onMessage(subscription([deals]))
    connection.onMessage(JSON.stringify({ method: 'UNSUBSCRIPTION', params: [deals], id: 2 }))
    expect([peer.texts(), [...peer.subscriptions], peer.topics.get(bookTicker)?.throttleMs]).toEqual([
      [
        { id: 0, code: 0, msg: 'PONG' },
        { id: 1, code: 0, msg: `${deals},${bookTicker}` },
        { id: 0, code: 0, msg: deals },
        { id: 2, code: 0, msg: deals },
      ],
      [bookTicker],
      100,
    ])
  })

  it('refuses with code 0 what it does not serve, and serves the rest of the request', () => {
    const { peer, connection } = openVenue().connect()
    const refused = [
      'spot@public.aggre.deals.v3.api.pb@100ms@FOOUSDT',
      'spot@public.aggre.deals.v3.api.pb@50ms@BTCUSDT',
      'spot@public.aggre.deals.v3.api.pb@BTCUSDT@100ms',
      'spot@public.deals.v3.api@BTCUSDT',
      'spot@public.kline.v3.api.pb@BTCUSDT@Min2',
      'spot@private.account.v3.api.pb',
    ]
    connection.onMessage(subscription([...refused, deals], 5))
    expect([peer.texts(), [...peer.subscriptions]]).toEqual([
      [
        { id: 5, code: 0, msg: deals },
        { id: 5, code: 0, msg: blocked(...refused) },
      ],
      [deals],
    ])
  })

  it('carries 30 subscriptions and no more, a repeated one counted once', () => {
    const { peer, connection } = openVenue().connect()
    const wires = ['BTCUSDT', 'ETHUSDT'].flatMap((symbol) => [
      ...['10ms', '100ms'].flatMap((speed) => [
        `spot@public.aggre.deals.v3.api.pb@${speed}@${symbol}`,
        `spot@public.aggre.bookTicker.v3.api.pb@${speed}@${symbol}`,
      ]),
      `spot@public.bookTicker.batch.v3.api.pb@${symbol}`,
      ...['Min1', 'Min5', 'Min15', 'Min30', 'Min60', 'Hour4', 'Hour8', 'Day1', 'Week1', 'Month1'].map(
        (interval) => `spot@public.kline.v3.api.pb@${symbol}@${interval}`,
      ),
    ])
    const extra = 'spot@public.aggre.deals.v3.api.pb@100ms@LTCUSDT'
    connection.onMessage(subscription(wires, 1))
    connection.onMessage(subscription([deals, extra], 2))
    connection.onMessage(JSON.stringify({ method: 'UNSUBSCRIPTION', params: [deals], id: 3 }))
    connection.onMessage(subscription([extra], 4))
    expect([wires.length, peer.subscriptions.size, peer.texts()]).toEqual([
      30,
      30,
      [
        { id: 1, code: 0, msg: wires.join(',') },
        { id: 2, code: 0, msg: deals },
        { id: 2, code: 0, msg: blocked(extra) },
        { id: 3, code: 0, msg: deals },
        { id: 4, code: 0, msg: extra },
      ],
    ])
  })

  it.each(['not json', '[]', '{"method":1}', '{"method":"LOGIN"}'])('answers %s with a code', (text) => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(text)
    expect(peer.texts()).toEqual([{ id: 0, code: 400, msg: expect.stringMatching(/^Invalid/) }])
  })

  it('pushes quotes that the connector reads', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription([bookTicker]))
    const frames = peer.emit({ channel: 'book_ticker', quote: simQuote })
    const normalize = mexc.createNormalizer('spot', lookup)
    expect(frames.map((frame) => normalize(frame, true, start))).toEqual([
      normalize(documentedFrame('bookTicker'), true, start),
    ])
  })

  it('pushes the documented quote but for the fields added in June 2026', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription([bookTicker]))
    const documented = pushToJson(documentedFrame('bookTicker'))
    const added = { version: '17', lastOrderCreateTime: '1736412092433' }
    expect(peer.emit({ channel: 'book_ticker', quote: simQuote }).map(pushToJson)).toEqual([
      { ...documented, publicAggreBookTicker: { ...Object(documented?.publicAggreBookTicker), ...added } },
    ])
  })

  it('pushes the documented changes of a book but for the field added in June 2026', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription(['spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT']))
    const documented = pushToJson(documentedFrame('aggreDepth'))
    const depth: SimDepth = {
      instrument: btc,
      isSnapshot: false,
      previousId: 43_296_363_235,
      updateId: 43_296_363_255,
      bids: { length: 1, price: Float64Array.of(117_053.41), quantity: Float64Array.of(1.868_372_71) },
      asks: { length: 1, price: Float64Array.of(117_145.49), quantity: Float64Array.of(0) },
      at: 1_754_741_322_152,
    }
    const added = { lastOrderCreateTime: '1754741322152' }
    expect(peer.emit({ channel: 'order_book', depth }).map(pushToJson)).toEqual([
      { ...documented, publicAggreDepths: { ...Object(documented?.publicAggreDepths), ...added } },
    ])
  })

  it('pushes trades that the connector reads', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription([deals]))
    const normalize = mexc.createNormalizer('spot', lookup)
    const events = peer.emit({ channel: 'trade', trade: simTrade(3) }).map((frame) => normalize(frame, true, start))
    const trade = {
      instrument: bitcoin,
      tradeId: '3',
      price: 93_220,
      quantity: 0.5,
      side: 'SELL',
      exchangeAt: start + 3,
    }
    expect(events).toEqual([{ kind: 'events', events: [{ kind: 'trade', ...trade, receivedAt: start }] }])
  })

  it('pushes candles that the connector reads and closes', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription(['spot@public.kline.v3.api.pb@BTCUSDT@Min1']))
    const normalize = mexc.createNormalizer('spot', lookup)
    const read = (openTime: number, now: number) =>
      peer.emit({ channel: 'kline', kline: simKline('1m', openTime, now) }).map((frame) => normalize(frame, true, now))
    const expected = (openTime: number, now: number, isClosed: boolean) => {
      const { open, high, low, close, volume, quoteVolume } = simKline('1m', openTime, now)
      const values = { openTime, open, high, low, close, volume, quoteVolume, isClosed }
      return { kind: 'kline', instrument: bitcoin, period: '1m', ...values, exchangeAt: now, receivedAt: now }
    }
    const later = minuteOf(start) + 60_000
    expect([read(minuteOf(start), start), read(later, later + 5)]).toEqual([
      [{ kind: 'events', events: [expected(minuteOf(start), start, false)] }],
      [{ kind: 'events', events: [expected(minuteOf(start), later + 5, true), expected(later, later + 5, false)] }],
    ])
  })

  it('pushes candles of other intervals with what came before in them', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription(['spot@public.kline.v3.api.pb@BTCUSDT@Hour4']))
    const hour = Date.parse('2025-08-09T11:00:00Z')
    const parts = [8, 9, 10, 11].map((at) => simKline('1h', Date.parse('2025-08-09T00:00:00Z') + at * 3_600_000, start))
    const [frame] = peer.emit({ channel: 'kline', kline: simKline('1h', hour, start) })
    expect(frame && pushToJson(frame)).toMatchObject({
      symbol: 'BTCUSDT',
      createTime: String(start),
      publicSpotKline: {
        interval: 'Hour4',
        windowStart: String(Date.parse('2025-08-09T08:00:00Z') / 1_000),
        openingPrice: parts[0]?.open.toFixed(2),
        closingPrice: parts[3]?.close.toFixed(2),
        highestPrice: Math.max(...parts.map(({ high }) => high)).toFixed(2),
        lowestPrice: Math.min(...parts.map(({ low }) => low)).toFixed(2),
        volume: String(parts.reduce((sum, { volume }) => sum + volume, 0)),
        windowEnd: String(Date.parse('2025-08-09T12:00:00Z') / 1_000),
      },
    })
  })

  it('closes a connection that is not subscribed within 30 s', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage('{"method":"PING"}')
    peer.seconds(29)
    const before = peer.closed
    peer.seconds(1)
    expect([before, peer.closed]).toEqual([null, 'not subscribed within 30 seconds'])
  })

  it('closes a connection without data for 60 s, which a push or a PING is', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription([bookTicker]))
    peer.seconds(59)
    peer.emit({ channel: 'book_ticker', quote: simQuote })
    peer.seconds(59)
    connection.onMessage('{"method":"PING"}')
    peer.seconds(59)
    const before = peer.closed
    peer.seconds(1)
    expect([before, peer.closed]).toEqual([null, 'no data for 60 seconds'])
  })

  it('closes a connection after 24 hours', () => {
    const { peer, connection } = openVenue().connect()
    connection.onMessage(subscription([bookTicker]))
    for (let sent = 0; sent < 24 * 60 * 3; sent++) {
      expect(peer.closed).toBeNull()
      connection.onMessage('{"method":"PING"}')
      peer.seconds(20)
    }
    expect(peer.closed).toBe('connection is valid for 24 hours')
  })

  it('closes a connection that sends more than 100 messages in a second', () => {
    const { peer, connection } = openVenue().connect()
    for (let message = 0; message < 100; message++) connection.onMessage('{"method":"PING"}')
    const before = peer.closed
    connection.onMessage('{"method":"PING"}')
    expect([before, peer.closed]).toEqual([null, 'too many messages'])
  })
})

const minuteOf = (at: number): number => at - (at % 60_000)
