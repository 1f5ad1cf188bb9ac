import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import type { RestCall } from '../../../../src/main/net/rest.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const usdc = instrument('bybit', 'perpetual', 'BTC', 'USDC', 'BTCPERP')
const documented: Readonly<Record<string, unknown>> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/bybit/rest_public.json'), 'utf8'),
)
const ok = (result: unknown) => ({ retCode: 0, retMsg: 'OK', result, retExtInfo: {}, time: 1_700_000_000_000 })
const listOf = (...list: unknown[]) => ok({ category: 'linear', list, nextPageCursor: '' })
const [spotList, linearList] = bybit.instruments()

describe('bybit topics', () => {
  const topic = (channel: Topic['channel'], of = perpetual, period: Topic['period'] = null): Topic => ({
    channel,
    instrument: of,
    period,
  })
  it('have the feed of their market, and a name that both share', () => {
    expect(
      [
        topic('book_ticker', spot),
        topic('book_ticker'),
        topic('trade', spot),
        topic('order_book'),
        topic('kline', spot, '1m'),
        topic('kline', perpetual, '5m'),
        topic('kline', perpetual, '15m'),
        topic('kline', usdc, '1h'),
        topic('kline', perpetual, '1d'),
        topic('kline'),
        topic('funding_rate'),
      ].map(bybit.route),
    ).toEqual([
      { feed: 'spot', wire: 'orderbook.1.BTCUSDT' },
      { feed: 'linear', wire: 'orderbook.1.BTCUSDT' },
      { feed: 'spot', wire: 'publicTrade.BTCUSDT' },
      { feed: 'linear', wire: 'orderbook.200.BTCUSDT' },
      { feed: 'spot', wire: 'kline.1.BTCUSDT' },
      { feed: 'linear', wire: 'kline.5.BTCUSDT' },
      { feed: 'linear', wire: 'kline.15.BTCUSDT' },
      { feed: 'linear', wire: 'kline.60.BTCPERP' },
      { feed: 'linear', wire: 'kline.D.BTCUSDT' },
      null,
      null,
    ])
  })

  it('go out ten a request, and are taken back the same way', () => {
    const wires = Array.from({ length: 23 }, (_, index) => `publicTrade.COIN${index}USDT`)
    let id = 7
    const nextId = () => id++
    const [feed] = bybit.feeds
    const requests = feed?.subscribe(wires, nextId, 0) ?? []
    expect(requests.map((request) => [request.id, request.wires.length])).toEqual([
      [7, 10],
      [8, 10],
      [9, 3],
    ])
    expect(requests.flatMap((request) => request.wires)).toEqual(wires)
    expect(JSON.parse(requests[2]?.text ?? '')).toEqual({ req_id: '9', op: 'subscribe', args: wires.slice(20) })
    expect(feed?.unsubscribe(['kline.1.BTCUSDT'], nextId, 0, () => null)).toEqual([
      { id: 10, wires: ['kline.1.BTCUSDT'], text: '{"req_id":"10","op":"unsubscribe","args":["kline.1.BTCUSDT"]}' },
    ])
  })

  it('of one socket never pass 21,000 characters', () => {
    for (const { topicsPerSocket } of bybit.feeds) expect(topicsPerSocket * 100).toBeLessThan(21_000)
  })
})

describe('bybit server time', () => {
  it('is read of its nanoseconds', () => {
    expect(bybit.serverTime().parse(documented['market/time'])).toEqual({ ok: true, value: 1_688_639_403_423 })
  })
  it.each([ok({}), ok({ timeNano: '16886394' }), { retCode: 10016, retMsg: 'x', result: {} }, 'text', null])(
    'is a problem in %j',
    (body) => {
      expect(bybit.serverTime().parse(body)).toEqual({ ok: false, problem: expect.any(String) })
    },
  )
})

describe('bybit maintenance', () => {
  const row = {
    ...{ id: '4d95', title: 't06', state: 'scheduled', begin: '1751596902000', end: '1751597011000', href: '' },
  }
  const more = { serviceTypes: [2, 3, 4, 5], product: [1, 2], uidSuffix: [], maintainType: 1, env: 1 }
  const parse = (...list: object[]) =>
    bybit.maintenance?.().parse(ok({ list: list.map((one) => ({ ...row, ...more, ...one })) }))
  const read = { title: 't06', from: 1_751_596_902_000, until: 1_751_597_011_000, isOngoing: false }

  it('that is over is none, as all of the documented', () => {
    expect(bybit.maintenance?.().parse(documented['system/status'])).toEqual({ ok: true, value: [] })
  })
  it('is read while it is to come or under way, with an end or without', () => {
    expect(parse({}, { state: 'ongoing', end: '', env: '1' }, { state: 'canceled' })).toEqual({
      ok: true,
      value: [read, { ...read, until: null, isOngoing: true }],
    })
  })
  it('of orders, options and the demo is none of ours', () => {
    expect(parse({ serviceTypes: [2, 3] }, { product: [3, 4] }, { env: 2 })).toEqual({ ok: true, value: [] })
  })
  it('without a time that is one is named', () => {
    expect(parse({}, { begin: 'soon' })).toMatchObject({
      value: [read],
      passedOver: { count: 1, samples: [expect.stringContaining('begin: "soon"')] },
    })
  })
})

