import { describe, expect, it } from 'vitest'
import { createCandleFeed, createFeedKeeper } from '../../../../src/renderer/features/chart/candleFeed.ts'
import type { Candle } from '../../../../src/renderer/features/chart/candles.ts'
import type { KlineColumns } from '../../../../src/shared/columns.ts'
import type { CrossbookApi } from '../../../../src/shared/contract.ts'
import { instrument } from '../../../support/instruments.ts'
import { candle, columnsOf, minute, noon } from './support.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT', { id: 1 })

/**
 * A hub with these candles stored. `fails` makes every reading fail, `problem` says of every page what may be missing; `asked` lists what
 * was asked for.
 */
function hubWith(stored: readonly Candle[]) {
  const asked: { before: number | null; limit: number }[] = []
  const hub = { stored, fails: false, problem: null as string | null, asked }
  const api: CrossbookApi = {
    async call(name, request) {
      if (name !== 'klines.list' || !('before' in request) || !('limit' in request) || !('instrument' in request))
        throw new Error(`not called by a feed: ${name}`)
      const { before, limit } = request
      asked.push({ before, limit })
      if (hub.fails) return { ok: false, code: 'unavailable', message: 'The connection to Crossbook is lost.' }
      const older = hub.stored.filter(({ openTime }) => before === null || openTime < before).slice(-limit)
      const columns: KlineColumns = columnsOf(older)
      return { ok: true, value: { klines: columns, problem: hub.problem } as never }
    },
    on: () => () => {},
  }
  return { hub, api }
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => candle(from + i))
const timesOf = (candles: readonly Candle[]) => candles.map(({ openTime }) => (openTime - noon) / minute)

