import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kraken } from '../../../../src/main/exchanges/kraken/index.ts'
import { millisecondsOfSeconds } from '../../../../src/main/exchanges/kraken/times.ts'
import type { Parsed } from '../../../../src/main/net/rest.ts'
import { periods } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'

const documented: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/kraken/rest_documented.json'), 'utf8'),
)
const btc = instrument('kraken', 'spot', 'BTC', 'USD', 'BTC/USD')
const hour = 3_600_000
const instruments = (result: object): Parsed<unknown> => {
  const [call] = kraken.instruments()
  if (call === undefined) throw new Error('no call')
  return call.parse({ error: [], result })
}
const pair = {
  altname: 'XDGUSD',
  wsname: 'XDG/USD',
  aclass_base: 'currency',
  pair_decimals: 7,
  lot_decimals: 8,
  ordermin: '13',
  costmin: '0.5',
  tick_size: '0.0000001',
  status: 'online',
}

describe("kraken's list of markets", () => {
  it('is read from the documented reply, XBT as BTC', () => {
    expect(kraken.instruments().map((call) => call.parse(documented.pairs))).toEqual([
      {
        ok: true,
        value: [
          {
            exchange: 'kraken',
            symbol: 'BTC_USD',
            kind: 'spot',
            base: 'BTC',
            quote: 'USD',
            nativeName: 'BTC/USD',
            tickSize: 0.1,
            lotSize: 1e-8,
            minimumQuantity: 0.00005,
            minimumNotional: 0.5,
            contractSize: 1,
            status: 'trading',
          },
        ],
      },
    ])
  })

  it('names XDG DOGE, and leaves out dark pools and what is no currency', () => {
    const { wsname: _, ...dark } = pair
    const parsed = instruments({
      XDGUSD: pair,
      'XDGUSD.d': { ...dark, altname: 'XDGUSD.d' },
      AAPLxUSD: { ...pair, altname: 'AAPLxUSD', wsname: 'AAPLx/USD', aclass_base: 'tokenized_asset' },
    })
    expect(parsed).toMatchObject({ ok: true, value: [{ symbol: 'DOGE_USD', nativeName: 'DOGE/USD' }] })
    expect(parsed.ok && Array.isArray(parsed.value) && parsed.value.length).toBe(1)
  })

  it.each([
    ['online', 'trading'],
    ['cancel_only', 'halted'],
    ['reduce_only', 'halted'],
    ['a word yet to come', 'halted'],
    ['delisted', 'delisted'],
  ])('takes a pair that is %s for %s', (status, expected) => {
    expect(instruments({ XDGUSD: { ...pair, status } })).toMatchObject({ value: [{ status: expected }] })
  })

  it('keeps the decimals of prices where the tick has fewer', () => {
    expect(instruments({ A: { ...pair, pair_decimals: 2, tick_size: '0.5' } })).toMatchObject({
      value: [{ tickSize: 0.01 }],
    })
    expect(instruments({ A: { ...pair, pair_decimals: 1, tick_size: '0.5' } })).toMatchObject({
      value: [{ tickSize: 0.5 }],
    })
  })

  it('passes over a row that is odd and names it', () => {
    expect(instruments({ A: pair, B: { ...pair, altname: 'ODD', pair_decimals: 'x' } })).toMatchObject({
      ok: true,
      value: [{ symbol: 'DOGE_USD' }],
      passedOver: { count: 1, names: ['ODD'] },
    })
  })
})

describe("kraken's candles of the past", () => {
  const call = kraken.klines({ instrument: btc, period: '1h', from: 1_790_348_400_000, to: 1_790_359_200_000 })

  it('are asked for by the name on sockets and an exclusive second', () => {
    expect([call.url, call.query]).toEqual([
      'https://api.kraken.com/0/public/OHLC',
      [
        ['pair', 'BTC/USD'],
        ['interval', '60'],
        ['since', '1790348399'],
      ],
    ])
  })

  it('are closed up to the one that `last` names', () => {
    const candle = { quoteVolume: null, isClosed: true }
    expect(call.parse(documented.candles)).toEqual({
      ok: true,
      value: [
        {
          ...candle,
          openTime: 1_790_348_400_000,
          open: 84_001.9,
          high: 84_075.9,
          low: 83_351.5,
          close: 83_777.5,
          volume: 159.04484404,
        },
        {
          openTime: 1_790_359_200_000,
          open: 83_765.3,
          high: 84_050.3,
          low: 83_765.3,
          close: 84_030.6,
          volume: 53.72114923,
          quoteVolume: null,
          isClosed: false,
        },
      ],
    })
  })

  it('are cut to the range, since no end can be asked for', () => {
    const range = { instrument: btc, period: '1h', from: 1_790_348_400_000, to: 1_790_348_400_000 + hour } as const
    const parsed = kraken.klines(range).parse(documented.candles)
    expect(parsed).toMatchObject({ ok: true, value: [{ openTime: 1_790_348_400_000 }] })
    expect(parsed).not.toHaveProperty('passedOver')
  })
})

describe("kraken's other public calls", () => {
  it('tell the time, to the middle of the second', () => {
    expect(kraken.serverTime().parse(documented.time)).toEqual({ ok: true, value: 1_616_336_594_500 })
    const endless = { error: [], result: { unixtime: 1e308 } }
    expect(kraken.serverTime().parse(endless)).toEqual({ ok: false, problem: 'unixtime: 1e+308' })
  })

  it('tell of maintenance, and of nothing else', () => {
    const told = (status: string) => kraken.maintenance?.().parse({ error: [], result: { status } })
    expect([kraken.maintenance?.().parse(documented.status), told('post_only'), told('maintenance')]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [] },
      { ok: true, value: [{ title: '', from: null, until: null, isOngoing: true }] },
    ])
  })
})

