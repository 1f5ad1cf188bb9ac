import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { gate } from '../../../../src/main/exchanges/gate/index.ts'
import type { RestCall } from '../../../../src/main/net/rest.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'

const documented: Record<string, unknown> = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../fixtures/gate/rest_documented.json'), 'utf8'),
)
const rowOf = (name: string): object => {
  const rows = documented[name]
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined
  if (typeof row !== 'object' || row === null) throw new Error(`no row in ${name}`)
  return row
}
const spot = instrument('gate', 'spot', 'ETH', 'USDT', 'ETH_USDT')
const perpetual = instrument('gate', 'perpetual', 'BTC', 'USDT', 'BTC_USDT', { contractSize: 0.0001 })
const [spotList, perpetualList] = gate.instruments()
if (!spotList || !perpetualList) throw new Error('two lists expected')
const request = ({ parse: _parse, ...rest }: RestCall<unknown>) => rest

describe('gate instruments', () => {
  it('come from two calls, the futures one with decimal sizes', () => {
    expect([request(spotList), request(perpetualList)]).toEqual([
      { url: 'https://api.gateio.ws/api/v4/spot/currency_pairs', query: [], pool: 'spot/currency_pairs', weight: 1 },
      {
        url: 'https://api.gateio.ws/api/v4/futures/usdt/contracts',
        query: [],
        headers: { 'X-Gate-Size-Decimal': '1' },
        pool: 'futures/contracts',
        weight: 1,
      },
    ])
  })

  const ethSpot = {
    exchange: 'gate',
    symbol: 'ETH_USDT',
    kind: 'spot',
    base: 'ETH',
    quote: 'USDT',
    nativeName: 'ETH_USDT',
    tickSize: 0.000001,
    lotSize: 0.001,
    minimumQuantity: 0.001,
    minimumNotional: 3,
    contractSize: 1,
    status: 'trading',
  }
  it('read the documented currency pair', () => {
    expect(spotList.parse(documented.currencyPairs)).toEqual({ ok: true, value: [ethSpot] })
  })

  it('are halted when either side is, and have no minimum where none is told', () => {
    const pair = { ...rowOf('currencyPairs'), min_base_amount: undefined, min_quote_amount: '0' }
    const rows = ['untradable', 'buyable', 'sellable'].map((trade_status) => ({ ...pair, trade_status }))
    const halted = { ...ethSpot, minimumQuantity: null, minimumNotional: null, status: 'halted' }
    expect(spotList.parse(rows)).toEqual({ ok: true, value: [halted, halted, halted] })
  })

  const zeroG = {
    exchange: 'gate',
    symbol: '0G_USDT_PERP',
    kind: 'perpetual',
    base: '0G',
    quote: 'USDT',
    nativeName: '0G_USDT',
    tickSize: 0.0001,
    lotSize: 1,
    minimumQuantity: 1,
    minimumNotional: null,
    contractSize: 1,
    status: 'trading',
  }
  it('read the documented contract', () => {
    expect(perpetualList.parse(documented.contracts)).toEqual({ ok: true, value: [zeroG] })
  })

  it('take other contracts for what they are', () => {
    const contract = rowOf('contracts')
    const rows = [
      { ...contract, name: 'BTC_USDT', quanto_multiplier: '0.0001', order_size_min: '3' },
      { ...contract, name: 'ETH_USDT', quanto_multiplier: '0.01', enable_decimal: true, order_size_min: '0' },
      { ...contract, name: '龙虾_USDT', in_delisting: true },
      { ...contract, name: 'A_USDT', status: 'suspend' },
      { ...contract, name: 'NVDA_USDT', contract_type: 'stocks' },
      { ...contract, name: 'BTC_USD', type: 'inverse', quanto_multiplier: '0' },
    ]
    expect(perpetualList.parse(rows)).toEqual({
      ok: true,
      value: [
        {
          ...zeroG,
          symbol: 'BTC_USDT_PERP',
          base: 'BTC',
          nativeName: 'BTC_USDT',
          lotSize: 0.0001,
          minimumQuantity: 0.0003,
          contractSize: 0.0001,
        },
        {
          ...zeroG,
          symbol: 'ETH_USDT_PERP',
          base: 'ETH',
          nativeName: 'ETH_USDT',
          lotSize: null,
          minimumQuantity: null,
          contractSize: 0.01,
        },
        { ...zeroG, symbol: '龙虾_USDT_PERP', base: '龙虾', nativeName: '龙虾_USDT', status: 'halted' },
        { ...zeroG, symbol: 'A_USDT_PERP', base: 'A', nativeName: 'A_USDT', status: 'halted' },
      ],
    })
  })

  it('are passed over and named where a row is odd, and the rest stands', () => {
    const odd = { ...rowOf('currencyPairs'), id: 'XYZ_USDT', precision: '6' }
    expect(spotList.parse([odd, rowOf('currencyPairs')])).toEqual({
      ok: true,
      value: [ethSpot],
      passedOver: {
        count: 1,
        samples: ['XYZ_USDT: precision: "6": Invalid input: expected number, received string'],
        names: ['XYZ_USDT'],
      },
    })
    const contract = rowOf('contracts')
    const rows = [
      { ...contract, name: 'A_USDT', quanto_multiplier: '0' },
      { type: 'inverse' },
      { ...contract, name: 'B_USDT', in_delisting: null },
      contract,
      { ...contract, name: 'C' },
    ]
    expect(perpetualList.parse(rows)).toEqual({
      ok: true,
      value: [zeroG],
      passedOver: {
        count: 3,
        samples: [
          'A_USDT: quanto_multiplier: "0": no contract size',
          'B_USDT: in_delisting: null: Invalid input: expected boolean, received null',
          'C: name: "C": no BASE_QUOTE',
        ],
        names: ['A_USDT', 'B_USDT', 'C'],
      },
    })
  })

  it('name what is wrong where no row is good', () => {
    expect(perpetualList.parse([{ ...rowOf('contracts'), quanto_multiplier: '0' }])).toEqual({
      ok: false,
      problem: 'contracts: none of 1 rows can be read: 0G_USDT: quanto_multiplier: "0": no contract size',
    })
  })
})

