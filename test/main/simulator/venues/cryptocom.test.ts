import { beforeEach, describe, expect, it } from 'vitest'
import { cryptocom } from '../../../../src/main/exchanges/cryptocom/index.ts'
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
import { createCryptocomVenue } from '../../../../src/main/simulator/venues/cryptocom.ts'
import { openTimeOf, periodMs } from '../../../../src/shared/domain/index.ts'
import { readFrames } from '../../../support/frames.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { depthOf } from '../../../support/simulated-book.ts'

const noon = Date.UTC(2026, 0, 15, 12)
let now = noon

const shared = { exchange: 'cryptocom', base: 'BTC', minimumNotional: 5, listedAt: noon - 60 * periodMs['1d'] } as const
const btc: SimInstrument = {
  ...shared,
  kind: 'spot',
  quote: 'USDT',
  symbol: 'BTC_USDT',
  tickSize: 0.1,
  lotSize: 0.00001,
  contractSize: 1,
  priceDecimals: 1,
  quantityDecimals: 5,
}
const perp: SimInstrument = { ...btc, kind: 'perpetual', quote: 'USD', symbol: 'BTC_USD_PERP' }
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
const klineOf = (one: SimInstrument, period: SimKline['period'], openTime: number): SimKline => ({
  instrument: one,
  period,
  openTime,
  open: 97_000,
  high: 97_100,
  low: 96_900,
  close: 97_050.5,
  volume: 0.5,
  quoteVolume: 48_500,
  takerBuyVolume: 0,
  trades: 3,
  firstTradeId: 1,
  lastTradeId: 3,
  isClosed: openTime + periodMs[period] <= now,
  at: now,
})
const market: SimMarket = {
  now: () => now,
  instruments: [btc, perp],
  find: (kind) => market.instruments.find((one) => one.kind === kind),
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
  ...noAccount('cryptocom', () => now),
  fundingRate: () => ({ rate: '0.000123', markPrice: '97000', nextAt: noon + periodMs['1h'], intervalHours: 1 }),
}

let venue: Venue
beforeEach(() => {
  now = noon
  venue = createCryptocomVenue(market, nobody)
})

