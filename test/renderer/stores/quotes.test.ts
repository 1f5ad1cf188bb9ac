import { expect, it } from 'vitest'
import { createQuotesStore } from '../../../src/renderer/stores/quotes.ts'
import { instrument } from '../../support/instruments.ts'
import { quoteColumns } from '../support/columns.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')

it('writes a batch into the slots of its instruments and leaves the others absent', () => {
  const store = createQuotesStore()
  store.getState().watch([btc, eth])
  const { version } = store.getState()
  store.getState().apply(
    quoteColumns([
      { id: eth.id, bidPrice: 3_000, receivedAt: 5 },
      { id: 999_999, bidPrice: 1 },
    ]),
  )
  const { table } = store.getState()
  expect([...table.columns.bidPrice]).toEqual([Number.NaN, 3_000])
  expect([...table.columns.receivedAt]).toEqual([Number.NaN, 5])
  expect(store.getState().version).toBe(version + 1)
})

it('lets a side go that is no longer quoted', () => {
  const store = createQuotesStore()
  store.getState().watch([btc])
  store.getState().apply(quoteColumns([{ id: btc.id, bidPrice: 1, askPrice: 2 }]))
  store.getState().apply(quoteColumns([{ id: btc.id, askPrice: 3 }]))
  const { bidPrice, askPrice } = store.getState().table.columns
  expect([bidPrice[0], askPrice[0]]).toEqual([Number.NaN, 3])
})

it('forgets everything with a new watch list, and finds slots by key', () => {
  const store = createQuotesStore()
  store.getState().watch([btc])
  store.getState().apply(quoteColumns([{ id: btc.id, bidPrice: 1 }]))
  store.getState().watch([eth, btc])
  const { table } = store.getState()
  expect([...table.columns.bidPrice]).toEqual([Number.NaN, Number.NaN])
  expect([table.slotOfKey(btc.key), table.slotOfKey('gate:BTC_USDT')]).toEqual([1, -1])
})
