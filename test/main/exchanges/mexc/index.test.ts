import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { bitcoin } from './documented.ts'

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/mexc', name), 'utf8'))

const [instruments] = mexc.instruments()
const parseRows = (...symbols: unknown[]): unknown => instruments?.parse({ symbols })

describe('MEXC instruments', () => {
  const listed = {
    exchange: 'mexc',
    symbol: 'BTC_USDT',
    kind: 'spot',
    base: 'BTC',
    quote: 'USDT',
    nativeName: 'BTCUSDT',
    tickSize: 0.01,
    lotSize: 1e-8,
    minimumQuantity: 0.000001,
    minimumNotional: 1,
    contractSize: 1,
    status: 'trading',
  }
  const row = { symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', status: '1' }
  const bare = { ...listed, tickSize: null, lotSize: null, minimumQuantity: null, minimumNotional: null }

  it('asks for the whole list', () => {
    expect(instruments).toMatchObject({
      url: 'https://api.mexc.com/api/v3/exchangeInfo',
      query: [],
      headers: { 'content-type': 'application/json' },
      pool: 'exchangeInfo',
      weight: 10,
    })
  })

  it('reads the documented row', () => {
    expect(instruments?.parse(fixture('rest_exchange_info.json'))).toEqual({ ok: true, value: [listed] })
  })

  it('keeps a row without rules, with null for each', () => {
    expect(parseRows(row)).toEqual({ ok: true, value: [bare] })
  })

  it('tolerates null, numbers and nonsense in the rules', () => {
    const odd = {
      ...row,
      quotePrecision: '3',
      baseAssetPrecision: -2,
      baseSizePrecision: '0',
      quoteAmountPrecision: 5,
      tradeSideType: { odd: true },
    }
    expect(parseRows({ ...odd, quotePrecision: null, quoteAssetPrecision: 4 }, odd)).toEqual({
      ok: true,
      value: [
        { ...bare, tickSize: 0.0001, minimumNotional: 5 },
        { ...bare, tickSize: 0.001, minimumNotional: 5 },
      ],
    })
  })

  it('passes over a row without names and keeps the rest', () => {
    expect(parseRows(null, { symbol: 'X' }, row, 'text')).toEqual({
      ok: true,
      value: [bare],
      passedOver: {
        count: 3,
        samples: [
          'row 0: row: null: Invalid input: expected object, received null',
          'X: baseAsset: absent: Invalid input: expected string, received undefined',
          'row 3: row: "text": Invalid input: expected object, received string',
        ],
        names: ['X'],
      },
    })
  })

  it.each([
    ['1', 1, 'trading'],
    [1, '1', 'trading'],
    ['ENABLED', undefined, 'trading'],
    ['1', 2, 'trading'],
    ['1', 4, 'halted'],
    ['1', '4', 'halted'],
    ['2', 1, 'halted'],
    ['3', 1, 'halted'],
    [null, 1, 'halted'],
  ])('reads status %j with tradeSideType %j as %s', (status, tradeSideType, expected) => {
    expect(parseRows({ ...row, status, tradeSideType })).toMatchObject({ value: [{ status: expected }] })
  })

  it('takes a symbol closed to API orders for what its market is: trading', () => {
    expect(parseRows({ ...row, isSpotTradingAllowed: false })).toMatchObject({ value: [{ status: 'trading' }] })
  })

  it.each([
    ['no list', {}, 'symbols: not a list'],
    ['an empty list', { symbols: [] }, 'symbols: the list is empty'],
    [
      'a list of unreadable rows',
      { symbols: [1, 2] },
      'symbols: none of 2 rows can be read: row 0: row: 1: Invalid input: expected object, received number',
    ],
  ])('says so for %s', (_name, body, problem) => {
    expect(instruments?.parse(body)).toEqual({ ok: false, problem })
  })
})

describe('MEXC candles', () => {
  const openTime = 1_640_804_880_000
  const range = { instrument: bitcoin, period: '1m', from: openTime, to: openTime + 60_000 } as const
  const candle = {
    openTime,
    open: 47_482.36,
    high: 47_482.36,
    low: 47_416.57,
    close: 47_436.1,
    volume: 3.550717,
    quoteVolume: 168_387.3,
    isClosed: null,
  }
  const rowAt = (time: number, ...rest: unknown[]) => [time, '2', '3', '1', '2.5', '10', time + 60_000, ...rest]
  const candleAt = (time: number, quoteVolume: number | null) => ({
    openTime: time,
    open: 2,
    high: 3,
    low: 1,
    close: 2.5,
    volume: 10,
    quoteVolume,
    isClosed: null,
  })

  it('asks with both bounds, the end within the last candle', () => {
    const { parse: _, ...call } = mexc.klines({
      ...range,
      period: '1h',
      from: 1_640_804_400_000,
      to: 1_640_808_000_000,
    })
    expect(call).toEqual({
      url: 'https://api.mexc.com/api/v3/klines',
      query: [
        ['symbol', 'BTCUSDT'],
        ['interval', '60m'],
        ['startTime', '1640804400000'],
        ['endTime', '1640811599999'],
        ['limit', '500'],
      ],
      headers: { 'content-type': 'application/json' },
      pool: 'klines',
      weight: 1,
    })
  })

  it('reads the documented row', () => {
    expect(mexc.klines(range).parse(fixture('rest_klines.json'))).toEqual({ ok: true, value: [candle] })
  })

  it('cuts to the range, sorts, and leaves an absent quote volume null', () => {
    const rows = [
      rowAt(openTime + 120_000, '25'),
      rowAt(openTime + 60_000),
      rowAt(openTime, null),
      rowAt(openTime - 60_000),
    ]
    expect(mexc.klines(range).parse(rows)).toEqual({
      ok: true,
      value: [candleAt(openTime, null), candleAt(openTime + 60_000, null)],
    })
  })

  it.each([
    ['a misaligned time', [rowAt(openTime + 1, '25')]],
    ['a price that is no number', [[openTime, 'x', '3', '1', '2.5', '10']]],
    ['an empty volume', [[openTime, '2', '3', '1', '2.5', '']]],
    ['a quote volume that is no number', [rowAt(openTime, '?')]],
    ['too few columns', [[openTime, '2', '3']]],
    ['an object', { code: 0 }],
  ])('says so for %s', (_name, body) => {
    expect(mexc.klines(range).parse(body)).toMatchObject({ ok: false, problem: expect.stringMatching(/^klines: /) })
  })
})

describe('MEXC candles of which one is odd', () => {
  it('are without that one', () => {
    const openTime = 1_640_804_880_000
    const range = { instrument: bitcoin, period: '1m', from: openTime, to: openTime + 60_000 } as const
    const rows = [
      [openTime, '2', '3', '1', '2.5', '', openTime + 60_000, '25'],
      [openTime + 60_000, '2', '3', '1', '2.5', '10', openTime + 120_000, '25'],
    ]
    expect(mexc.klines(range).parse(rows)).toMatchObject({
      ok: true,
      value: [{ openTime: openTime + 60_000 }],
      passedOver: { count: 1, samples: [expect.stringMatching(/^1640804880000: candle: .* impossible values$/)] },
    })
  })
})

describe('MEXC replies that may be anything', () => {
  it('never throws', () => {
    const range = { instrument: bitcoin, period: '1m', from: 0, to: 60_000 } as const
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat({ max: 599 }), (body, status) => {
        mexc.serverTime().parse(body)
        instruments?.parse(body)
        instruments?.parse({ symbols: [body] })
        mexc.klines(range).parse(body)
        mexc.klines(range).parse([body])
        mexc.dialect.failure({ status, headers: {} }, body, 0)
      }),
    )
  })
})

