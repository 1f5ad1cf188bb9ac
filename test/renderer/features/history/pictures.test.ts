import { describe, expect, it } from 'vitest'
import { basisPicture } from '../../../../src/renderer/features/history/BasisHistory.tsx'
import { createBasisFeed } from '../../../../src/renderer/features/history/basisFeed.ts'
import { equityPicture, equityRows } from '../../../../src/renderer/features/history/EquityCurve.tsx'
import { paidRates, paidValues, toldRates, yearlyPercent } from '../../../../src/renderer/features/history/funding.ts'
import { chosenBasis, chosenPair, noHistoryChoice } from '../../../../src/renderer/features/history/historySelection.ts'
import { opportunityText, spreadPicture } from '../../../../src/renderer/features/history/SpreadHistory.tsx'
import type { CrossbookApi } from '../../../../src/shared/contract.ts'
import { opportunity } from '../../../main/storage/support.ts'
import { instrument } from '../../../support/instruments.ts'

const minute = 60_000
const hour = 60 * minute
const bucket = (at: number, value: number) => ({ at, seconds: 60, minimum: value - 1, maximum: value + 1, last: value })

describe('the picture of a spread', () => {
  const rows = [bucket(0, 0.5), bucket(minute, 0.6), bucket(4 * minute, 0.1)]
  it('has gross and net at the fees of now, empty buckets for gaps, and shades from open to close', () => {
    const open = opportunity({ openedAt: 30_000, closedAt: null, rejection: null })
    const rejected = opportunity({ id: 2, openedAt: minute, closedAt: 90_000, rejection: 'uncertain' })
    const picture = spreadPicture(rows, { buy: 0.001, sell: 0.002 }, [open, rejected], minute)
    expect(picture.times).toEqual([0, 1, 2, 3, 4].map((at) => at * minute))
    expect(picture.values.gross?.map(({ at, last }) => [at / minute, last])).toEqual([
      [0, 0.5],
      [1, 0.6],
      [4, 0.1],
    ])
    const [net] = picture.values.net ?? []
    expect(net?.last).toBeCloseTo(0.5 * 0.998 - 0.3, 12)
    expect(net?.maximum).toBeCloseTo(1.5 * 0.998 - 0.3, 12)
    expect(picture.shades).toEqual([
      // One that lives is shaded up to the end of what is shown.
      { from: 30_000, to: 5 * minute, pattern: 'plain' },
      { from: minute, to: 90_000, pattern: 'hatched' },
    ])
  })

  it('shows no net while fees are not known', () => {
    expect(spreadPicture(rows, null, [], minute).values.net).toEqual([])
  })

  it('says why an opportunity was rejected', () => {
    const rejected = opportunity({ rejection: 'uncertain', rejectionWords: 'the sell leg was 840 ms old' })
    expect(opportunityText(rejected)).toBe('rejected, the sell leg was 840 ms old: best net +0.110 %, lasted 2.5 s')
  })
})

