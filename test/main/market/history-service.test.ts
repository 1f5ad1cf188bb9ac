import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLogger } from '../../../src/main/log.ts'
import { KlineHistory } from '../../../src/main/market/history.ts'
import { createHistoryService } from '../../../src/main/market/history-service.ts'
import type { KlineRow, Storage } from '../../../src/main/storage/contract.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { HistoryRequest, HistoryResult } from '../../../src/shared/data.ts'
import { type Instrument, type Period, periodMs } from '../../../src/shared/domain/index.ts'
import { type CandleExchange, type CandleManners, candleExchange, priceAt } from '../../support/candle-exchange.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = 60_000
const day = periodMs['1d']
const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const noon = Date.UTC(2025, 5, 2, 12)

interface Answer {
  readonly times: readonly number[]
  readonly closes: readonly number[]
  readonly isClosed: readonly number[]
  readonly progress: readonly (readonly [done: number, total: number])[]
  readonly result: HistoryResult
}

interface World {
  readonly exchange: CandleExchange
  readonly storage: Storage | null
  readonly history: KlineHistory
  ask(request: Partial<HistoryRequest>, signal?: AbortSignal): Promise<Answer>
}

async function openDatabase(): Promise<Storage> {
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(() => storage.close())
  await storage.saveInstruments([btc])
  return storage
}

async function world(manners: Partial<CandleManners> = {}, { isStored = true, isRunning = true } = {}): Promise<World> {
  const exchange = await candleExchange(manners)
  const storage = isStored ? await openDatabase() : null
  const history = new KlineHistory({ storage, sourceOf: () => (isRunning ? exchange.source : null) })
  return { exchange, storage, history, ask: (request, signal) => read(history, [btc], request, signal) }
}

async function read(
  history: KlineHistory,
  instruments: readonly Instrument[],
  request: Partial<HistoryRequest>,
  signal?: AbortSignal,
): Promise<Answer> {
  const find = (key: string) => instruments.find((one) => one.key === key)
  const service = createHistoryService({ find, history, logger: createLogger('silent') })
  const times: number[] = []
  const closes: number[] = []
  const isClosed: number[] = []
  const progress: [number, number][] = []
  const results: HistoryResult[] = []
  const whole = { instrument: btc.key, period: '1m', from: noon - 60 * minute, to: noon, ...request } as const
  for await (const part of service.stream(whole, signal)) {
    expect(results).toEqual([])
    if (part.kind === 'complete') results.push(part.result)
    else {
      times.push(...part.klines.openTime)
      closes.push(...part.klines.close)
      isClosed.push(...part.klines.isClosed)
      progress.push([part.done, part.total])
    }
  }
  const [result] = results
  if (!result) throw new Error('there was no end')
  expect(result.candles).toBe(times.length)
  return { times, closes, isClosed, progress, result }
}

const row = (of: Instrument, period: Period, openTime: number, isClosed: boolean): KlineRow => {
  const price = priceAt(openTime)
  return {
    ...{ instrumentId: of.id, period, openTime, open: price, high: price + 1, low: price / 2 },
    ...{ close: isClosed ? price + 0.5 : 0.001, volume: 2, quoteVolume: 2 * price, isClosed },
  }
}

const minutesOf = (from: number, count: number) => Array.from({ length: count }, (_, i) => from + i * minute)

