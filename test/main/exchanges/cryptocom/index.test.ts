import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { cryptocom } from '../../../../src/main/exchanges/cryptocom/index.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const perpetual = instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')
const documented: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/cryptocom/rest_public.json'), 'utf8'),
)
const ok = (data: unknown) => ({ id: -1, method: 'public/get-nothing', code: 0, result: { data } })

describe('crypto.com topics', () => {
  const topic = (channel: Topic['channel'], period: Topic['period'] = null, of = perpetual): Topic => ({
    channel,
    instrument: of,
    period,
  })
  it('are channels of one feed', () => {
    const topics = [
      topic('book_ticker'),
      topic('trade', null, spot),
      topic('kline', '1m'),
      topic('kline', '1d', spot),
      topic('kline'),
      topic('funding_rate'),
      topic('funding_rate', null, spot),
      topic('order_book', null, spot),
    ]
    expect(topics.map(cryptocom.route).map((route) => route && `${route.feed} ${route.wire}`)).toEqual([
      'market ticker.BTCUSD-PERP',
      'market trade.BTC_USDT',
      'market candlestick.1m.BTCUSD-PERP',
      'market candlestick.1D.BTC_USDT',
      null,
      'market funding.BTCUSD-PERP',
      null,
      'market book.BTC_USDT.50',
    ])
  })

  it('go out a hundred to a request, with the manner of books where there are some', () => {
    const [feed] = cryptocom.feeds
    let id = 1
    const wires = [...Array.from({ length: 100 }, (_, n) => `ticker.C${n}_USD`), 'book.BTC_USDT.50']
    const requests = feed?.subscribe(wires, () => id++, 1_790_114_272_304) ?? []
    expect(requests.map((request) => [request.id, request.wires.length])).toEqual([
      [1, 100],
      [2, 1],
    ])
    expect(requests[1]?.text).toBe(
      '{"id":2,"method":"subscribe","params":{"channels":["book.BTC_USDT.50"],"book_subscription_type":"SNAPSHOT_AND_UPDATE","book_update_frequency":100},"nonce":1790114272304}',
    )
    expect(requests[0]?.text).not.toContain('book_')
    expect(
      feed?.unsubscribe(
        ['book.BTC_USDT.50'],
        () => 7,
        1_790_114_280_000,
        () => null,
      ),
    ).toEqual([
      {
        id: 7,
        wires: ['book.BTC_USDT.50'],
        text: '{"id":7,"method":"unsubscribe","params":{"channels":["book.BTC_USDT.50"]},"nonce":1790114280000}',
      },
    ])
  })
})

describe('crypto.com instruments', () => {
  const [call] = cryptocom.instruments()
  const row = {
    symbol: 'BTCUSD-PERP',
    inst_type: 'PERPETUAL_SWAP',
    base_ccy: 'BTC',
    quote_ccy: 'USD',
    price_tick_size: '0.1',
    qty_tick_size: '0.0001',
    tradable: true,
    product_type: 'DIGITAL_CURRENCIES',
    contract_size: '1',
  }
  const shown = (...rows: object[]) => {
    const parsed = call?.parse(ok(rows))
    return parsed?.ok ? parsed.value.map(({ symbol, status }) => `${symbol} ${status}`) : parsed?.problem
  }

  it('are read as they were seen', () => {
    expect(call?.parse(documented['public/get-instruments'])).toEqual({
      ok: true,
      value: [
        {
          exchange: 'cryptocom',
          symbol: 'BTC_USD',
          kind: 'spot',
          base: 'BTC',
          quote: 'USD',
          nativeName: 'BTC_USD',
          tickSize: 0.01,
          lotSize: 0.00001,
          minimumQuantity: 0.00001,
          minimumNotional: null,
          contractSize: 1,
          status: 'trading',
        },
      ],
    })
  })
  it('are neither stocks nor dated nor of other venues, and dollars stay dollars', () => {
    expect(
      shown(
        row,
        { ...row, symbol: 'NVDAUSD-PERP', base_ccy: 'NVDA', product_type: 'STOCKS' },
        { ...row, symbol: 'BTCUSD-261225', inst_type: 'FUTURE' },
        { ...row, symbol: 'SHIB_BTC@OEX_HK', inst_type: 'CCY_PAIR', base_ccy: 'SHIB', quote_ccy: 'BTC' },
        { ...row, symbol: 'ETH_USDT', inst_type: 'CCY_PAIR', base_ccy: 'ETH', quote_ccy: 'USDT', tradable: false },
      ),
    ).toEqual(['BTC_USD_PERP trading', 'ETH_USDT halted'])
  })
  it('name the row that cannot be right', () => {
    const odd = [
      { ...row, symbol: 'AUSD-PERP', contract_size: '10' },
      { ...row, symbol: 'B_USD' },
      { ...row, symbol: 'CUSD-PERP', base_ccy: '' },
      { ...row, symbol: 'DUSD-PERP', tradable: 'yes' },
    ]
    expect(call?.parse(ok([row, ...odd]))).toMatchObject({
      value: [{ symbol: 'BTC_USD_PERP' }],
      passedOver: {
        count: 4,
        samples: [
          'AUSD-PERP: contract_size: "10": not one of the base asset',
          'B_USD: symbol: "B_USD": no name of a perpetual market',
          'CUSD-PERP: base_ccy: "": no base asset',
          expect.stringMatching(/^DUSD-PERP: tradable: "yes": /),
        ],
      },
    })
    expect(call?.parse(ok([]))).toEqual({ ok: false, problem: 'instruments: the list is empty' })
  })
})

