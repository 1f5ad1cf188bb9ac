import { describe, expect, it } from 'vitest'
import type { SettledRate } from '../../../src/main/exchanges/contract.ts'
import { connectorOf, connectors } from '../../../src/main/exchanges/registry.ts'
import { SettledRates } from '../../../src/main/market/settled-rates.ts'
import type { RestCall, RestResult } from '../../../src/main/net/rest.ts'
import type { ExchangeId, Instrument } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const hour = 3_600_000
const btc = (exchange: ExchangeId, nativeName: string) => instrument(exchange, 'perpetual', 'BTC', 'USDT', nativeName)

/** The documentation's own examples, and what was asked of them. */
const cases: readonly (readonly [ExchangeId, string, unknown, readonly SettledRate[], readonly string[]])[] = [
  [
    'binance',
    'BTCUSDT',
    [
      { symbol: 'BTCUSDT', fundingRate: '-0.03750000', fundingTime: 1_570_608_000_000, markPrice: '34287.54619963' },
      { symbol: 'BTCUSDT', fundingRate: '0.00010000', fundingTime: 1_570_636_800_000, markPrice: '34287.54619963' },
    ],
    [
      { at: 1_570_608_000_000, rate: '-0.03750000' },
      { at: 1_570_636_800_000, rate: '0.00010000' },
    ],
    ['symbol=BTCUSDT', 'startTime=7200000', 'endTime=10799999', 'limit=1000'],
  ],
  [
    'okx',
    'BTC-USDT-SWAP',
    {
      ...{ code: '0', msg: '' },
      data: [
        {
          ...{ formulaType: 'noRate', fundingRate: '0.0000746604960499', fundingTime: '1703059200000' },
          ...{ instId: 'BTC-USDT-SWAP', instType: 'SWAP', method: 'next_period', realizedRate: '0.0000746572360545' },
        },
      ],
    },
    [{ at: 1_703_059_200_000, rate: '0.0000746572360545' }],
    ['instId=BTC-USDT-SWAP', 'before=7199999', 'after=10800000', 'limit=400'],
  ],
  [
    'gate',
    'BTC_USDT',
    [{ r: '0.000157', t: 1_543_968_000 }],
    [{ at: 1_543_968_000_000, rate: '0.000157' }],
    ['contract=BTC_USDT', 'from=7200', 'to=10799', 'limit=1000'],
  ],
  [
    'bybit',
    'ETHPERP',
    {
      retCode: 0,
      retMsg: 'OK',
      result: {
        category: 'linear',
        list: [{ symbol: 'ETHPERP', fundingRate: '0.0001', fundingRateTimestamp: '1672041600000' }],
      },
      retExtInfo: {},
      time: 1_672_051_897_447,
    },
    // Older than asked for: the earlier end of the range is not sent.
    [],
    ['category=linear', 'symbol=ETHPERP', 'endTime=10799999', 'limit=200'],
  ],
]

describe('paid funding rates', () => {
  it.each(cases)('of %s are asked for and read as documented', (exchange, name, body, rates, query) => {
    const call = connectorOf(exchange).settledRates?.(btc(exchange, name), 2 * hour, 3 * hour)
    expect(call?.query.map((pair) => pair.join('='))).toEqual(query)
    expect(call?.parse(body)).toEqual({ ok: true, value: rates })
    expect(call?.parse({ wrong: true })).toMatchObject({ ok: false })
  })

  it('pass over a row that is no rate, and name it', () => {
    const parsed = connectors.gate.settledRates?.(btc('gate', 'BTC_USDT'), 0, hour).parse([
      { r: '0.0001', t: 60 },
      { r: 'n/a', t: 120 },
    ])
    expect(parsed).toMatchObject({ ok: true, value: [{ rate: '0.0001' }], passedOver: { count: 1, names: ['120'] } })
  })

  it('are asked for page by page until the range is covered, once, and remembered', async () => {
    const asked: number[] = []
    const source = {
      connector: {
        title: 'Gate',
        // Three a call, the newest, as at an exchange that gives few.
        settledRates: (_: Instrument, from: number, to: number): RestCall<readonly SettledRate[]> => {
          asked.push(to / hour)
          const all = Array.from({ length: 100 }, (_, i) => ({ at: i * 8 * hour, rate: String(i) }))
          const value = all.filter(({ at }) => at >= from && at < to).slice(-3)
          return { url: '', query: [], pool: '', weight: 1, parse: () => ({ ok: true, value }) }
        },
      },
      ask: async <T>(call: RestCall<T>): Promise<RestResult<T>> => {
        const parsed = call.parse(null)
        if (!parsed.ok) throw new Error(parsed.problem)
        return { ok: true, value: parsed.value }
      },
    }
    let now = 80 * hour
    const rates = new SettledRates(
      () => source,
      () => now,
    )
    const read = () => rates.read(btc('gate', 'BTC_USDT'), 24 * hour, 73 * hour)
    const answer = await read()
    expect(answer).toEqual({
      problem: null,
      rates: [3, 4, 5, 6, 7, 8, 9].map((i) => ({ at: i * 8 * hour, rate: String(i) })),
    })
    expect(asked).toEqual([73, 56, 32])
    await read()
    expect(asked).toHaveLength(3)
    // The clock is set back: when it was asked nobody knows.
    now -= 3 * hour
    await read()
    expect(asked).toHaveLength(6)
  })

  it('say how far back was asked, and go on from there', async () => {
    const source = {
      connector: {
        title: 'Gate',
        settledRates: (_: Instrument, from: number, to: number): RestCall<readonly SettledRate[]> => {
          const all = Array.from({ length: 100 }, (_, i) => ({ at: i * hour, rate: String(i) }))
          const value = all.filter(({ at }) => at >= from && at < to).slice(-10)
          return { url: '', query: [], pool: '', weight: 1, parse: () => ({ ok: true, value }) }
        },
      },
      ask: async <T>(call: RestCall<T>): Promise<RestResult<T>> => {
        const parsed = call.parse(null)
        if (!parsed.ok) throw new Error(parsed.problem)
        return { ok: true, value: parsed.value }
      },
    }
    const rates = new SettledRates(
      () => source,
      () => 100 * hour,
    )
    const read = async (from: number, to: number) => {
      const { rates: found, problem } = await rates.read(btc('gate', 'BTC_USDT'), from * hour, to * hour)
      return { first: found?.[0]?.at, count: found?.length, problem }
    }
    const short = {
      first: 40 * hour,
      count: 60,
      problem: 'Gate: asked 6 times, which reaches back to 1970-01-02T16:00Z',
    }
    expect(await read(1, 200)).toEqual(short)
    // Not remembered as if it were all.
    expect(await read(1, 200)).toEqual(short)
    expect(await read(1, 40)).toEqual({ first: hour, count: 39, problem: null })
    expect(await read(90, 200)).toEqual({ first: 90 * hour, count: 10, problem: null })
  })

  it('say why they are missing', async () => {
    const { title } = connectors.mexc
    const rates = new SettledRates((exchange) =>
      exchange === 'mexc'
        ? {
            connector: { title },
            ask: () => Promise.reject(new Error('nothing is asked')),
          }
        : undefined,
    )
    expect(await rates.read(btc('mexc', 'BTC_USDT'), 0, hour)).toEqual({
      ...{ rates: null, problem: 'MEXC is not asked for paid rates' },
    })
    expect(await rates.read(btc('gate', 'BTC_USDT'), 0, hour)).toEqual({ rates: null, problem: 'gate does not run' })
  })
})