describe('gate history', () => {
  it('asks for spot candles in seconds and reads rows in their own order', () => {
    const call = gate.klines({ instrument: spot, period: '1m', from: 1539852480000, to: 1539852900000 })
    expect(request(call)).toEqual({
      url: 'https://api.gateio.ws/api/v4/spot/candlesticks',
      query: [
        ['currency_pair', 'ETH_USDT'],
        ['interval', '1m'],
        ['from', '1539852480'],
        ['to', '1539852900'],
      ],
      pool: 'spot/candlesticks',
      weight: 1,
    })
    expect(call.parse(documented.spotCandles)).toEqual({
      ok: true,
      value: [
        {
          openTime: 1539852480000,
          open: 0.0021737,
          high: 0.0021922,
          low: 0.0021724,
          close: 0.0021724,
          volume: 445.6,
          quoteVolume: 971519.677,
          isClosed: true,
        },
      ],
    })
  })

  it('asks for perpetual candles and multiplies contracts out', () => {
    const call = gate.klines({ instrument: perpetual, period: '1m', from: 1539852480000, to: 1539852540000 })
    expect(request(call)).toEqual({
      url: 'https://api.gateio.ws/api/v4/futures/usdt/candlesticks',
      query: [
        ['contract', 'BTC_USDT'],
        ['interval', '1m'],
        ['from', '1539852480'],
        ['to', '1539852540'],
      ],
      headers: { 'X-Gate-Size-Decimal': '1' },
      pool: 'futures/candlesticks',
      weight: 1,
    })
    const candle = { open: 1.032, high: 1.032, low: 1.032, close: 1.032, quoteVolume: 3580, isClosed: null }
    const rows = [{ ...rowOf('perpetualCandles'), t: 1539852540, v: '7' }, rowOf('perpetualCandles')]
    expect(call.parse(rows)).toEqual({
      ok: true,
      value: [
        { ...candle, openTime: 1539852480000, volume: 9.7151 },
        { ...candle, openTime: 1539852540000, volume: 0.0007 },
      ],
    })
  })

  it('says how many candles one call returns', () => {
    expect([gate.klinesPerCall(spot, '1m'), gate.klinesPerCall(perpetual, '1m')]).toEqual([1000, 1999])
  })

  it.each([
    ['an error body', documented.error],
    ['a row too short', [['1539852480', '1', '2']]],
    ['a price that is none', [['1539852480', '1', 'x', '2', '1', '1', '1', 'true']]],
    ['an empty volume', [['1539852480', '1', '1', '2', '1', '1', '', 'true']]],
  ])('does not read %s', (_name, body) => {
    const call = gate.klines({ instrument: spot, period: '1m', from: 1539852480000, to: 1539852480000 })
    expect(call.parse(body)).toMatchObject({ ok: false })
  })

  it('leaves a hole where one candle is odd', () => {
    const call = gate.klines({ instrument: perpetual, period: '1m', from: 1539852480000, to: 1539852540000 })
    expect(
      call.parse([{ ...rowOf('perpetualCandles'), t: 1539852540, v: '' }, rowOf('perpetualCandles')]),
    ).toMatchObject({
      ok: true,
      value: [{ openTime: 1539852480000 }],
      passedOver: { count: 1, samples: [expect.stringMatching(/^1539852540: candle: .* impossible values$/)] },
    })
  })

  it('never throws, whatever the reply', () => {
    const calls: RestCall<unknown>[] = [
      gate.serverTime(),
      ...gate.instruments(),
      gate.klines({ instrument: spot, period: '1m', from: 0, to: 0 }),
      gate.klines({ instrument: perpetual, period: '1m', from: 0, to: 0 }),
    ]
    fc.assert(fc.property(fc.jsonValue(), (body) => calls.forEach((call) => void call.parse(body))))
  })

  it('reads the server time', () => {
    expect(gate.serverTime().parse(documented.time)).toEqual({ ok: true, value: 1597026383085 })
  })
})

