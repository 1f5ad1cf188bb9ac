import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { KlineRange } from '../../../../src/main/exchanges/contract.ts'
import type { ReplyHead } from '../../../../src/main/net/rest.ts'
import type { ListedInstrument } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'

const body = (name: string): unknown =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../fixtures/binance', name), 'utf8'))

const spotBtc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpetualBtc = instrument('binance', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const [spotList, perpetualList] = binance.instruments()

describe('binance topics', () => {
  it.each([
    ['a spot quote', { channel: 'book_ticker', instrument: spotBtc, period: null }, 'spot', 'btcusdt@bookTicker'],
    ['spot trades, each fill', { channel: 'trade', instrument: spotBtc, period: null }, 'spot', 'btcusdt@trade'],
    ['spot candles', { channel: 'kline', instrument: spotBtc, period: '1d' }, 'spot', 'btcusdt@kline_1d'],
    ['spot depth', { channel: 'order_book', instrument: spotBtc, period: null }, 'spot', 'btcusdt@depth@100ms'],
    [
      'futures depth',
      { channel: 'order_book', instrument: perpetualBtc, period: null },
      'perpetual-public',
      'btcusdt@depth@100ms',
    ],
    [
      'a perpetual quote',
      { channel: 'book_ticker', instrument: perpetualBtc, period: null },
      'perpetual-public',
      'btcusdt@bookTicker',
    ],
    [
      'perpetual trades, aggregated',
      { channel: 'trade', instrument: perpetualBtc, period: null },
      'perpetual-market',
      'btcusdt@aggTrade',
    ],
    [
      'perpetual candles',
      { channel: 'kline', instrument: perpetualBtc, period: '15m' },
      'perpetual-market',
      'btcusdt@kline_15m',
    ],
  ] as const)('routes %s', (_name, topic, feed, wire) => {
    expect(binance.route(topic)).toEqual({ feed, wire })
  })

  it('names feeds whose addresses are among its origins', () => {
    expect(binance.feeds.map((feed) => [feed.id, feed.url])).toEqual([
      ['spot', 'wss://stream.binance.com:9443/stream'],
      ['perpetual-public', 'wss://fstream.binance.com/public/stream'],
      ['perpetual-market', 'wss://fstream.binance.com/market/stream'],
    ])
    for (const feed of binance.feeds)
      expect(binance.origins.some((origin) => feed.url.startsWith(`${origin}/`))).toBe(true)
  })

  it('batches a full socket into few messages, each stream named once', () => {
    const [feed] = binance.feeds
    if (feed === undefined) throw new Error('no feed')
    const wires = Array.from({ length: feed.topicsPerSocket }, (_, index) => `a${index}usdt@bookTicker`)
    let id = 10
    const requests = feed.subscribe(wires, () => id++, 0)
    expect(requests.map((request) => request.id)).toEqual([10, 11, 12, 13])
    expect(requests.flatMap((request) => request.wires)).toEqual(wires)
    expect(requests.flatMap((request) => JSON.parse(request.text).params)).toEqual(wires)
    expect(
      feed.unsubscribe(
        ['btcusdt@trade'],
        () => 20,
        0,
        () => null,
      ),
    ).toEqual([
      {
        id: 20,
        wires: ['btcusdt@trade'],
        text: '{"method":"UNSUBSCRIBE","params":["btcusdt@trade"],"id":20}',
      },
    ])
  })
})

describe('binance instruments', () => {
  it('reads the spot list', () => {
    expect(spotList?.parse(body('rest_spot_exchangeInfo.json'))).toEqual({
      ok: true,
      value: [
        {
          exchange: 'binance',
          symbol: 'ETH_BTC',
          kind: 'spot',
          base: 'ETH',
          quote: 'BTC',
          nativeName: 'ETHBTC',
          tickSize: 0.000001,
          lotSize: 0.0001,
          minimumQuantity: 0.0001,
          minimumNotional: 0.0001,
          contractSize: 1,
          status: 'trading',
        },
      ],
    })
  })

  it('reads the perpetual list, ticks from the filters', () => {
    expect(perpetualList?.parse(body('rest_perpetual_exchangeInfo.json'))).toEqual({
      ok: true,
      value: [
        {
          exchange: 'binance',
          symbol: 'BTC_USDT_PERP',
          kind: 'perpetual',
          base: 'BTC',
          quote: 'USDT',
          nativeName: 'BTCUSDT',
          tickSize: 0.01,
          lotSize: 0.001,
          minimumQuantity: 0.001,
          minimumNotional: 5,
          contractSize: 1,
          status: 'trading',
        },
      ],
    })
  })

  const parse = (call: typeof spotList, symbols: readonly unknown[]): readonly ListedInstrument[] => {
    const parsed = call?.parse({ symbols })
    if (parsed?.ok !== true) throw new Error(parsed?.problem)
    return parsed.value
  }
  const spotSymbol = {
    symbol: 'ABCUSDT',
    status: 'TRADING',
    baseAsset: 'ABC',
    quoteAsset: 'USDT',
    isSpotTradingAllowed: true,
    permissionSets: [['SPOT', 'MARGIN']],
    filters: [],
  }
  const contract = {
    symbol: '1000PEPEUSDT',
    status: 'TRADING',
    contractType: 'PERPETUAL',
    baseAsset: '1000PEPE',
    quoteAsset: 'USDT',
    filters: [],
  }

  it.each([
    ['trading', {}],
    ['halted', { status: 'HALT' }],
    ['halted', { status: 'BREAK' }],
    ['halted', { status: 'END_OF_DAY' }],
    ['halted', { status: 'CANCEL_ONLY' }],
    ['halted', { status: 'SOMETHING_NEW' }],
    ['halted', { isSpotTradingAllowed: false }],
    ['halted', { permissionSets: [['TRD_GRP_004']] }],
    ['halted', { permissionSets: [['SPOT'], ['TRD_GRP_004']] }],
    ['trading', { permissionSets: [] }],
    ['trading', { permissionSets: undefined }],
  ])('is %s on spot with %j', (status, change) => {
    expect(parse(spotList, [{ ...spotSymbol, ...change }]).map((listed) => listed.status)).toEqual([status])
  })

  it.each([
    ['trading', 'TRADING'],
    ['halted', 'PENDING_TRADING'],
    ['halted', 'SETTLING'],
    ['halted', 'CLOSE'],
  ])('is %s on futures when %s', (status, native) => {
    expect(parse(perpetualList, [{ ...contract, status: native }]).map((listed) => listed.status)).toEqual([status])
  })

  it('keeps the multiplier in the name, and skips dated contracts, stocks, commodities and what is margined in its coin', () => {
    const symbols = [
      { ...contract, marginAsset: 'USDT' },
      { ...contract, symbol: 'BTCUSD_PERP', baseAsset: 'BTC', quoteAsset: 'USD', marginAsset: 'BTC' },
      { ...contract, symbol: 'BTCUSDT_260925', contractType: 'CURRENT_QUARTER', baseAsset: 'BTC' },
      { ...contract, symbol: 'TSLAUSDT', contractType: 'TRADIFI_PERPETUAL', baseAsset: 'TSLA' },
    ]
    expect(parse(perpetualList, symbols).map((listed) => [listed.symbol, listed.contractSize])).toEqual([
      ['1000PEPE_USDT_PERP', 1],
    ])
  })

  it('reads a rule that is off, or missing, as null', () => {
    const filters = [
      { filterType: 'PRICE_FILTER', tickSize: '0.00000000' },
      { filterType: 'MIN_NOTIONAL', minNotional: '10.00000000' },
    ]
    expect(parse(spotList, [{ ...spotSymbol, filters }])).toMatchObject([
      { tickSize: null, lotSize: null, minimumQuantity: null, minimumNotional: 10 },
    ])
  })

  it.each([
    ['no list', { code: 0 }, 'exchangeInfo: symbols: Invalid input: expected array, received undefined'],
    [
      'a symbol without a base',
      { symbols: [{ ...spotSymbol, baseAsset: undefined }] },
      'exchangeInfo: none of 1 rows can be read: ABCUSDT: baseAsset: absent: Invalid input: expected string, received undefined',
    ],
    [
      'a tick in words',
      { symbols: [{ ...spotSymbol, filters: [{ filterType: 'PRICE_FILTER', tickSize: 'small' }] }] },
      'exchangeInfo: none of 1 rows can be read: ABCUSDT: tickSize: "small": no number',
    ],
  ])('says what is wrong with %s', (_name, reply, problem) => {
    expect(spotList?.parse(reply)).toEqual({ ok: false, problem })
  })

  it('passes over odd rows of both lists, names them and keeps the rest', () => {
    const odd = { ...spotSymbol, symbol: 'XYZUSDT', filters: [{ filterType: 'PRICE_FILTER', tickSize: 5 }] }
    const oddContract = { ...contract, symbol: 'XYZUSDT', status: null }
    const dated = { contractType: 'CURRENT_QUARTER' }
    const named = (call: typeof spotList, symbols: readonly unknown[]) => {
      const parsed = call?.parse({ symbols })
      return parsed?.ok ? [parsed.value.map(({ nativeName }) => nativeName), parsed.passedOver] : parsed
    }
    expect([named(spotList, [odd, spotSymbol]), named(perpetualList, [oddContract, contract, dated])]).toEqual([
      [
        ['ABCUSDT'],
        {
          count: 1,
          samples: ['XYZUSDT: filters.0.tickSize: 5: Invalid input: expected string, received number'],
          names: ['XYZUSDT'],
        },
      ],
      [
        ['1000PEPEUSDT'],
        {
          count: 1,
          samples: ['XYZUSDT: status: null: Invalid input: expected string, received null'],
          names: ['XYZUSDT'],
        },
      ],
    ])
  })
})

describe('binance time', () => {
  it('asks spot and reads epoch ms', () => {
    const call = binance.serverTime()
    expect([call.url, call.pool, call.weight]).toEqual(['https://api.binance.com/api/v3/time', 'spot', 1])
    expect(call.parse({ serverTime: 1_499_827_319_559 })).toEqual({ ok: true, value: 1_499_827_319_559 })
    expect(call.parse({})).toMatchObject({ ok: false })
  })
})

describe('binance maintenance', () => {
  const call = binance.maintenance?.()
  it.each([
    [
      { status: 0, msg: 'normal' },
      { ok: true, value: [] },
    ],
    [
      { status: 1, msg: 'system_maintenance' },
      { ok: true, value: [{ title: 'system_maintenance', from: null, until: null, isOngoing: true }] },
    ],
    [
      { status: 2, msg: 'odd' },
      { ok: false, problem: expect.stringContaining('status') },
    ],
    [null, { ok: false, problem: expect.any(String) }],
  ])('%j means %j', (reply, parsed) => {
    expect(call?.parse(reply)).toEqual(parsed)
  })
})

describe('binance candle history', () => {
  const minute = 60_000
  const range = (more: Partial<KlineRange>): KlineRange => ({
    instrument: spotBtc,
    period: '1m',
    from: 1_672_531_200_000,
    to: 1_672_531_200_000 + 499 * minute,
    ...more,
  })

  it('asks spot with both ends inclusive', () => {
    const { parse: _, ...call } = binance.klines(range({}))
    expect(call).toEqual({
      url: 'https://api.binance.com/api/v3/klines',
      query: [
        ['symbol', 'BTCUSDT'],
        ['interval', '1m'],
        ['startTime', '1672531200000'],
        ['endTime', '1672561140000'],
        ['limit', '500'],
      ],
      pool: 'spot',
      weight: 2,
    })
  })

  it.each([
    [1, 1],
    [99, 1],
    [100, 2],
    [499, 2],
    [500, 5],
    [1_000, 5],
    [1_001, 10],
    [1_500, 10],
  ])('weighs %i futures candles as %i', (candles, weight) => {
    const from = 1_672_531_200_000
    const call = binance.klines(range({ instrument: perpetualBtc, from, to: from + (candles - 1) * minute }))
    expect([call.url, call.pool, call.weight]).toEqual(['https://fapi.binance.com/fapi/v1/klines', 'perpetual', weight])
  })

  it('knows how many rows one call returns', () => {
    expect([binance.klinesPerCall(spotBtc, '1m'), binance.klinesPerCall(perpetualBtc, '1d')]).toEqual([1_000, 1_500])
  })

  const week = 1_499_040_000_000
  it('reads the documented row: base volume, quote volume, and no word on closed', () => {
    const call = binance.klines(range({ period: '1d', from: week, to: week }))
    expect(call.parse(body('rest_spot_klines.json'))).toEqual({
      ok: true,
      value: [
        {
          openTime: week,
          open: 0.0163479,
          high: 0.8,
          low: 0.015758,
          close: 0.015771,
          volume: 148_976.11427815,
          quoteVolume: 2_434.19055334,
          isClosed: null,
        },
      ],
    })
  })

  const row = (openTime: number, close = '2') => [
    openTime,
    '2',
    '3',
    '1',
    close,
    '5',
    openTime + minute - 1,
    '10',
    1,
    '1',
    '2',
    '0',
  ]
  const from = range({}).from
  it('takes an empty range', () => {
    expect(binance.klines(range({})).parse([])).toEqual({ ok: true, value: [] })
  })
  it.each([
    ['a row before the range', [row(from - minute)], `${from - minute}: open time: ${from - minute}: asked for`],
    ['a row off the minute', [row(from + 1)], `${from + 1}: open time: ${from + 1}: no 1m candle opens then`],
    ['a close above the high', [row(from, '4')], `${from}: candle: \\[${from},"2","3","1","4"`],
    ['a close in words', [row(from, 'x')], `${from}: candle: \\[${from},"2","3","1","x"`],
    ['a short row', [[from, '2']], `${from}: 2: absent: `],
  ])('refuses a reply of nothing but %s', (_name, reply, problem) => {
    const parsed = binance.klines(range({})).parse(reply)
    expect(parsed.ok ? null : parsed.problem).toMatch(new RegExp(`^klines: none of 1 rows can be read: ${problem}`))
  })

  it('refuses an error body', () => {
    const parsed = binance.klines(range({})).parse({ code: -1121, msg: 'Invalid symbol.' })
    expect(parsed).toEqual({ ok: false, problem: 'klines: : Invalid input: expected array, received object' })
  })

  it('sorts rows, and leaves a hole where one is odd or comes twice', () => {
    const rows = [row(from + 2 * minute), row(from), row(from + minute, '4'), row(from, '2.5')]
    const parsed = binance.klines(range({})).parse(rows)
    const shown = parsed.ok ? parsed.value.map(({ openTime, close }) => [openTime, close]) : parsed
    expect([shown, parsed.ok ? parsed.passedOver?.count : null]).toEqual([
      [
        [from, 2],
        [from + 2 * minute, 2],
      ],
      2,
    ])
  })
})

describe('binance funding intervals', () => {
  const perpetuals = ['BTC', 'ETH', 'SOL'].map((base) =>
    instrument('binance', 'perpetual', base, 'USDT', `${base}USDT`),
  )
  const read = (body: unknown) => {
    const parsed = binance.fundingIntervals?.(perpetuals).parse(body)
    return parsed?.ok ? [...parsed.value] : (parsed?.problem ?? null)
  }

  it('are 8 hours but for contracts with settings of their own, and unknown where a row cannot be read', () => {
    const row = { adjustedFundingRateCap: '0.02', adjustedFundingRateFloor: '-0.02', disclaimer: false }
    const rows = [
      { symbol: 'ETHUSDT', fundingIntervalHours: 4, ...row },
      { symbol: 'SOLUSDT', fundingIntervalHours: null, ...row },
      { symbol: 'XYZUSDT', fundingIntervalHours: 1, ...row },
    ]
    expect([read([]), read(rows), read({}), read([{ fundingIntervalHours: 4 }])]).toEqual([
      [
        ['BTC_USDT_PERP', 8],
        ['ETH_USDT_PERP', 8],
        ['SOL_USDT_PERP', 8],
      ],
      [
        ['BTC_USDT_PERP', 8],
        ['ETH_USDT_PERP', 4],
      ],
      'fundingInfo: no list',
      'fundingInfo: a row without its symbol',
    ])
  })
})

describe('binance replies', () => {
  const head = (status: number, headers: ReplyHead['headers'] = {}): ReplyHead => ({ status, headers })
  const now = 1_659_142_907_531
  const banned =
    'Way too much request weight used; IP banned until 1659146400000. Please use WebSocket Streams for live updates to avoid bans.'
  const tooMuch =
    'Too much request weight used; current limit is 6000 request weight per 1 MINUTE. Please use WebSocket Streams for live updates to avoid polling the API.'

  it('reads the used weight', () => {
    const call = binance.serverTime()
    expect(binance.dialect.usage(call, head(200, { 'x-mbx-used-weight-1m': '45' }))).toEqual({ used: 45 })
    expect(binance.dialect.usage(call, head(200, {}))).toBeNull()
    expect(binance.dialect.usage(call, head(200, { 'x-mbx-used-weight-1m': 'many' }))).toBeNull()
  })

  it('takes a 2xx for a success', () => {
    expect(binance.dialect.failure(head(200), {}, now)).toBeNull()
  })

  it.each([
    ['rateLimited', 429, { code: -1003, msg: tooMuch }, { 'retry-after': '12' }, '-1003', 12_000],
    ['rateLimited', 429, 'busy', {}, null, null],
    ['banned', 418, { code: -1003, msg: banned }, { 'retry-after': '10' }, '-1003', 3_492_469],
    ['banned', 429, { code: -1003, msg: banned }, {}, '-1003', 3_492_469],
    ['denied', 403, '<html>', {}, null, null],
    ['denied', 451, { code: 0, msg: 'Service unavailable from a restricted location' }, {}, '0', null],
    ['unavailable', 503, 'bad gateway', {}, null, null],
    ['unavailable', 408, { code: -1007, msg: 'Timeout waiting for response from backend server.' }, {}, '-1007', null],
    ['unavailable', 400, { code: -1008, msg: 'Server is currently overloaded.' }, {}, '-1008', null],
    ['invalid', 400, { code: -1121, msg: 'Invalid symbol.' }, {}, '-1121', null],
    ['invalid', 404, '', {}, null, null],
  ])('calls it %s: HTTP %i %j', (kind, status, reply, headers, code, retryAfterMs) => {
    const message = typeof reply === 'string' ? `HTTP ${status}` : reply.msg
    expect(binance.dialect.failure(head(status, headers), reply, now)).toEqual({ kind, code, message, retryAfterMs })
  })

  it.each([
    ['rejectedKey', 401, -2014, 'API-key format invalid.', 'this is no Binance key: check that it was copied whole'],
    [
      'rejectedKey',
      401,
      -2015,
      'Invalid API-key, IP, or permissions for action., request ip: 203.0.113.7',
      'check the key, its permissions and its IP allow-list',
    ],
    [
      'rejectedKey',
      400,
      -1022,
      'Signature for this request is not valid.',
      'the signature is not valid: check the secret',
    ],
  ])('calls it %s: HTTP %i %i', (kind, status, code, msg, advice) => {
    expect(binance.dialect.failure(head(status), { code, msg }, now)).toEqual({
      kind,
      code: String(code),
      message: `key rejected (${code}): ${advice}`,
      retryAfterMs: null,
    })
  })

  it.each([
    ['clock', 400, -1021, 'Timestamp for this request is outside of the recvWindow.'],
    ['forbidden', 401, -1002, 'You are not authorized to execute this request.'],
    ['invalid', 400, -1125, 'This listenKey does not exist.'],
    ['invalid', 400, -2013, 'Order does not exist.'],
  ])('calls it %s: HTTP %i %i', (kind, status, code, message) => {
    const failure = { kind, code: String(code), message, retryAfterMs: null }
    expect(binance.dialect.failure(head(status), { code, msg: message }, now)).toEqual(failure)
  })

  it('reads the used weight of the wallet endpoints from headers of their own', () => {
    const call = { ...binance.serverTime(), pool: 'sapi-uid' }
    const headers = { 'x-sapi-used-uid-weight-1m': '18000', 'x-mbx-used-weight-1m': '45' }
    expect(binance.dialect.usage(call, head(200, headers))).toEqual({ used: 18_000 })
    expect(binance.dialect.usage({ ...call, pool: 'sapi-ip' }, head(200, headers))).toBeNull()
  })
})
