import { describe, expect, it, vi } from 'vitest'
import { EquityRecorder, equitySamples } from '../../../src/main/account/equity.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { AccountBatch } from '../../../src/main/storage/account-contract.ts'
import type { AccountStatus } from '../../../src/shared/domain/index.ts'
import type { BalanceRow } from '../../../src/shared/portfolio.ts'
import { balance } from '../storage/account-rows.ts'

const row = (account: string, more: Partial<BalanceRow> = {}): BalanceRow => ({
  ...balance({ account, asset: 'BTC', total: '2' }),
  ...{ price: '100', value: '200', priceState: 'live', changeSinceMidnight: null, hasDrift: false, isStale: false },
  ...{ truth: 'live', truthReason: '', otherCoinThan: null },
  ...more,
})
const live = (id: string): Pick<AccountStatus, 'id' | 'state'> => ({ id, state: 'live' })
const valued = (rows: readonly BalanceRow[]) => ({ currency: 'USDT', rows: [...rows] })

describe('samples of what accounts are worth', () => {
  it('add up each account by itself and name what has no price or an old one', () => {
    const rows = [
      row('a'),
      row('a', { asset: 'LUNC', price: null, value: null, priceState: 'missing' }),
      row('a', { asset: 'OLD', total: '0', price: null, value: null, priceState: 'missing' }),
      row('b', { asset: 'ETH', value: '0.5', priceState: 'stale' }),
    ]
    expect(equitySamples(9, [live('a'), live('b'), live('empty')], valued(rows))).toEqual([
      { account: 'a', at: 9, currency: 'USDT', value: '200', leftOut: ['LUNC'], oldPrices: [] },
      { account: 'b', at: 9, currency: 'USDT', value: '0.5', leftOut: [], oldPrices: ['ETH'] },
      { account: 'empty', at: 9, currency: 'USDT', value: '0', leftOut: [], oldPrices: [] },
    ])
  })

  it('are not taken of an account whose balances are not confirmed', () => {
    const unsure = [row('a', { truth: 'gap' }), row('b', { truth: 'stale' }), row('c', { isStale: true })]
    expect(equitySamples(9, [live('a'), live('b'), live('c')], valued([...unsure, row('a')]))).toEqual([])
    expect(equitySamples(9, [{ id: 'a', state: 'connecting' }], valued([row('a')]))).toEqual([])
  })

  it('are taken of an account of which something else cannot be read, where its balances are confirmed', () => {
    const degraded = { id: 'a', state: 'degraded' } as const
    expect(equitySamples(9, [degraded], valued([row('a')]))).toMatchObject([{ account: 'a', value: '200' }])
    expect(equitySamples(9, [degraded], valued([row('a'), row('a', { isStale: true })]))).toEqual([])
    // That nothing is held shows only where everything can be read.
    expect(equitySamples(9, [degraded], valued([row('b')]))).toEqual([])
  })

  it.each([
    ['at the first full minute, then on the full five minutes', 0, ['14:02:00', '14:05:00', '14:10:00']],
    ['of no time that has not come yet by a clock that was set back', -600_000, ['14:02:00', '14:00:00', '14:05:00']],
  ])('are taken %s', async (_name, setByMs, expected) => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 21, 14, 1, 30) })
    let offsetMs = 0
    const saved: AccountBatch[] = []
    const recorder = new EquityRecorder({
      storage: {
        save: async (batch) => {
          saved.push(batch)
          return { rows: 1, writeMs: 0 }
        },
      },
      accounts: () => [{ ...live('a') } as AccountStatus],
      portfolio: () => ({
        ...valued([row('a')]),
        at: 0,
        total: '0',
        missingPrices: [],
        stalePrices: [],
        changeSinceMidnight: null,
      }),
      logger: createLogger('silent'),
      now: () => Date.now() + offsetMs,
    })
    try {
      recorder.start()
      await vi.advanceTimersByTimeAsync(60_000)
      offsetMs = setByMs
      await vi.advanceTimersByTimeAsync((setByMs === 0 ? 8 : 13) * 60_000)
      const minutes = saved
        .flatMap(({ equity }) => equity ?? [])
        .map(({ at }) => new Date(at).toISOString().slice(11, 19))
      expect(minutes).toEqual(expected)
    } finally {
      vi.useRealTimers()
      await recorder.stop()
    }
  })
})
