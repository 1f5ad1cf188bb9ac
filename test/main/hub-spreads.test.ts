import { describe, expect, it, vi } from 'vitest'
import type { Opportunity } from '../../src/shared/domain/index.ts'
import { createHub } from '../support/hub.ts'

const waiting = { timeout: 30_000, interval: 50 }
/** The whole program starts, and this machine may be busy. */
const patienceMs = 90_000
/** A rebate: what is left is more than any doubt. */
const paid = { maker: 0, taker: -0.001 }
const dear = { maker: 0.05, taker: 0.05 }

describe('a hub', () => {
  it(
    'alerts of the opportunities that count and of no others, and walks the books of a pair',
    async () => {
      const { hub, client, ask, rows } = createHub({
        settings: {
          mode: 'demo',
          symbols: ['BTC_USDT', 'BTC_USDT_PERP'],
          exchanges: {
            binance: { fees: { spot: paid, perpetual: paid } },
            okx: { fees: { spot: paid, perpetual: paid } },
            gate: { fees: { spot: dear, perpetual: dear } },
          },
          arbitrage: { openAbovePercent: 0, closeBelowPercent: 0, ladder: [5_000] },
          history: { backfillCandles: 0 },
        },
      })
      await hub.start()
      const counted = ({ rejection, closedAt }: Opportunity) => rejection === null && closedAt === null
      const told = () => client.pushes('opportunity.changed')
      await vi.waitFor(() => {
        expect(told().filter(counted).length).toBeGreaterThan(1)
        // On either side: for minutes Gate may be dearer than all others.
        const ofGate = told().filter(({ buy, sell }) => [buy, sell].some((key) => key.startsWith('gate:')))
        expect(ofGate.some(({ rejection }) => rejection === 'unprofitable')).toBe(true)
      }, waiting)
      // Each once, and none of Gate, where costs take everything.
      const alerts = client.pushes('alert.raised').filter(({ rule }) => rule === 'opportunity')
      expect(alerts).toHaveLength(
        new Set(
          told()
            .filter(counted)
            .map(({ id }) => id),
        ).size,
      )
      expect(alerts.filter(({ message }) => message.includes('gate:'))).toEqual([])

      const pairs = await ask('spreads.pairs', {})
      const index = pairs.findIndex(({ buy, sell }) => buy === 'binance:BTC_USDT' && sell === 'okx:BTC_USDT_PERP')
      const detail = await vi.waitFor(async () => {
        const found = await ask('spreads.detail', { index })
        expect(found.buy.book?.updateId).toBeGreaterThan(0)
        expect(found.sell.book?.updateId).toBeGreaterThan(0)
        expect(found.sell.funding).toMatchObject({ isCounted: true })
        expect(found.ladder).toMatchObject([{ value: 5_000, problem: null }])
        expect(found.carryPercent).not.toBeNull()
        return found
      }, waiting)
      const [size] = detail.ladder
      expect(size?.buyNotional).toBeGreaterThan(3_000)
      expect(size?.fees).toBeCloseTo(-0.001 * (2 * (size?.buyNotional ?? 0)), 1)
      expect(size?.profit).toBeCloseTo(((size?.netPercent ?? 0) * (size?.buyNotional ?? 0)) / 100, 9)
      expect(await hub.call(client, 'spreads.detail', { index: 9_999 })).toMatchObject({ code: 'badRequest' })

      await hub.stop()
      const stored = rows<{ rejection: string | null; words: string | null; verdict: string }>(
        'SELECT rejection, rejection_words AS words, best_verdict AS verdict FROM opportunities WHERE closed_at IS NOT NULL',
      )
      expect(stored.length).toBeGreaterThan(3)
      for (const { rejection, words, verdict } of stored) {
        expect(rejection === null).toBe(words === null)
        if (rejection === null) expect(verdict).toBe('counts')
      }
    },
    patienceMs,
  )
})
