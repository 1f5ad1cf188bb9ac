import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { CandleGaps, type RepairOccasion } from '../../../src/main/market/candle-gaps.ts'
import { Downtimes } from '../../../src/main/market/downtimes.ts'
import { KlineHistory } from '../../../src/main/market/history.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { Gap } from '../../../src/shared/domain/index.ts'
import { type CandleManners, candleExchange, priceAt } from '../../support/candle-exchange.ts'
import { instrument } from '../../support/instruments.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = 60_000
const noon = Date.UTC(2025, 5, 2, 12)
/** After the newest minute is settled. */
const now = noon + 40_000
const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')

/** A database, and an exchange whose clock is this machine's. Gaps are stored as they are told. */
async function world(manners: Partial<CandleManners> = {}) {
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(() => storage.close())
  await storage.saveInstruments([btc])
  const exchange = await candleExchange({ now, ...manners })
  let lastId = 0
  /** A run of the program. */
  const run = (startedAt = now - 5 * minute, keptDays: number | null = null) => {
    const told: Gap[] = []
    const writes: Promise<unknown>[] = []
    const bus = createBus((error) => {
      throw error
    })
    bus.on('gap', ({ gap }) => {
      told.push(gap)
      const { instrument: _key, exchange: _exchange, symbol: _symbol, ...stored } = gap
      writes.push(storage.marketRows.saveGaps([{ ...stored, instrumentId: btc.id }]))
    })
    const history = new KlineHistory({ storage, sourceOf: () => exchange.source })
    const clock = () => exchange.manners.now
    const options = { history, storage, bus, nextGapId: () => ++lastId, startedAt, now: clock }
    const gaps = new CandleGaps({ ...options, keptDays: () => keptDays })
    const fill = async (occasion: RepairOccasion, candles = 100, signal?: AbortSignal) => {
      told.length = 0
      const report = await gaps.fill(btc, '1m', candles, signal, occasion)
      await Promise.all(writes)
      return { report, told: [...told] }
    }
    return { fill, told }
  }
  /** Stores closed candles that opened so many minutes before noon. */
  const store = (...backs: readonly number[]) =>
    storage.saveKlines(
      backs.map((back) => {
        const openTime = noon - back * minute
        const price = priceAt(openTime)
        return {
          ...{ instrumentId: btc.id, period: '1m' as const, openTime, open: price, high: price + 1, low: price / 2 },
          ...{ close: price + 0.5, volume: 2, quoteVolume: null, isClosed: true },
        }
      }),
    )
  return { exchange, storage, run, store }
}

const backs = (from: number, to: number) => Array.from({ length: from - to + 1 }, (_, i) => from - i)

const gap = (id: number, from: number, to: number, more: Partial<Gap> = {}): Gap => ({
  ...{ id, instrument: 'binance:BTC_USDT', exchange: 'binance', symbol: 'BTC_USDT', kind: 'kline', period: '1m' },
  ...{ from: noon - from * minute, to: noon - to * minute, cause: 'unknown', detail: '' },
  ...{ filledAt: null, whyNotFilled: null, ...more },
})

