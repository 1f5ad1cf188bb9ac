import { expect, it } from 'vitest'
import { createSpreadsStore } from '../../../src/renderer/stores/spreads.ts'
import { spreadColumns } from '../support/columns.ts'

const pair = (index: number) => ({
  index,
  kind: 'cross' as const,
  symbol: 'BTC_USDT',
  buy: 'binance:BTC_USDT',
  sell: 'okx:BTC_USDT',
})

it('keeps values by pair index and drops indexes that are not of its pairs', () => {
  const store = createSpreadsStore()
  store.getState().load([pair(2), pair(0)])
  store.getState().apply(
    spreadColumns([
      { index: 2, netPercent: 0.5 },
      { index: 7, netPercent: 9 },
    ]),
  )
  const { table } = store.getState()
  expect(table.pairs.map(({ index }) => index)).toEqual([0, 2])
  expect([...table.columns.netPercent]).toEqual([Number.NaN, Number.NaN, 0.5])
})

it('takes no batch between a changed watch list and its pairs, since its indexes mean others', () => {
  const store = createSpreadsStore()
  store.getState().load([pair(0)])
  store.getState().reset()
  store.getState().apply(spreadColumns([{ index: 0, netPercent: 1 }]))
  store.getState().load([pair(0)])
  expect([...store.getState().table.columns.netPercent]).toEqual([Number.NaN])
})
