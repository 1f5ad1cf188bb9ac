import { describe, expect, it } from 'vitest'
import { createOpportunitiesStore } from '../../../src/renderer/stores/opportunities.ts'
import type { CrossbookApi } from '../../../src/shared/contract.ts'
import type { Opportunity } from '../../../src/shared/domain/index.ts'

const opportunity = (id: number, more: Partial<Opportunity> = {}): Opportunity => ({
  id,
  kind: 'cross',
  symbol: 'BTC_USDT',
  buy: 'binance:BTC_USDT',
  sell: 'okx:BTC_USDT',
  openedAt: id * 1_000,
  closedAt: null,
  closeReason: null,
  bestAt: id * 1_000,
  bestGrossPercent: 0.1,
  bestNetPercent: 0.01,
  bestBuyPrice: 100,
  bestSellPrice: 100.1,
  bestQuantity: 1,
  bestProfit: 0.01,
  rejection: null,
  rejectionWords: null,
  buyFee: null,
  sellFee: null,
  opening: null,
  best: null,
  ...more,
})
const closed = (id: number) => opportunity(id, { closedAt: id * 1_000 + 500, closeReason: 'threshold' })

/** A hub that answers from these lists, when told to. */
function hub(live: readonly Opportunity[], history: readonly Opportunity[]) {
  let release = () => undefined as unknown
  const gate = new Promise<void>((resolve) => {
    release = () => resolve()
  })
  const replies: Readonly<Record<string, readonly Opportunity[]>> = {
    'opportunities.live': live,
    'opportunities.list': history,
  }
  const call = async (name: string) => {
    await gate
    return { ok: true, value: replies[name] ?? [] }
  }
  const api: Pick<CrossbookApi, 'call' | 'on'> = { call: call as CrossbookApi['call'], on: () => () => undefined }
  return { store: createOpportunitiesStore(api), release }
}

describe('the opportunities store', () => {
  it('keeps what changed while it was loading', async () => {
    const { store, release } = hub([opportunity(2)], [closed(1)])
    const loading = store.getState().load()
    store.getState().change(closed(2))
    store.getState().change(opportunity(3))
    release()
    await loading
    expect(store.getState().live).toEqual([opportunity(3)])
    expect(store.getState().history).toEqual([closed(2), closed(1)])
  })

  it('moves an opportunity to the history when it closes, once', () => {
    const { store } = hub([], [])
    store.getState().change(opportunity(1))
    store.getState().change(closed(1))
    store.getState().change(closed(1))
    expect([store.getState().live, store.getState().history]).toEqual([[], [closed(1)]])
  })

  it('shows the best moment of a live one as it moves', () => {
    const { store } = hub([], [])
    store.getState().change(opportunity(1))
    store.getState().refresh([opportunity(1, { bestNetPercent: 0.5 }), opportunity(2)])
    expect(store.getState().live).toEqual([opportunity(2), opportunity(1, { bestNetPercent: 0.5 })])
  })

  it('takes the replies to its newest reading only: an older one may be of another market', async () => {
    const held: ((value: readonly Opportunity[]) => void)[] = []
    const call = (() =>
      new Promise((resolve) => {
        held.push((value) => resolve({ ok: true, value }))
      })) as unknown as CrossbookApi['call']
    const store = createOpportunitiesStore({ call, on: () => () => undefined })
    const first = store.getState().load()
    const second = store.getState().load()
    const [firstLive, firstPage, secondLive, secondPage] = held
    firstLive?.([])
    firstPage?.([closed(1)])
    await first
    expect(store.getState()).toMatchObject({ isLoading: true, history: [] })
    store.getState().change(closed(6))
    const page = Array.from({ length: 100 }, (_, i) => closed(1_000 + i))
    secondLive?.([])
    secondPage?.(page)
    await second
    expect(store.getState().history).toHaveLength(101)
    expect(store.getState().history).toContainEqual(closed(6))
    // Scrolled back, and then another market is begun.
    const older = store.getState().loadOlder()
    const third = store.getState().load()
    held[4]?.([closed(2)])
    await older
    held[5]?.([])
    held[6]?.([closed(7)])
    await third
    expect(store.getState().history).toEqual([closed(7)])
  })
})
