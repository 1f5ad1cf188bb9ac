import { expect, it } from 'vitest'
import type { Alert } from '../../src/shared/domain/index.ts'
import { settingsFor, simulatorThread, startHub, type TestHub } from '../support/hub.ts'
import { serveHttp, until } from '../support/loopback.ts'

const never = 1_000_000_000
const everything = { severity: null, rule: null, ruleId: null, text: null, unacknowledged: false } as const

it('the trader’s rules fire from simulated quotes to screens, the database and the webhook, and wait without live data', async () => {
  const bodies: string[] = []
  const receiver = await serveHttp((request, response) => {
    request.on('data', (piece) => bodies.push(String(piece)))
    request.on('end', () => response.writeHead(204).end())
  })
  const simulator = await simulatorThread({ venues: ['binance', 'okx'], symbols: ['BTC_USDT'] })
  const price = { kind: 'price', name: 'High', instrument: 'binance:BTC_USDT', side: 'above', price: never }
  const { hub, client, ask, rows } = await startHub({
    settings: settingsFor(simulator, {
      ...{ symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 0 } },
      alerts: {
        webhook: { url: `${receiver.origin}/hook` },
        rules: {
          spread: { kind: 'net_spread', name: 'Any spread', symbol: 'BTC_USDT', abovePercent: -50, webhook: true },
          high: { ...price, coolDownSeconds: 0 },
          okx: { ...price, name: 'OKX is low', instrument: 'okx:BTC_USDT', side: 'below', holdSeconds: 3_600 },
          down: { kind: 'feed_down', name: 'OKX is down', exchange: 'okx', severity: 'error' },
        },
      },
    }),
  })
  const raised = (ruleId: string): Alert[] => client.pushes('alert.raised').filter((alert) => alert.ruleId === ruleId)

  // Real quotes over real sockets: both directions, each once.
  await until(() => raised('spread').length === 2, 'both directions told')
  const [first] = raised('spread')
  expect(first).toMatchObject({ severity: 'warning', rule: 'net_spread', acknowledgedAt: null })
  expect(first?.message).toMatch(
    /^Any spread: buy (binance|okx):BTC_USDT at [\d.]+, sell .*: net -?[\d.]+ % is above -50 %$/,
  )
  await until(() => bodies.length === 2, 'posted')
  expect(bodies.map((body) => (JSON.parse(body) as { rule_id: string }).rule_id)).toEqual(['spread', 'spread'])

  // Quote in, push out, measured and printed; nothing of it is asserted.
  const instrument = hub.instrument('binance:BTC_USDT')
  if (instrument === undefined) throw new Error('binance lists BTC_USDT')
  const latencies: number[] = []
  for (let turn = 0; turn < 200; turn++) {
    const told = raised('high').length
    for (const bidPrice of [100, 2 * never]) {
      const begunAt = performance.now()
      hub.bus.publish({
        ...{ kind: 'book_ticker', instrument, bidPrice, askPrice: bidPrice + 1, bidQuantity: 1, askQuantity: 1 },
        ...{ exchangeAt: null, receivedAt: Date.now() },
      })
      if (bidPrice > never) latencies.push(performance.now() - begunAt)
    }
    // In the same turn of the event loop: nothing of it waits for a timer.
    expect(raised('high').length).toBe(told + 1)
  }
  latencies.sort((a, b) => a - b)
  const [median = 0, p99 = 0] = [latencies[100], latencies[197]]
  process.stdout.write(`alerts: quote in to push out ${median.toFixed(3)} ms (p99 ${p99.toFixed(3)} ms) of 200\n`)

  // Stored, and seen by whoever says so.
  const { count } = await ask('alerts.unacknowledged', {})
  const { rows: stored } = await ask('alerts.history', {
    filter: { ...everything, ruleId: 'spread' },
    cursor: null,
    limit: 10,
  })
  expect(stored.map(({ id }) => id)).toEqual(
    raised('spread')
      .map(({ id }) => id)
      .reverse(),
  )
  await ask('alerts.acknowledge', { ids: [first?.id ?? 0] })
  expect(client.pushes('alerts.acknowledged')).toMatchObject([{ ids: [first?.id], unacknowledged: count - 1 }])
  expect(rows(`SELECT id FROM alerts WHERE acknowledged_at IS NOT NULL`)).toEqual([{ id: first?.id }])

  // The feed goes down: one rule fires, the other one stands still and says so.
  const stateOf = async (id: string) => (await ask('alerts.ruleStatus', {})).find((status) => status.id === id)
  await expect
    .poll(() => stateOf('okx'), { timeout: 10_000 })
    .toMatchObject({ state: 'holding', subjects: 1, unknown: 0 })
  await expect
    .poll(() => stateOf('down'), { timeout: 10_000 })
    .toMatchObject({ state: 'quiet', subjects: 1, unknown: 0 })
  await simulator.inject({ kind: 'refuse', exchange: 'okx' })
  await simulator.dropSockets('okx')
  await until(() => raised('down').length === 1, 'told that it is down')
  expect(raised('down')[0]).toMatchObject({ severity: 'error', subject: 'okx' })
  await expect
    .poll(() => stateOf('okx'), { timeout: 10_000 })
    .toMatchObject({
      state: 'waiting',
      subjects: 1,
      unknown: 1,
      words: expect.stringContaining('stands still'),
    })

  // Switched off by one key, removed by another; the others stay.
  await ask('settings.update', { changes: [{ path: ['alerts', 'rules', 'down', 'enabled'], value: false }] })
  await ask('settings.update', { changes: [{ path: ['alerts', 'rules', 'okx'], value: null }] })
  expect((await ask('alerts.ruleStatus', {})).map(({ id, state }) => [id, state === 'off'])).toEqual([
    ['spread', false],
    ['high', false],
    ['down', true],
  ])
  await receiver.close()
})

it('a rule tells once of what goes on over a restart', async () => {
  const settings = {
    ...{ symbols: ['BTC_USDT'], periods: ['1m'], history: { backfillCandles: 5 } },
    alerts: {
      rules: {
        any: {
          ...{ kind: 'price', name: 'Any', instrument: 'binance:BTC_USDT', side: 'above', price: 1 },
          coolDownSeconds: 0,
        },
      },
    },
  }
  /** How often it fired in this run, once it is known to hold. */
  const fired = async (test: TestHub): Promise<number> => {
    const state = async () => (await test.ask('alerts.ruleStatus', {})).map((status) => status.state)
    await expect.poll(state, { timeout: 20_000 }).toEqual(['fired'])
    return (await test.ask('alerts.list', {})).filter(({ ruleId }) => ruleId === 'any').length
  }
  const first = await startHub({ settings })
  expect(await fired(first)).toBe(1)
  await first.hub.stop()
  const second = await startHub({ folder: first.folder, settings })
  expect(await fired(second)).toBe(0)
})