describe("kraken's errors", () => {
  const now = 1_700_000_000_000
  const failure = (...error: string[]) => kraken.dialect.failure({ status: 200, headers: {} }, { error }, now)

  it.each([
    ['EAPI:Invalid key', 'rejectedKey', null],
    ['EAPI:Invalid signature', 'rejectedKey', null],
    ['EAPI:Invalid nonce', 'clock', null],
    ['EAPI:Rate limit exceeded', 'rateLimited', 5_000],
    ['EGeneral:Too many requests', 'rateLimited', null],
    ['EService: Throttled: 1700000030', 'rateLimited', 30_000],
    ['EGeneral:Permission denied', 'forbidden', null],
    ['EGeneral:Temporary lockout', 'banned', 900_000],
    ['EGeneral:Internal error', 'unavailable', null],
    ['EService:Unavailable', 'unavailable', null],
    ['EQuery:Unknown asset pair', 'invalid', null],
  ])('%s is %s', (word, kind, retryAfterMs) => {
    expect(failure(word)).toMatchObject({ kind, code: word, retryAfterMs })
  })

  it('are told from warnings and from success', () => {
    expect([failure('WDatabase:slow'), failure()]).toEqual([null, null])
    expect(failure('WDatabase:slow', 'EQuery:Unknown asset pair')).toMatchObject({ kind: 'invalid' })
  })

  it('tell of maintenance where they do', () => {
    const said = kraken.dialect.maintenance?.({ status: 503, headers: {} }, '{"error":["EService:Unavailable"]}')
    expect(said).toEqual({ words: 'it says: service unavailable', until: null })
  })
})

describe("kraken's topics", () => {
  it('are wires of one feed, but for candles, of which each period has its own; there is no funding', () => {
    const topic = { instrument: btc, period: null } as const
    expect(
      [
        kraken.route({ ...topic, channel: 'book_ticker' }),
        kraken.route({ ...topic, channel: 'trade' }),
        kraken.route({ ...topic, channel: 'order_book' }),
        kraken.route({ ...topic, channel: 'funding_rate' }),
        ...periods.map((period) => kraken.route({ ...topic, channel: 'kline', period })),
      ].map((route) => route && `${route.feed} ${route.wire}`),
    ).toEqual([
      'public ticker:BTC/USD',
      'public trade:BTC/USD',
      'public book:BTC/USD',
      null,
      'candles-1m ohlc-1:BTC/USD',
      'candles-5m ohlc-5:BTC/USD',
      'candles-15m ohlc-15:BTC/USD',
      'candles-1h ohlc-60:BTC/USD',
      'candles-1d ohlc-1440:BTC/USD',
    ])
    expect(kraken.feeds.map(({ id }) => id)).toEqual(['public', ...periods.map((period) => `candles-${period}`)])
  })

  it('are subscribed channel by channel, and unsubscribed in the same words', () => {
    const [feed] = kraken.feeds
    let id = 2
    const wires = ['ticker:BTC/USD', 'book:BTC/USD', 'ohlc-60:BTC/USD', 'ticker:ETH/USD', 'trade:ETH/USD']
    const sent = [
      ...(feed?.subscribe(wires, () => id++, 0) ?? []),
      ...(feed?.unsubscribe(
        ['book:BTC/USD'],
        () => id++,
        0,
        () => null,
      ) ?? []),
    ]
    expect(sent.map((request) => ({ ...request, text: JSON.parse(request.text) }))).toEqual([
      {
        id: 16,
        wires: ['ticker:BTC/USD', 'ticker:ETH/USD'],
        text: {
          method: 'subscribe',
          params: { channel: 'ticker', event_trigger: 'bbo', symbol: ['BTC/USD', 'ETH/USD'], snapshot: true },
          req_id: 16,
        },
      },
      {
        id: 26,
        wires: ['book:BTC/USD'],
        text: {
          method: 'subscribe',
          params: { channel: 'book', depth: 500, symbol: ['BTC/USD'], snapshot: true },
          req_id: 26,
        },
      },
      {
        id: 38,
        wires: ['ohlc-60:BTC/USD'],
        text: {
          method: 'subscribe',
          params: { channel: 'ohlc', interval: 60, symbol: ['BTC/USD'], snapshot: false },
          req_id: 38,
        },
      },
      {
        id: 41,
        wires: ['trade:ETH/USD'],
        text: { method: 'subscribe', params: { channel: 'trade', symbol: ['ETH/USD'], snapshot: false }, req_id: 41 },
      },
      {
        id: 50,
        wires: ['book:BTC/USD'],
        text: { method: 'unsubscribe', params: { channel: 'book', depth: 500, symbol: ['BTC/USD'] }, req_id: 50 },
      },
    ])
  })
})

it('reads seconds as REST writes them', () => {
  expect(['1616492376', 1_688_666_559.8974, 0, -1, Number.NaN, 'soon'].map(millisecondsOfSeconds)).toEqual([
    ...[1_616_492_376_000, 1_688_666_559_897],
    ...Array(4).fill(Number.NaN),
  ])
})