describe('a request', () => {
  it('reads what is stored, fetches what is missing in between, and fetches it once', async () => {
    const { exchange, storage, ask } = await world()
    const from = noon - 60 * minute
    const stored = minutesOf(from, 60).filter((_, i) => i < 10 || (i >= 20 && i < 40) || i >= 55)
    await storage?.saveKlines(stored.map((at) => row(btc, '1m', at, true)))
    const first = await ask({})
    expect(first.times).toEqual(minutesOf(from, 60))
    expect(first.closes).toEqual(minutesOf(from, 60).map((at) => priceAt(at) + 0.5))
    expect(first.result).toEqual({ candles: 60, fetched: 25, missing: [], error: null })
    // One call spans both holes: they fit into it.
    expect(exchange.asked).toMatchObject([{ from: from + 10 * minute, to: from + 54 * minute }])
    const second = await ask({})
    expect(second.times).toEqual(first.times)
    expect(second.result.fetched).toBe(0)
    expect(exchange.asked).toHaveLength(1)
  })

  it('fetches a candle anew that is stored open though its time is over, and gives the one under way', async () => {
    const { exchange, storage, ask } = await world()
    await storage?.saveKlines([
      row(btc, '1m', noon - 2 * minute, false),
      row(btc, '1m', noon - minute, true),
      row(btc, '1m', noon, false),
    ])
    const { times, closes, isClosed } = await ask({ from: noon - 2 * minute, to: noon + 10 * day })
    expect(times).toEqual([noon - 2 * minute, noon - minute, noon])
    expect(closes).toEqual(times.map((at) => priceAt(at) + 0.5))
    expect(isClosed).toEqual([1, 1, 0])
    expect(exchange.asked).toHaveLength(1)
  })

  it('takes candles that open within times that are not aligned', async () => {
    const { ask } = await world()
    expect((await ask({ from: noon - 3 * minute - 1, to: noon - minute + 1 })).times).toEqual(
      minutesOf(noon - 3 * minute, 3),
    )
    expect((await ask({ from: noon - 3 * minute + 1, to: noon - minute })).times).toEqual([noon - 2 * minute])
    const none = await ask({ from: noon - 3 * minute + 1, to: noon - 3 * minute + 2 })
    expect(none.result).toEqual({ candles: 0, fetched: 0, missing: [], error: null })
  })

  it('goes page by page, ascending, and tells how far it is', async () => {
    const { exchange, ask } = await world({ perCall: 500 })
    const { times, progress, result } = await ask({ from: noon - 3_700 * minute, to: noon })
    expect(times).toEqual(minutesOf(noon - 3_700 * minute, 3_700))
    expect(result.fetched).toBe(3_700)
    expect(progress.at(-1)).toEqual([3_700, 3_700])
    expect(progress.map(([done]) => done)).toEqual(progress.map(([done]) => done).sort((a, b) => a - b))
    expect(progress.length).toBeGreaterThan(3)
    // Never more than a call allows (the exchange would refuse), none twice.
    expect(new Set(exchange.asked.map(({ from }) => from)).size).toBe(exchange.asked.length)
    expect(exchange.asked.length).toBeLessThanOrEqual(9)
    // Behind accounts and charts, which share the exchange's limits.
    expect([...exchange.priorities]).toEqual(['history'])
  })

  it('streams what the exchange has where nothing is stored', async () => {
    const { exchange, ask } = await world({}, { isStored: false })
    const { times, result } = await ask({ from: noon - 2_500 * minute, to: noon })
    expect(times).toEqual(minutesOf(noon - 2_500 * minute, 2_500))
    expect(result).toEqual({ candles: 2_500, fetched: 2_500, missing: [], error: null })
    expect(exchange.asked.length).toBeLessThanOrEqual(27)
  })

  it('never runs far ahead of its reader, so a long range takes no more memory than a short one', async () => {
    const { exchange, history } = await world({ perCall: 1_000 }, { isStored: false })
    const service = createHistoryService({ find: () => btc, history, logger: createLogger('silent') })
    const request = { instrument: btc.key, period: '1m', from: noon - 365 * day, to: noon } as const
    let chunks = 0
    let last = 0
    for await (const part of service.stream(request)) {
      if (part.kind === 'complete') expect(part.result).toMatchObject({ candles: 365 * 1_440, error: null })
      else {
        chunks++
        // Ascending over the edges of chunks too.
        expect(part.klines.openTime[0] ?? 0).toBeGreaterThan(last)
        last = part.klines.openTime.at(-1) ?? 0
        expect(part.klines.openTime.length).toBeLessThanOrEqual(1_000)
        if (chunks === 3) await new Promise((resolve) => setTimeout(resolve, 50))
        expect(exchange.asked.length).toBeLessThanOrEqual(chunks + 4)
      }
    }
    expect(chunks).toBe(exchange.asked.length)
  })

  it('ends its downloads when its reader leaves', async () => {
    const gate = { isOpen: false }
    const { exchange, history } = await world({ perCall: 1_000 }, { isStored: false })
    exchange.manners.hold = async () => {
      if (exchange.asked.length > 2) await until(() => gate.isOpen, 'let go')
    }
    const service = createHistoryService({ find: () => btc, history, logger: createLogger('silent') })
    const request = { instrument: btc.key, period: '1m', from: noon - 30 * day, to: noon } as const
    let chunks = 0
    for await (const part of service.stream(request)) {
      expect(part.kind).toBe('chunk')
      if (++chunks < 2) continue
      await until(() => exchange.asked.length > 2, 'more is being downloaded')
      break
    }
    await until(() => exchange.left() > 0, 'the downloads are given up')
    gate.isOpen = true
  })
})