describe('crypto.com candles of history', () => {
  const from = 1_781_980_080_000
  const range = { instrument: spot, period: '1m', from, to: from + 60_000 } as const
  it('are asked for back from behind the last one', () => {
    expect(cryptocom.klines(range).query).toEqual([
      ['instrument_name', 'BTC_USDT'],
      ['timeframe', '1m'],
      ['count', '3'],
      ['end_ts', String(from + 60_001)],
    ])
    expect(cryptocom.klines({ ...range, period: '1d', from: 0, to: 0 }).query[1]).toEqual(['timeframe', '1D'])
  })
  it('are read as they were seen, without what lies outside', () => {
    const [candle] = Object(documented['public/get-candlestick']).result.data
    const read = { openTime: from, open: 63802.28, high: 63810, low: 63800, close: 63805.1, volume: 0.0001 }
    expect(cryptocom.klines(range).parse(ok([{ ...candle, t: from - 60_000 }, candle]))).toEqual({
      ok: true,
      value: [{ ...read, quoteVolume: null, isClosed: null }],
    })
  })
  it('have a hole where one is odd', () => {
    const candle = { o: '1', h: '2', l: '1', c: '2', v: '3', t: from }
    expect(cryptocom.klines(range).parse(ok([candle, { ...candle, t: from + 60_000, h: '0.5' }]))).toMatchObject({
      ok: true,
      value: [{ openTime: from }],
      passedOver: { count: 1 },
    })
  })
})

describe('crypto.com answers', () => {
  const failure = (status: number, body: unknown) => {
    const failed = cryptocom.dialect.failure({ status, headers: {} }, body, 0)
    return failed && [failed.kind, failed.code, failed.retryAfterMs]
  }
  it.each([
    [200, { id: -1, method: 'm', code: 0, result: {} }, null],
    [200, { id: -1, method: 'm', code: '0', result: {} }, null],
    [400, { code: 40004, message: 'Invalid instrument_name' }, ['invalid', '40004', null]],
    [200, { id: 1, method: 'm', code: 40401, message: 'NOT_FOUND' }, ['invalid', '40401', null]],
    [429, { code: 42901, message: 'RATE_LIMIT' }, ['rateLimited', '42901', 1_000]],
    [401, { id: 11, method: 'm', code: 40101, message: 'UNAUTHORIZED' }, ['rejectedKey', '40101', null]],
    [401, { code: '40103' }, ['rejectedKey', '40103', null]],
    [400, { code: 40102, message: 'INVALID_NONCE' }, ['clock', '40102', null]],
    [401, { code: 40104 }, ['forbidden', '40104', null]],
    [500, { code: 50001 }, ['unavailable', '50001', null]],
    [500, { code: 500 }, ['unavailable', '500', null]],
    [408, { code: 1 }, ['unavailable', '1', null]],
    [503, { code: 9010001, message: 'SYSTEM_MAINTENANCE' }, ['unavailable', '9010001', null]],
    [502, '<html>', ['unavailable', null, null]],
    [403, 'Forbidden', ['denied', null, null]],
    [404, { timestamp: 'x', status: 404 }, ['invalid', null, null]],
    [200, 'hello', ['unreadable', null, null]],
  ])('with status %i and %j mean what they say', (status, body, expected) => {
    expect(failure(status, body)).toEqual(expected)
  })
  it('tell maintenance by name', () => {
    const maintenance = (body: string) => cryptocom.dialect.maintenance?.({ status: 503, headers: {} }, body)
    expect([maintenance('{"code":9010001,"message":"SYSTEM_MAINTENANCE"}'), maintenance('{"code":50001}')]).toEqual([
      { words: 'it says: system maintenance', until: null },
      null,
    ])
  })
  it('tell announced maintenance of trading only', () => {
    const parse = (body: unknown) => cryptocom.maintenance?.().parse(body)
    const [row] = Object(documented['public/get-announcements']).result.data
    const impacted_params = {
      spot_trading_impacted: 'BAU',
      derivative_trading_impacted: 'BAU',
      staking_impacted: 'FULL',
    }
    expect([parse(documented['public/get-announcements']), parse(ok([{ ...row, impacted_params }]))]).toEqual([
      { ok: true, value: [{ title: row.title, from: 1_743_426_900_000, until: 1_743_434_100_000, isOngoing: false }] },
      { ok: true, value: [] },
    ])
  })
  it('tell the time by the newest ticker', () => {
    const newer = { ...Object(documented['public/get-tickers']).result.data[0], t: '1781981527099' }
    const { data } = Object(documented['public/get-tickers']).result
    expect([cryptocom.serverTime().parse(ok([newer, ...data])), cryptocom.serverTime().parse(ok([{ t: 5 }]))]).toEqual([
      { ok: true, value: 1_781_981_527_099 },
      { ok: false, problem: 'tickers: none bears a time' },
    ])
  })
})
