import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createBus } from '../../src/main/bus/index.ts'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../src/main/exchanges/session.ts'
import { createLogger } from '../../src/main/log.ts'
import type { Simulator } from '../../src/main/simulator/index.ts'
import type { EpochMs, ExchangeId, Instrument } from '../../src/shared/domain/index.ts'
import { settingsFor, simulatorThread, startHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

const minute = 60_000
const symbols = ['BTC_USDT', 'ETH_USDT', 'SOL_USDT', 'BTC_USDT_PERP']

/** What the exchange itself says of the closed candles between two times, asked by a session of its own. */
async function candlesOf(simulator: Simulator, instrument: Instrument, from: EpochMs, to: EpochMs) {
  const session = new ExchangeSession({
    connector: connectorOf(instrument.exchange),
    origins: simulator.origins,
    bus: createBus(() => undefined),
    logger: createLogger('silent'),
  })
  const reply = await session.klines({ instrument, period: '1m', from, to })
  await session.stop()
  if (!reply.ok) throw new Error(reply.failure.message)
  return reply.value.map(({ openTime, open, high, low, close, volume }) => [openTime, open, high, low, close, volume])
}

describe('an exchange that goes down', () => {
  it('takes its quotes with it at once, comes back, and its missed candles are repaired', async () => {
    const simulator = await simulatorThread({ venues: ['binance', 'okx'], symbols })
    const { hub, client, ask, rows } = await startHub({
      settings: settingsFor(simulator, {
        symbols,
        periods: ['1m', '5m'],
        history: { backfillCandles: 30 },
        // With these one of the two directions stands open nearly always.
        arbitrage: { openAbovePercent: 0, closeBelowPercent: 0 },
      }),
    })
    await until(() => hub.connections().every(({ state }) => state === 'live'), 'both live')
    await until(
      () => client.pushes('progress.update').filter(({ state }) => state === 'finished').length === 4,
      'loaded',
    )
    const watched = await ask('instruments.watched', {})
    const of = (exchange: ExchangeId) => watched.filter((instrument) => instrument.exchange === exchange)
    const okx = new Set(of('okx').map(({ id }) => id))

    // Down across the end of a minute, so that a candle closes unseen.
    const boundary = Math.ceil((Date.now() + 5_000) / minute) * minute
    await delay(boundary - 2_500 - Date.now())
    const live = () => ask('opportunities.live', {})
    await expect.poll(live, { timeout: 2_000, interval: 20 }).not.toEqual([])
    const open = (await live()).map(({ id }) => id)

    const refusal = await simulator.inject({ kind: 'refuse', exchange: 'okx' })
    const droppedAt = Date.now()
    expect(await simulator.dropSockets('okx')).toBeGreaterThan(0)
    /** The newest pushed bid of an instrument, NaN when absent. */
    const bid = (id: number) => {
      const update = client
        .pushes('market.quotes', droppedAt)
        .findLast(({ instrumentIds }) => instrumentIds.includes(id))
      return update?.bidPrice[update.instrumentIds.indexOf(id)]
    }
    await until(() => [...okx].every((id) => Number.isNaN(bid(id))), 'OKX quotes cleared', 1_000)
    const downAt = Date.now()
    expect(downAt - droppedAt).toBeLessThan(500)

    const snapshot = await ask('quotes.snapshot', {})
    const quoted = [...snapshot.instrumentIds].filter((_, row) => !Number.isNaN(snapshot.askPrice[row]))
    expect(quoted).toEqual(of('binance').map(({ id }) => id))
    const spreads = await ask('spreads.snapshot', {})
    const pairs = await ask('spreads.pairs', {})
    const counted = [...spreads.pairIndexes].filter((_, row) => !Number.isNaN(spreads.grossPercent[row]))
    // What is left is Binance alone: its perpetual against its spot, both ways.
    expect(counted.map((index) => pairs[index]).filter((pair) => `${pair?.buy}${pair?.sell}`.includes('okx'))).toEqual(
      [],
    )
    expect(counted).toHaveLength(2)
    expect(await live()).toEqual([])
    const closed = client.pushes('opportunity.changed', droppedAt).filter(({ id }) => open.includes(id))
    expect(closed.map(({ closeReason }) => closeReason)).toEqual(open.map(() => 'disconnected'))
    const down = hub.connections().find(({ exchange }) => exchange === 'okx')
    expect(['waiting', 'connecting', 'open_circuit']).toContain(down?.state)
    expect(down?.reason).not.toBe(null)

    await delay(boundary + 3_500 - Date.now())
    await refusal.stop()
    const upAgain = Date.now()
    // Its circuit may have opened meanwhile: then it is tried again after half a minute.
    const status = () => hub.connections().find(({ exchange }) => exchange === 'okx')
    await until(() => status()?.state === 'live', 'live again', 40_000)
    const repairs = () => client.pushes('progress.update', upAgain)
    await until(() => repairs().length > 0 && repairs().at(-1)?.state !== 'running', 'the repair', 30_000)
    expect(repairs().at(-1)).toMatchObject({ id: 'repair:okx', state: 'finished' })
    expect(status()?.rejected).toEqual([])
    expect(status()?.reconnects).toBeGreaterThan(0)
    await until(() => [...okx].every((id) => (bid(id) ?? 0) > 0), 'OKX quotes again')

    // No snapshot row of OKX while it was down, and none of Binance missing.
    const seconds = rows<{ exchange: string; time: number; n: number }>(
      'SELECT exchange, time_ms AS time, count(*) AS n FROM v_book_tickers GROUP BY exchange, time_ms ORDER BY time_ms',
    )
    const during = seconds.filter(({ time }) => time > droppedAt + 500 && time < upAgain)
    expect(during.length).toBeGreaterThanOrEqual(4)
    expect(during.map(({ exchange, n }) => [exchange, n])).toEqual(during.map(() => ['binance', symbols.length]))

    // The candles that closed before, while and after it was down are the exchange's own.
    for (const instrument of watched) {
      const stored = rows<Record<string, number>>(
        `SELECT open_time, open, high, low, close, volume FROM klines WHERE instrument_id = ${instrument.id} AND period = '1m'
         AND is_closed = 1 AND open_time BETWEEN ${boundary - 4 * minute} AND ${boundary - minute} ORDER BY open_time`,
      )
      const own = await candlesOf(simulator, instrument, boundary - 4 * minute, boundary - minute)
      expect(own).toHaveLength(4)
      expect({ key: instrument.key, candles: stored.map(Object.values) }).toEqual({ key: instrument.key, candles: own })
    }
  }, 120_000)
})