describe('missing candles', () => {
  it('are one gap where they are neighbours, told when found and again when filled', async () => {
    const { storage, run, store } = await world()
    await store(...backs(60, 41), ...backs(30, 21), ...backs(10, 1))
    const { report, told } = await run().fill('reconnect')
    expect(report.problem).toBe(null)
    const cause = 'disconnect'
    expect(told).toEqual([
      gap(1, 40, 30, { cause }),
      gap(2, 20, 10, { cause }),
      gap(1, 40, 30, { cause, filledAt: now }),
      gap(2, 20, 10, { cause, filledAt: now }),
    ])
    expect((await storage.marketRows.klineRange(btc.id, '1m', noon - 60 * minute, noon)).openTime).toHaveLength(60)
  })

  it('have the cause of what kept them away: the feed, a sleep, or an update before the start', async () => {
    const { storage, exchange, store } = await world()
    await store(...backs(60, 51), ...backs(45, 31), ...backs(20, 11), ...backs(4, 1))
    const downtimes = new Downtimes()
    const at = (back: number) => noon - back * minute
    const topics = [{ channel: 'kline', instrument: btc, period: '1m' }] as const
    const change = { feed: 'spot', topics, downSince: null }
    downtimes.follow({ ...change, state: 'down', reason: 'maintenance', cause: 'outage', at: at(30) + 5_000 })
    downtimes.follow({ ...change, state: 'live', reason: '', cause: null, at: at(20) - 5_000 })
    downtimes.slept(at(10), at(4))
    const told: Gap[] = []
    const bus = createBus((error) => {
      throw error
    })
    bus.on('gap', ({ gap: one }) => told.push(one))
    const gaps = new CandleGaps({
      ...{ storage, bus, downtimes, startedAt: at(46), now: () => now },
      history: new KlineHistory({ storage, sourceOf: () => exchange.source }),
      away: { cause: 'update', detail: 'from 1 to 2' },
      nextGapId: () => told.length + 1,
    })
    await gaps.fill(btc, '1m', 100, undefined, 'start')
    expect(told.filter(({ filledAt }) => filledAt === null)).toEqual([
      gap(1, 50, 45, { cause: 'update', detail: 'from 1 to 2' }),
      gap(2, 30, 20, { cause: 'outage', detail: 'maintenance' }),
      gap(3, 10, 4, { cause: 'sleep' }),
    ])
  })

  it('that somebody else had fetched are filled too', async () => {
    const { storage, exchange, store } = await world()
    await store(...backs(60, 41), ...backs(30, 1))
    const hole = gap(7, 40, 30, { cause: 'outage', whyNotFilled: 'too old' })
    const { instrument: _key, exchange: _exchange, symbol: _symbol, ...row } = hole
    await storage.marketRows.saveGaps([{ ...row, instrumentId: btc.id }])
    const told: Gap[] = []
    const bus = createBus((error) => {
      throw error
    })
    bus.on('gap', ({ gap: one }) => told.push(one))
    const checked: Promise<void>[] = []
    const history: KlineHistory = new KlineHistory({
      ...{ storage, sourceOf: () => exchange.source, now: () => now },
      onFetched: (instrument, period, span) => checked.push(gaps.fetched(instrument, period, span)),
    })
    const gaps = new CandleGaps({ history, storage, bus, nextGapId: () => 1, startedAt: now, now: () => now })
    const ask = async (from: number, to: number) => {
      const span = { from: noon - from * minute, to: noon - to * minute }
      await history.complete(btc, '1m', span, { priority: 'history', unasked: null, freshens: false })
      await Promise.all(checked)
    }
    await ask(45, 36)
    expect(told).toEqual([])
    await ask(36, 25)
    expect(told).toEqual([{ ...hole, filledAt: now, whyNotFilled: null }])
  })

  it('are none in a series that was never stored, nor before its first candle', async () => {
    const { run } = await world()
    const first = run()
    expect(await first.fill('start')).toEqual({ report: { candles: 100, problem: null }, told: [] })
    expect((await first.fill('routine')).told).toEqual([])
    const begun = await world()
    await begun.store(...backs(20, 1))
    expect((await begun.run().fill('start')).told).toEqual([])
  })

  it('that reach up to the start are from when the program did not run; others nobody knows of', async () => {
    const { run, store } = await world()
    // The stream has begun before the candles are looked at.
    await store(...backs(60, 51), ...backs(45, 31), ...backs(4, 1))
    const { told } = await run(now - 5 * minute).fill('start')
    expect(told.slice(0, 2)).toEqual([gap(1, 50, 45), gap(2, 30, 4, { cause: 'shutdown' })])
  })

  it('are filled further back than asked for where the program was away for long', async () => {
    const { storage, run, store } = await world()
    await store(...backs(400, 390))
    const { told } = await run().fill('start', 50)
    expect(told).toEqual([gap(1, 389, 0, { cause: 'shutdown' }), gap(1, 389, 0, { cause: 'shutdown', filledAt: now })])
    expect((await storage.marketRows.klineRange(btc.id, '1m', noon - 400 * minute, noon)).openTime).toHaveLength(
      401 - 1,
    )
  })

  it('that the exchange does not have are told once, with the reason, in later runs of the program too', async () => {
    const lacks = (at: number, period: string) => period === '1m' && at >= noon - 40 * minute && at < noon - 37 * minute
    const { run, store, exchange, storage } = await world({ lacks })
    await store(...backs(60, 41), ...backs(30, 1))
    const first = run()
    const { told } = await first.fill('routine')
    const whyNotFilled = 'binance has no candles for 3 of 10'
    expect(told).toEqual([gap(1, 40, 30), gap(1, 40, 30, { whyNotFilled })])
    expect((await first.fill('routine')).told).toEqual([])
    const second = run()
    expect((await second.fill('start')).told).toEqual([])
    // Also where its order book had very many gaps since.
    const books = Array.from({ length: 1_000 }, (_, i) => ({
      ...({
        id: 100 + i,
        instrumentId: btc.id,
        kind: 'order_book',
        period: null,
        cause: 'resync',
        detail: '',
      } as const),
      ...{ from: now + i, to: now + i + 1, filledAt: null, whyNotFilled: 'not asked for' },
    }))
    await storage.marketRows.saveGaps(books)
    expect((await run().fill('start')).told).toEqual([])
    // The exchange has them at last.
    exchange.manners.lacks = () => false
    expect((await run().fill('start')).told).toEqual([gap(1, 40, 30, { filledAt: now })])
  })

  it('stay open through an outage, and are filled after it', async () => {
    const { run, store, exchange } = await world({ status: 503 })
    await store(...backs(60, 41), ...backs(30, 1))
    const program = run()
    const first = await program.fill('reconnect')
    expect(first.report.problem).toBe('under maintenance')
    expect(first.told).toEqual([gap(1, 40, 30, { cause: 'disconnect' })])
    exchange.manners.status = null
    const second = await program.fill('routine')
    expect(second.told).toEqual([gap(1, 40, 30, { cause: 'disconnect', filledAt: now })])
  })

  it('that grow meanwhile stay one gap', async () => {
    const { run, store, exchange } = await world({ status: 503 })
    await store(...backs(60, 11))
    const program = run()
    expect((await program.fill('routine')).told).toEqual([gap(1, 10, 0)])
    exchange.manners.now = now + 2 * minute
    expect((await program.fill('routine')).told).toEqual([gap(1, 10, -2)])
    exchange.manners.status = null
    expect((await program.fill('routine')).told).toEqual([gap(1, 10, -2, { filledAt: now + 2 * minute })])
  })

  it('are not looked for at the exchange by a routine that finds none', async () => {
    const { run, store, exchange } = await world()
    await store(...backs(100, 0))
    const { report, told } = await run().fill('routine')
    expect([report, told]).toEqual([{ candles: 0, problem: null }, []])
    expect(exchange.asked).toEqual([])
  })

  it.each([
    ['reconnect', 'disconnect'],
    ['routine', 'unknown'],
  ] as const)(
    'are found and filled by a %s where none are loaded at the start, and nothing but them',
    async (occasion, cause) => {
      const { exchange, storage, run, store } = await world()
      await store(...backs(60, 41), ...backs(30, 1))
      const { told } = await run(noon - 100 * minute).fill(occasion, 0)
      expect(told).toEqual([gap(1, 40, 30, { cause }), gap(1, 40, 30, { cause, filledAt: now })])
      expect((await storage.marketRows.klineRange(btc.id, '1m', 0, noon)).openTime).toHaveLength(60)
      exchange.asked.length = 0
      const again = await run(noon - 100 * minute).fill(occasion, 0)
      expect([again, exchange.asked]).toEqual([{ report: { candles: 0, problem: null }, told: [] }, []])
    },
  )

  it('are not called filled or lost by a run that was cancelled', async () => {
    const { run, store } = await world()
    await store(...backs(60, 41), ...backs(30, 1))
    expect((await run().fill('reconnect', 100, AbortSignal.abort())).told).toEqual([
      gap(1, 40, 30, { cause: 'disconnect' }),
    ])
  })
  it('are none where retention removed them, and are not fetched again', async () => {
    const { run, store, exchange } = await world()
    const day = 1_440
    await store(...backs(1_600, 1_590), ...backs(100, 1))
    const program = run(now - 5 * minute, 1)
    const { told } = await program.fill('start', 3_000)
    expect(told[0]).toMatchObject({ from: noon - day * minute, to: noon - 100 * minute })
    expect(Math.min(...exchange.asked.map(({ from }) => from))).toBe(noon - day * minute)
    exchange.asked.length = 0
    const again = await run(now - 5 * minute, 1).fill('routine', 3_000)
    expect([again.told, exchange.asked]).toEqual([[], []])
  })
})