describe('a candle feed', () => {
  it('reads the newest page, then older ones until a page is empty, none of them twice', async () => {
    const { hub, api } = hubWith(range(0, 1_200))
    const feed = createCandleFeed(api, btc, '1m')
    await feed.load()
    await Promise.all([feed.loadOlder(), feed.loadOlder()])
    await feed.loadOlder()
    await feed.loadOlder()
    await feed.loadOlder()
    expect(hub.asked).toEqual([
      { before: null, limit: 500 },
      { before: noon + 700 * minute, limit: 500 },
      { before: noon + 200 * minute, limit: 500 },
      { before: noon, limit: 500 },
    ])
    expect(timesOf(feed.store.getState().candles)).toEqual(Array.from({ length: 1_200 }, (_, i) => i))
    expect(feed.store.getState()).toMatchObject({ isLoaded: true, isComplete: true, isLoadingOlder: false })
  })

  it('puts pushes on top, also those that come before the page', async () => {
    const { api } = hubWith(range(0, 3))
    const feed = createCandleFeed(api, btc, '1m')
    const open = candle(3, { isClosed: false })
    const loading = feed.load()
    expect(feed.push(columnsOf([open]))).toBe(true)
    await loading
    const next = candle(4, { isClosed: false, close: 107 })
    feed.push(columnsOf([candle(3), next]))
    expect(feed.store.getState().candles).toEqual([...range(0, 4), next])
    expect(feed.misses()).toBe(false)
  })

  it('refuses pushes of another series', () => {
    const { api } = hubWith([])
    const feed = createCandleFeed(api, btc, '1m')
    expect([feed.push(columnsOf([candle(0)], 2)), feed.push(columnsOf([candle(0)], 1, '5m'))]).toEqual([false, false])
    expect(feed.store.getState().candles).toEqual([])
  })

  it('notices a hole that pushes left and closes it by reading anew', async () => {
    const { hub, api } = hubWith(range(0, 3))
    const feed = createCandleFeed(api, btc, '1m')
    await feed.load()
    feed.push(columnsOf([candle(6, { isClosed: false })]))
    expect(feed.misses()).toBe(true)
    hub.stored = range(0, 6)
    await feed.load()
    expect(feed.misses()).toBe(false)
    expect(timesOf(feed.store.getState().candles)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('asks for as much as lies between its last closed candle and now', async () => {
    const hours = 20
    const start = Date.now() - hours * 60 * minute
    const { hub, api } = hubWith([{ ...candle(0), openTime: start - (start % minute) }])
    const feed = createCandleFeed(api, btc, '1m')
    await feed.load()
    await feed.load()
    const limits = hub.asked.map(({ limit }) => limit)
    expect(limits[0]).toBe(500)
    expect(limits[1]).toBeGreaterThanOrEqual(hours * 60)
    expect(limits[1]).toBeLessThanOrEqual(hours * 60 + 4)
  })

  it('says why nothing could be read, and recovers', async () => {
    const { hub, api } = hubWith(range(0, 3))
    const feed = createCandleFeed(api, btc, '1m')
    hub.fails = true
    await feed.load()
    expect(feed.store.getState()).toMatchObject({
      isLoaded: false,
      isLoading: false,
      problem: 'The connection to Crossbook is lost.',
    })
    hub.fails = false
    await feed.load()
    hub.fails = true
    await feed.loadOlder()
    expect(feed.store.getState()).toMatchObject({
      isLoaded: true,
      isComplete: false,
      problem: null,
      olderProblem: 'The connection to Crossbook is lost.',
    })
  })

  it('says of pages what may be missing, and fills the hole as soon as it can', async () => {
    const all = range(0, 2_200)
    const { hub, api } = hubWith([...all.slice(0, 100), ...all.slice(1_600)])
    const feed = createCandleFeed(api, btc, '1m')
    await feed.load()
    hub.problem = 'okx is not running'
    // From here on the hub has only what was stored long ago.
    await feed.loadOlder()
    expect(feed.store.getState()).toMatchObject({ isComplete: false, olderProblem: 'okx is not running' })
    expect(timesOf(feed.store.getState().candles).slice(0, 102)).toEqual([
      ...Array.from({ length: 100 }, (_, i) => i),
      ...[1_600, 1_601],
    ])
    // What is stored further back is not kept from whoever wants it.
    await feed.loadOlder()
    expect(hub.asked.slice(-2).map(({ before }) => before)).toEqual([noon + 1_700 * minute, noon])
    expect(feed.store.getState()).toMatchObject({ isComplete: false, olderProblem: 'okx is not running' })
    hub.problem = null
    hub.stored = all
    while (!feed.store.getState().isComplete) await feed.loadOlder()
    expect(timesOf(feed.store.getState().candles)).toEqual(all.map((_, i) => i))
    expect(feed.store.getState().olderProblem).toBeNull()
  })

  it('reads its newest page anew, as far back as it may have holes', async () => {
    const start = Date.now() - 2_000 * minute
    const { hub, api } = hubWith([{ ...candle(0), openTime: start - (start % minute) }])
    const feed = createCandleFeed(api, btc, '1m')
    await feed.load()
    hub.problem = 'no connection'
    hub.stored = [...hub.stored, { ...candle(0), openTime: Date.now() - (Date.now() % minute) - 2 * minute }]
    await feed.load()
    expect(feed.store.getState()).toMatchObject({ isLoaded: true, problem: 'no connection' })
    hub.problem = null
    await feed.load()
    await feed.load()
    expect(feed.store.getState().problem).toBeNull()
    const limits = hub.asked.map(({ limit }) => limit)
    expect(limits[1]).toBeGreaterThanOrEqual(2_000)
    expect(limits[2]).toBeGreaterThanOrEqual(limits[1] ?? 0)
    expect(limits[3]).toBe(500)
  })

  it('reads once more when asked while reading', async () => {
    const { hub, api } = hubWith(range(0, 3))
    const feed = createCandleFeed(api, btc, '1m')
    const first = feed.load()
    await Promise.all([feed.load(), feed.load()])
    await first
    expect(hub.asked).toHaveLength(2)
  })
})

describe('a feed keeper', () => {
  it('keeps a feed while its series is shown', () => {
    const { api } = hubWith([])
    const okx = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
    const keep = createFeedKeeper(api)
    const alone = keep([btc], '1m')
    const both = keep([{ ...btc }, okx], '1m')
    expect(both[0]).toBe(alone[0])
    expect(keep([btc, okx], '1m')).toBe(both)
    expect(keep([btc, okx], '5m')[0]).not.toBe(both[0])
  })
})
