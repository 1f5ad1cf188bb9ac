import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bitfinex } from '../../../../src/main/exchanges/bitfinex/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('bitfinex', 'spot', 'BTC', 'USDT', 'tBTCUST')
const perpetual = instrument('bitfinex', 'perpetual', 'BTC', 'USDT', 'tBTCF0:USTF0')
const lists: unknown = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/bitfinex/rest_lists.json'), 'utf8'),
)
const [feed] = bitfinex.feeds

describe('bitfinex topics', () => {
  const topic = (channel: Topic['channel'], period: Topic['period'] = null, of = perpetual): Topic => ({
    ...{ channel, instrument: of, period },
  })
  it('have a wire each', () => {
    expect(
      [
        topic('book_ticker'),
        topic('trade'),
        topic('kline', '1d'),
        topic('kline'),
        topic('funding_rate'),
        topic('funding_rate', null, spot),
        topic('order_book'),
      ].map((one) => bitfinex.route(one)?.wire ?? null),
    ).toEqual([
      ...['quote:tBTCF0:USTF0', 'trades:tBTCF0:USTF0', 'candles:1D:tBTCF0:USTF0', null, 'status:tBTCF0:USTF0', null],
      'book:tBTCF0:USTF0',
    ])
  })

  it('are asked for one by one, and taken back by number', () => {
    let id = 0
    const wires = ['quote:tBTCUST', 'book:tBTCUST', 'trades:tBTCUST', 'candles:1m:tBTCF0:USTF0', 'status:tBTCF0:USTF0']
    expect(feed?.subscribe(wires, () => ++id, 0).map(({ text }) => JSON.parse(text))).toEqual([
      { event: 'subscribe', channel: 'book', symbol: 'tBTCUST', prec: 'P0', freq: 'F0', len: '1', subId: '1' },
      { event: 'subscribe', channel: 'book', symbol: 'tBTCUST', prec: 'P0', freq: 'F0', len: '250', subId: '2' },
      { event: 'subscribe', channel: 'trades', symbol: 'tBTCUST', subId: '3' },
      { event: 'subscribe', channel: 'candles', key: 'trade:1m:tBTCF0:USTF0', subId: '4' },
      { event: 'subscribe', channel: 'status', key: 'deriv:tBTCF0:USTF0', subId: '5' },
    ])
    const handles: Readonly<Record<string, number>> = { 'trades:tBTCUST': 77 }
    const handleOf = (wire: string) => handles[wire] ?? null
    expect(feed?.unsubscribe(['quote:tBTCUST', 'trades:tBTCUST'], () => 9, 0, handleOf)).toEqual([
      { id: 9, wires: ['trades:tBTCUST'], text: '{"event":"unsubscribe","chanId":77}' },
    ])
  })
})

describe('bitfinex instruments', () => {
  const [call] = bitfinex.instruments()
  const named = (body: unknown) => {
    const parsed = call?.parse(body)
    return parsed?.ok ? parsed.value.map((one) => [one.nativeName, one.symbol, one.minimumQuantity]) : parsed
  }

  it('are read from one reply: aliases, F0 and colons, no paper trading, no derivative in bitcoin, nothing unlisted', () => {
    expect(named(lists)).toEqual([
      ['tBTCUST', 'BTC_USDT', 0.00004],
      ['tDOGE:UST', 'DOGE_USDT', 14],
      ['tETHBTC', 'ETH_BTC', 0.0008],
      ['tALGUSD', 'ALGO_USD', 8],
      ['tDOGUSD', 'MDOGE_USD', 0.014],
      ['tBTCF0:USTF0', 'BTC_USDT_PERP', 0.00004],
      ['tALGF0:USTF0', 'ALGO_USDT_PERP', 8],
    ])
    expect(call?.parse(lists)).toMatchObject({
      value: expect.arrayContaining([
        {
          ...{ exchange: 'bitfinex', symbol: 'BTC_USDT', kind: 'spot', base: 'BTC', quote: 'USDT', tickSize: null },
          ...{ nativeName: 'tBTCUST', lotSize: 1e-8, minimumQuantity: 0.00004, minimumNotional: null },
          ...{ contractSize: 1, status: 'trading' },
        },
      ]),
    })
  })

  it('pass over rows that cannot be read and the second of a symbol', () => {
    const row = (pair: string, minimum: unknown) => [pair, [null, null, null, minimum]]
    const parsed = call?.parse([
      [
        ['UST', 'USDt'],
        ['XXX', 'BTC'],
      ],
      ['BTCUST', 'XXXUST', 'ETHUST', 'B'],
      [row('BTCUST', '1'), row('XXXUST', '1'), row('ETHUST', 'much'), row('B', '1'), 7],
      [row('BTCF0:USTF0', '1')],
    ])
    expect(parsed).toMatchObject({ ok: true, passedOver: { count: 4, names: ['XXXUST', 'ETHUST', 'B'] } })
  })

  it.each([[[]], [[[], [], [], []]], ['text'], [null]])('are a problem in %j', (body) =>
    expect(call?.parse(body)).toEqual({ ok: false, problem: expect.any(String) }),
  )
})

