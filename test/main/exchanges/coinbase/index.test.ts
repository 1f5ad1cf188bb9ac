import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { coinbase } from '../../../../src/main/exchanges/coinbase/index.ts'
import { feeds } from '../../../../src/main/exchanges/coinbase/subscribe.ts'
import { instrument } from '../../../support/instruments.ts'

const fixtures: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/coinbase/rest_public.json'), 'utf8'),
)
const btc = instrument('coinbase', 'spot', 'BTC', 'USD', 'BTC-USD')
const minute = 60_000

describe('coinbase REST', () => {
  it('lists products, but no other names of their books', () => {
    const [call] = coinbase.instruments()
    expect(call).toMatchObject({
      url: 'https://api.coinbase.com/api/v3/brokerage/market/products',
      query: [['product_type', 'SPOT']],
      headers: { 'cache-control': 'no-cache' },
    })
    expect(call?.parse(fixtures.products)).toEqual({
      ok: true,
      value: [
        {
          exchange: 'coinbase',
          symbol: 'BTC_USD',
          kind: 'spot',
          base: 'BTC',
          quote: 'USD',
          nativeName: 'BTC-USD',
          tickSize: 0.01,
          lotSize: 1e-8,
          minimumQuantity: 1e-8,
          minimumNotional: 1,
          contractSize: 1,
          status: 'trading',
        },
      ],
    })
  })

  it.each([
    [{ trading_disabled: true }, 'halted'],
    [{ is_disabled: true }, 'halted'],
    [{ status: 'offline' }, 'halted'],
    [{ status: 'delisted' }, 'delisted'],
  ])('says of %o that it is %s', (change, status) => {
    const [call] = coinbase.instruments()
    const [row] = Object(fixtures.products).products
    expect(call?.parse({ products: [{ ...row, ...change }] })).toMatchObject({ value: [{ status }] })
  })

  it('names a product without a quote asset, and takes no empty list', () => {
    const [call] = coinbase.instruments()
    const [row] = Object(fixtures.products).products
    expect(call?.parse({ products: [row, { ...row, quote_currency_id: '' }] })).toMatchObject({
      passedOver: { count: 1, samples: ['BTC-USD: quote_currency_id: "": no quote asset'] },
    })
    expect(call?.parse({ products: [] })).toMatchObject({ ok: false })
    expect(call?.parse({})).toMatchObject({ ok: false })
  })

  it('tells the time', () => {
    expect(coinbase.serverTime().parse(fixtures.time)).toEqual({ ok: true, value: 1_790_524_800_123 })
    expect(coinbase.serverTime().parse({ epochMillis: '' })).toMatchObject({ ok: false })
  })

  it('asks for candles by seconds, and reads them ascending', () => {
    const from = 1_673_391_780_000
    const call = coinbase.klines({ instrument: btc, period: '1m', from: from - minute, to: from })
    expect(call).toMatchObject({
      url: 'https://api.coinbase.com/api/v3/brokerage/market/products/BTC-USD/candles',
      query: [
        ['start', '1673391720'],
        ['end', '1673391839'],
        ['granularity', 'ONE_MINUTE'],
      ],
    })
    const [row] = Object(fixtures.candles).candles
    const before = { ...row, start: '1673391720' }
    const outside = { ...row, start: '1673391840' }
    const candle = { open: 17_417.74, high: 17_417.99, low: 17_414.36, close: 17_417.38, volume: 1.87780853 }
    const more = { quoteVolume: null, isClosed: null }
    expect(call.parse({ candles: [outside, row, before] })).toEqual({
      ok: true,
      value: [
        { openTime: from - minute, ...candle, ...more },
        { openTime: from, ...candle, ...more },
      ],
    })
    expect(call.parse({ candles: [{ ...row, high: '1' }] })).toMatchObject({ ok: false })
    expect(call.parse([])).toMatchObject({ ok: false })
  })

  it.each([
    [
      404,
      fixtures.notFound,
      { kind: 'invalid', code: 'NOT_FOUND', message: 'HTTP 404: Product NOPE-USD not supported' },
    ],
    [
      429,
      { errors: [{ id: 'rate_limit_exceeded', message: 'Too many requests' }] },
      { kind: 'rateLimited', retryAfterMs: 1_000 },
    ],
    [401, 'Unauthorized\n', { kind: 'rejectedKey', code: '401' }],
    [403, { error: 'PERMISSION_DENIED', message: 'Missing required scopes' }, { kind: 'forbidden' }],
    [403, '<html>', { kind: 'denied' }],
    [503, 'Service Unavailable', { kind: 'unavailable' }],
    [400, { error: 'INVALID_ARGUMENT', message: 'no' }, { kind: 'invalid', code: 'INVALID_ARGUMENT' }],
  ])('reads a failure with status %d', (status, body, expected) => {
    expect(coinbase.dialect.failure({ status, headers: {} }, body, 0)).toMatchObject(expected)
  })

  it('tells a token of another time from a key that is not accepted, by the time of the reply', () => {
    const signedAt = Date.UTC(2026, 3, 7, 14, 30)
    const kindAt = (at: number) => {
      const head = { status: 401, headers: { date: new Date(at).toUTCString() }, signedAt }
      // The clock was measured anew while the reply was on its way.
      return coinbase.dialect.failure(head, 'Unauthorized', at)?.kind
    }
    expect([0, 4_000, 6_000, -130_000].map((offMs) => kindAt(signedAt + offMs))).toEqual([
      'rejectedKey',
      'rejectedKey',
      'clock',
      'clock',
    ])
  })

  it('takes a reply without complaint for good', () => {
    expect(coinbase.dialect.failure({ status: 200, headers: {} }, { error: 'x' }, 0)).toBeNull()
  })
})

