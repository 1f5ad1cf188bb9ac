import { expect, it } from 'vitest'
import { opportunityFinding } from '../../src/main/hub.ts'
import type { Opportunity } from '../../src/shared/domain/index.ts'

it('what is told of an opportunity names its profit, and says where that is not known', () => {
  const moment = {
    ...{ verdict: 'counts', lowNetPercent: 0.1, highNetPercent: 0.2, executableQuantity: 0.4, executableProfit: 7.256 },
    ...{ fundingPercent: null, buyBookVersion: null, sellBookVersion: null, buyAgeMs: 1, sellAgeMs: 2 },
  } as NonNullable<Opportunity['best']>
  const opportunity: Opportunity = {
    ...{ id: 1, kind: 'cross', symbol: 'BTC_USDT', buy: 'binance:BTC_USDT', sell: 'okx:BTC_USDT', openedAt: 1 },
    ...{ closedAt: null, closeReason: null, bestAt: 1, bestGrossPercent: 0.31, bestNetPercent: 0.11 },
    ...{ bestBuyPrice: 16_500, bestSellPrice: 16_551.15, bestQuantity: 0.4, bestProfit: 7.25 },
    ...{ rejection: null, rejectionWords: null, buyFee: 0.001, sellFee: 0.001, opening: null, best: moment },
  }
  expect(opportunityFinding(opportunity).message).toMatch(
    /: gross 0\.310 %, net 0\.110 %, executable 0\.4 BTC for 7\.26 USDT$/,
  )
  // A withdrawal fee that no exchange tells.
  const unknown = { ...opportunity, best: { ...moment, executableProfit: null } }
  expect(opportunityFinding(unknown).message).toMatch(/executable 0\.4 BTC for a profit that is not known$/)
})