describe('bybit instruments', () => {
  it('are asked for by category', () => {
    expect(bybit.instruments().map(({ url, query, pool }) => ({ url, query, pool }))).toEqual(
      ['spot', 'linear'].map((category) => ({
        url: 'https://api.bybit.com/v5/market/instruments-info',
        query: [
          ['category', category],
          ['limit', '1000'],
        ],
        pool: 'market',
      })),
    )
  })

  it('are read of the documented rows', () => {
    const common = {
      exchange: 'bybit',
      base: 'BTC',
      quote: 'USDT',
      nativeName: 'BTCUSDT',
      tickSize: 0.1,
      contractSize: 1,
    }
    expect([
      spotList?.parse(documented['market/instruments-info spot']),
      linearList?.parse(documented['market/instruments-info linear']),
    ]).toEqual([
      {
        ok: true,
        value: [
          {
            ...{ ...common, symbol: 'BTC_USDT', kind: 'spot', lotSize: 0.000001, minimumQuantity: null },
            ...{ minimumNotional: 5, status: 'trading' },
          },
        ],
      },
      {
        ok: true,
        value: [
          {
            ...{ ...common, symbol: 'BTC_USDT_PERP', kind: 'perpetual', lotSize: 0.001, minimumQuantity: 0.001 },
            ...{ minimumNotional: 5, status: 'trading' },
          },
        ],
      },
    ])
  })

  const row = {
    ...{ symbol: 'ETHUSDT', contractType: 'LinearPerpetual', status: 'Trading', baseCoin: 'ETH', quoteCoin: 'USDT' },
    ...{ settleCoin: 'USDT', priceFilter: { tickSize: '0.01' } },
    lotSizeFilter: { qtyStep: '0.01', minOrderQty: '0.01', minNotionalValue: '5' },
  }
  const named = (...rows: unknown[]) => {
    const parsed = linearList?.parse(listOf(...rows))
    return parsed?.ok ? parsed.value.map((i) => [i.nativeName, i.symbol, i.status]) : parsed
  }

  it('are perpetuals that settle in what they are quoted in, by Bybit’s own names', () => {
    expect(
      named(
        row,
        { ...row, symbol: 'ETHPERP', quoteCoin: 'USDC', settleCoin: 'USDC' },
        { ...row, symbol: '1000PEPEUSDT', baseCoin: '1000PEPE' },
        { ...row, symbol: 'ETHUSDT-26DEC25', contractType: 'LinearFutures' },
        { ...row, symbol: 'NEWUSDT', baseCoin: 'NEW', status: 'PreLaunch' },
        { ...row, symbol: 'OLDUSDT', baseCoin: 'OLD', status: 'Closed' },
      ),
    ).toEqual([
      ['ETHUSDT', 'ETH_USDT_PERP', 'trading'],
      ['ETHPERP', 'ETH_USDC_PERP', 'trading'],
      ['1000PEPEUSDT', '1000PEPE_USDT_PERP', 'trading'],
      ['NEWUSDT', 'NEW_USDT_PERP', 'halted'],
      ['OLDUSDT', 'OLD_USDT_PERP', 'delisted'],
    ])
  })

  it('name the rows that are passed over', () => {
    const { lotSizeFilter: _, ...rest } = row
    expect(
      linearList?.parse(listOf({ ...rest, symbol: 'A' }, { ...row, symbol: 'B', settleCoin: 'BTC' }, row)),
    ).toMatchObject({
      value: [{ nativeName: 'ETHUSDT' }],
      passedOver: {
        count: 2,
        samples: [expect.stringContaining('A: lotSizeFilter: absent'), expect.stringContaining('B: settleCoin: "BTC"')],
      },
    })
  })

  it('say so where the list goes on behind its largest page', () => {
    expect(linearList?.parse(ok({ list: [row], nextPageCursor: 'page%3D2' }))).toMatchObject({
      value: [{ nativeName: 'ETHUSDT' }],
      passedOver: { count: 1, samples: ['linear: the list goes on behind 1000 rows'] },
    })
  })

  it('are a problem when no row is one, or none is there', () => {
    for (const body of [listOf({ symbol: 'X' }, 5), listOf()])
      expect(linearList?.parse(body)).toEqual({ ok: false, problem: expect.any(String) })
  })
})

