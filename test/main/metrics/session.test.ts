import pino from 'pino'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { binance } from '../../../src/main/exchanges/binance/index.ts'
import { okx } from '../../../src/main/exchanges/okx/index.ts'
import { ExchangeSession } from '../../../src/main/exchanges/session.ts'
import { createMetrics } from '../../../src/main/metrics/index.ts'
import { loadListed } from '../../support/instruments.ts'
import { simulator } from '../../support/simulator.ts'
import { readSamples, sampleOf, source } from './support.ts'

it('counts what really came from two exchanges, and how long it took', async () => {
  const exchange = await simulator({ venues: ['binance', 'okx'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 2_000 })
  const bus = createBus((error) => {
    throw error
  })
  const came = { frames: 0, bytes: 0, timed: 0 }
  const lines: Record<string, unknown>[] = []
  const logger = pino({ level: 'debug' }, { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) })
  const sessions = [binance, okx].map((connector) => {
    const session = new ExchangeSession({
      connector,
      origins: exchange.originsOf(connector.exchange),
      bus,
      logger,
      onRawFrame: (frame) => {
        came.frames++
        came.bytes += frame.length
      },
    })
    onTestFinished(() => session.stop())
    return session
  })
  const metrics = createMetrics(
    source({
      bus,
      connections: () => sessions.map((session) => session.status()),
      sessions: () => sessions.map((session) => session.measurements()),
    }),
  )
  onTestFinished(() => metrics.close())

  for (const session of sessions) {
    const measured = await session.measureClock()
    expect(measured.ok).toBe(true)
    const instruments = await loadListed(session)
    session.want(
      instruments.flatMap((instrument) => [
        { channel: 'book_ticker', instrument, period: null } as const,
        { channel: 'trade', instrument, period: null } as const,
      ]),
    )
    const [first] = instruments
    if (!first) throw new Error('nothing is listed')
    const to = session.now() - (session.now() % 60_000) - 60_000
    await session.klines({ instrument: first, period: '1m', from: to - 9 * 60_000, to })
  }
  for (const kind of ['book_ticker', 'trade'] as const) {
    bus.on(kind, ({ exchangeAt }) => {
      if (exchangeAt !== null) came.timed++
    })
  }
  for (const session of sessions) session.start()
  await vi.waitFor(
    () => {
      expect(came.timed).toBeGreaterThan(500)
      expect(sessions.map((session) => session.status().state)).toEqual(['live', 'live'])
    },
    { timeout: 15_000, interval: 20 },
  )
  // So that nothing comes between the counts here and the scrape.
  await Promise.all(sessions.map((session) => session.stop()))
  const samples = readSamples(await metrics.text())
  const sum = (name: string) =>
    samples.filter((sample) => sample.name === name).reduce((total, { value }) => total + value, 0)

  expect({ frames: sum('crossbook_frames_total'), bytes: sum('crossbook_frame_bytes_total') }).toEqual({
    frames: came.frames,
    bytes: came.bytes,
  })
  expect(sum('crossbook_frames_rejected_total')).toBe(0)
  expect(sum('crossbook_history_candles_total')).toBe(20)
  // Of every socket's frames the first and then each fourth, if it has events: not acknowledgements and heartbeats.
  const measured = sum('crossbook_receive_to_bus_seconds_count')
  const sockets = sum('crossbook_connections_opened_total')
  expect(measured).toBeGreaterThan(came.frames * 0.15)
  expect(measured).toBeLessThanOrEqual(came.frames / 4 + sockets)
  expect(sum('crossbook_receive_to_bus_seconds_sum') / measured).toBeGreaterThan(1e-7)
  // A trade sent twice is dropped after its journey was measured.
  expect(sum('crossbook_exchange_latency_seconds_count')).toBe(came.timed + sum('crossbook_trades_repeated_total'))
  // Over loopback and by one clock: some milliseconds, of which the simulated lag is most.
  expect(sum('crossbook_exchange_latency_seconds_sum') / came.timed).toBeLessThan(2)
  expect(sockets).toBeGreaterThanOrEqual(3)
  const answered = sum('crossbook_rest_latency_seconds_count')
  const succeeded = samples.filter(({ name, labels }) => name.endsWith('requests_total') && labels.outcome === 'ok')
  expect(answered).toBeGreaterThanOrEqual(succeeded.reduce((total, { value }) => total + value, 0))
  expect(answered).toBeGreaterThan(10)
  expect(sampleOf(samples, 'crossbook_exchange_state', { exchange: 'okx', state: 'stopped' })).toBe(1)

  // The log tells the same story: each connection under a name of its own, from its opening to its end.
  const stories = new Map<string, string[]>()
  for (const { connection, msg } of lines) {
    if (typeof connection !== 'string') continue
    stories.set(connection, [...(stories.get(connection) ?? []), String(msg).replace(/^(feed) (live|down)$/, '$1')])
  }
  expect(stories.size).toBe(sockets)
  for (const [connection, story] of stories) {
    expect(connection).toMatch(/^(binance|okx)\/[a-z-]+#\d+\/[0-9a-f]{6}$/)
    expect(story.filter((line) => line !== 'feed')).toEqual([
      'connection opening',
      'connection opened',
      'connection subscribed',
      'connection closed',
    ])
  }
  const requests = lines.filter(({ msg }) => msg === 'request')
  expect(requests).toHaveLength(sum('crossbook_rest_requests_total'))
  expect(requests.find(({ endpoint }) => endpoint === 'GET /api/v3/klines')).toMatchObject({
    request: expect.stringMatching(/^binance\/[0-9a-f]{6}-\d+$/),
    attempt: 1,
    status: 200,
    outcome: 'ok',
    weight: 2,
    durationMs: expect.any(Number),
    waitedMs: expect.any(Number),
  })
}, 30_000)