const rest = (path: string, more: { method?: string; body?: string; address?: string } = {}) => {
  const { pathname, searchParams, search } = new URL(path, 'https://api.crypto.com/exchange/v1/')
  return venue.rest({
    origin: 'https://api.crypto.com',
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
const resultOf = (path: string): { readonly data: readonly Record<string, unknown>[] } => {
  const reply = rest(path)
  expect(reply).toMatchObject({ status: 200, body: { id: -1, code: 0 } })
  return Object(reply.body).result
}

describe('crypto.com’s simulated REST', () => {
  it('lists spot markets and perpetuals in USD as the connector reads them', () => {
    const [call] = cryptocom.instruments()
    expect(call?.parse(rest('public/get-instruments').body)).toMatchObject({
      ok: true,
      value: [
        { symbol: 'BTC_USDT', nativeName: 'BTC_USDT', tickSize: 0.1, lotSize: 0.00001, status: 'trading' },
        { symbol: 'BTC_USD_PERP', nativeName: 'BTCUSD-PERP', kind: 'perpetual', quote: 'USD', contractSize: 1 },
      ],
    })
  })

  it('walks candles back from end_ts, by count, whatever start_ts says', () => {
    const open = noon - 10 * 60_000
    const times = (query: string) =>
      resultOf(`public/get-candlestick?instrument_name=BTC_USDT&timeframe=1m&${query}`).data.map(({ t }) => t)
    expect([
      times(`count=3&end_ts=${open}&start_ts=${open + 60_000}`),
      times(`count=2&end_ts=${open + 1}`),
      times('count=1'),
    ]).toEqual([[open - 180_000, open - 120_000, open - 60_000], [open - 60_000, open], [noon]])
  })

  it('answers the connector’s own call for candles with the whole range and no more', () => {
    const from = noon - 298 * 60_000
    const range = {
      instrument: instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT'),
      period: '1m',
      from,
      to: noon,
    } as const
    const call = cryptocom.klines(range)
    const parsed = call.parse(
      rest(`public/get-candlestick?${new URLSearchParams(call.query.map(([a, b]) => [a, b]))}`).body,
    )
    expect(
      parsed.ok && [parsed.value.length, parsed.value[0]?.openTime, parsed.value.at(-1)?.openTime, parsed.passedOver],
    ).toEqual([cryptocom.klinesPerCall(range.instrument, '1m'), from, noon, undefined])
  })

  it('tells the clock by its tickers and funding by valuations', () => {
    const perpetual = instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')
    const [rates] = cryptocom.fundingRates([perpetual])
    expect([
      cryptocom.serverTime().parse(rest('public/get-tickers').body),
      rates?.parse(rest('public/get-valuations?instrument_name=BTCUSD-PERP&valuation_type=funding_rate&count=1').body),
    ]).toMatchObject([
      { ok: true, value: noon },
      { ok: true, value: [{ rate: '0.000123', nextFundingAt: noon + periodMs['1h'], intervalHours: 1 }] },
    ])
    const paid = cryptocom.settledRates?.(perpetual, noon - 3 * periodMs['1h'], noon)
    const query = new URLSearchParams(paid?.query.map(([name, value]) => [name, value]))
    const parsed = paid?.parse(rest(`public/get-valuations?${query}`).body)
    expect(parsed?.ok && parsed.value.map(({ at }) => noon - at).sort((a, b) => a - b)).toEqual(
      [1, 2, 3].map((n) => n * periodMs['1h']),
    )
  })

  it.each([
    ['public/get-candlestick?instrument_name=NOPE', 400, { code: 40_004, message: 'Invalid instrument_name' }],
    ['public/get-book?instrument_name=BTC_USDT&depth=0', 400, { code: 40_004, message: 'Invalid depth' }],
    ['public/get-nope', 404, { status: 404, error: 'Not Found', path: '/v1/public/get-nope' }],
  ])('refuses %s', (path, status, body) => {
    expect(rest(path)).toMatchObject({ status, body })
  })

  it('takes private methods as POSTs of known keys only', () => {
    const body = JSON.stringify({
      id: 11,
      method: 'private/user-balance',
      api_key: 'a',
      params: {},
      nonce: noon,
      sig: '',
    })
    expect([
      rest('private/user-balance', { method: 'POST', body }),
      rest('private/user-balance'),
      rest('private/create-order', { method: 'POST', body }),
      rest('private/get-trades', { method: 'POST', body }),
    ]).toMatchObject([
      { status: 401, body: { id: 11, method: 'private/user-balance', code: 40_101, message: 'UNAUTHORIZED' } },
      { status: 404 },
      { status: 404 },
      { status: 400, body: { code: 40_003 } },
    ])
  })

  it('counts requests a second, by method and address', () => {
    const status = (address: string) => rest('public/get-instruments', { address }).status
    const first = Array.from({ length: 101 }, () => status('10.0.0.1'))
    expect([first.filter((code) => code === 200).length, first.at(-1), status('10.0.0.2')]).toEqual([100, 429, 200])
    now += 1_000
    expect(status('10.0.0.1')).toBe(200)
  })
})

/** A client's socket, with the topics that the venue let it in on. */
class Client implements Peer {
  readonly sent: string[] = []
  readonly closed: number[] = []
  readonly topics = new Map<
    string,
    { topic: SimTopic; encode: (event: SimEvent) => string | Buffer; throttleMs: number }
  >()
  private readonly timers: { everyMs: number; run: () => void }[] = []
  private readonly connection: VenueConnection

  constructor(path = '/exchange/v1/market') {
    const request = {
      origin: 'wss://stream.crypto.com',
      method: 'GET',
      path,
      query: new URLSearchParams(),
      rawQuery: '',
    }
    const accepted = venue.accept(this, { ...request, headers: {}, body: '', address: '127.0.0.1' })
    if (!('onMessage' in accepted)) throw new Error(`refused: ${accepted.status}`)
    this.connection = accepted
  }
  send = (frame: string | Buffer) => void this.sent.push(String(frame))
  sendPrivate = this.send
  close = (code: number) => void this.closed.push(code)
  subscribe = (key: string, topic: SimTopic, encode: (event: SimEvent) => string | Buffer, throttleMs = 0) =>
    void this.topics.set(key, { topic, encode, throttleMs })
  unsubscribe = (key: string) => void this.topics.delete(key)
  get subscriptions(): ReadonlySet<string> {
    return new Set(this.topics.keys())
  }
  ping = () => undefined
  every = (everyMs: number, run: () => void) => void this.timers.push({ everyMs, run })

  ask(frame: object): Record<string, unknown>[] {
    const from = this.sent.length
    this.connection.onMessage(JSON.stringify(frame))
    return this.sent.slice(from).map((text) => JSON.parse(text))
  }
  join(...channels: string[]) {
    const params = { channels, book_subscription_type: 'SNAPSHOT_AND_UPDATE', book_update_frequency: 100 }
    return this.ask({ id: 5, method: 'subscribe', params, nonce: now })
  }
  push(key: string, event: SimEvent): string {
    return String(this.topics.get(key)?.encode(event))
  }
  /** Every timer of that interval. */
  tick(everyMs: number): Record<string, unknown>[] {
    const from = this.sent.length
    now += everyMs
    for (const timer of this.timers) if (timer.everyMs === everyMs) timer.run()
    return this.sent.slice(from).map((text) => JSON.parse(text))
  }
}

/** Names of members and kinds of values, as far down as the first row of each list. */
const formOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, member]) => [name, formOf(member)] as const)
      .sort(([a], [b]) => a.localeCompare(b)),
  )
}