describe('funding rates', () => {
  it('come to a year by their interval', () => {
    expect(yearlyPercent(0.0001, 8)).toBeCloseTo(10.95, 10)
    expect(yearlyPercent(0.0001, 1)).toBeCloseTo(87.6, 10)
  })

  it('stand until another is told, and not beyond the payment that they are for', () => {
    const rates = [
      { at: 10 * minute, rate: '0.0001', nextFundingAt: hour, intervalHours: 8 },
      { at: 30 * minute, rate: '0.0002', nextFundingAt: hour, intervalHours: 8 },
    ]
    const times = [0, 1, 2, 3, 4, 5, 6, 7].map((quarter) => quarter * 15 * minute)
    expect(toldRates(rates, times, 15 * minute).map(({ at, last }) => [at / minute, Number(last.toFixed(2))])).toEqual([
      [0, 10.95],
      [15, 10.95],
      [30, 21.9],
      [45, 21.9],
    ])
  })

  it('that were paid know their interval from the payments beside them', () => {
    const paid = paidRates([
      { at: 0, rate: '0.0001' },
      { at: 8 * hour, rate: '0.0002' },
      { at: 12 * hour, rate: '-0.0001' },
      { at: 200 * hour, rate: '0.0003' },
    ])
    // Far apart there were others between, which are not known: then as most pay.
    expect(paid.map(({ intervalHours }) => intervalHours)).toEqual([8, 8, 4, 8])
    const values = paidValues(paid, [0, 24 * hour], 24 * hour)
    expect(
      values.map(({ at, minimum, maximum, last }) => [at, minimum, maximum, last].map((n) => Number(n.toFixed(2)))),
    ).toEqual([[0, -21.9, 21.9, -21.9]])
  })

  it('are paid as often as the payments show, where the exchange tells no interval', () => {
    const rates = [{ at: 9 * hour, rate: '0.0001', nextFundingAt: 12 * hour, intervalHours: null }]
    const settled = [4, 8].map((hours) => ({ at: hours * hour, rate: '0.0001' }))
    const { shown } = basisPicture([bucket(9 * hour, 0.1)], { rates, settled }, hour)
    expect(shown.told.map(({ last }) => Number(last.toFixed(2)))).toEqual([21.9])
  })

  it('come with what keeps some from being there, though other times are whole', async () => {
    const answers = [{ problem: 'reaches back to noon' }]
    const api = {
      call: (name: string, { from, to }: { readonly from: number; readonly to: number }) => {
        const none = new Float64Array()
        const columns = { time: none, seconds: none, minimum: none, maximum: none, last: none }
        const settled = name === 'rates.history' ? answers.shift() : undefined
        const value =
          name === 'rates.history'
            ? { rates: [], settled: [], settledProblem: settled?.problem ?? null, oldest: null }
            : { ...columns, from, to, bucketMs: hour, oldest: 0, damaged: 0 }
        return Promise.resolve({ ok: true, value })
      },
    } as unknown as CrossbookApi
    const feed = createBasisFeed(api, 'binance:BTC_USDT', 'htx:BTC_USDT_PERP', hour)
    const problem = () => feed.side.getState().settledProblem?.words
    await feed.history.load()
    expect(problem()).toBe('reaches back to noon')
    // What came since is whole; what was lacking is lacking still.
    await feed.history.load()
    expect(problem()).toBe('reaches back to noon')
    await feed.history.loadOlder()
    expect(problem()).toBe('reaches back to noon')
  })

  it('lie on the buckets of the basis', () => {
    const rates = [{ at: 0, rate: '0.0001', nextFundingAt: null, intervalHours: null }]
    const { picture } = basisPicture([bucket(0, 0.1), bucket(2 * minute, 0.1)], { rates, settled: null }, minute)
    expect([picture.times.length, picture.values.told?.length, picture.values.paid]).toEqual([3, 3, []])
  })
})

describe('the picture of equity', () => {
  it('parts both curves by what came in, and marks it', () => {
    const point = (at: number, value: string, profit: string | null) => ({
      ...{ at, value, profit, isJoined: true, leftOut: [], oldPrices: [], accounts: 1 },
    })
    const equity = {
      bucketMs: hour,
      points: [point(10, '100', '0'), point(hour + 5, '160', '10'), point(2 * hour, '150', null)],
      flows: [{ account: 'a', at: hour, kind: 'deposit' as const, asset: 'USDT', amount: '50', value: '50' }],
    }
    const rows = equityRows(equity)
    const { times, values, marks } = equityPicture(rows, equity)
    expect(times).toEqual([0, hour, 2 * hour])
    expect(values.total?.map(({ last }) => last)).toEqual([100, 160, 150])
    expect(values.own?.map(({ at, last }) => [at, last])).toEqual([
      [0, 100],
      [hour, 110],
    ])
    expect(marks).toMatchObject([{ at: hour, shape: 'up', price: null }])
  })
})

describe('what the History screen shows', () => {
  const spot = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id: 1 })
  const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT', { id: 2 })
  const perpetual = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { id: 3 })
  const lonely = instrument('gate', 'spot', 'ETH', 'USDT', 'ETH_USDT', { id: 4 })
  const all = [lonely, spot, okx, perpetual]
  const keys = (pair: ReturnType<typeof chosenPair>) => pair && [pair.buy.key, pair.sell.key]

  it('is the chosen pair, else one of the symbol, else any that can be compared', () => {
    expect([
      keys(chosenPair(all, { ...noHistoryChoice, buy: okx.key, sell: perpetual.key }, null)),
      keys(chosenPair(all, noHistoryChoice, 'BTC_USDT')),
      keys(chosenPair(all, { ...noHistoryChoice, buy: lonely.key }, 'ETH_USDT')),
      keys(chosenPair([lonely], noHistoryChoice, null)),
    ]).toEqual([[okx.key, perpetual.key], [spot.key, okx.key], [spot.key, okx.key], null])
  })

  it('is the basis over the spot market of the same exchange, unless another is chosen', () => {
    const keysOf = (basis: ReturnType<typeof chosenBasis>) => basis && [basis.perpetual.key, basis.spot.key]
    expect([
      keysOf(chosenBasis(all, noHistoryChoice, 'BTC_USDT')),
      keysOf(chosenBasis(all, { ...noHistoryChoice, perpetual: perpetual.key, spot: spot.key }, null)),
      keysOf(chosenBasis([spot], noHistoryChoice, null)),
    ]).toEqual([[perpetual.key, okx.key], [perpetual.key, spot.key], null])
  })
})
