import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { exchangeIds, periods } from '../../src/shared/domain/index.ts'
import { startHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

const symbols = ['BTC_USDT', 'ETH_USDT', 'SOL_USDT_PERP']
/** MEXC's perpetuals are another protocol, which is not connected. */
const watchedKeys = exchangeIds
  .flatMap((exchange) => symbols.map((symbol) => `${exchange}:${symbol}`))
  .filter((key) => key !== 'mexc:SOL_USDT_PERP')

describe('the hub', () => {
  it('runs the demo: quotes, spreads, snapshots and candles of everything watched, and no frame is rejected', async () => {
    const { hub, client, ask, rows, folder } = await startHub({
      settings: { mode: 'demo', symbols, history: { backfillCandles: 50 } },
    })
    await until(() => hub.connections().every(({ state }) => state === 'live'), 'every exchange live')
    expect(hub.connections().map(({ exchange }) => exchange)).toEqual(exchangeIds)
    expect((await ask('instruments.watched', {})).map(({ key }) => key)).toEqual(watchedKeys)

    const ids = new Set((await ask('instruments.watched', {})).map(({ id }) => id))
    const quoted = () => new Set(client.pushes('market.quotes').flatMap(({ instrumentIds }) => [...instrumentIds]))
    await until(() => quoted().size === ids.size, 'a quote of every instrument')
    expect(quoted()).toEqual(ids)
    const pairs = await ask('spreads.pairs', {})
    // BTC and ETH: 4 x 3 ordered pairs each. SOL_USDT_PERP on three exchanges: 3 x 2.
    expect(pairs.filter(({ kind }) => kind === 'cross')).toHaveLength(12 + 12 + 6)
    await until(() => {
      const counted = client.pushes('spreads.update').flatMap((update) => {
        return [...update.pairIndexes].filter((_, row) => !Number.isNaN(update.netPercent[row]))
      })
      return new Set(counted).size === pairs.length
    }, 'numbers of every pair')

    const second = 'SELECT count(*) AS n FROM book_tickers GROUP BY time ORDER BY time'
    await until(
      () => rows<{ n: number }>(second).filter(({ n }) => n === watchedKeys.length).length >= 10,
      'ten full seconds',
      15_000,
    )
    // Once all quote, every second has all of them.
    const counts = rows<{ n: number }>(second).map(({ n }) => n)
    const first = counts.indexOf(watchedKeys.length)
    expect(new Set(counts.slice(first))).toEqual(new Set([watchedKeys.length]))

    // Instruments and candles of each exchange.
    const finished = () => client.pushes('progress.update').filter(({ state }) => state === 'finished').length
    await until(() => finished() === 2 * exchangeIds.length, 'all loaded')
    const candles = rows<{ exchange: string; symbol: string; period: string; n: number }>(
      'SELECT exchange, symbol, period, count(*) AS n FROM v_klines GROUP BY exchange, symbol, period',
    )
    expect(candles).toHaveLength(watchedKeys.length * periods.length)
    // Daily history of the simulator is six to seven weeks long.
    expect(candles.filter(({ period, n }) => n < (period === '1d' ? 42 : 50))).toEqual([])
    expect(await ask('progress.list', {})).toEqual([])

    expect(await ask('recorder.status', {})).toMatchObject({ recording: true, problem: null, missedSnapshots: 0 })
    const status = await ask('recorder.status', {})
    expect(status.snapshots).toBeGreaterThanOrEqual(10)
    expect(status.lastJitterMs).toBeLessThan(200)
    expect(status.databaseBytes).toBeGreaterThan(10_000)
    for (const connection of await ask('connections.list', {})) {
      expect(connection).toMatchObject({ rejected: [], notes: [], reconnects: 0, reason: null })
      expect(connection.frames).toBeGreaterThan(100)
      expect(Math.abs(connection.clockOffsetMs ?? 1_000)).toBeLessThan(100)
    }
    expect(await ask('app.info', {})).toMatchObject({ mode: 'demo', dryRun: false, dataDir: folder })
    expect(rows("SELECT value FROM meta WHERE key = 'mode'")).toEqual([{ value: 'demo' }])

    await hub.stop()
    expect(existsSync(join(folder, 'crossbook.db-wal'))).toBe(false)
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
    expect(rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  }, 40_000)
})