describe('gate funding rates', () => {
  const contract = rowOf('contracts')
  const perpetuals = ['A', 'B', 'C', 'D', 'E', '龙虾'].map((base) =>
    instrument('gate', 'perpetual', base, 'USDT', `${base}_USDT`),
  )
  const rateOf = (symbol: string) => ({
    exchange: 'gate',
    symbol,
    rate: '-0.003216',
    nextFundingAt: 1_784_131_200_000,
    intervalHours: 8,
    markPrice: '0.2048',
    exchangeAt: null,
    receivedAt: expect.any(Number),
  })

  it('of a few contracts are asked for singly', () => {
    const calls = gate.fundingRates([...perpetuals.slice(4), spot])
    expect(calls.map(({ url, pool }) => [url, pool])).toEqual([
      ['https://api.gateio.ws/api/v4/futures/usdt/contracts/E_USDT', 'futures/contracts'],
      ['https://api.gateio.ws/api/v4/futures/usdt/contracts/%E9%BE%99%E8%99%BE_USDT', 'futures/contracts'],
    ])
    expect(calls[0]?.parse({ ...contract, name: 'E_USDT' })).toEqual({ ok: true, value: [rateOf('E_USDT_PERP')] })
    expect(calls[0]?.parse({ ...contract, name: 'Z_USDT' })).toMatchObject({ ok: false })
  })

  it('of many come with the whole list, without the others', () => {
    const [call, ...more] = gate.fundingRates(perpetuals)
    expect([call?.url, more]).toEqual(['https://api.gateio.ws/api/v4/futures/usdt/contracts', []])
    const rows = [contract, { ...contract, name: 'A_USDT' }, { ...contract, name: 'B_USDT', funding_rate: '' }]
    expect(call?.parse(rows)).toMatchObject({
      ok: true,
      value: [rateOf('A_USDT_PERP')],
      passedOver: { count: 1, names: ['B_USDT'] },
    })
    expect(gate.fundingRates([spot])).toEqual([])
  })

  it('come by stream with the tickers, whose fields may be absent', () => {
    const topic = { channel: 'funding_rate', period: null } as const
    expect(gate.route({ ...topic, instrument: perpetual })).toEqual({
      feed: 'perpetual',
      wire: 'futures.tickers:BTC_USDT',
    })
    expect(gate.route({ ...topic, instrument: spot })).toBeNull()
    const normalize = gate.createNormalizer('perpetual', lookupOf([perpetual]))
    const push = (row: object) =>
      normalize(
        Buffer.from(
          JSON.stringify({
            time: 1789456337,
            time_ms: 1789456337900,
            channel: 'futures.tickers',
            event: 'update',
            result: [{ contract: 'BTC_USDT', ...row }],
          }),
        ),
        false,
        5,
      )
    const rate = {
      exchange: 'gate',
      symbol: 'BTC_USDT_PERP',
      rate: '0.000072',
      nextFundingAt: 1_789_459_200_000,
      intervalHours: 8,
      markPrice: '77183.5',
      exchangeAt: 1_789_456_337_802,
      receivedAt: 5,
    }
    expect([
      push({ last: '77175.1' }),
      push({
        mark_price: '77183.5',
        funding_rate: '0.000072',
        funding_interval: 28_800,
        funding_next_apply: 1_789_459_200,
        t: 1_789_456_337_802,
      }),
      push({ mark_price: '77190' }),
      push({ contract: 'XYZ_USDT' }),
      push({ funding_rate: 'soon' }),
      push({ t: 0 }),
    ]).toMatchObject([
      { kind: 'control', control: { type: 'ignored' } },
      { kind: 'events', events: [{ kind: 'funding_rate', rate }] },
      {
        kind: 'events',
        events: [{ kind: 'funding_rate', rate: { ...rate, markPrice: '77190', exchangeAt: 1_789_456_337_900 } }],
      },
      { kind: 'rejected', reason: 'unknownInstrument', detail: 'XYZ_USDT' },
      { kind: 'rejected', reason: 'value' },
      { kind: 'rejected', reason: 'value', detail: 'BTC_USDT t 0' },
    ])
  })
})

