import { describe, expect, it } from 'vitest'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { htx } from '../../../../src/main/exchanges/htx/index.ts'
import type { ReplyHead, RestCall } from '../../../../src/main/net/rest.ts'
import { type Period, periodMs } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('htx', 'spot', 'BTC', 'USDT', 'btcusdt')
const swap = instrument('htx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT', { contractSize: 0.001 })
const [spotList, swapList] = htx.instruments()
const ok = (data: unknown) => ({ status: 'ok', data, ts: 1 })

describe('htx topics', () => {
  const routes = (of: typeof spot) =>
    (
      [
        ['book_ticker', null],
        ['trade', null],
        ['kline', '1m'],
        ['kline', '5m'],
        ['kline', '15m'],
        ['kline', '1h'],
        ['kline', '1d'],
        ['kline', null],
        ['order_book', null],
        ['funding_rate', null],
      ] as const
    ).map(([channel, period]) => htx.route({ channel, period, instrument: of } satisfies Topic))

  it('have their feed and name; days are followed by their hours', () => {
    const on = (feed: string, wire: string) => ({ feed, wire })
    expect(routes(spot)).toEqual([
      on('spot', 'market.btcusdt.bbo'),
      on('spot', 'market.btcusdt.trade.detail'),
      ...['1min', '5min', '15min', '60min', '60min'].map((name) => on('spot', `market.btcusdt.kline.${name}`)),
      null,
      on('spot-books', 'market.btcusdt.mbp.150'),
      null,
    ])
    expect(routes(swap)).toEqual([
      on('perpetual', 'market.BTC-USDT.bbo'),
      on('perpetual', 'market.BTC-USDT.trade.detail'),
      ...['1min', '5min', '15min', '60min', '60min'].map((name) => on('perpetual', `market.BTC-USDT.kline.${name}`)),
      null,
      on('perpetual', 'market.BTC-USDT.depth.size_150.high_freq'),
      on('perpetual-funding', 'public.BTC-USDT.funding_rate'),
    ])
  })

  it('are asked for one by one, changes of swap books as such', () => {
    const texts = (feed: string, wires: readonly string[]) => {
      let id = 7
      const rules = htx.feeds.find((one) => one.id === feed)
      return [
        ...(rules?.subscribe(wires, () => id++, 0) ?? []),
        ...(rules?.unsubscribe(
          wires.slice(0, 1),
          () => id++,
          0,
          () => null,
        ) ?? []),
      ].map((request) => `${request.wires} ${request.text}`)
    }
    expect(texts('perpetual', ['market.BTC-USDT.depth.size_150.high_freq', 'market.BTC-USDT.bbo'])).toEqual([
      'market.BTC-USDT.depth.size_150.high_freq {"sub":"market.BTC-USDT.depth.size_150.high_freq","data_type":"incremental","id":"7"}',
      'market.BTC-USDT.bbo {"sub":"market.BTC-USDT.bbo","id":"8"}',
      'market.BTC-USDT.depth.size_150.high_freq {"unsub":"market.BTC-USDT.depth.size_150.high_freq","data_type":"incremental","id":"9"}',
    ])
    expect(texts('perpetual-funding', ['public.BTC-USDT.funding_rate'])).toEqual([
      'public.BTC-USDT.funding_rate {"op":"sub","cid":"7","topic":"public.BTC-USDT.funding_rate"}',
      'public.BTC-USDT.funding_rate {"op":"unsub","cid":"8","topic":"public.BTC-USDT.funding_rate"}',
    ])
  })
})