describe('the stream of any range over anything stored', () => {
  it("is the exchange's own candles, each once, ascending, and names the rest", async () => {
    const storage = await openDatabase()
    const exchange = await candleExchange()
    const history = new KlineHistory({ storage, sourceOf: () => exchange.source })
    const start = noon - 3_000 * minute
    let series = 0
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          period: fc.constantFrom('1m' as const, '5m' as const),
          perCall: fc.constantFrom(70, 400, 1_000),
          from: fc.integer({ min: start, max: noon - 1 }),
          length: fc.integer({ min: 1, max: 2_500 * minute }),
          // Runs: how many candles, and whether they are stored closed, stored open, not stored, or not known to the exchange.
          runs: fc.array(
            fc.record({
              count: fc.integer({ min: 1, max: 200 }),
              state: fc.constantFrom('closed', 'open', 'missing', 'absent'),
            }),
            { minLength: 1, maxLength: 12 },
          ),
        }),
        async ({ period, perCall, from, length, runs }) => {
          const step = periodMs[period]
          // Its own series: what an exchange lacks is remembered.
          const of = instrument('binance', 'spot', `C${++series}`, 'USDT', `C${series}USDT`)
          await storage.saveInstruments([of])
          const states = runs.flatMap(({ count, state }) => Array.from({ length: count }, () => state))
          const stateOf = (at: number) => states[Math.floor(at / step) % states.length] ?? 'missing'
          exchange.manners.perCall = perCall
          exchange.manners.lacks = (at, asked) => asked === period && stateOf(at) === 'absent'
          const first = Math.ceil(from / step) * step
          const end = Math.min(Math.ceil((from + length) / step) * step, exchange.manners.now)
          const rows: KlineRow[] = []
          for (let at = first; at < end; at += step) {
            const state = stateOf(at)
            const isOver = at + step < exchange.manners.now
            if (state === 'open' || (state === 'closed' && isOver)) rows.push(row(of, period, at, state === 'closed'))
          }
          if (rows.length > 0) await storage.saveKlines(rows)
          for (const _ of ['fetched', 'stored']) {
            const answer = await read(history, [of], { instrument: of.key, period, from, to: from + length })
            const expected = exchange.has(period, first, end - 1)
            expect(answer.times).toEqual(expected)
            expect(answer.closes).toEqual(expected.map((at) => priceAt(at) + 0.5))
            expect(answer.result.error).toBe(null)
            const holes = answer.result.missing.flatMap((hole) => minutesBetween(hole, step))
            const all = [...answer.times, ...holes].sort((a, b) => a - b)
            expect(all).toEqual(minutesBetween({ from: first, to: end }, step))
          }
        },
      ),
      { numRuns: 40 },
    )
  }, 30_000)
})

