import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentTrades } from '../../../src/main/exchanges/recent-trades.ts'
import type { Trade } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'

const btc = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')
const trade = (tradeId: string | null, of = btc): Trade => ({
  ...{ kind: 'trade', instrument: of, tradeId, price: 1, quantity: 1, side: 'BUY', exchangeAt: 0, receivedAt: 0 },
})

describe('recent trades', () => {
  it('are new once each, by instrument, whether their ids grow or not', () => {
    const recent = new RecentTrades()
    const sent = [...['9', '10', '8', '10', '9', '8', '7', '11', '11', 'bX1', 'aX9', 'bX1', 'aX9']].map((id) =>
      trade(id),
    )
    const more = [trade('10', eth), trade('10', eth), trade(null), trade(null)]
    expect([...sent, ...more].map((one) => recent.add(one))).toEqual([
      ...[true, true, true, false, false, false, true, true, false, true, true, false, false],
      ...[true, false, true, true],
    ])
  })

  it('are never dropped when they are new, and always when they are among the last 256', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 600 }), { maxLength: 2_000 }), (ids) => {
        const recent = new RecentTrades()
        const published: string[] = []
        for (const id of ids.map(String)) {
          const wasThere = recent.has(trade(id))
          const isNew = recent.add(trade(id))
          expect(wasThere).toBe(!isNew)
          expect(published.slice(-256).includes(id)).toBe(!isNew)
          if (isNew) published.push(id)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('are forgotten with the instruments nobody wants any more', () => {
    const recent = new RecentTrades()
    for (const of of [btc, eth]) recent.add(trade('1', of))
    recent.keep(new Set([eth.id]))
    expect([recent.add(trade('1', btc)), recent.add(trade('1', eth))]).toEqual([true, false])
  })
})
