import { describe, expect, it } from 'vitest'
import { createLogger } from '../../../src/main/log.ts'
import { Backfill } from '../../../src/main/market/backfill.ts'
import type { FillReport, KlineHistory } from '../../../src/main/market/history.ts'
import type { Progress } from '../../../src/shared/contract.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'

const names = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'LTC']
const coins = names.map((base) => instrument('okx', 'spot', base, 'USDT', `${base}-USDT`))
const [btc, eth] = coins.map((coin) => [coin])

/** A backfill whose fills are held until let go, by `symbol period`. */
function setUp(problem: string | null = null) {
  const begun: string[] = []
  const held: ((report: FillReport) => void)[] = []
  const told: Progress[] = []
  const history: Pick<KlineHistory, 'fill'> = {
    fill: ({ symbol }, period, _candles, signal) => {
      begun.push(`${symbol} ${period}`)
      return new Promise((resolve) => {
        held.push(resolve)
        signal?.addEventListener('abort', () => resolve({ candles: 0, problem: 'cancelled' }))
      })
    },
  }
  const backfill = new Backfill({
    history,
    candles: () => 500,
    logger: createLogger('silent'),
    onProgress: (progress) => told.push(progress),
  })
  /** Lets go of everything until the run has ended. */
  const finish = async () => {
    await until(() => {
      for (const release of held.splice(0)) release({ candles: 1, problem })
      return told.at(-1)?.state !== 'running'
    }, 'the run ends')
  }
  return { backfill, begun, told, finish }
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
      title: 'Candles of okx',
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
})