describe('htx instruments', () => {
  const spotRow = {
    ...{ symbol: 'btcusdt', state: 'online', bc: 'btc', qc: 'usdt', pp: 2, ap: 6, sp: 'main', vp: 8 },
    ...{ minoa: 0.00001, maxoa: 1000, minov: 1, lominoa: 0.00001, at: 'enabled', tags: 'activities' },
  }
  const swapRow = {
    ...{ symbol: 'BTC', contract_code: 'BTC-USDT', contract_size: 0.001, price_tick: 0.1, delivery_date: '' },
    ...{ contract_status: 1, business_type: 'swap', pair: 'BTC-USDT', contract_type: 'swap', trade_partition: 'USDT' },
  }

  it('of spot are named by their assets, never by their symbol', () => {
    const odd = { ...spotRow, symbol: 'akrobtc', bc: 'kaon', qc: 'btc', lominoa: null, minoa: null, minov: null }
    expect(spotList?.parse({ ...ok([spotRow, odd]), ts: '1700000000123' })).toEqual({
      ok: true,
      value: [
        {
          ...{ exchange: 'htx', symbol: 'BTC_USDT', kind: 'spot', base: 'BTC', quote: 'USDT', nativeName: 'btcusdt' },
          ...{ tickSize: 0.01, lotSize: 0.000001, minimumQuantity: 0.00001, minimumNotional: 1, contractSize: 1 },
          status: 'trading',
        },
        {
          ...{ exchange: 'htx', symbol: 'KAON_BTC', kind: 'spot', base: 'KAON', quote: 'BTC', nativeName: 'akrobtc' },
          ...{ tickSize: 0.01, lotSize: 0.000001, minimumQuantity: null, minimumNotional: null, contractSize: 1 },
          status: 'trading',
        },
      ],
    })
  })

  it('of swaps count in base asset', () => {
    expect(swapList?.parse(ok([swapRow]))).toEqual({
      ok: true,
      value: [
        {
          ...{ exchange: 'htx', symbol: 'BTC_USDT_PERP', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
          ...{ nativeName: 'BTC-USDT', tickSize: 0.1, lotSize: 0.001, minimumQuantity: 0.001, minimumNotional: null },
          ...{ contractSize: 0.001, status: 'trading' },
        },
      ],
    })
  })

  it.each([
    ['online', 'trading'],
    ['suspend', 'halted'],
    ['fuse', 'halted'],
    ['pre-online', 'halted'],
    ['transfer-board', 'halted'],
    ['offline', 'delisted'],
    ['not-online', undefined],
  ])('of spot in state %s are %s', (state, status) => {
    const parsed = spotList?.parse(ok([{ ...spotRow, state }]))
    expect(parsed?.ok && parsed.value[0]?.status).toBe(status)
  })

  it.each([
    [1, 'trading'],
    [3, 'halted'],
    [9, 'halted'],
    [0, 'delisted'],
    [8, 'delisted'],
  ])('of swaps in state %d are %s', (contract_status, status) => {
    const parsed = swapList?.parse(ok([{ ...swapRow, contract_status }]))
    expect(parsed?.ok && parsed.value[0]?.status).toBe(status)
  })

  it('pass over dated futures in silence and odd rows by name', () => {
    const dated = { ...swapRow, contract_code: 'BTC-USDT-261225', business_type: 'futures', contract_type: 'quarter' }
    const odd = { ...swapRow, contract_code: 'ETH-USDT', contract_size: 0 }
    expect(swapList?.parse(ok([swapRow, dated, odd]))).toMatchObject({
      ok: true,
      value: [{ symbol: 'BTC_USDT_PERP' }],
      passedOver: { count: 1, names: ['ETH-USDT'] },
    })
    expect(spotList?.parse(ok([]))).toMatchObject({ ok: false })
  })
})

describe('htx candles by REST', () => {
  const hour = periodMs['1h']
  const day = 1_700_006_400_000
  const queryOf = (of: typeof spot, period: Period, from: number, to: number, now?: number) => {
    const call = htx.klines({ instrument: of, period, from, to, ...(now === undefined ? {} : { now }) })
    return `${new URL(call.url).pathname}?${new URLSearchParams(call.query.map(([name, value]) => [name, value]))}`
  }

  it('are asked for by window, those of spot that are new by their number', () => {
    expect([
      queryOf(swap, '1m', day, day + 60_000),
      queryOf(spot, '1m', day, day + 60_000),
      queryOf(spot, '1m', day, day + 60_000, day + 90_000),
      queryOf(spot, '1m', day, day + 60_000, day + 2_000 * 60_000),
      queryOf(spot, '1d', day, day, day + hour),
      queryOf(swap, '1d', day, day),
    ]).toEqual([
      `/linear-swap-ex/market/history/kline?contract_code=BTC-USDT&period=1min&from=${day / 1_000}&to=${day / 1_000 + 60}`,
      `/market/history/candles?symbol=btcusdt&period=1min&size=1000&from=${day / 1_000}&to=${day / 1_000 + 60}`,
      '/market/history/kline?symbol=btcusdt&period=1min&size=3',
      `/market/history/candles?symbol=btcusdt&period=1min&size=1000&from=${day / 1_000}&to=${day / 1_000 + 60}`,
      '/market/history/kline?symbol=btcusdt&period=60min&size=3',
      `/linear-swap-ex/market/history/kline?contract_code=BTC-USDT&period=60min&from=${day / 1_000}&to=${day / 1_000 + 23 * 3_600}`,
    ])
    expect([htx.klinesPerCall(spot, '1m'), htx.klinesPerCall(spot, '1d'), htx.klinesPerCall(swap, '1d')]).toEqual([
      1_000, 41, 83,
    ])
  })

  const row = (id: number, close: number, volume: number) => ({
    ...{ id, open: 10, close, low: 9, high: Math.max(13, close), amount: volume, vol: volume * 2, count: 1 },
  })

  it('come ascending and without those outside the range', () => {
    const at = day / 1_000
    const call = htx.klines({ instrument: spot, period: '1m', from: day, to: day + 60_000, now: day + 90_000 })
    expect(call.parse(ok([row(at + 120, 11, 1), row(at + 60, 12, 2), row(at, 11, 3), row(at - 60, 11, 4)]))).toEqual({
      ok: true,
      value: [
        {
          ...{ openTime: day, open: 10, high: 13, low: 9, close: 11, volume: 3, quoteVolume: 6, isClosed: null },
        },
        {
          ...{
            openTime: day + 60_000,
            open: 10,
            high: 13,
            low: 9,
            close: 12,
            volume: 2,
            quoteVolume: 4,
            isClosed: null,
          },
        },
      ],
    })
  })

  it('of days begin at midnight UTC: they are the sum of their hours', () => {
    const at = day / 1_000
    const call = htx.klines({ instrument: spot, period: '1d', from: day, to: day })
    const hours = Array.from({ length: 24 }, (_, n) => row(at + n * 3_600, 11 + (n === 12 ? 9 : 0), 0.1)).reverse()
    expect(call.parse(ok(hours))).toEqual({
      ok: true,
      value: [
        { ...{ openTime: day, open: 10, high: 20, low: 9, close: 11, volume: 2.4, quoteVolume: 4.8, isClosed: null } },
      ],
    })
    const odd = [...hours.slice(1), { ...hours[0], high: 1 }]
    expect(call.parse(ok(odd))).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/1 hours of 1d cannot be read/),
    })
  })
})

