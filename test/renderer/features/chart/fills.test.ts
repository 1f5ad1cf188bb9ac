import { describe, expect, it } from 'vitest'
import { createStore } from 'zustand/vanilla'
import { createFillFeed } from '../../../../src/renderer/features/chart/fillFeed.ts'
import { fillMarks, fillsText, fillText, tradeMarks } from '../../../../src/renderer/features/chart/fillMarks.ts'
import type { Link } from '../../../../src/renderer/socket-api.ts'
import type { CrossbookApi } from '../../../../src/shared/contract.ts'
import type { Fill } from '../../../../src/shared/domain/index.ts'
import { fill as storedFill } from '../../../main/storage/account-rows.ts'
import { instrument } from '../../../support/instruments.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id: 1 })
const fill = (tradeId: number, at: number, more: Partial<Fill> = {}): Fill =>
  storedFill({ tradeId: String(tradeId), at, quantity: '1', price: '100', ...more })

const open: Link = { state: 'open', problem: null, nextAttemptAt: null, generation: 1 }

/** A hub with these fills, in pages of two, newest first. */
function hub(stored: Fill[]) {
  const listeners = new Map<string, (payload: never) => void>()
  const asked: unknown[] = []
  const state = { problem: false }
  const api = {
    call: (
      _name: string,
      { filter, cursor }: { filter: { from: number; to: number | null }; cursor: string | null },
    ) => {
      asked.push([filter.from, filter.to, cursor])
      if (state.problem) return Promise.resolve({ ok: false, code: 'unavailable', message: 'locked' })
      const rows = stored
        .filter(({ at }) => at >= filter.from && at < (filter.to ?? Infinity))
        .sort((a, b) => b.at - a.at)
      const start = Number(cursor ?? 0)
      return Promise.resolve({
        ok: true,
        value: { rows: rows.slice(start, start + 2), next: rows.length > start + 2 ? String(start + 2) : null },
      })
    },
    on: (name: string, listener: (payload: never) => void) => {
      listeners.set(name, listener)
      return () => listeners.delete(name)
    },
  }
  // Only what the feed calls is there.
  const feed = createFillFeed(api as unknown as CrossbookApi, btc)
  const tell = (name: string, payload: unknown) => listeners.get(name)?.(payload as never)
  const link = createStore<Link>()(() => open)
  return { feed, link, asked, tell, state, ids: () => feed.store.getState().fills.map(({ tradeId }) => tradeId) }
}

describe('the fills of a chart', () => {
  it('are read page by page as far back as it reaches, each stretch once', async () => {
    const perpetual = fill(9, 60, { symbol: 'BTC_USDT_PERP' })
    const { feed, asked, ids } = hub([fill(1, 10), fill(2, 50), fill(3, 60), fill(4, 70), perpetual])
    await feed.reach(50)
    expect(ids()).toEqual(['2', '3', '4'])
    await feed.reach(60)
    await feed.reach(0)
    expect(ids()).toEqual(['1', '2', '3', '4'])
    expect(asked).toEqual([
      [50, null, null],
      [50, null, '2'],
      [0, 50, null],
    ])
  })

  it('come at once, are completed, and are read anew when accounts change', async () => {
    const stored = [fill(1, 10)]
    const { feed, link, tell, ids } = hub(stored)
    feed.follow(link)
    await feed.reach(0)
    tell('fill.added', fill(2, 20, { fee: null }))
    tell('fill.added', fill(3, 20, { exchange: 'okx' }))
    tell('fill.completed', fill(2, 20, { fee: '0.1' }))
    expect(feed.store.getState().fills.map(({ tradeId, fee }) => [tradeId, fee])).toEqual([
      ['1', '0.0005'],
      ['2', '0.1'],
    ])
    stored.length = 0
    tell('accounts.changed', [])
    await expect.poll(ids).toEqual([])
  })

  it('are read anew once the link is open again: what happened while it was down was told to nobody', async () => {
    const stored = [fill(1, 10)]
    const { feed, link, ids } = hub(stored)
    feed.follow(link)
    await feed.reach(0)
    link.setState({ state: 'lost' })
    stored.push(fill(2, 20))
    link.setState({ state: 'open', generation: 2 })
    await expect.poll(ids).toEqual(['1', '2'])
  })

  it('are all there when accounts change in the middle of a reading', async () => {
    const { feed, link, tell, ids } = hub([fill(1, 10), fill(2, 20), fill(3, 30), fill(4, 40)])
    feed.follow(link)
    await feed.reach(30)
    const reading = feed.reach(0)
    tell('accounts.changed', [])
    await reading
    expect(ids()).toEqual(['1', '2', '3', '4'])
    expect(feed.store.getState().from).toBe(0)
  })

  it('say why they could not be read, and are asked for again', async () => {
    const { feed, state, ids } = hub([fill(1, 10)])
    state.problem = true
    await feed.reach(0)
    expect(feed.store.getState()).toMatchObject({ problem: 'locked', from: null })
    state.problem = false
    await feed.reach(0)
    expect([ids(), feed.store.getState().problem]).toEqual([['1'], null])
  })
})

describe('marks', () => {
  it('tell the side by shape and colour, and the quantity by area', () => {
    const marks = fillMarks([fill(1, 10, { quantity: '4' }), fill(2, 20, { side: 'SELL', quantity: '1' })])
    expect(marks.map(({ shape, color, price }) => [shape, color, price])).toEqual([
      ['up', 'up', 100],
      ['down', 'down', 100],
    ])
    expect(marks.map(({ size }) => size)).toEqual([9, 6.5])
  })

  it('of public trades are rings', () => {
    const trades = { at: [5, 6], price: [10, 10], quantity: [1, 4] }
    const [first, second] = tradeMarks({
      ...{ at: Float64Array.from(trades.at), price: Float64Array.from(trades.price) },
      ...{ quantity: Float64Array.from(trades.quantity), isBuy: Uint8Array.of(1, 0), count: 2 },
    })
    expect([first, second]).toMatchObject([
      { at: 5, price: 10, shape: 'ring', color: 'up', size: 4.5 },
      { at: 6, color: 'down', size: 7.5 },
    ])
  })

  it('are told in words, a candle’s together', () => {
    expect(fillText(fill(1, 0))).toMatch(/^▲ Bought 1 at 100 · fee 0\.0005 BTC · /)
    const fills = [fill(1, 0), fill(2, 59, { price: '103', quantity: '2' }), fill(3, 60), fill(4, 5, { side: 'SELL' })]
    expect(fillsText(fills, 0, 60)).toBe('▲ 2 buys of 3 at 102  ▼ 1 sell of 1 at 100')
    expect(fillsText(fills, 61, 90)).toBe('')
  })
})
