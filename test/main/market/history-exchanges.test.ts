/** History from the real connectors over real sockets to the simulator, which has the exchanges' own pages, limits and bans. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../src/main/log.ts'
import { KlineHistory, type KlineSource } from '../../../src/main/market/history.ts'
import { createHistoryService } from '../../../src/main/market/history-service.ts'
import { type LocalSimulator, startSimulator } from '../../../src/main/simulator/index.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { HistoryResult } from '../../../src/shared/data.ts'
import {
  type ExchangeId,
  type Instrument,
  instrumentKey,
  openTimeOf,
  periodMs,
} from '../../../src/shared/domain/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = 60_000
let simulator: LocalSimulator

beforeAll(async () => {
  simulator = await startSimulator({ symbols: ['BTC_USDT'], rate: 0 })
})
afterAll(() => simulator.close())

interface Candles {
  readonly times: number[]
  readonly closes: number[]
}

async function exchangeOf(exchange: ExchangeId) {
  const bus = createBus((error) => {
    throw error
  })
  const origins = simulator.originsOf(exchange)
  const session = new ExchangeSession({
    connector: connectorOf(exchange),
    origins,
    bus,
    logger: createLogger('silent'),
  })
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(async () => {
    await session.stop()
    await storage.close()
  })
  const listed = await session.loadInstruments()
  if (!listed.ok) throw new Error(listed.failure.message)
  const instruments = listed.value.map(
    (one, id): Instrument => ({ ...one, id: id + 1, key: instrumentKey(exchange, one.symbol) }),
  )
  await storage.saveInstruments(instruments)
  const calls: number[] = []
  const source: KlineSource = {
    klinesPerCall: (of, period) => connectorOf(exchange).klinesPerCall(of, period),
    klines: (range, options) => {
      calls.push((range.to - range.from) / periodMs[range.period] + 1)
      return session.klines(range, options)
    },
    now: () => session.now(),
  }
  const history = new KlineHistory({ storage, sourceOf: () => source })
  const find = (key: string) => instruments.find((one) => one.key === key)
  const service = createHistoryService({ find, history, logger: createLogger('silent') })
  const ask = async (
    symbol: string,
    from: number,
    to: number,
  ): Promise<Candles & { readonly result: HistoryResult }> => {
    const answer: Candles = { times: [], closes: [] }
    for await (const part of service.stream({ instrument: `${exchange}:${symbol}`, period: '1m', from, to })) {
      if (part.kind === 'complete') return { ...answer, result: part.result }
      answer.times.push(...part.klines.openTime)
      answer.closes.push(...part.klines.close)
    }
    throw new Error('there was no end')
  }
  /** What the exchange itself says, in pages of another length. */
  const itself = async (symbol: string, from: number, to: number): Promise<Candles> => {
    const instrument = find(`${exchange}:${symbol}`)
    if (!instrument) throw new Error(`no ${symbol}`)
    const candles: Candles = { times: [], closes: [] }
    for (let at = from; at < to; at += 290 * minute) {
      const range = { instrument, period: '1m', from: at, to: Math.min(at + 289 * minute, to - minute) } as const
      const reply = await session.klines(range, { priority: 'interactive' })
      if (!reply.ok) throw new Error(reply.failure.message)
      candles.times.push(...reply.value.map(({ openTime }) => openTime))
      candles.closes.push(...reply.value.map(({ close }) => close))
    }
    return candles
  }
  return { session, calls, ask, itself }
}

describe('a range of more than two pages', () => {
  it.each([
    ['binance', 'BTC_USDT', 1_000],
    ['binance', 'BTC_USDT_PERP', 1_500],
    ['okx', 'BTC_USDT', 300],
    ['gate', 'BTC_USDT', 1_000],
    ['gate', 'BTC_USDT_PERP', 1_999],
    ['mexc', 'BTC_USDT', 500],
    ['coinbase', 'BTC_USDT', 300],
  ] as const)(
    'comes from %s %s in its pages, as it has them, and once',
    async (exchange, symbol, perCall) => {
      const { calls, ask, itself } = await exchangeOf(exchange)
      const to = openTimeOf(Date.now(), '1m') - 30 * minute
      const from = to - (2 * perCall + 77) * minute
      const own = await itself(symbol, from, to)
      const answer = await ask(symbol, from, to)
      expect(answer.result).toEqual({ candles: own.times.length, fetched: own.times.length, missing: [], error: null })
      expect(answer.times).toEqual(own.times)
      expect(answer.closes).toEqual(own.closes)
      expect(own.times).toHaveLength(2 * perCall + 77)
      expect(Math.max(...calls)).toBeLessThanOrEqual(perCall)
      expect(calls.length).toBeLessThanOrEqual(4)
      // All of it is stored now.
      expect(await ask(symbol, from, to)).toMatchObject({
        times: own.times,
        closes: own.closes,
        result: { fetched: 0 },
      })
      expect(calls.length).toBeLessThanOrEqual(4)
    },
    20_000,
  )
})

describe('the edges of what an exchange has', () => {
  it('are its listing', async () => {
    const { calls, ask } = await exchangeOf('okx')
    const from = Date.UTC(2020, 0, 1)
    const answer = await ask('BTC_USDT', from, from + 400 * periodMs['1d'])
    expect(answer.result.error).toMatchObject({ code: 'before_listing' })
    const asked = calls.length
    expect((await ask('BTC_USDT', from, from + 400 * periodMs['1d'])).result.error).toMatchObject({
      code: 'before_listing',
    })
    expect(calls).toHaveLength(asked)
    expect(asked).toBeLessThan(8)
  })

  it('are how far back it answers: Gate refuses what lies more than 10,000 candles back', async () => {
    const { ask } = await exchangeOf('gate')
    const now = openTimeOf(Date.now(), '1m')
    const { times, result } = await ask('BTC_USDT', now - 10_300 * minute, now - 9_700 * minute)
    expect(result.error).toBe(null)
    expect(times.length).toBeGreaterThanOrEqual(298)
    expect(times.at(-1)).toBe(now - 9_701 * minute)
    expect(result.missing).toEqual([
      {
        from: now - 10_300 * minute,
        to: times[0],
        reason: expect.stringMatching(/^gate answers only for newer ones: .*too long ago/),
      },
    ])
  }, 20_000)

  it('are an outage, told in its own words', async () => {
    const { ask } = await exchangeOf('binance')
    const fault = await simulator.inject({ kind: 'status', status: 503, path: '/api/v3/klines', exchange: 'binance' })
    const to = openTimeOf(Date.now(), '1m') - minute
    const broken = await ask('BTC_USDT', to - 50 * minute, to)
    await fault.stop()
    expect(broken.result.error).toEqual({
      code: 'outage',
      message: 'binance could not be asked: Service Unavailable',
    })
    expect(broken.result.missing).toMatchObject([{ from: to - 50 * minute, to }])
    expect((await ask('BTC_USDT', to - 50 * minute, to)).result).toMatchObject({
      candles: 50,
      missing: [],
      error: null,
    })
  }, 30_000)
})