describe('coinbase subscriptions', () => {
  const ids = () => {
    let id = 0
    return () => ++id
  }
  const [market, trades] = feeds

  it('share one stream between quotes and books, and between the candles of all periods', () => {
    const route = (channel: 'book_ticker' | 'order_book' | 'trade' | 'funding_rate') =>
      coinbase.route({ channel, instrument: btc, period: null })
    expect(route('book_ticker')).toEqual({ feed: 'market', wire: 'level2:BTC-USD' })
    expect(route('order_book')).toEqual(route('book_ticker'))
    expect(route('trade')).toEqual({ feed: 'trades', wire: 'matches:BTC-USD' })
    expect(route('funding_rate')).toBeNull()
    expect(coinbase.route({ channel: 'kline', instrument: btc, period: '1h' })).toEqual({
      feed: 'market',
      wire: 'candles:BTC-USD',
    })
  })

  it('name one channel a message on the market socket, ten products at most', () => {
    const wires = [...Array.from({ length: 11 }, (_, at) => `level2:A${at}-USD`), 'candles:BTC-USD']
    const requests = market?.subscribe(wires, ids(), 0) ?? []
    expect(requests.map(({ id, wires: own }) => [id, own.length])).toEqual([
      [1, 10],
      [2, 1],
      [3, 1],
    ])
    expect(requests[2]?.text).toBe('{"type":"subscribe","product_ids":["BTC-USD"],"channel":"candles"}')
    expect(market?.unsubscribe(['level2:BTC-USD'], ids(), 0, () => null)[0]?.text).toBe(
      '{"type":"unsubscribe","product_ids":["BTC-USD"],"channel":"level2"}',
    )
    expect(market?.login?.(0)).toBe('{"type":"subscribe","channel":"heartbeats"}')
  })

  it('ask for heartbeats together with trades, one product a message', () => {
    const texts = trades?.subscribe(['matches:BTC-USD', 'matches:ETH-USD'], ids(), 0)
    expect(texts).toEqual(
      ['BTC-USD', 'ETH-USD'].map((product, at) => ({
        id: at + 1,
        wires: [`matches:${product}`],
        text: `{"type":"subscribe","product_ids":["${product}"],"channels":["matches","heartbeat"]}`,
      })),
    )
  })
})