describe('bitfinex candles', () => {
  const range = { instrument: spot, period: '1m', from: 1_591_503_840_000, to: 1_591_503_960_000 } as const
  const call = bitfinex.klines(range)

  it('are asked for oldest first, both ends given', () => {
    expect([call.url, call.query]).toEqual([
      'https://api-pub.bitfinex.com/v2/candles/trade:1m:tBTCUST/hist',
      [
        ['start', '1591503840000'],
        ['end', '1591503960000'],
        ['sort', '1'],
        ['limit', '10000'],
      ],
    ])
  })

  it('have their close before high and low, and no volume in quote', () => {
    expect(call.parse([[1_591_503_840_000, 0.025069, 0.025068, 0.02507, 0.025067, 1.97828998]])).toEqual({
      ok: true,
      value: [
        {
          ...{ openTime: 1_591_503_840_000, open: 0.025069, close: 0.025068, high: 0.02507, low: 0.025067 },
          ...{ volume: 1.97828998, quoteVolume: null, isClosed: null },
        },
      ],
    })
  })

  it('that cannot be are passed over', () => {
    expect(
      call.parse([
        [1_591_503_840_000, 1, 1, 1, 1, 1],
        [1_591_503_900_000, 1, 9, 1, 1, 1],
        [1_591_503_900_001, 1, 1, 1, 1, 1],
      ]),
    ).toMatchObject({ ok: true, value: [{ open: 1 }], passedOver: { count: 2 } })
  })
})

describe('bitfinex time and maintenance', () => {
  const head = (date: string | undefined) => ({ status: 200, headers: { date } })
  it('is told by the Date of a reply, whole seconds', () => {
    const { parse } = bitfinex.serverTime()
    expect(parse([1], head('Tue, 22 Sep 2026 10:00:05 GMT'))).toEqual({
      ok: true,
      value: Date.UTC(2026, 8, 22, 10, 0, 5) + 500,
    })
    expect([parse([1], head(undefined)), parse([1], head('soon')), parse([1])]).toEqual(
      Array.from({ length: 3 }, () => ({ ok: false, problem: expect.any(String) })),
    )
  })
  it('is under way or not', () => {
    const parse = (body: unknown) => bitfinex.maintenance?.().parse(body)
    expect([parse([1]), parse([0]), parse([2])]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [{ title: '', from: null, until: null, isOngoing: true }] },
      { ok: false, problem: expect.any(String) },
    ])
  })
})

describe('bitfinex funding rates by REST', () => {
  it('are the rows of those asked for', () => {
    const [call] = bitfinex.fundingRates([perpetual, spot])
    expect(call?.query).toEqual([['keys', 'tBTCF0:USTF0']])
    const row = [
      1_790_133_734_000,
      null,
      1,
      1,
      null,
      1,
      null,
      1_790_150_400_000,
      0.1,
      3_873,
      null,
      1e-7,
      null,
      null,
      86_676.3,
    ]
    expect(
      call?.parse([
        ['tBTCF0:USTF0', ...row],
        ['tETHF0:USTF0', ...row],
      ]),
    ).toEqual({
      ok: true,
      value: [
        {
          ...{ exchange: 'bitfinex', symbol: 'BTC_USDT_PERP', rate: '0.0000001', nextFundingAt: 1_790_150_400_000 },
          ...{ intervalHours: 8, markPrice: '86676.3', exchangeAt: 1_790_133_734_000, receivedAt: expect.any(Number) },
        },
      ],
    })
    expect(bitfinex.fundingRates([spot])).toEqual([])
  })
})

describe('bitfinex failures', () => {
  const failure = (status: number, body: unknown) => bitfinex.dialect.failure({ status, headers: {} }, body, 0)
  it.each([
    [500, ['error', 10_020, 'symbol: invalid'], 'invalid', null],
    [429, { error: 'ERR_RATE_LIMIT' }, 'rateLimited', 60_000],
    [500, ['error', 11_010, 'ratelimit: error'], 'rateLimited', 60_000],
    [500, ['error', 10_100, 'apikey: digest invalid'], 'rejectedKey', null],
    [500, ['error', 10_114, 'nonce: small'], 'unavailable', null],
    [500, ['error', 10_001, 'permission: invalid'], 'forbidden', null],
    [500, ['error', 20_060, 'maintenance'], 'unavailable', null],
    [404, '<html></html>', 'invalid', null],
    [403, 'no', 'denied', null],
    [502, 'bad gateway', 'unavailable', null],
  ])('%i with %j is %s', (status, body, kind, retryAfterMs) =>
    expect(failure(status, body)).toMatchObject({ kind, retryAfterMs }),
  )
  it('block for as long as they say', () => {
    const head = { status: 429, headers: { 'retry-after': '7' } }
    expect(bitfinex.dialect.failure(head, { error: 'ERR_RATE_LIMIT' }, 0)?.retryAfterMs).toBe(7_000)
  })
  it('are none in rows', () => expect(failure(200, [['error', 1]])).toBeNull())
  it('tell of maintenance', () => {
    expect(bitfinex.dialect.maintenance?.({ status: 500, headers: {} }, '["error",20060,"maintenance"]')).toEqual({
      words: 'it says that it is in maintenance',
      until: null,
    })
  })
})