describe('gate limits and errors', () => {
  const call = gate.serverTime()
  const limits = (remain: number, reset = 1_800_000_010) => ({
    'x-gate-ratelimit-requests-remain': String(remain),
    'x-gate-ratelimit-limit': '200',
    'x-gate-ratelimit-reset-timestamp': String(reset),
  })
  it('reads the budget out of the headers; the reset time counts only once nothing remains', () => {
    const usage = (headers: Record<string, string>) => gate.dialect.usage(call, { status: 200, headers })
    expect([usage(limits(150)), usage(limits(0)), usage({})]).toEqual([
      { used: 50, limit: 200 },
      { used: 200, limit: 200, resetAt: 1_800_000_010_000 },
      null,
    ])
  })

  const now = 1_800_000_003_500
  const failure = (status: number, body: unknown, headers: Record<string, string> = {}) =>
    gate.dialect.failure({ status, headers }, body, now)

  it('waits until the reset after 429, by the server clock where the reply tells it', () => {
    const limited = { kind: 'rateLimited', code: 'TOO_MANY_REQUESTS', message: 'Request Rate limit Exceeded' }
    const date = new Date(1_800_000_008_000).toUTCString()
    expect([
      failure(429, documented.tooManyRequests, limits(0)),
      failure(429, documented.tooManyRequests, { ...limits(0), date }),
      failure(429, documented.tooManyRequests, limits(0, 1_800_000_000)),
      failure(429, documented.tooManyRequests),
    ]).toEqual([
      { ...limited, retryAfterMs: 6_500 },
      { ...limited, retryAfterMs: 2_000 },
      { ...limited, retryAfterMs: 1_000 },
      { ...limited, retryAfterMs: null },
    ])
  })

  it.each([
    [
      401,
      documented.error,
      {
        kind: 'rejectedKey',
        code: 'INVALID_KEY',
        message: 'key rejected (INVALID_KEY): check the key; Gate does not know it, or it was deleted or has expired',
      },
    ],
    [
      401,
      { label: 'INVALID_SIGNATURE', message: 'Signature mismatch' },
      {
        kind: 'rejectedKey',
        code: 'INVALID_SIGNATURE',
        message: 'key rejected (INVALID_SIGNATURE): check the secret: the signature does not match',
      },
    ],
    [
      403,
      { label: 'FORBIDDEN', message: 'x' },
      { kind: 'forbidden', code: 'FORBIDDEN', message: 'the key lacks the permission for this (FORBIDDEN)' },
    ],
    [
      403,
      { label: 'REQUEST_EXPIRED', message: 'gap between request Timestamp and server time exceeds 60' },
      {
        kind: 'clock',
        code: 'REQUEST_EXPIRED',
        message: "the time stamp is more than 60 s off Gate's clock (REQUEST_EXPIRED)",
      },
    ],
    [400, { label: 'USER_NOT_FOUND', message: 'x' }, { kind: 'invalid', code: 'USER_NOT_FOUND', message: 'x' }],
    [
      400,
      { label: 'INVALID_PARAM_VALUE', message: 'x' },
      { kind: 'invalid', code: 'INVALID_PARAM_VALUE', message: 'x' },
    ],
    [
      403,
      { label: 'IP_FORBIDDEN', message: 'x' },
      {
        kind: 'rejectedKey',
        code: 'IP_FORBIDDEN',
        message: "key rejected (IP_FORBIDDEN): this machine's address is not on the key's IP allow-list",
      },
    ],
    [403, '<html>', { kind: 'denied', code: null, message: 'HTTP 403' }],
    [503, { label: 'TOO_BUSY', message: 'x' }, { kind: 'unavailable', code: 'TOO_BUSY', message: 'x' }],
    [502, '<html>', { kind: 'unavailable', code: null, message: 'HTTP 502' }],
  ])('sorts HTTP %s', (status, body, expected) => {
    expect(failure(status, body)).toEqual({ ...expected, retryAfterMs: null })
  })

  it('takes a bare reply for a success', () => expect(failure(200, [])).toBeNull())
})