const minutesBetween = ({ from, to }: { from: number; to: number }, step: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step)

describe('requests at the same time', () => {
  it('for the same range are one download, whatever each stores', async () => {
    for (const isStored of [true, false]) {
      const { exchange, ask } = await world({ perCall: 500 }, { isStored })
      const range = { from: noon - 3_000 * minute, to: noon }
      const answers = await Promise.all([ask(range), ask(range), ask(range)])
      for (const { times } of answers) expect(times).toEqual(minutesOf(range.from, 3_000))
      const asked = exchange.asked.reduce((sum, { from, to }) => sum + (to - from) / minute + 1, 0)
      expect(asked).toBe(3_000)
    }
  })

  it('for overlapping ranges ask for nothing twice', async () => {
    const { exchange, ask } = await world({ perCall: 500 })
    const [older, newer] = await Promise.all([
      ask({ from: noon - 3_000 * minute, to: noon - 700 * minute }),
      ask({ from: noon - 2_111 * minute, to: noon }),
    ])
    expect(older.times).toEqual(minutesOf(noon - 3_000 * minute, 2_300))
    expect(newer.times).toEqual(minutesOf(noon - 2_111 * minute, 2_111))
    expect(exchange.asked.reduce((sum, { from, to }) => sum + (to - from) / minute + 1, 0)).toBe(3_000)
  })

  it('end each for itself: the download goes on for who still waits, and ends with the last', async () => {
    const gate = { isOpen: false }
    const hold = async () => until(() => gate.isOpen, 'let go')
    const { exchange, ask } = await world({ hold })
    const [one, other, last] = [new AbortController(), new AbortController(), new AbortController()]
    const first = ask({}, one.signal)
    const second = ask({}, other.signal)
    await until(() => exchange.asked.length === 1, 'the call is under way')
    one.abort()
    expect((await first).result).toEqual({
      candles: 0,
      fetched: 0,
      missing: [{ from: noon - 60 * minute, to: noon, reason: 'cancelled' }],
      error: { code: 'cancelled', message: 'the request was cancelled' },
    })
    gate.isOpen = true
    expect((await second).times).toEqual(minutesOf(noon - 60 * minute, 60))
    expect(exchange.asked).toHaveLength(1)
    expect(exchange.left()).toBe(0)
    gate.isOpen = false
    const third = ask({ from: noon - 120 * minute }, last.signal)
    await until(() => exchange.asked.length === 2, 'the next call is under way')
    last.abort()
    expect((await third).result.error?.code).toBe('cancelled')
    await until(() => exchange.left() === 1, 'the call was given up')
    gate.isOpen = true
  })

  it('ends at once where it was cancelled before', async () => {
    const { exchange, ask } = await world({}, { isStored: false })
    expect((await ask({}, AbortSignal.abort())).result.error?.code).toBe('cancelled')
    expect(exchange.asked).toEqual([])
  })
})

