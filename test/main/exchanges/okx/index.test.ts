import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
import type { RestCall } from '../../../../src/main/net/rest.ts'
import { periodMs } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
const readJson = (fixture: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/okx', fixture), 'utf8'))
const ok = (data: unknown) => ({ code: '0', msg: '', data })
const [spotList, swapList] = okx.instruments()

describe('okx topics', () => {
  const topic = (channel: Topic['channel'], period: Topic['period'] = null): Topic => ({
    channel,
    instrument: swap,
    period,
  })
  it('have their feed and name', () => {
    expect(
      [
        topic('book_ticker'),
        topic('trade'),
        topic('kline', '1m'),
        topic('kline', '5m'),
        topic('kline', '15m'),
        topic('kline', '1h'),
        topic('kline', '1d'),
        topic('kline'),
        topic('funding_rate'),
        topic('order_book'),
        { channel: 'funding_rate' as const, instrument: spot, period: null },
      ].map(okx.route),
    ).toEqual([
      { feed: 'public', wire: 'bbo-tbt:BTC-USDT-SWAP' },
      { feed: 'public', wire: 'trades:BTC-USDT-SWAP' },
      { feed: 'business', wire: 'candle1m:BTC-USDT-SWAP' },
      { feed: 'business', wire: 'candle5m:BTC-USDT-SWAP' },
      { feed: 'business', wire: 'candle15m:BTC-USDT-SWAP' },
      { feed: 'business', wire: 'candle1H:BTC-USDT-SWAP' },
      { feed: 'business', wire: 'candle1Dutc:BTC-USDT-SWAP' },
      null,
      { feed: 'public', wire: 'funding-rate:BTC-USDT-SWAP' },
      { feed: 'public', wire: 'books:BTC-USDT-SWAP' },
      null,
    ])
  })

  it('go into one request with one id, and are taken back the same way', () => {
    const feed = okx.feeds[0]
    const wires = ['trades:BTC-USDT', 'bbo-tbt:ETH-USD_UM-SWAP']
    let id = 7
    const nextId = () => id++
    expect([feed?.subscribe(wires, nextId, 0), feed?.unsubscribe(['trades:BTC-USDT'], nextId, 0, () => null)]).toEqual([
      [
        {
          id: 7,
          wires,
          text: '{"id":"7","op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"},{"channel":"bbo-tbt","instId":"ETH-USD_UM-SWAP"}]}',
        },
      ],
      [
        {
          id: 8,
          wires: ['trades:BTC-USDT'],
          text: '{"id":"8","op":"unsubscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}',
        },
      ],
    ])
  })

  it('are split so that no request passes 64 KB, every wire once', () => {
    const wires = Array.from({ length: 3_000 }, (_, index) => `candle15m:COIN${index}-USDT-SWAP`)
    let id = 1
    const requests = okx.feeds[1]?.subscribe(wires, () => id++, 0) ?? []
    expect({
      wires: requests.flatMap((request) => request.wires),
      ids: requests.map((request) => request.id),
      small: requests.every((request) => Buffer.byteLength(request.text) <= 65_536),
      args: requests.flatMap((request) => JSON.parse(request.text).args.length),
    }).toEqual({ wires, ids: [1, 2, 3], small: true, args: requests.map((request) => request.wires.length) })
  })
})

describe('okx server time', () => {
  it('is read', () => {
    expect(okx.serverTime().parse(ok([{ ts: '1597026383085' }]))).toEqual({ ok: true, value: 1_597_026_383_085 })
  })
  it.each([ok([]), ok([{ ts: '' }]), ok([{ ts: 5 }]), { code: '1', msg: 'x', data: [] }, 'text', null])(
    'is a problem in %j',
    (body) => {
      expect(okx.serverTime().parse(body)).toEqual({ ok: false, problem: expect.any(String) })
    },
  )
})

describe('okx maintenance', () => {
  const parse = (data: unknown) => okx.maintenance?.().parse(ok(data))
  /** As documented. */
  const row = {
    ...{ begin: '1672823400000', end: '1672823520000', href: '', preOpenBegin: '', scheDesc: '', serviceType: '8' },
    ...{ state: 'scheduled', maintType: '1', env: '1', system: 'unified', title: 'Trading account system upgrade' },
  }
  const read = { title: row.title, from: 1_672_823_400_000, until: 1_672_823_520_000, isOngoing: false }

  it('is read, of the states that matter', () => {
    const states = ['scheduled', 'ongoing', 'pre_open', 'completed', 'canceled']
    expect(parse(states.map((state) => ({ ...row, state })))).toEqual({
      ok: true,
      value: [read, { ...read, isOngoing: true }, { ...read, isOngoing: true }],
    })
    expect(parse([])).toEqual({ ok: true, value: [] })
  })
  it('of bots, copy trading and the demo is none of ours', () => {
    expect(
      parse([
        { ...row, serviceType: '7' },
        { ...row, serviceType: '11' },
        { ...row, env: '2' },
      ]),
    ).toEqual({
      ok: true,
      value: [],
    })
  })
  it('without an end has none, and without a time is named', () => {
    expect(
      parse([
        { ...row, end: '' },
        { ...row, begin: 'soon' },
      ]),
    ).toMatchObject({
      value: [{ ...read, until: null }],
      passedOver: { count: 1, samples: [expect.stringContaining('begin: "soon"')] },
    })
  })
})

describe('okx instruments', () => {
  it('are asked for by type', () => {
    expect(okx.instruments().map(({ url, query, pool, weight }) => ({ url, query, pool, weight }))).toEqual([
      {
        url: 'https://www.okx.com/api/v5/public/instruments',
        query: [['instType', 'SPOT']],
        pool: 'instruments',
        weight: 1,
      },
      {
        url: 'https://www.okx.com/api/v5/public/instruments',
        query: [['instType', 'SWAP']],
        pool: 'instruments',
        weight: 1,
      },
    ])
  })

  it('are read from recorded rows', () => {
    expect([
      spotList?.parse(readJson('rest_instruments_spot.json')),
      swapList?.parse(readJson('rest_instruments_swap.json')),
    ]).toEqual([
      {
        ok: true,
        value: [
          {
            exchange: 'okx',
            symbol: 'BTC_USDT',
            kind: 'spot',
            base: 'BTC',
            quote: 'USDT',
            nativeName: 'BTC-USDT',
            tickSize: 0.1,
            lotSize: 0.00000001,
            minimumQuantity: 0.00001,
            minimumNotional: null,
            contractSize: 1,
            status: 'trading',
          },
        ],
      },
      {
        ok: true,
        value: [
          {
            exchange: 'okx',
            symbol: 'BTC_USDT_PERP',
            kind: 'perpetual',
            base: 'BTC',
            quote: 'USDT',
            nativeName: 'BTC-USDT-SWAP',
            tickSize: 0.1,
            lotSize: 0.01,
            minimumQuantity: 0.01,
            minimumNotional: null,
            contractSize: 0.01,
            status: 'trading',
          },
        ],
      },
    ])
  })

  const row = {
    baseCcy: '',
    quoteCcy: '',
    ctMult: '1',
    ctType: 'linear',
    ctVal: '0.1',
    ctValCcy: 'ETH',
    instId: 'ETH-USDT-SWAP',
    instType: 'SWAP',
    lotSz: '0.1',
    minSz: '0.1',
    settleCcy: 'USDT',
    state: 'live',
    tickSz: '0.01',
    uly: 'ETH-USDT',
  }
  const read = (...rows: unknown[]) => swapList?.parse(ok(rows))
  const named = (...rows: unknown[]) => {
    const parsed = read(...rows)
    return parsed?.ok ? parsed.value.map((i) => [i.nativeName, i.symbol, i.status, i.lotSize]) : parsed
  }

  it('multiply fractional lots out without binary fractions', () => {
    expect(named({ ...row, ctVal: '0.1', lotSz: '0.3' })).toEqual([['ETH-USDT-SWAP', 'ETH_USDT_PERP', 'trading', 0.03]])
  })

  it('multiply ctVal by ctMult', () => {
    expect(read({ ...row, ctVal: '10', ctMult: '100', lotSz: '1' })).toMatchObject({
      value: [{ contractSize: 1000, lotSize: 1000 }],
    })
  })

  it('leave out coin-margined swaps, which are no linear perpetuals', () => {
    expect(
      named(row, { ...row, instId: 'UNI-USD-SWAP', ctType: 'inverse', ctVal: '10', ctValCcy: 'USD', uly: 'UNI-USD' }),
    ).toEqual([['ETH-USDT-SWAP', 'ETH_USDT_PERP', 'trading', 0.01]])
  })

  it('leave out swaps on stocks and the like, whose names collide with tokens', () => {
    const categories = ['1', '3', '4', '5', '6', ''].map((instCategory) => ({
      ...row,
      instId: `T${instCategory}-USDT-SWAP`,
      uly: `T${instCategory}-USDT`,
      ctValCcy: `T${instCategory}`,
      instCategory,
    }))
    expect(named(...categories)).toEqual([
      ['T1-USDT-SWAP', 'T1_USDT_PERP', 'trading', 0.01],
      ['T-USDT-SWAP', 'T_USDT_PERP', 'trading', 0.01],
    ])
  })

  it('take both assets from the list, not from the name', () => {
    const { settleCcy: _, ...rest } = row
    expect(
      named(
        { ...row, instId: 'ETH-USD_UM-SWAP', uly: 'ETH-USD', settleCcy: 'USDC' },
        { ...rest, instId: 'ETH-USDC-SWAP', uly: 'ETH-USDC' },
      ),
    ).toEqual([
      ['ETH-USD_UM-SWAP', 'ETH_USD_PERP', 'trading', 0.01],
      ['ETH-USDC-SWAP', 'ETH_USDC_PERP', 'trading', 0.01],
    ])
  })

  it('skip rows that are half empty and keep the others', () => {
    const preopen = { ...row, instId: 'NEW-USDT-SWAP', state: 'preopen', ctVal: '', ctMult: '', lotSz: '', tickSz: '' }
    expect(named(preopen, row, null, { instId: 'X' }, { ...row, ctVal: '0' })).toEqual([
      ['ETH-USDT-SWAP', 'ETH_USDT_PERP', 'trading', 0.01],
    ])
  })

  it('name the rows that are passed over, but not half empty ones of listings yet to open', () => {
    const preopen = { ...row, instId: 'NEW-USDT-SWAP', state: 'preopen', ctVal: '' }
    const odd = [
      { ...row, instId: 'A', ctVal: '0' },
      { ...row, instId: 'B', ctType: 'quanto' },
      { ...row, instId: 'C', uly: 'ETH' },
      { ...row, instId: 'D', ctValCcy: 'USD' },
    ]
    expect(read(preopen, ...odd, row)).toMatchObject({
      ok: true,
      value: [{ nativeName: 'ETH-USDT-SWAP' }],
      passedOver: {
        count: 4,
        samples: [
          'A: ctVal: "0": with ctMult 1 no contract size',
          'B: ctType: "quanto": neither linear nor inverse',
          'C: uly: "ETH": no quote asset',
          'D: ctValCcy: "USD": a contract is not counted in ETH',
        ],
      },
    })
  })

  it('list a preopen row that has what it needs as halted', () => {
    expect(named({ ...row, state: 'preopen', lotSz: '' })).toEqual([['ETH-USDT-SWAP', 'ETH_USDT_PERP', 'halted', null]])
  })

  it.each([
    ['live', 'trading'],
    ['suspend', 'halted'],
    ['post_only', 'halted'],
    ['rebase', 'halted'],
    ['expired', 'delisted'],
  ])('take state %s for %s', (state, status) => {
    expect(named({ ...row, state })).toEqual([['ETH-USDT-SWAP', 'ETH_USDT_PERP', status, 0.01]])
  })

  it('give one instrument per symbol, the one that trades', () => {
    expect(named({ ...row, state: 'suspend', instId: 'A' }, { ...row, instId: 'B' }, { ...row, instId: 'C' })).toEqual([
      ['B', 'ETH_USDT_PERP', 'trading', 0.01],
    ])
  })

  it('are a problem when no row is one', () => {
    expect(read({ instId: 'X' }, 5)).toEqual({
      ok: false,
      problem: expect.stringMatching(/^instruments: none of 2 rows can be read: X: instType: absent: /),
    })
  })
})

describe('okx klines', () => {
  const range = { instrument: spot, period: '1m', from: 1_597_026_300_000, to: 1_597_026_360_000 } as const
  const shown = ({ url, query, pool, weight }: RestCall<unknown>) => ({ url, query, pool, weight })
  const query = [
    ['instId', 'BTC-USDT'],
    ['bar', '1m'],
    ['after', '1597026360001'],
    ['before', '1597026299999'],
    ['limit', '300'],
  ]
  const history = {
    url: 'https://www.okx.com/api/v5/market/history-candles',
    query,
    pool: 'history-candles',
    weight: 1,
  }
  const recent = { url: 'https://www.okx.com/api/v5/market/candles', query, pool: 'candles', weight: 1 }

  it('come from history where nobody tells the time, or the range is old', () => {
    const edge = range.from + 1_439 * periodMs['1m']
    expect([okx.klines(range), okx.klines({ ...range, now: edge })].map(shown)).toEqual([history, history])
  })

  it('come from the newest candles where the whole range is among them', () => {
    const edge = range.from + 1_439 * periodMs['1m']
    expect([okx.klines({ ...range, now: range.to }), okx.klines({ ...range, now: edge - 1 })].map(shown)).toEqual([
      recent,
      recent,
    ])
  })

  it('ask for days in UTC', () => {
    expect(okx.klines({ ...range, period: '1d' }).query[1]).toEqual(['bar', '1Dutc'])
  })

  // The sample's times stand within minutes; no candle opens there.
  const body = ok(
    (readJson('rest_candles.json') as { data: string[][] }).data.map(([time, ...cells]) => [
      String(Number(time) - (Number(time) % 60_000)),
      ...cells,
    ]),
  )
  it('are ascending, spot volumes from vol and volCcy', () => {
    expect(okx.klines(range).parse(body)).toEqual({
      ok: true,
      value: [
        {
          openTime: 1_597_026_300_000,
          open: 3.731,
          high: 3.799,
          low: 3.494,
          close: 3.72,
          volume: 24_912_403,
          quoteVolume: 67632347.24399722,
          isClosed: true,
        },
        {
          openTime: 1_597_026_360_000,
          open: 3.721,
          high: 3.743,
          low: 3.677,
          close: 3.708,
          volume: 8_422_410,
          quoteVolume: 22698348.04828491,
          isClosed: false,
        },
      ],
    })
  })

  it('are ascending, swap volumes from volCcy and volCcyQuote', () => {
    expect(okx.klines({ ...range, instrument: swap }).parse(body)).toMatchObject({
      value: [
        { volume: 67632347.24399722, quoteVolume: 37632347.24399722 },
        { volume: 22698348.04828491, quoteVolume: 12698348.04828491 },
      ],
    })
  })

  it.each([
    ok([['1', '2']]),
    ok([['1597026383085', 'x', '3', '3', '3', '8', '2', '1', '0']]),
    ok('none'),
    { code: '51001', msg: "Instrument ID doesn't exist.", data: [] },
    5,
  ])('are a problem in %j', (bad) => {
    expect(okx.klines(range).parse(bad)).toEqual({ ok: false, problem: expect.any(String) })
  })

  it('have a hole where one is odd', () => {
    const rows = [
      ['1597026360000', '3', '3', '3', '3', '8', '2', '1', '0'],
      ['1597026300000', 'x', '3', '3', '3', '8', '2', '1', '1'],
    ]
    expect(okx.klines(range).parse(ok(rows))).toMatchObject({
      ok: true,
      value: [{ openTime: 1_597_026_360_000 }],
      passedOver: { count: 1, samples: [expect.stringMatching(/^1597026300000: candle: .* impossible values$/)] },
    })
  })

  it('are empty where there are none', () => {
    expect(okx.klines(range).parse(ok([]))).toEqual({ ok: true, value: [] })
  })
})

describe('okx funding rates', () => {
  const row = {
    formulaType: 'noRate',
    fundingRate: '0.0001875391284828',
    fundingTime: '1700726400000',
    instId: 'BTC-USDT-SWAP',
    instType: 'SWAP',
    method: 'current_period',
    nextFundingRate: '',
    nextFundingTime: '1700755200000',
    ts: '1700724675402',
  }
  const eth = instrument('okx', 'perpetual', 'ETH', 'USDT', 'ETH-USDT-SWAP', { contractSize: 0.1 })
  const asked = (...instruments: Parameters<typeof okx.fundingRates>[0]) =>
    okx.fundingRates(instruments).map(({ url, query, pool, weight }) => ({ url, query, pool, weight }))

  it('are asked for one by its name, for several by ANY, for spot not at all', () => {
    const url = 'https://www.okx.com/api/v5/public/funding-rate'
    expect([asked(swap), asked(swap, eth), asked(spot)]).toEqual([
      [{ url, query: [['instId', 'BTC-USDT-SWAP']], pool: 'funding-rate', weight: 1 }],
      [{ url, query: [['instId', 'ANY']], pool: 'funding-rate', weight: 1 }],
      [],
    ])
  })

  it('are read of the perpetuals asked for', () => {
    const [call] = okx.fundingRates([swap, eth])
    const rows = [row, { ...row, instId: 'XRP-USDT-SWAP' }, { ...row, instId: 'ETH-USDT-SWAP', fundingRate: '' }]
    expect(call?.parse(ok(rows))).toEqual({
      ok: true,
      value: [
        {
          exchange: 'okx',
          symbol: 'BTC_USDT_PERP',
          rate: '0.0001875391284828',
          nextFundingAt: 1_700_726_400_000,
          intervalHours: 8,
          markPrice: null,
          exchangeAt: 1_700_724_675_402,
          receivedAt: expect.any(Number),
        },
      ],
      passedOver: {
        count: 1,
        names: ['ETH-USDT-SWAP'],
        samples: ['ETH-USDT-SWAP: fundingRate: "": no decimal number'],
      },
    })
  })
})

describe('okx replies', () => {
  const failure = (status: number, body: unknown, headers = {}) => okx.dialect.failure({ status, headers }, body, 0)
  it('succeed with code 0', () => {
    expect(failure(200, ok([]))).toBeNull()
  })
  it.each<[number, unknown, object]>([
    [
      429,
      { code: '50011', msg: 'Too Many Requests', data: [] },
      { kind: 'rateLimited', code: '50011', message: 'Too Many Requests', retryAfterMs: 2_000 },
    ],
    [
      200,
      { code: '50011', msg: 'Too Many Requests', data: [] },
      { kind: 'rateLimited', code: '50011', message: 'Too Many Requests', retryAfterMs: 2_000 },
    ],
    [429, '', { kind: 'rateLimited', code: null, message: 'HTTP 429: ', retryAfterMs: 2_000 }],
    [
      503,
      { code: '50001', msg: 'Service temporarily unavailable', data: [] },
      { kind: 'unavailable', code: '50001', message: 'Service temporarily unavailable', retryAfterMs: null },
    ],
    [
      200,
      { code: '50013', msg: 'Systems are busy', data: [] },
      { kind: 'unavailable', code: '50013', message: 'Systems are busy', retryAfterMs: null },
    ],
    [
      502,
      '<html>Bad Gateway</html>',
      { kind: 'unavailable', code: null, message: 'HTTP 502: <html>Bad Gateway</html>', retryAfterMs: null },
    ],
    [
      400,
      { code: '51000', msg: 'Parameter bar error', data: [] },
      { kind: 'invalid', code: '51000', message: 'Parameter bar error', retryAfterMs: null },
    ],
    [
      200,
      { code: '51001', msg: '', data: [] },
      { kind: 'invalid', code: '51001', message: 'HTTP 200', retryAfterMs: null },
    ],
    [
      401,
      { msg: 'Invalid Sign', code: '50113' },
      { kind: 'rejectedKey', code: '50113', message: 'key rejected (50113): check the secret', retryAfterMs: null },
    ],
    [
      401,
      { msg: 'Your IP 1.2.3.4 is not included in your API key abc IP whitelist', code: '50110' },
      {
        kind: 'rejectedKey',
        code: '50110',
        message: 'key rejected (50110): check the IP allow-list of the key: it does not name this address',
        retryAfterMs: null,
      },
    ],
    ...['50100', '50101', '50103', '50104', '50105', '50106', '50111', '50114', '50119'].map(
      (code): [number, unknown, object] => [
        401,
        { msg: 'any words', code },
        {
          kind: 'rejectedKey',
          code,
          message: expect.stringMatching(new RegExp(`^key rejected \\(${code}\\): \\w`)),
          retryAfterMs: null,
        },
      ],
    ),
    [
      401,
      { msg: 'Timestamp request expired', code: '50102' },
      { kind: 'clock', code: '50102', message: 'Timestamp request expired', retryAfterMs: null },
    ],
    [
      401,
      { msg: 'Invalid OK-ACCESS-TIMESTAMP', code: '50112' },
      { kind: 'clock', code: '50112', message: 'Invalid OK-ACCESS-TIMESTAMP', retryAfterMs: null },
    ],
    [
      401,
      { msg: 'Your API Key does not have permission', code: '50120' },
      { kind: 'forbidden', code: '50120', message: 'the key lacks a permission (50120)', retryAfterMs: null },
    ],
    [403, 'denied', { kind: 'denied', code: null, message: 'HTTP 403: denied', retryAfterMs: null }],
    [200, 'hello', { kind: 'unreadable', code: null, message: 'HTTP 200: hello', retryAfterMs: null }],
  ])('fail with %i %j', (status, body, expected) => {
    expect(failure(status, body)).toEqual(expected)
  })
  it('obey a Retry-After where one comes', () => {
    expect(failure(429, '', { 'retry-after': '7' })).toMatchObject({ retryAfterMs: 7_000 })
  })
})

it('no reply makes a parser throw', () => {
  const calls: RestCall<unknown>[] = [
    okx.serverTime(),
    ...(okx.maintenance ? [okx.maintenance()] : []),
    ...okx.instruments(),
    okx.klines({ instrument: swap, period: '1h', from: 0, to: 0 }),
  ]
  const rows = fc.array(fc.oneof(fc.jsonValue(), fc.array(fc.string(), { minLength: 9, maxLength: 9 })))
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.record({ code: fc.constant('0'), data: rows })), (body) => {
      for (const call of calls) expect(typeof call.parse(body).ok).toBe('boolean')
      okx.dialect.failure({ status: 200, headers: {} }, body, 0)
    }),
  )
})

it('names every origin its calls and feeds use', () => {
  const urls = [
    okx.serverTime().url,
    ...okx.instruments().map((call) => call.url),
    okx.klines({ instrument: spot, period: '1m', from: 0, to: 0 }).url,
    ...okx.feeds.map((feed) => feed.url),
  ]
  expect([...new Set(urls.map((url) => url.split('/').slice(0, 3).join('/')))]).toEqual(okx.origins)
})