describe('htx funding rates by REST', () => {
  it('are those of all contracts in one call, due at funding_time', () => {
    const [call] = htx.fundingRates([swap, instrument('htx', 'perpetual', 'ETH', 'USDT', 'ETH-USDT')])
    const rate = { estimated_rate: null, funding_rate: '-0.0075', funding_time: '1613976000000' }
    const rows = [
      { ...rate, contract_code: 'BTC-USDT' },
      { ...rate, contract_code: 'ADA-USDT' },
      { ...rate, contract_code: 'ETH-USDT', funding_rate: null },
    ]
    expect([call?.query, call?.parse(ok(rows))]).toEqual([
      [],
      {
        ok: true,
        value: [
          {
            ...{ exchange: 'htx', symbol: 'BTC_USDT_PERP', rate: '-0.0075', nextFundingAt: 1613976000000 },
            ...{ intervalHours: null, markPrice: null, exchangeAt: null, receivedAt: expect.any(Number) },
          },
        ],
      },
    ])
    expect(htx.fundingRates([spot])).toEqual([])
  })

  it('that were paid are those of the range', () => {
    const call = htx.settledRates?.(swap, 1603670400000, 1603699200000)
    const paid = (funding_time: string) => ({ funding_rate: '0.0001', funding_time, realized_rate: null })
    const data = { total_page: 1, data: ['1603699200000', '1603670400000', '1603641600000'].map(paid) }
    expect(call?.parse(ok(data))).toEqual({ ok: true, value: [{ at: 1603670400000, rate: '0.0001' }] })
  })
})

