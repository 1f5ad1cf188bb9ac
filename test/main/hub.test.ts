import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { type ExchangeId, exchangeIds, periods } from '../../src/shared/domain/index.ts'
import { allExchanges, startHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

const symbols = ['BTC_USDT', 'ETH_USDT', 'SOL_USDT_PERP']
/** Some exchanges have no perpetuals here, and those of one are quoted in dollars. */
const hasTetherPerpetuals = (exchange: ExchangeId) =>
  connectorOf(exchange).kinds.includes('perpetual') && exchange !== 'cryptocom'
const watchedKeys = exchangeIds.flatMap((exchange) =>
  symbols
    .filter((symbol) => !symbol.endsWith('_PERP') || hasTetherPerpetuals(exchange))
    .map((symbol) => `${exchange}:${symbol}`),
)
const orderedPairsOf = (symbol: string): number => {
  const markets = watchedKeys.filter((key) => key.endsWith(`:${symbol}`)).length
  return markets * (markets - 1)
}
const tellWholeSeconds: ReadonlySet<ExchangeId> = new Set(['kraken', 'bitfinex'])
/** By how much a measured clock may be off, ms. */
const clockSlackMs = (exchange: ExchangeId): number => (tellWholeSeconds.has(exchange) ? 600 : 100)

describe('the hub', () => {
  it('runs the demo: quotes, spreads, snapshots and candles of everything watched, and no frame is rejected', async () => {
    const { hub, client, ask, rows, folder } = await startHub({
      settings: { mode: 'demo', exchanges: allExchanges, symbols, history: { backfillCandles: 50 } },
    })
    await until(() => hub.connections().every(({ state }) => state === 'live'), 'every exchange live', 30_000)
    expect(hub.connections().map(({ exchange }) => exchange)).toEqual(exchangeIds)
    expect((await ask('instruments.watched', {})).map(({ key }) => key)).toEqual(watchedKeys)

    const ids = new Set((await ask('instruments.watched', {})).map(({ id }) => id))
    const quoted = () => new Set(client.pushes('market.quotes').flatMap(({ instrumentIds }) => [...instrumentIds]))
    await until(() => quoted().size === ids.size, 'a quote of every instrument')
    expect(quoted()).toEqual(ids)
    const pairs = await ask('spreads.pairs', {})
    const ordered = symbols.map(orderedPairsOf).reduce((sum, count) => sum + count, 0)
    expect(pairs.filter(({ kind }) => kind === 'cross')).toHaveLength(ordered)
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
    // A snapshot late by its whole interval would be a missed one.
    expect(status.lastJitterMs).toBeLessThan(1_000)
    expect(status.databaseBytes).toBeGreaterThan(10_000)
    for (const connection of await ask('connections.list', {})) {
      const notes = connection.exchange === 'cryptocom' ? ['SOL_USDT_PERP is not listed'] : []
      expect(connection).toMatchObject({ rejected: [], notes, reconnects: 0, reason: null })
      expect(connection.frames).toBeGreaterThan(100)
      expect(Math.abs(connection.clockOffsetMs ?? 1_000)).toBeLessThan(clockSlackMs(connection.exchange))
    }
    expect(await ask('app.info', {})).toMatchObject({ mode: 'demo', dryRun: false, dataDir: folder })
    expect(rows("SELECT value FROM meta WHERE key = 'mode'")).toEqual([{ value: 'demo' }])

    await hub.stop()
    expect(existsSync(join(folder, 'crossbook.db-wal'))).toBe(false)
    expect(existsSync(join(folder, 'crossbook.lock'))).toBe(false)
    expect(rows('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }])
  }, 40_000)
})