describe('gate subscriptions', () => {
  const topic = (of: typeof spot, channel: Topic['channel'], period: Topic['period'] = null): Topic => ({
    channel,
    instrument: of,
    period,
  })
  const now = 1_611_541_000_999
  const counter = () => {
    let last = 0
    return () => ++last
  }
  const feed = (id: string) => {
    const found = gate.feeds.find((rules) => rules.id === id)
    if (!found) throw new Error(`no feed ${id}`)
    return found
  }

  it('route by kind of market', () => {
    const topics = [
      topic(spot, 'book_ticker'),
      topic(spot, 'kline', '1h'),
      topic(spot, 'kline'),
      topic(perpetual, 'trade'),
      topic(spot, 'order_book'),
      topic(perpetual, 'order_book'),
    ]
    expect(topics.map((one) => gate.route(one))).toEqual([
      { feed: 'spot', wire: 'spot.book_ticker:ETH_USDT' },
      { feed: 'spot', wire: 'spot.candlesticks:1h:ETH_USDT' },
      null,
      { feed: 'perpetual', wire: 'futures.trades:BTC_USDT' },
      { feed: 'spot', wire: 'spot.obu:ob.ETH_USDT.400' },
      { feed: 'perpetual', wire: 'futures.obu:ob.BTC_USDT.400' },
    ])
  })

  it('name order books in requests as in pushes', () => {
    const wires = ['spot.obu:ob.A_B.400', 'spot.obu:ob.C_D.400']
    const frame = (id: number, event: string) =>
      JSON.stringify({ time: 1_611_541_000, id, channel: 'spot.obu', event, payload: ['ob.A_B.400', 'ob.C_D.400'] })
    const id = counter()
    expect([feed('spot').subscribe(wires, id, now), feed('spot').unsubscribe(wires, id, now, () => null)]).toEqual([
      [{ id: 1, wires, text: frame(1, 'subscribe') }],
      [{ id: 2, wires, text: frame(2, 'unsubscribe') }],
    ])
  })

  it('are one request per channel, candles one per pair', () => {
    const wires = ['spot.trades:A_B', 'spot.candlesticks:1m:A_B', 'spot.trades:C_D', 'spot.candlesticks:5m:A_B']
    const frame = (id: number, channel: string, payload: string[]) =>
      JSON.stringify({ time: 1_611_541_000, id, channel, event: 'subscribe', payload })
    expect(feed('spot').subscribe(wires, counter(), now)).toEqual([
      { id: 1, wires: ['spot.trades:A_B', 'spot.trades:C_D'], text: frame(1, 'spot.trades', ['A_B', 'C_D']) },
      { id: 2, wires: ['spot.candlesticks:1m:A_B'], text: frame(2, 'spot.candlesticks', ['1m', 'A_B']) },
      { id: 3, wires: ['spot.candlesticks:5m:A_B'], text: frame(3, 'spot.candlesticks', ['5m', 'A_B']) },
    ])
  })

  it('go in groups of ten, since one unknown symbol fails its group', () => {
    const wires = Array.from({ length: 23 }, (_, index) => `futures.book_ticker:S${index}_USDT`)
    const requests = feed('perpetual').unsubscribe(wires, counter(), now, () => null)
    expect(requests.map(({ wires: group }) => group.length)).toEqual([10, 10, 3])
    expect(requests.flatMap(({ wires: group }) => group)).toEqual(wires)
  })

  it('ping on the channel of their family and ask for decimal sizes in the futures handshake', () => {
    expect(
      [feed('spot'), feed('perpetual')].map(({ url, headers, heartbeat }) => [url, headers, heartbeat?.text(now)]),
    ).toEqual([
      ['wss://api.gateio.ws/ws/v4/', undefined, '{"time":1611541000,"channel":"spot.ping"}'],
      [
        'wss://fx-ws.gateio.ws/v4/ws/usdt',
        { 'X-Gate-Size-Decimal': '1' },
        '{"time":1611541000,"channel":"futures.ping"}',
      ],
    ])
  })
})
