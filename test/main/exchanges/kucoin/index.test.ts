import { describe, expect, it } from 'vitest'
import type { Follows } from '../../../../src/main/exchanges/depth.ts'
import { kucoin } from '../../../../src/main/exchanges/kucoin/index.ts'
import type { RestFailure } from '../../../../src/main/net/rest.ts'
import { depthUpdate } from '../../../support/depth.ts'
import { instrument } from '../../../support/instruments.ts'

const spot = instrument('kucoin', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const perpetual = instrument('kucoin', 'perpetual', 'BTC', 'USDT', 'XBTUSDTM', { contractSize: 0.001 })
const ok = (data: unknown) => ({ code: '200000', data })
const [symbols, contracts] = kucoin.instruments()

/** Rows of the documentation. */
const symbolRow = {
  ...{ symbol: 'BTC-USDT', name: 'BTC-USDT', baseCurrency: 'BTC', quoteCurrency: 'USDT', baseMinSize: '0.00001' },
  ...{ baseIncrement: '0.00000001', priceIncrement: '0.1', minFunds: '0.1', enableTrading: true },
}
const contractRow = {
  ...{ symbol: 'XBTUSDTM', type: 'FFWCSX', expireDate: null, baseCurrency: 'XBT', quoteCurrency: 'USDT' },
  ...{ settleCurrency: 'USDT', lotSize: 1, tickSize: 0.1, multiplier: 0.001, isInverse: false, status: 'Open' },
  ...{ fundingFeeRate: 0.000038, fundingRateGranularity: 28_800_000, nextFundingRateTime: 10_561_278 },
  ...{ nextFundingRateDateTime: 1_790_121_600_000, markPrice: 39_995.94 },
}

describe('kucoin instruments', () => {
  it('are read from documented rows', () => {
    expect([symbols?.parse(ok([symbolRow])), contracts?.parse(ok([contractRow]))]).toEqual([
      {
        ok: true,
        value: [
          {
            ...{ exchange: 'kucoin', symbol: 'BTC_USDT', kind: 'spot', base: 'BTC', quote: 'USDT' },
            ...{ nativeName: 'BTC-USDT', tickSize: 0.1, lotSize: 1e-8, minimumQuantity: 0.00001 },
            ...{ minimumNotional: 0.1, contractSize: 1, status: 'trading' },
          },
        ],
      },
      {
        ok: true,
        value: [
          {
            ...{ exchange: 'kucoin', symbol: 'BTC_USDT_PERP', kind: 'perpetual', base: 'BTC', quote: 'USDT' },
            ...{ nativeName: 'XBTUSDTM', tickSize: 0.1, lotSize: 0.001, minimumQuantity: 0.001 },
            ...{ minimumNotional: null, contractSize: 0.001, status: 'trading' },
          },
        ],
      },
    ])
  })

  const named = (...rows: unknown[]) => {
    const parsed = contracts?.parse(ok(rows))
    return parsed?.ok ? parsed.value.map((one) => [one.nativeName, one.symbol, one.status]) : parsed
  }

  it('are perpetuals settled in what they are quoted in, whatever their names say', () => {
    const aixbt = { ...contractRow, symbol: 'AIXBTUSDTM', baseCurrency: 'AIXBT', multiplier: 1 }
    expect(
      named(
        contractRow,
        aixbt,
        { ...contractRow, symbol: 'XBTUSDCM', quoteCurrency: 'USDC', settleCurrency: 'USDC' },
        { ...contractRow, symbol: 'XBTUSDM', quoteCurrency: 'USD', settleCurrency: 'XBT', isInverse: true },
        { ...contractRow, symbol: 'XBTMZ26', type: 'FFICSX', expireDate: 1_798_272_000_000 },
        { ...contractRow, symbol: '10PEPEUSDTM', baseCurrency: '10PEPE', status: 'Paused' },
        { ...contractRow, symbol: 'OLDUSDTM', baseCurrency: 'OLD', status: 'Closed' },
      ),
    ).toEqual([
      ['XBTUSDTM', 'BTC_USDT_PERP', 'trading'],
      ['AIXBTUSDTM', 'AIXBT_USDT_PERP', 'trading'],
      ['XBTUSDCM', 'BTC_USDC_PERP', 'trading'],
      ['10PEPEUSDTM', '10PEPE_USDT_PERP', 'halted'],
      ['OLDUSDTM', 'OLD_USDT_PERP', 'delisted'],
    ])
  })

  it('that are odd are passed over by name', () => {
    expect(contracts?.parse(ok([contractRow, { ...contractRow, symbol: 'ODD', multiplier: 0 }]))).toMatchObject({
      ok: true,
      passedOver: { count: 1, names: ['ODD'], samples: [expect.stringContaining('multiplier: 0')] },
    })
    expect(symbols?.parse(ok([symbolRow, { ...symbolRow, symbol: 'ODD', baseCurrency: '' }]))).toMatchObject({
      ok: true,
      passedOver: { names: ['ODD'] },
    })
    expect(symbols?.parse(ok([]))).toMatchObject({ ok: false, problem: 'symbols: the list is empty' })
  })
})

describe('kucoin klines', () => {
  const minute = 60_000
  const from = 1_591_517_700_000
  const rangeOf = (of: typeof spot) => ({ instrument: of, period: '1m', from, to: from + minute }) as const

  it('of spot are asked for in seconds and read newest first, close before high', () => {
    const call = kucoin.klines(rangeOf(spot))
    expect([call.url, call.query]).toEqual([
      'https://api.kucoin.com/api/v1/market/candles',
      [
        ['symbol', 'BTC-USDT'],
        ['type', '1min'],
        ['startAt', '1591517700'],
        ['endAt', '1591517819'],
      ],
    ])
    const row = ['1591517700', '0.025078', '0.025069', '0.025084', '0.025064', '18.9883256', '0.4761861079404']
    const candle = {
      ...{ open: 0.025078, high: 0.025084, low: 0.025064, close: 0.025069 },
      ...{ volume: 18.9883256, quoteVolume: 0.4761861079404, isClosed: null },
    }
    expect(call.parse(ok([['1591517760', ...row.slice(1)], row]))).toEqual({
      ok: true,
      value: [
        { openTime: from, ...candle },
        { openTime: from + minute, ...candle },
      ],
    })
  })

  it('of perpetuals are asked for in ms and read in their own order, lots multiplied out', () => {
    const call = kucoin.klines(rangeOf(perpetual))
    expect([call.url, call.query]).toEqual([
      'https://api-futures.kucoin.com/api/v1/kline/query',
      [
        ['symbol', 'XBTUSDTM'],
        ['granularity', '1'],
        ['from', String(from)],
        ['to', String(from + 2 * minute - 1_000)],
      ],
    ])
    expect(call.parse(ok([[from, 10, 12, 9, 11, 7, 77.5]]))).toEqual({
      ok: true,
      value: [
        { openTime: from, open: 10, high: 12, low: 9, close: 11, volume: 0.007, quoteVolume: 77.5, isClosed: null },
      ],
    })
  })

  it('that cannot be are passed over', () => {
    const call = kucoin.klines(rangeOf(perpetual))
    expect(
      call.parse(
        ok([
          [from, 10, 12, 9, 11, 7, 77.5],
          [from + minute, 10, 9, 12, 11, 7, 77.5],
        ]),
      ),
    ).toMatchObject({
      ok: true,
      passedOver: { count: 1 },
    })
    expect(call.parse({ code: '100001', msg: 'no' })).toEqual({ ok: false, problem: 'code 100001 no' })
  })
})

describe('kucoin funding', () => {
  it('is read of all contracts at once', () => {
    const [call] = kucoin.fundingRates([spot, perpetual])
    const told = call?.parse(ok([contractRow, { ...contractRow, symbol: 'ETHUSDTM', fundingFeeRate: 'odd' }]))
    expect(told).toEqual({
      ok: true,
      value: [
        {
          ...{ exchange: 'kucoin', symbol: 'BTC_USDT_PERP', rate: '0.000038', nextFundingAt: 1_790_121_600_000 },
          ...{ intervalHours: 8, markPrice: '39995.94', exchangeAt: null, receivedAt: expect.any(Number) },
        },
      ],
    })
    expect(kucoin.fundingRates([spot])).toEqual([])
  })

  it('that was paid is read from documented rows, and what lies outside the range left out', () => {
    const call = kucoin.settledRates?.(perpetual, 1_702_267_200_000, 1_702_296_000_000)
    expect(call?.query).toEqual([
      ['symbol', 'XBTUSDTM'],
      ['from', '1702267200000'],
      ['to', '1702295999999'],
    ])
    const rows = [
      { symbol: 'XBTUSDTM', fundingRate: 2.1e-4, timepoint: 1_702_296_000_000 },
      { symbol: 'XBTUSDTM', fundingRate: 3.47e-4, timepoint: 1_702_267_200_000 },
    ]
    expect(call?.parse(ok(rows))).toEqual({ ok: true, value: [{ at: 1_702_267_200_000, rate: '0.000347' }] })
  })
})

describe('kucoin service', () => {
  it('tells its time and whether it is open', () => {
    expect(kucoin.serverTime().parse(ok(1_546_837_113_087))).toEqual({ ok: true, value: 1_546_837_113_087 })
    expect(kucoin.serverTime().parse(ok('soon'))).toMatchObject({ ok: false })
    const read = (data: unknown) => kucoin.maintenance?.().parse(ok(data))
    expect([read({ status: 'open', msg: '' }), read({ status: 'cancelonly', msg: '' })]).toEqual([
      { ok: true, value: [] },
      { ok: true, value: [{ title: 'service cancelonly', from: null, until: null, isOngoing: true }] },
    ])
  })

  it('tells the networks of assets', () => {
    const chain = {
      ...{ chainName: 'BTC', withdrawalMinSize: '0.001', withdrawFeeRate: '0', withdrawalMinFee: '0.0005' },
      ...{ isWithdrawEnabled: true, isDepositEnabled: false, contractAddress: '', chainId: 'btc' },
    }
    const chains = [chain, { ...chain, chainName: 'KCC', contractAddress: '0xfa93', withdrawFeeRate: '0.01' }]
    const network = {
      exchange: 'kucoin',
      asset: 'BTC',
      canDeposit: false,
      canWithdraw: true,
      receivedAt: expect.any(Number),
    }
    expect(kucoin.assetNetworks?.().parse(ok([{ currency: 'BTC', chains }]))).toEqual({
      ok: true,
      value: [
        { ...network, network: 'BTC', contract: null, withdrawalFee: '0.0005', minimumWithdrawal: '0.001' },
        { ...network, network: 'KCC', contract: '0xfa93', withdrawalFee: null, minimumWithdrawal: '0.001' },
      ],
    })
  })
})

describe('kucoin feeds', () => {
  const [spotFeed, perpetualFeed] = kucoin.feeds
  let id = 0
  const nextId = () => ++id

  it('are asked for by a token of their own host, which goes into the address', () => {
    const calls = ['spot', 'perpetual'].map((feed) => kucoin.feedAddress?.(feed))
    expect(calls.map((call) => [call?.method, call?.url, call?.query])).toEqual([
      ['POST', 'https://api.kucoin.com/api/v1/bullet-public', []],
      ['POST', 'https://api-futures.kucoin.com/api/v1/bullet-public', []],
    ])
    const reply = (endpoint: string) =>
      ok({ token: '2neA4=.WN/Q+==', instanceServers: [{ endpoint, pingInterval: 18_000 }] })
    expect(calls[0]?.parse(reply('wss://ws-api-spot.kucoin.com/'))).toEqual({
      ok: true,
      value: 'wss://ws-api-spot.kucoin.com/?token=2neA4%3D.WN%2FQ%2B%3D%3D',
    })
    expect(calls[0]?.parse(reply('https://example.com'))).toMatchObject({ ok: false })
    expect(calls[0]?.parse(ok({ token: 'a', instanceServers: [] }))).toMatchObject({ ok: false })
  })

  it('subscribe symbols of one channel together, a hundred at most', () => {
    const wires = ['/market/match:BTC-USDT', '/market/candles:BTC-USDT_1min', '/market/match:ETH-USDT']
    expect(spotFeed?.subscribe(wires, nextId, 0).map(({ wires: asked, text }) => [asked, JSON.parse(text)])).toEqual([
      [
        ['/market/match:BTC-USDT', '/market/match:ETH-USDT'],
        { id: '1', type: 'subscribe', topic: '/market/match:BTC-USDT,ETH-USDT', privateChannel: false, response: true },
      ],
      [
        ['/market/candles:BTC-USDT_1min'],
        { id: '2', type: 'subscribe', topic: '/market/candles:BTC-USDT_1min', privateChannel: false, response: true },
      ],
    ])
    const many = Array.from({ length: 101 }, (_, at) => `/contractMarket/tickerV2:A${at}USDTM`)
    expect(perpetualFeed?.unsubscribe(many, nextId, 0, () => null).map(({ wires: asked }) => asked.length)).toEqual([
      100, 1,
    ])
  })

  it('have a wire for each topic but funding rates', () => {
    const routes = (['book_ticker', 'trade', 'order_book', 'funding_rate'] as const).map((channel) =>
      kucoin.route({ channel, instrument: perpetual, period: null }),
    )
    expect(routes).toEqual([
      { feed: 'perpetual', wire: '/contractMarket/tickerV2:XBTUSDTM' },
      { feed: 'perpetual', wire: '/contractMarket/execution:XBTUSDTM' },
      { feed: 'perpetual', wire: '/contractMarket/level2Depth50:XBTUSDTM' },
      null,
    ])
    expect(kucoin.route({ channel: 'kline', instrument: spot, period: '1d' })).toEqual({
      feed: 'spot',
      wire: '/market/candles:BTC-USDT_1day',
    })
  })

  it('ping well within the 60 s after which KuCoin closes', () => {
    expect(spotFeed?.heartbeat).toMatchObject({ everyMs: 10_000 })
    expect(spotFeed?.heartbeat?.text(1_790_000_000_000)).toBe('{"id":"1790000000000","type":"ping"}')
  })
})

describe('kucoin book rules', () => {
  const rules = kucoin.bookRules('spot')

  it('are one for both kinds: 50 levels, whole with each message', () => {
    expect(rules).toMatchObject({ snapshot: null, isAlwaysWhole: true, levels: 50, intervalMs: 100 })
    expect(kucoin.bookRules('perpetual')).toBe(rules)
  })

  it.each<[string, number, Follows]>([
    ['a later one', 100_100, 'next'],
    ['another of the same millisecond', 100_000, 'next'],
    ['one that was overtaken', 99_900, 'old'],
    ['one from before the clock was set', 80_000, 'gap'],
  ])('%s, on a book of 100000', (_what, at, expected) => {
    const update = depthUpdate(spot, { isSnapshot: true, firstId: at, lastId: at })
    expect(rules?.follows(update, 100_000, false)).toBe(expected)
  })
})

describe('kucoin replies', () => {
  const call = kucoin.serverTime()
  const failure = (status: number, body: unknown, headers = {}): RestFailure | null =>
    kucoin.dialect.failure({ status, headers }, body, 0)

  it('tell of the pool in headers', () => {
    const headers = { 'gw-ratelimit-limit': '2000', 'gw-ratelimit-remaining': '1990', 'gw-ratelimit-reset': '12000' }
    expect(kucoin.dialect.usage(call, { status: 200, headers })).toEqual({ used: 10, limit: 2_000 })
    expect(kucoin.dialect.usage(call, { status: 200, headers: {} })).toBeNull()
  })

  it.each<[string, number, unknown, object, Partial<RestFailure> | null]>([
    ['a success', 200, ok(1), {}, null],
    [
      'a limit',
      429,
      { code: '429000', msg: 'Too Many Requests' },
      { 'gw-ratelimit-reset': '700' },
      { kind: 'rateLimited', retryAfterMs: 700 },
    ],
    [
      'a limit without its end',
      200,
      { code: '429000', msg: 'Too Many Requests' },
      {},
      { kind: 'rateLimited', retryAfterMs: 5_000 },
    ],
    ['the guard', 403, 'error code: 1015', {}, { kind: 'banned', code: '1015', retryAfterMs: 30_000 }],
    ['a region', 403, 'Forbidden', {}, { kind: 'denied' }],
    ['a wrong time', 400, { code: '400002', msg: 'KC-API-TIMESTAMP Invalid' }, {}, { kind: 'clock' }],
    [
      'a wrong passphrase',
      400,
      { code: '400004', msg: 'Invalid KC-API-PASSPHRASE' },
      {},
      { kind: 'rejectedKey', message: 'key rejected (400004): check the passphrase' },
    ],
    ['a missing permission', 200, { code: '400007', msg: 'Access denied' }, {}, { kind: 'forbidden' }],
    [
      'an unknown symbol',
      400,
      { code: '900001', msg: 'The symbol is not found' },
      {},
      { kind: 'invalid', message: 'The symbol is not found' },
    ],
    ['its own fault', 500, { code: '500000', msg: 'Internal Server Error' }, {}, { kind: 'unavailable' }],
    ['a page', 502, '<html>', {}, { kind: 'unavailable', message: 'HTTP 502: <html>' }],
    ['no envelope', 200, [], {}, { kind: 'unreadable' }],
  ])('tell of %s', (_what, status, body, headers, expected) => {
    const found = failure(status, body, headers)
    if (expected === null) expect(found).toBeNull()
    else expect(found).toMatchObject(expected)
  })
})