describe('what cannot be answered', () => {
  it('is an instrument that nobody lists', async () => {
    const { ask } = await world({}, { isStored: false })
    expect((await ask({ instrument: 'binance:NOPE_USDT' })).result.error).toEqual({
      code: 'unknown_symbol',
      message: 'no exchange lists "binance:NOPE_USDT"; keys look like binance:BTC_USDT',
    })
  })

  it('is one that the exchange no longer knows, in its words', async () => {
    const { exchange, ask } = await world({ status: 400 })
    const { result } = await ask({})
    expect(result.error).toEqual({ code: 'unknown_symbol', message: 'binance refuses BTC_USDT: under maintenance' })
    expect(result.missing).toEqual([{ from: noon - 60 * minute, to: noon, reason: 'under maintenance' }])
    expect(exchange.asked).toHaveLength(2)
  })

  it.each([
    [{ from: noon, to: noon }, /^from \(2025-06-02T12:00:00.000Z\) must be before to \(2025-06-02T12:00:00.000Z\)$/],
    [{ from: noon, to: noon - 1 }, /must be before/],
    [{ from: noon + day, to: noon + 2 * day }, /lies in the future: it is 2025-06-02T12:00:30/],
    [{ from: 9e15, to: 9.1e15 }, /lies in the future/],
    [{ from: 0, to: noon }, /candles of 1m; one request may ask for 2000000 at most/],
  ])('is a range that cannot be: %j', async (range, message) => {
    const { exchange, ask } = await world({}, { isStored: false })
    const { result } = await ask(range)
    expect(result.error).toEqual({ code: 'bad_range', message: expect.stringMatching(message) })
    expect(exchange.asked).toEqual([])
  })

  it('is a range before the listing, which is not asked for again', async () => {
    const listedAt = Date.UTC(2025, 4, 20, 9, 30)
    const { exchange, ask } = await world({ listedAt })
    const early = { from: listedAt - 40 * day, to: listedAt - 20 * day }
    const { result } = await ask(early)
    expect(result).toEqual({
      candles: 0,
      fetched: 0,
      missing: [{ ...early, reason: 'not listed yet' }],
      error: { code: 'before_listing', message: 'binance:BTC_USDT has no candles before 2025-04-30T09:30:00.000Z' },
    })
    // One of minutes, and two of days: in the range, and before it.
    expect(exchange.asked).toHaveLength(3)
    expect((await ask(early)).result).toEqual(result)
    expect(exchange.asked).toHaveLength(3)
    // On the day of the listing, too.
    expect((await ask({ from: listedAt - 60 * minute, to: listedAt })).result.error?.code).toBe('before_listing')
  })

  it('is only the part before the listing of a range over it', async () => {
    const listedAt = Date.UTC(2025, 5, 1, 9, 30)
    const { exchange, ask } = await world({ listedAt })
    const from = listedAt - 300 * day
    const { times, result } = await ask({ from, to: listedAt + 10 * minute })
    expect(times).toEqual(minutesOf(listedAt, 10))
    expect(result.error).toBe(null)
    const days = Date.UTC(2025, 5, 1)
    expect(result.missing).toEqual([
      { from, to: days, reason: 'not listed yet: the first candles are of 2025-06-01' },
      { from: days, to: listedAt, reason: 'binance has no candles there' },
    ])
    // Instead of 4,320 pages of minutes.
    expect(exchange.asked.length).toBeLessThan(30)
  })

  it('is everything there is, from 1970 on, without asking for times before that', async () => {
    const listedAt = Date.UTC(2025, 4, 20)
    const { exchange, ask } = await world({ listedAt })
    for (const from of [0, 5 * day]) {
      const { times, result } = await ask({ period: '1d', from, to: noon })
      expect(times).toEqual(exchange.has('1d', listedAt, noon))
      const reason = 'not listed yet: the first candles are of 2025-05-20'
      expect(result).toMatchObject({ missing: [{ from, to: listedAt, reason }], error: null })
    }
    expect(exchange.asked.filter(({ from }) => from < 0)).toEqual([])
  })

  it('is not called unlisted where the exchange has older candles: a halt', async () => {
    const { ask } = await world({ lacks: (at) => at >= noon - 20 * day && at < noon - 10 * day - (noon % day) })
    const { result } = await ask({ from: noon - 15 * day, to: noon - 14 * day })
    expect(result).toEqual({
      candles: 0,
      fetched: 0,
      missing: [{ from: noon - 15 * day, to: noon - 14 * day, reason: 'binance has no candles there' }],
      error: null,
    })
  })

  it('is what lies further back than the exchange answers for: the rest comes', async () => {
    const { exchange, ask } = await world({ depth: 1_000, perCall: 300 })
    const range = { from: noon - 5_000 * minute, to: noon }
    const { times, result } = await ask(range)
    expect(times).toEqual(minutesOf(noon - 999 * minute, 999))
    expect(result.error).toBe(null)
    expect(result.missing).toEqual([
      { from: range.from, to: noon - 999 * minute, reason: 'binance answers only for newer ones: too long ago' },
    ])
    const before = exchange.asked.length
    expect((await ask({ from: noon - 9_000 * minute, to: noon - 4_000 * minute })).result).toMatchObject({
      candles: 0,
      error: null,
    })
    expect(exchange.asked).toHaveLength(before)
  })

  it('is an exchange that is switched off: what is stored comes', async () => {
    const { storage, ask } = await world({}, { isRunning: false })
    await storage?.saveKlines(minutesOf(noon - 10 * minute, 5).map((at) => row(btc, '1m', at, true)))
    const { times, result } = await ask({ from: noon - 10 * minute, to: noon })
    expect(times).toEqual(minutesOf(noon - 10 * minute, 5))
    expect(result.error).toEqual({ code: 'not_running', message: 'binance is not running' })
    expect(result.missing).toEqual([{ from: noon - 5 * minute, to: noon, reason: 'binance is not running' }])
  })

  it('is an outage, in the middle: what came stays, the rest is named, and comes afterwards', async () => {
    const state = { answered: 0 }
    const { exchange, storage, ask } = await world({
      perCall: 1_000,
      hold: async () => {
        if (++state.answered > 3) exchange.manners.status = 503
      },
    })
    const range = { from: noon - 10_000 * minute, to: noon }
    await storage?.saveKlines([row(btc, '1m', noon - 10 * minute, true)])
    const broken = await ask(range)
    const came = broken.times.filter((at) => at < noon - 10 * minute)
    expect(came.length).toBeGreaterThan(0)
    expect(came).toEqual(minutesOf(range.from, came.length))
    expect(broken.times).toEqual([...came, noon - 10 * minute])
    expect(broken.result.error).toEqual({
      code: 'outage',
      message: 'binance could not be asked: under maintenance',
    })
    expect(broken.result.missing).toEqual([
      { from: range.from + came.length * minute, to: noon - 10 * minute, reason: 'under maintenance' },
      { from: noon - 9 * minute, to: noon, reason: 'under maintenance' },
    ])
    exchange.manners.status = null
    exchange.manners.hold = async () => undefined
    const whole = await ask(range)
    expect(whole.times).toEqual(minutesOf(range.from, 10_000))
    expect(whole.result).toMatchObject({ fetched: 10_000 - came.length - 1, missing: [], error: null })
  })

  it('is a database that failed', async () => {
    const { storage, ask } = await world()
    await storage?.close()
    const { result } = await ask({})
    expect(result.error?.code).toBe('storage')
    expect(result.error?.message).not.toBe('')
  })
})

describe('candles that the exchange itself lacks', () => {
  it('are named, and not asked for at every request', async () => {
    const { exchange, ask } = await world({ lacks: (at, period) => period === '1m' && at % (10 * minute) === 0 })
    const { result } = await ask({ from: noon - 25 * minute, to: noon - 5 * minute })
    const reason = 'binance has no candles there'
    expect(result.missing).toEqual([20, 10].map((back) => hole(noon - back * minute, reason)))
    const { result: again } = await ask({ from: noon - 25 * minute, to: noon - 5 * minute })
    expect(again).toEqual({ ...result, fetched: 0 })
    expect(exchange.asked).toHaveLength(1)
  })

  it('are asked for again where they are so new that they may be late', async () => {
    const { exchange, ask } = await world({ lacks: (at) => at === noon - 2 * minute })
    expect((await ask({ from: noon - 5 * minute })).result.missing).toEqual([
      hole(noon - 2 * minute, 'binance does not have it yet'),
    ])
    exchange.manners.lacks = () => false
    expect((await ask({ from: noon - 5 * minute })).times).toEqual(minutesOf(noon - 5 * minute, 5))
  })
})

const hole = (at: number, reason: string) => ({ from: at, to: at + minute, reason })