describe('bybit klines', () => {
  const range = { instrument: perpetual, period: '1h', from: 1_670_601_600_000, to: 1_670_608_800_000 } as const
  it('are asked for by open time, both ends inclusive', () => {
    expect(
      [bybit.klines(range), bybit.klines({ ...range, instrument: spot, period: '1d' })].map(({ query }) => query),
    ).toEqual([
      [
        ['category', 'linear'],
        ['symbol', 'BTCUSDT'],
        ['interval', '60'],
        ['start', '1670601600000'],
        ['end', '1670608800000'],
        ['limit', '1000'],
      ],
      expect.arrayContaining([
        ['category', 'spot'],
        ['interval', 'D'],
      ]),
    ])
    expect(bybit.klinesPerCall(spot, '1m')).toBe(1_000)
  })

  it('come ascending of a reply that has the newest first', () => {
    const parsed = bybit.klines(range).parse(documented['market/kline'])
    expect(parsed.ok && parsed.value.map(({ openTime }) => openTime)).toEqual([
      1_670_601_600_000, 1_670_605_200_000, 1_670_608_800_000,
    ])
    expect(parsed.ok && parsed.value[2]).toEqual({
      openTime: 1_670_608_800_000,
      open: 17_071,
      high: 17_073,
      low: 17_027,
      close: 17_055.5,
      volume: 268_611,
      quoteVolume: 15.74462667,
      isClosed: null,
    })
  })

  it('have a hole where one is odd', () => {
    const rows = [
      ['1670605200000', '1', '1', '1', '1', '0', '0'],
      ['1670601600000', 'x', '1', '1', '1', '0', '0'],
    ]
    expect(bybit.klines(range).parse(listOf(...rows))).toMatchObject({
      value: [{ openTime: 1_670_605_200_000 }],
      passedOver: { count: 1, samples: [expect.stringContaining('impossible values')] },
    })
  })
})