describe("htx's replies", () => {
  const head = (status = 200): ReplyHead => ({ status, headers: {} })
  it.each([
    ['success', { status: 'ok', data: [] }, 200, null],
    ['success of v2', { code: 200, data: {} }, 200, null],
    [
      'a wrong symbol',
      { status: 'error', 'err-code': 'invalid-parameter', 'err-msg': 'invalid symbol' },
      200,
      'invalid',
    ],
    ['too many requests', { status: 'error', 'err-code': 'base-request-exceed-frequency-limit' }, 200, 'rateLimited'],
    [
      'too many requests, in words',
      { status: 'error', 'err-code': 'x', 'err-msg': 'request limit' },
      200,
      'rateLimited',
    ],
    ['too many requests of swaps', { status: 'error', err_code: 1032, err_msg: 'exceeded' }, 200, 'rateLimited'],
    ['no such contract', { status: 'error', err_code: 1013, err_msg: 'This contract' }, 200, 'invalid'],
    [
      'a wrong signature',
      {
        status: 'error',
        'err-code': 'api-signature-not-valid',
        'err-msg': 'Signature not valid: Verification failure',
      },
      200,
      'rejectedKey',
    ],
    [
      'a missing permission',
      { status: 'error', 'err-code': 'api-signature-not-valid', 'err-msg': 'API key has no permission' },
      200,
      'forbidden',
    ],
    [
      'an old time stamp',
      { status: 'error', 'err-code': 'api-signature-not-valid', 'err-msg': 'Expired timestamp' },
      200,
      'clock',
    ],
    ['what a sub-account may not ask', { code: 1002, message: 'forbidden' }, 200, 'forbidden'],
    ['what a sub-account may not ask, by another number', { code: 403, message: 'forbidden' }, 200, 'forbidden'],
    ['a wrong key of swaps', { status: 'error', err_code: 403, err_msg: 'Verification failure' }, 200, 'rejectedKey'],
    ['swaps that do not answer', { status: 'error', err_code: 1002, err_msg: 'System busy' }, 200, 'unavailable'],
    ['a wrong field of v2', { code: 2002, message: 'invalid field value' }, 200, 'invalid'],
    ['maintenance', { status: 'error', 'err-code': 'system-maintenance' }, 503, 'unavailable'],
    ['a blocked region', 'Forbidden', 403, 'denied'],
    ['no JSON', '<html>', 502, 'unavailable'],
  ])('tell of %s', (_what, body, status, kind) => {
    expect(htx.dialect.failure(head(status), body, 0)?.kind ?? null).toBe(kind)
  })

  it('tell how much of the swap pool is used', () => {
    const call = swapList as RestCall<unknown>
    const headers = { 'ratelimit-limit': '240', 'ratelimit-remaining': '237', 'ratelimit-reset': '1200' }
    expect(htx.dialect.usage(call, { status: 200, headers })).toEqual({ used: 3, limit: 240 })
    expect(htx.dialect.usage(call, head())).toBeNull()
  })

  it('tell the time, and no time otherwise', () => {
    const call = htx.serverTime()
    expect(call.parse({ status: 'ok', data: 1629715504949 })).toEqual({ ok: true, value: 1629715504949 })
    expect(call.parse({ status: 'ok', data: 'now' })).toMatchObject({ ok: false })
  })

  it('tell of maintenance while it lasts', () => {
    const call = htx.maintenance?.()
    const halted = { marketStatus: 2, haltStartTime: 5, haltEndTime: 9, haltReason: 2, affectedSymbols: 'all' }
    expect(call?.parse({ code: 200, data: halted })).toEqual({
      ok: true,
      value: [{ title: 'scheduled maintenance', from: 5, until: 9, isOngoing: true }],
    })
    expect(call?.parse({ code: 200, data: { marketStatus: 1 } })).toEqual({ ok: true, value: [] })
  })
})