describe('MEXC server time and errors', () => {
  it('reads the documented time', () => {
    expect(mexc.serverTime().parse(fixture('rest_time.json'))).toEqual({ ok: true, value: 1_645_539_742_000 })
  })

  it('says so for a time that is none', () => {
    expect(mexc.serverTime().parse({ serverTime: '1' })).toEqual({ ok: false, problem: 'serverTime: not epoch ms' })
  })

  const now = Date.parse('2026-01-01T00:00:00Z')
  const failure = (status: number, body: unknown, retryAfter?: string) =>
    mexc.dialect.failure({ status, headers: { 'retry-after': retryAfter } }, body, now)

  it.each([
    [200, { serverTime: 1 }],
    [200, { code: 200, data: [], msg: null }],
    [200, []],
  ])('takes %d %j for a success', (status, body) => {
    expect(failure(status, body)).toBeNull()
  })

  it.each<[number, unknown, string | undefined, object]>([
    [
      429,
      { code: 429, msg: 'Too many requests' },
      '3',
      { kind: 'rateLimited', code: '429', message: 'Too many requests', retryAfterMs: 3_000 },
    ],
    [418, '', '120', { kind: 'banned', code: null, message: 'HTTP 418', retryAfterMs: 120_000 }],
    [
      429,
      '',
      'Thu, 01 Jan 2026 00:00:10 GMT',
      { kind: 'rateLimited', code: null, message: 'HTTP 429', retryAfterMs: 10_000 },
    ],
    [403, '<html>', undefined, { kind: 'denied', code: null, message: 'HTTP 403', retryAfterMs: null }],
    [503, '', 'soon', { kind: 'unavailable', code: null, message: 'HTTP 503', retryAfterMs: null }],
    [
      400,
      { msg: 'Invalid interval.', code: -1121, _extend: null },
      undefined,
      { kind: 'invalid', code: '-1121', message: 'Invalid interval.', retryAfterMs: null },
    ],
    [
      200,
      { code: 10007, msg: 'bad symbol' },
      undefined,
      { kind: 'invalid', code: '10007', message: 'bad symbol', retryAfterMs: null },
    ],
    [
      200,
      { code: 429, msg: null },
      undefined,
      { kind: 'rateLimited', code: '429', message: 'HTTP 200', retryAfterMs: null },
    ],
  ])('reads %d %j', (status, body, retryAfter, expected) => {
    expect(failure(status, body, retryAfter)).toEqual(expected)
  })
})
