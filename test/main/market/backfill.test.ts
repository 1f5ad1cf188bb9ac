import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createLogger } from '../../../src/main/log.ts'
import { Backfill, type BackfillOptions, RepairClock } from '../../../src/main/market/backfill.ts'
import type { FillReport } from '../../../src/main/market/history.ts'
import type { Progress } from '../../../src/shared/contract.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'

const names = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'LTC']
const coins = names.map((base) => instrument('okx', 'spot', base, 'USDT', `${base}-USDT`))
const [btc, eth] = coins.map((coin) => [coin])

/** A backfill whose fills are held until let go, by `symbol period`. */
function setUp(problem: string | null = null, candles = 1, wanted = 500) {
  const begun: string[] = []
  const held: ((report: FillReport) => void)[] = []
  const told: Progress[] = []
  const occasions = new Set<string>()
  const history: BackfillOptions['history'] = {
    fill: ({ symbol }, period, _candles, signal, occasion) => {
      begun.push(`${symbol} ${period}`)
      occasions.add(occasion)
      return new Promise((resolve) => {
        held.push(resolve)
        signal?.addEventListener('abort', () => resolve({ candles: 0, problem: 'cancelled' }))
      })
    },
  }
  const backfill = new Backfill({
    history,
    candles: () => wanted,
    logger: createLogger('silent'),
    onProgress: (progress) => told.push(progress),
  })
  /** Lets go of everything until the run has ended. */
  const finish = async () => {
    await until(() => {
      for (const release of held.splice(0)) release({ candles, problem })
      return told.length > 0 && told.at(-1)?.state !== 'running'
    }, 'the run ends')
  }
  return { backfill, begun, occasions, told, held, finish }
}

describe('the backfill', () => {
  it('fills short periods first, a few series at once, and tells how far it is', async () => {
    const { backfill, begun, told, finish } = setUp()
    backfill.start('okx', coins, ['1m', '1h'])
    expect(begun).toEqual(['BTC_USDT 1m', 'ETH_USDT 1m', 'SOL_USDT 1m', 'XRP_USDT 1m'])
    await finish()
    expect(begun).toHaveLength(12)
    expect(told.map(({ done }) => done)).toEqual([...Array.from({ length: 13 }, (_, i) => i), 12])
    expect(told.at(-1)).toEqual({
      id: 'backfill:okx',
      title: 'Candles of OKX',
      done: 12,
      total: 12,
      state: 'finished',
      canCancel: true,
      detail: null,
    })
  })

  it('says what could not be loaded', async () => {
    const { backfill, told, finish } = setUp('the exchange is under maintenance')
    backfill.start('okx', coins, ['1m'])
    await finish()
    expect(told.at(-1)).toMatchObject({ state: 'failed', detail: '6 of 6 series: the exchange is under maintenance' })
  })

  it('repairs what every socket missed, whichever comes back first', async () => {
    const { backfill, begun, told, finish } = setUp()
    backfill.repair('okx', btc ?? [], ['1m', '5m'])
    backfill.repair('okx', eth ?? [], ['1m', '5m'])
    await finish()
    expect(begun.toSorted()).toEqual(['BTC_USDT 1m', 'BTC_USDT 5m', 'ETH_USDT 1m', 'ETH_USDT 5m'])
    expect(told.at(-1)).toMatchObject({ id: 'repair:okx', done: 4, total: 4, state: 'finished' })
  })

  it('repairs a series again that was under way when its socket was lost again, and no waiting one twice', async () => {
    const { backfill, begun, finish } = setUp()
    backfill.repair('okx', coins, ['1m'])
    backfill.repair('okx', coins, ['1m'])
    await finish()
    const [running, waiting] = [names.slice(0, 4), names.slice(4)]
    expect(begun.toSorted()).toEqual([...running, ...running, ...waiting].map((base) => `${base}_USDT 1m`).toSorted())
  })

  it('replaces a run of the same exchange, and ends when cancelled', async () => {
    const { backfill, begun, told, finish } = setUp()
    backfill.start('okx', coins, ['1m'])
    backfill.start('okx', btc ?? [], ['1m'])
    await finish()
    expect(begun.slice(4)).toEqual(['BTC_USDT 1m'])
    expect(told.map(({ state }) => state)).toEqual(['running', 'running', 'running', 'finished'])
    backfill.start('okx', coins, ['1m'])
    backfill.cancel('backfill:okx')
    await until(() => told.at(-1)?.state === 'cancelled', 'cancelled')
    expect(begun).toHaveLength(4 + 1 + 4)
  })

  it('loads nothing at the start where no candles are wanted, and repairs all the same', async () => {
    const { backfill, occasions, finish } = setUp(null, 1, 0)
    backfill.start('okx', coins, ['1m'])
    expect([...occasions]).toEqual([])
    backfill.repair('okx', coins, ['1m'])
    await finish()
    backfill.routine('okx', coins, ['1m'])
    expect([...occasions]).toEqual(['reconnect', 'routine'])
  })

  it('says what each run is for', async () => {
    const { backfill, occasions, finish } = setUp()
    backfill.start('okx', btc ?? [], ['1m'])
    await finish()
    expect([...occasions]).toEqual(['start'])
    backfill.repair('okx', btc ?? [], ['1m'])
    await finish()
    backfill.routine('okx', btc ?? [], ['1m'])
    expect([...occasions]).toEqual(['start', 'reconnect', 'routine'])
  })

  it('looks after missing candles in silence where there are none, once at a time', async () => {
    const { backfill, begun, told, held } = setUp(null)
    backfill.routine('okx', coins, ['1m'])
    backfill.routine('okx', coins, ['1m'])
    await until(() => {
      for (const release of held.splice(0)) release({ candles: 0, problem: null })
      return begun.length === 6
    }, 'every series was looked at')
    for (const release of held.splice(0)) release({ candles: 0, problem: null })
    await new Promise(setImmediate)
    expect(begun).toHaveLength(6)
    expect(told).toEqual([])
  })

  it('tells of missing candles that were fetched', async () => {
    const { backfill, told, finish } = setUp(null, 3)
    backfill.routine('okx', coins, ['1m'])
    await finish()
    expect(told.at(-1)).toMatchObject({
      ...{ id: 'routine:okx', title: 'Missing candles of OKX', done: 6, total: 6, state: 'finished' },
    })
  })
})

describe('the clock of the routine', () => {
  it('runs it every so many minutes, by the setting of the moment, and never for 0', () => {
    vi.useFakeTimers()
    onTestFinished(() => {
      vi.useRealTimers()
    })
    const setting = { minutes: 60 }
    let runs = 0
    const clock = new RepairClock({ everyMinutes: () => setting.minutes, run: () => runs++ })
    clock.start()
    vi.advanceTimersByTime(59.5 * 60_000)
    expect(runs).toBe(0)
    vi.advanceTimersByTime(61 * 60_000)
    expect(runs).toBe(2)
    setting.minutes = 0
    vi.advanceTimersByTime(300 * 60_000)
    expect(runs).toBe(2)
    setting.minutes = 5
    vi.advanceTimersByTime(60_000)
    expect(runs).toBe(3)
    clock.stop()
    vi.advanceTimersByTime(300 * 60_000)
    expect(runs).toBe(3)
  })
})