describe('crypto.com’s simulated sockets', () => {
  it('acknowledge books by themselves and other channels by their first data', () => {
    const client = new Client()
    const answers = client.join(
      'book.BTC_USDT.50',
      'ticker.BTC_USDT',
      'trade.BTC_USDT',
      'candlestick.1m.BTC_USDT',
      'funding.BTCUSD-PERP',
    )
    expect(answers.map(({ id, channel, result }) => [id, channel ?? Object(result).subscription])).toEqual([
      [5, 'book.BTC_USDT.50'],
      [5, 'ticker.BTC_USDT'],
      [5, 'trade.BTC_USDT'],
      [5, 'candlestick.1m.BTC_USDT'],
      [5, 'funding.BTCUSD-PERP'],
    ])
    expect([...client.topics].map(([key, { throttleMs }]) => [key, throttleMs])).toEqual([
      ['book.BTC_USDT.50', 100],
      ['ticker.BTC_USDT', 500],
      ['trade.BTC_USDT', 0],
      ['candlestick.1m.BTC_USDT', 0],
    ])
  })

  it('say what is shaped like the documented frames', () => {
    const client = new Client()
    const told = new Map<string, string>()
    for (const answer of client.join(
      'ticker.BTC_USDT',
      'trade.BTC_USDT',
      'candlestick.1m.BTC_USDT',
      'funding.BTCUSD-PERP',
    ))
      told.set(String(Object(answer.result).channel), JSON.stringify(answer))
    client.join('book.BTC_USDT.50')
    const depth = depthOf(quoteOf(btc))
    told.set('book', client.push('book.BTC_USDT.50', { channel: 'order_book', depth }))
    const change = { ...depth, isSnapshot: false }
    told.set('book.update', client.push('book.BTC_USDT.50', { channel: 'order_book', depth: change }))
    const compared: string[] = []
    for (const frame of readFrames('documented/CRYPTOCOM.ndjson').map(String)) {
      const channel = Object(JSON.parse(frame)).result?.channel
      const simulated = told.get(channel)
      if (channel === undefined || simulated === undefined || compared.includes(channel)) continue
      compared.push(channel)
      expect([channel, formOf(JSON.parse(simulated))]).toEqual([channel, formOf(JSON.parse(frame))])
    }
    expect(compared.sort()).toEqual(['book', 'book.update', 'candlestick', 'funding', 'ticker', 'trade'])
  })

  it('say what the connector understands', () => {
    const client = new Client()
    const lookup = lookupOf([
      instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT'),
      instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP'),
    ])
    const normalize = cryptocom.createNormalizer('market', lookup)
    client.join(
      'ticker.BTC_USDT',
      'trade.BTCUSD-PERP',
      'candlestick.1D.BTC_USDT',
      'funding.BTCUSD-PERP',
      'book.BTC_USDT.50',
    )
    client.send(client.push('book.BTC_USDT.50', { channel: 'order_book', depth: depthOf(quoteOf(btc)) }))
    client.tick(30_000)
    const kinds = client.sent.map((text) => {
      const normalized = normalize(Buffer.from(text), false, now)
      return normalized.kind === 'control' ? normalized.control.type : normalized.kind
    })
    expect(kinds).toEqual(['events', 'events', 'events', 'events', 'ack', 'depth', 'ping'])
  })

  it('refuse what there is not, each channel by itself', () => {
    const answers = new Client().join(
      'ticker.NOPE',
      'book.BTC_USDT.20',
      'nope.BTC_USDT',
      'funding.BTC_USDT',
      'user.order',
    )
    expect(answers.map(({ code, channel, message }) => [code, channel, message])).toEqual([
      [40_003, 'ticker.NOPE', 'Unknown symbol'],
      [40_003, 'book.BTC_USDT.20', 'Unsupported depth/interval combination'],
      [40_003, 'nope.BTC_USDT', 'Unrecognized channel'],
      [40_003, 'funding.BTC_USDT', 'Unsupported instrument'],
      [40_003, 'user.order', 'Unrecognized channel'],
    ])
  })

  it('close a socket that leaves heartbeats unanswered, and no other', () => {
    const [silent, polite] = [new Client(), new Client()]
    for (let n = 0; n < 4; n++) {
      silent.tick(30_000)
      for (const { id, method } of polite.tick(30_000))
        if (method === 'public/heartbeat') polite.ask({ id, method: 'public/respond-heartbeat' })
    }
    expect([silent.closed[0], polite.closed]).toEqual([1000, []])
  })

  it('give a young socket what is left of its calendar second', () => {
    now = noon + 990
    const client = new Client()
    expect([client.join('ticker.BTC_USDT'), client.join('trade.BTC_USDT')]).toMatchObject([
      [{ code: 0 }],
      [{ id: 5, code: 42_901, message: 'TOO_MANY_REQUESTS' }],
    ])
    now = noon + 1_000
    expect(client.join('trade.BTC_USDT')).toMatchObject([{ code: 0 }])
  })

  it('tell nothing of an account before a login', () => {
    const client = new Client('/exchange/v1/user')
    expect([
      client.join('user.balance'),
      client.ask({ id: 1, method: 'public/auth', api_key: 'a', sig: '', nonce: now }),
    ]).toMatchObject([[{ code: 40_101, channel: 'user.balance' }], [{ id: 1, method: 'public/auth', code: 40_101 }]])
  })
})