describe('bybit funding rates', () => {
  const row = {
    ...{ symbol: 'BTCUSDT', fundingRate: '0.0001', nextFundingTime: '1760371200000', fundingIntervalHour: '8' },
    markPrice: '114898.43',
  }
  const eth = instrument('bybit', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')

  it('are asked for one by its name, for several all at once, for spot not at all', () => {
    const queries = (...instruments: Parameters<typeof bybit.fundingRates>[0]) =>
      bybit.fundingRates(instruments).map(({ query }) => query.map((pair) => pair.join('=')))
    expect([queries(perpetual), queries(perpetual, eth, spot), queries(spot)]).toEqual([
      [['category=linear', 'symbol=BTCUSDT']],
      [['category=linear']],
      [],
    ])
  })

  it('are read of the perpetuals asked for, what is absent as null', () => {
    const [call] = bybit.fundingRates([perpetual, eth])
    const rows = [row, { ...row, symbol: 'XRPUSDT' }, { ...row, symbol: 'ETHUSDT', fundingRate: '' }]
    const rate = {
      exchange: 'bybit',
      symbol: 'BTC_USDT_PERP',
      rate: '0.0001',
      nextFundingAt: 1_760_371_200_000,
      intervalHours: 8,
      markPrice: '114898.43',
      exchangeAt: null,
      receivedAt: expect.any(Number),
    }
    expect(call?.parse(listOf(...rows))).toEqual({
      ok: true,
      value: [rate],
      passedOver: { count: 1, names: ['ETHUSDT'], samples: ['ETHUSDT: fundingRate: "": no decimal number'] },
    })
    const bare = { symbol: 'BTCUSDT', fundingRate: '-0.0002', nextFundingTime: '' }
    expect(call?.parse(listOf(bare))).toMatchObject({
      value: [{ rate: '-0.0002', nextFundingAt: null, intervalHours: null, markPrice: null }],
    })
  })

  it('that were paid are those of the range', () => {
    const at = 1_672_041_600_000
    const rows = [at + 1, at, at - 1].map((time) => ({
      ...{ symbol: 'BTCUSDT', fundingRate: '0.0001', fundingRateTimestamp: String(time) },
    }))
    expect(bybit.settledRates?.(perpetual, at, at + 1).parse(listOf(...rows))).toEqual({
      ok: true,
      value: [{ at, rate: '0.0001' }],
    })
  })
})

describe('bybit replies', () => {
  const failure = (status: number, body: unknown, headers = {}) =>
    bybit.dialect.failure({ status, headers }, body, 1_700_000_000_000)
  const code = (retCode: number, retMsg = 'words') => ({ retCode, retMsg, result: {}, retExtInfo: {}, time: 1 })

  it('succeed with retCode 0, whatever they call it', () => {
    expect([ok({}), { ...ok({}), retMsg: '' }].map((body) => failure(200, body))).toEqual([null, null])
  })
  it.each<[number, unknown, object]>([
    [200, code(10001), { kind: 'invalid', code: '10001', message: 'words', retryAfterMs: null }],
    [200, code(10002), { kind: 'clock', code: '10002' }],
    [200, code(10003), { kind: 'rejectedKey', message: expect.stringMatching(/^key rejected \(10003\): /) }],
    [200, code(10004), { kind: 'rejectedKey', message: 'key rejected (10004): check the secret' }],
    [200, code(10005), { kind: 'forbidden', message: 'the key lacks a permission (10005)' }],
    [200, code(10006), { kind: 'rateLimited', code: '10006', retryAfterMs: 1_000 }],
    [200, code(10018), { kind: 'rateLimited', code: '10018', retryAfterMs: 5_000 }],
    [200, code(10009), { kind: 'denied' }],
    [200, code(10010), { kind: 'rejectedKey', message: expect.stringContaining('IP allow-list') }],
    [200, code(10016), { kind: 'unavailable' }],
    [200, code(10028), { kind: 'forbidden', message: expect.stringContaining('Unified') }],
    [200, code(33004), { kind: 'rejectedKey', message: expect.stringContaining('expired') }],
    [200, code(-2015), { kind: 'rejectedKey' }],
    [403, 'access too frequent', { kind: 'banned', code: null, retryAfterMs: 600_000 }],
    [403, '<html>blocked in your country</html>', { kind: 'denied', retryAfterMs: null }],
    [401, '', { kind: 'rejectedKey' }],
    [429, '', { kind: 'rateLimited', retryAfterMs: 1_000 }],
    [502, '<html>', { kind: 'unavailable' }],
    [404, '', { kind: 'invalid' }],
    [200, 'hello', { kind: 'unreadable', message: 'HTTP 200: hello' }],
    [503, ok({}), { kind: 'unavailable' }],
  ])('fail with %i %j', (status, body, expected) => {
    expect(failure(status, body)).toMatchObject(expected)
  })
  it('say when the budget is fresh, which is believed within a minute', () => {
    const reset = (at: number) => failure(200, code(10006), { 'x-bapi-limit-reset-timestamp': String(at) })
    expect([1_700_000_004_000, 1_700_000_000_010, 1_600_000_000_000, 1_800_000_000_000].map(reset)).toMatchObject(
      [4_000, 1_000, 1_000, 1_000].map((retryAfterMs) => ({ retryAfterMs })),
    )
  })
  it('never repeat what was signed', () => {
    expect(failure(200, code(10004, 'error sign! origin_string[1KEY5000]'))?.message).not.toContain('KEY')
  })
})

it('no reply makes a parser throw', () => {
  const calls: RestCall<unknown>[] = [
    bybit.serverTime(),
    ...(bybit.maintenance ? [bybit.maintenance()] : []),
    ...bybit.instruments(),
    bybit.klines({ instrument: perpetual, period: '1h', from: 0, to: 0 }),
    ...bybit.fundingRates([perpetual]),
    ...(bybit.settledRates ? [bybit.settledRates(perpetual, 0, 1)] : []),
  ]
  const rows = fc.array(fc.oneof(fc.jsonValue(), fc.array(fc.string(), { minLength: 7, maxLength: 7 })))
  const result = fc.oneof(fc.jsonValue(), fc.record({ list: rows }), fc.record({ rows }))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ retCode: fc.constant(0), result })), (body) => {
      for (const call of calls) expect(typeof call.parse(body).ok).toBe('boolean')
      bybit.dialect.failure({ status: 200, headers: {} }, body, 0)
    }),
  )
})

it('names every origin its calls and feeds use', () => {
  const urls = [
    bybit.serverTime().url,
    ...bybit.instruments().map((call) => call.url),
    ...bybit.feeds.map((feed) => feed.url),
  ]
  expect([...new Set(urls.map((url) => url.split('/').slice(0, 3).join('/')))]).toEqual(bybit.origins)
})
