import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { demoExchangeIds } from '../../src/shared/domain/index.ts'
import type { SettingsChange } from '../../src/shared/settings.ts'
import { query, settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'
import { until } from '../support/loopback.ts'

const change = ({ ask }: TestHub, ...changes: SettingsChange[]) => ask('settings.update', { changes })
const keysOf = async ({ ask }: TestHub) => (await ask('instruments.watched', {})).map(({ key }) => key)
const allLive = ({ hub }: TestHub) =>
  until(() => hub.connections().length > 0 && hub.connections().every(({ state }) => state === 'live'), 'all live')
/** Instruments and candles of `exchanges` exchanges loaded, counted from `since`. */
const loaded = ({ client }: TestHub, exchanges: number, since = 0) =>
  until(() => {
    const done = client
      .pushes('progress.update', since)
      .filter(({ id, state }) => id.startsWith('backfill') && state === 'finished')
    return new Set(done.map(({ id }) => id)).size === exchanges
  }, 'candles loaded')

/** Some exchanges, named in the file as the settings screen leaves it. */
const exchanges = { binance: {}, okx: {}, gate: {}, mexc: {} }

describe('settings changed while the hub runs', () => {
  it('watches other symbols without a reconnect or a hole in what stays', async () => {
    const simulator = await simulatorThread({
      venues: ['binance', 'gate'],
      symbols: ['BTC_USDT', 'ETH_USDT', 'SOL_USDT'],
    })
    const test = await startHub({
      settings: settingsFor(simulator, {
        symbols: ['BTC_USDT', 'ETH_USDT'],
        periods: ['1m'],
        history: { backfillCandles: 20 },
      }),
    })
    const { hub, client, rows } = test
    await allLive(test)
    await loaded(test, 2)
    await until(() => rows('SELECT * FROM book_tickers').length >= 8, 'snapshots')
    const from = Date.now()
    await change(test, { path: ['symbols'], value: ['ETH_USDT', 'SOL_USDT_PERP'] })

    const expected = ['binance:ETH_USDT', 'binance:SOL_USDT_PERP', 'gate:ETH_USDT', 'gate:SOL_USDT_PERP']
    expect(client.pushes('market.watched', from).map((list) => list.map(({ key }) => key))).toEqual([expected])
    expect(client.pushes('settings.changed', from).map(({ symbols }) => symbols)).toEqual([
      ['ETH_USDT', 'SOL_USDT_PERP'],
    ])
    expect((await test.ask('spreads.pairs', {})).map(({ symbol }) => symbol).sort()).toEqual([
      'ETH_USDT',
      'ETH_USDT',
      'SOL_USDT_PERP',
      'SOL_USDT_PERP',
    ])
    const [eth, perpetual] = await test.ask('instruments.watched', {})
    const snapshot = await test.ask('quotes.snapshot', {})
    // Known quotes are kept, the new ones are not there yet.
    expect(snapshot.bidPrice[0]).toBeGreaterThan(0)
    expect([...snapshot.instrumentIds][0]).toBe(eth?.id)
    await until(
      () =>
        client.pushes('market.quotes', from).some(({ instrumentIds }) => instrumentIds.includes(perpetual?.id ?? -1)),
      'a quote of the new one',
    )
    await loaded(test, 2, from)
    expect(rows(`SELECT * FROM klines WHERE instrument_id = ${perpetual?.id}`).length).toBeGreaterThanOrEqual(20)
    const newColumns = client.pushes('spreads.update', from).flatMap(({ pairIndexes }) => [...pairIndexes])
    expect(Math.max(...newColumns)).toBeLessThan(4)

    await until(
      () => rows(`SELECT * FROM book_tickers WHERE instrument_id = ${perpetual?.id}`).length >= 3,
      'its snapshots',
    )
    const seconds = rows<{ time: number }>(
      `SELECT time FROM book_tickers WHERE instrument_id = ${eth?.id} ORDER BY time`,
    )
    const [first, last] = [seconds[0]?.time ?? 0, seconds.at(-1)?.time ?? 0]
    expect(seconds).toHaveLength((last - first) / 1_000 + 1)
    expect(
      hub.connections().map(({ state, reconnects, rejected, watched }) => ({ state, reconnects, rejected, watched })),
    ).toEqual(Array.from({ length: 2 }, () => ({ state: 'live', reconnects: 0, rejected: [], watched: 2 })))
    // BTC is recorded no more.
    const removed = rows<{ last: number }>("SELECT max(time_ms) AS last FROM v_book_tickers WHERE symbol = 'BTC_USDT'")
    expect(removed[0]?.last).toBeLessThanOrEqual(from)
  })

  it('adds any coin that the demo lists', async () => {
    const test = await startHub({
      settings: { mode: 'demo', symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
    })
    await allLive(test)
    const found = await test.ask('instruments.search', { query: 'sol_u', limit: 10 })
    expect(found.map(({ key }) => key)).toContain('gate:SOL_USDT')
    await change(test, { path: ['symbols'], value: ['BTC_USDT', 'SOL_USDT', 'NOPE_USDT'] })
    const sol = (await test.ask('instruments.watched', {})).find(({ key }) => key === 'gate:SOL_USDT')
    await until(
      () => test.client.pushes('market.quotes').some((q) => q.instrumentIds.includes(sol?.id ?? -1)),
      'a quote of it',
    )
    expect(test.hub.connections().map(({ notes }) => notes)).toEqual(
      demoExchangeIds.map(() => ['NOPE_USDT is not listed']),
    )
  })

  it('runs the demo without coins that no exchange could list', async () => {
    const test = await startHub({
      settings: { mode: 'demo', symbols: ['BTC_USDT', 'btc_usdt', 'USDT_USDT', '币安人生_USDT'] },
    })
    await allLive(test)
    expect(test.hub.connections()[0]?.notes).toEqual([
      'btc_usdt is not listed',
      'USDT_USDT is not listed',
      '币安人生_USDT is not listed',
    ])
  })

  it('counts spreads anew with other fees and thresholds, also when symbols or periods change with them', async () => {
    const test = await startHub({
      settings: {
        mode: 'demo',
        exchanges,
        symbols: ['BTC_USDT', 'ETH_USDT'],
        arbitrage: { openAbovePercent: 50, closeBelowPercent: 50 },
      },
    })
    await allLive(test)
    const numbers = () => test.ask('spreads.snapshot', {})
    await expect.poll(async () => [...(await numbers()).netPercent].some(Number.isNaN)).toBe(false)
    expect(await test.ask('opportunities.live', {})).toEqual([])
    const pair = (await test.ask('spreads.pairs', {})).findIndex(({ buy, sell }) =>
      `${buy} ${sell}`.match(/^binance.* okx/),
    )
    const from = Date.now()
    // Both fees at zero: net is gross.
    const free = { maker: 0, taker: 0 }
    await change(
      test,
      { path: ['exchanges', 'binance', 'fees'], value: { spot: free } },
      { path: ['exchanges', 'okx', 'fees'], value: { spot: free } },
      { path: ['periods'], value: ['1m'] },
      { path: ['arbitrage'], value: { openAbovePercent: 0, closeBelowPercent: 0 } },
    )
    await expect.poll(async () => (await numbers()).grossPercent[pair]).toBeLessThan(100)
    const { grossPercent, netPercent } = await numbers()
    expect(netPercent[pair]).toBeCloseTo(grossPercent[pair] ?? 0, 9)
    await expect.poll(() => test.client.pushes('opportunity.changed').length, { timeout: 10_000 }).toBeGreaterThan(0)
    // Numbers only: nothing was connected or listed anew for it.
    expect(test.hub.connections().map(({ state, reconnects }) => [state, reconnects])).toEqual(
      Object.keys(exchanges).map(() => ['live', 0]),
    )
    expect(test.client.pushes('market.watched', from)).toEqual([])
  })

  it('switches an exchange off and on', async () => {
    const test = await startHub({
      settings: { mode: 'demo', exchanges, symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
    })
    await allLive(test)
    await until(() => test.rows('SELECT * FROM book_tickers').length > 0, 'snapshots')
    await change(test, { path: ['exchanges', 'gate', 'enabled'], value: false })
    expect(test.hub.connections().map(({ exchange }) => exchange)).toEqual(['binance', 'okx', 'mexc'])
    await allLive(test)
    expect(await keysOf(test)).toEqual(['binance:BTC_USDT', 'okx:BTC_USDT', 'mexc:BTC_USDT'])
    // The others started anew, too: their hole is told as what it is.
    const holes = () => test.rows<{ detail: string }>("SELECT detail FROM gaps WHERE cause = 'shutdown'")
    await until(() => holes().some(({ detail }) => detail.includes('started anew')), 'the hole')
    await change(test, { path: ['exchanges', 'gate', 'enabled'], value: true })
    await allLive(test)
    expect(await keysOf(test)).toEqual(['binance:BTC_USDT', 'okx:BTC_USDT', 'gate:BTC_USDT', 'mexc:BTC_USDT'])
    expect(await test.ask('recorder.status', {})).toMatchObject({ recording: true, problem: null })
    // Off altogether is no failure either, and what else is changed with it holds as well.
    await change(
      test,
      ...['binance', 'okx', 'gate', 'mexc'].map((id) => ({ path: ['exchanges', id, 'enabled'], value: false })),
      { path: ['redis'], value: { enabled: true, url: 'redis://127.0.0.1:1' } },
    )
    expect(test.hub.connections()).toEqual([])
    expect(await test.ask('redis.status', {})).toMatchObject({ url: 'redis://127.0.0.1:1' })
    expect(await keysOf(test)).toEqual([])
  })

  it('switches an exchange of real markets off and on, or elsewhere, and leaves the others alone', async () => {
    const simulator = await simulatorThread({ venues: ['binance', 'gate'], symbols: ['BTC_USDT'] })
    const elsewhere = await simulatorThread({ venues: ['gate'], symbols: ['BTC_USDT', 'XRP_USDT'] })
    const test = await startHub({
      settings: settingsFor(simulator, {
        symbols: ['BTC_USDT'],
        periods: ['1m'],
        trades: { record: ['BTC_USDT'] },
        history: { backfillCandles: 5 },
      }),
    })
    const { hub, rows } = test
    await allLive(test)
    await loaded(test, 2)
    await until(() => rows('SELECT * FROM book_tickers').length >= 8, 'snapshots')
    const begun = Date.now()
    const framesOf = (exchange: string) =>
      hub.connections().find((one) => one.exchange === exchange)?.frames ?? Number.NaN
    const frames = framesOf('binance')
    const heldFrom = (exchange: string, from: number) =>
      rows<{ time: number }>(
        `SELECT time_ms AS time FROM v_book_tickers WHERE exchange = '${exchange}' AND time_ms >= ${from} ORDER BY time_ms`,
      ).map(({ time }) => time)

    await change(test, { path: ['exchanges', 'gate', 'enabled'], value: false })
    const off = Date.now()
    expect(hub.connections().map(({ exchange, state }) => [exchange, state])).toEqual([['binance', 'live']])
    expect(await keysOf(test)).toEqual(['binance:BTC_USDT'])
    await until(() => heldFrom('binance', off).length >= 3, 'snapshots of the other')
    expect(heldFrom('gate', off + 1_000)).toEqual([])

    await change(test, { path: ['exchanges', 'gate', 'enabled'], value: true })
    const on = Date.now()
    await allLive(test)
    expect(await keysOf(test)).toEqual(['binance:BTC_USDT', 'gate:BTC_USDT'])
    expect(hub.connections().map(({ exchange }) => exchange)).toEqual(['binance', 'gate'])
    await until(() => heldFrom('gate', on).length >= 2, 'snapshots of it')

    await change(test, { path: ['exchanges', 'gate', 'origins'], value: elsewhere.originsOf('gate') })
    const moved = Date.now()
    await allLive(test)
    await until(() => heldFrom('gate', moved + 1_000).length >= 2, 'snapshots from elsewhere')
    const found = await test.ask('instruments.search', { query: 'xrp', limit: 10 })
    expect(found.map(({ key }) => key)).toContain('gate:XRP_USDT')

    // The same session all along, and not a second without it.
    expect(framesOf('binance')).toBeGreaterThan(frames)
    const seconds = heldFrom('binance', begun)
    expect(seconds).toHaveLength(((seconds.at(-1) ?? 0) - (seconds[0] ?? 0)) / 1_000 + 1)
    const gaps = rows<{ exchange: string; cause: string }>(
      `SELECT DISTINCT exchange, cause FROM v_gaps WHERE kind <> 'kline' AND time_ms >= ${begun - 1_000}`,
    )
    expect(gaps).toEqual([{ exchange: 'gate', cause: 'not_watched' }])
  })

  it('goes from the demo to live with a database of its own', async () => {
    const simulator = await simulatorThread({ venues: ['okx', 'mexc'], symbols: ['BTC_USDT'] })
    const test = await startHub({
      settings: {
        ...{ symbols: ['BTC_USDT', 'ETH_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
        alerts: {
          rules: { any: { kind: 'price', name: 'Any', instrument: 'binance:BTC_USDT', side: 'above', price: 1 } },
        },
      },
    })
    const { hub, client, folder, rows } = test
    await allLive(test)
    const ofRules = async () => (await test.ask('alerts.list', {})).flatMap(({ ruleId }) => ruleId ?? [])
    await expect.poll(ofRules, { timeout: 10_000 }).toEqual(['any'])
    await expect
      .poll(async () => (await test.ask('quotes.snapshot', {})).lastPrice.some((price) => price > 0), {
        timeout: 10_000,
      })
      .toBe(true)
    await until(() => rows('SELECT * FROM book_tickers').length > 0, 'demo snapshots')
    const from = Date.now()
    await change(
      test,
      { path: ['symbols'], value: ['BTC_USDT'] },
      { path: ['exchanges', 'okx', 'origins'], value: simulator.originsOf('okx') },
      { path: ['exchanges', 'mexc', 'origins'], value: simulator.originsOf('mexc') },
    )
    expect(await test.ask('app.info', {})).toMatchObject({ mode: 'live', dataDir: folder })
    // Nothing of the demo is left on any screen: its watch list is taken back, and no number of it stands in a new column.
    expect(client.pushes('market.watched', from)[0]).toEqual([])
    expect([...(await test.ask('quotes.snapshot', {})).lastPrice].every(Number.isNaN)).toBe(true)
    // Nor is an alert about a simulated price among those of the real market.
    expect(await ofRules()).toEqual([])
    await allLive(test)
    expect(await keysOf(test)).toEqual(['okx:BTC_USDT', 'mexc:BTC_USDT'])
    await until(() => rows('SELECT * FROM book_tickers').length > 2, 'live snapshots')
    expect(rows("SELECT value FROM meta WHERE key = 'mode'")).toEqual([{ value: 'live' }])
    expect(rows('SELECT DISTINCT exchange FROM v_book_tickers ORDER BY 1')).toEqual([
      { exchange: 'mexc' },
      { exchange: 'okx' },
    ])
    const aside = readdirSync(folder).filter((name) => /^crossbook\.demo-\d{8}T\d{6}\.db$/.test(name))
    expect(aside).toHaveLength(1)
    expect(query(join(folder, aside[0] ?? ''), "SELECT value FROM meta WHERE key = 'mode'")).toEqual([
      { value: 'demo' },
    ])
    expect(client.pushes('alert.raised', from).map(({ message }) => message)).toContainEqual(
      expect.stringContaining(aside[0] ?? ''),
    )

    // And back: real data stays where it is, the demo gets a folder of its own.
    await change(test, { path: ['mode'], value: 'demo' })
    expect(hub.info().dataDir).toBe(join(folder, 'demo'))
    await allLive(test)
    expect(query(join(folder, 'crossbook.db'), "SELECT value FROM meta WHERE key = 'mode'")).toEqual([
      { value: 'live' },
    ])
    expect(existsSync(join(folder, 'demo', 'crossbook.db'))).toBe(true)
  }, 30_000)

  it('refuses a bad value in words and changes nothing', async () => {
    const test = await startHub({ settings: { mode: 'demo', symbols: ['BTC_USDT'] } })
    const before = readFileSync(test.settingsFile, 'utf8')
    const settings = test.hub.settings
    const reply = await test.hub.call(test.client, 'settings.update', {
      changes: [
        { path: ['symbols'], value: ['ETH_USDT'] },
        { path: ['arbitrage', 'openAbovePercent'], value: -1 },
      ],
    })
    expect(reply).toMatchObject({
      ok: false,
      code: 'badRequest',
      message: expect.stringContaining('arbitrage.openAbovePercent = -1'),
    })
    expect(
      await test.hub.call(test.client, 'settings.update', { changes: [{ path: ['colour'], value: 'red' }] }),
    ).toMatchObject({
      ok: false,
      code: 'badRequest',
      message: expect.stringContaining('colour is not a setting'),
    })
    // A page may not choose what is started on this machine.
    for (const path of [['pluginNode'], ['pluginNode', 'x']]) {
      expect(
        await test.hub.call(test.client, 'settings.update', { changes: [{ path, value: process.execPath }] }),
      ).toMatchObject({
        ok: false,
        code: 'badRequest',
        message: expect.stringContaining('pluginNode is changed in the settings file alone'),
      })
    }
    expect(readFileSync(test.settingsFile, 'utf8')).toBe(before)
    expect(test.hub.settings).toBe(settings)
    expect(test.client.pushes('settings.changed')).toEqual([])
  })
})
