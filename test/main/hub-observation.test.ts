import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { openStorage } from '../../src/main/storage/index.ts'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { allExchanges, startHub } from '../support/hub.ts'

it('samples the books of simulated exchanges, stores them when it ends, and knows how markets and exchanges do', {
  timeout: 120_000,
}, async () => {
  const symbols = ['BTC_USDT', 'ETH_USDT']
  const first = await startHub({
    settings: { symbols, depthHistory: { everySeconds: 1 }, mode: 'demo', exchanges: allExchanges },
  })
  const instruments = exchangeIds.map((exchange) => `${exchange}:BTC_USDT`)
  const columns = 60
  const from = Math.floor(Date.now() / 1_000) * 1_000 - 5_000
  const request = { instruments, from, columns, columnMs: 1_000 }
  const found = await vi.waitFor(
    async () => {
      const now = await first.ask('depth.columns', request)
      expect(now.live.filter((books) => books === instruments.length).length).toBeGreaterThan(2)
      return now
    },
    { timeout: 40_000, interval: 500 },
  )
  const column = found.live.indexOf(instruments.length)
  expect(found.bestBid[column]).toBeGreaterThan(0)
  expect(found.known.some((books) => books === instruments.length)).toBe(true)
  expect(found.sizes.some((byte) => byte !== 0)).toBe(true)
  expect(await first.ask('depth.status', {})).toMatchObject({
    columnMs: 1_000,
    books: symbols.length * exchangeIds.length,
    leftOut: 0,
  })
  const pulses = await vi.waitFor(
    async () => {
      const { markets } = await first.ask('health.markets', {})
      expect(markets.every(({ spreadPercent, liquidity }) => spreadPercent !== null && liquidity !== null)).toBe(true)
      return markets
    },
    { timeout: 30_000, interval: 500 },
  )
  expect(pulses.map(({ instrument }) => instrument).sort()).toEqual(
    symbols.flatMap((symbol) => exchangeIds.map((exchange) => `${exchange}:${symbol}`)).sort(),
  )
  expect((await first.ask('health.league', { from: 0 })).map(({ exchange }) => exchange).sort()).toEqual(
    [...exchangeIds].sort(),
  )
  const refused = await first.hub.call(first.client, 'depth.columns', { ...request, from: from + 1 })
  expect(refused).toMatchObject({ ok: false, code: 'badRequest', message: expect.stringContaining('no multiple') })
  const mixed = { ...request, instruments: ['okx:BTC_USDT', 'okx:ETH_USDT'] }
  expect(await first.hub.call(first.client, 'depth.columns', mixed)).toMatchObject({ ok: false, code: 'badRequest' })
  await first.hub.stop()
  const stored = first.rows<{ exchange: string }>("SELECT exchange FROM v_depth_chunks WHERE symbol = 'BTC_USDT'")
  expect(new Set(stored.map(({ exchange }) => exchange)).size).toBe(exchangeIds.length)

  const storage = await openStorage({ file: join(first.hub.dataDir, 'crossbook.db') })
  onTestFinished(() => storage.close())
  const ids = (await storage.instruments()).filter(({ key }) => instruments.includes(key)).map(({ id }) => id)
  const { live, bestBid } = await storage.depth.columns({
    instrumentIds: ids,
    from,
    columns,
    columnMs: 1_000,
    open: [],
  })
  expect([live[column], bestBid[column]]).toEqual([exchangeIds.length, found.bestBid[column]])
})
