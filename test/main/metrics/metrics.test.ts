import { spawnSync } from 'node:child_process'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createMetrics, families, type Metrics, type MetricsSource } from '../../../src/main/metrics/index.ts'
import { exchangeIds, GapCause, GapKind } from '../../../src/shared/domain/index.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { toolPath } from '../../support/tools.ts'
import {
  accountStatus,
  exchangeStatus,
  fullScrape,
  fullText,
  gap,
  readSamples,
  type Sample,
  sampleOf,
  socketStatus,
  source,
  startedAt,
} from './support.ts'

const promtool = toolPath('promtool')

function open(more: Partial<MetricsSource> = {}): { metrics: Metrics; scrape: () => Promise<Sample[]> } {
  const metrics = createMetrics(source(more))
  onTestFinished(() => metrics.close())
  return { metrics, scrape: async () => readSamples(await metrics.text()) }
}

describe('a scrape', () => {
  it.skipIf(!promtool)('is what Prometheus’ own tool takes for well-named metrics', async () => {
    const { metrics } = open()
    const { status, stdout, stderr } = spawnSync(promtool ?? '', ['check', 'metrics'], {
      input: await fullText(metrics),
      encoding: 'utf8',
    })
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' })
  })

  it('shows every family that is declared, with the labels declared', async () => {
    const { metrics } = open()
    metrics.observeScreen([120])
    const samples = await fullScrape(metrics)
    const shown = new Map<string, Set<string>>()
    for (const { name, labels } of samples) {
      const family = name.replace(/_(bucket|sum|count)$/, '')
      shown.set(family, new Set([...(shown.get(family) ?? []), ...Object.keys(labels).filter((key) => key !== 'le')]))
    }
    const declared = Object.values(families)
      .flat()
      .map(({ name, labels }): [string, string[]] => [name, [...labels].sort()])
    expect([...shown].map(([name, labels]) => [name, [...labels].sort()]).sort()).toEqual(declared.sort())
    expect(declared.every(([name]) => name.startsWith('crossbook_'))).toBe(true)
  })

  it('reads what the program says of itself, in base units', async () => {
    const { scrape } = open()
    const samples = await scrape()
    const of = (name: string, labels = {}) => sampleOf(samples, `crossbook_${name}`, labels)
    const spot = { exchange: 'okx', feed: 'spot' }
    expect({
      frames: of('frames_total', spot),
      bytes: of('frame_bytes_total', spot),
      lastFrame: of('feed_last_frame_timestamp_seconds', spot),
      clock: of('clock_offset_seconds', { exchange: 'okx' }),
      rejected: of('frames_rejected_total', { exchange: 'okx', reason: 'schema' }),
      wait: of('rest_wait_seconds_total', { exchange: 'okx', pool: 'weight' }),
      failures: of('rest_requests_total', { exchange: 'okx', outcome: 'network' }),
      jitter: of('snapshot_jitter_seconds_total'),
      other: of('storage_queue_depth', { kind: 'other' }),
      batches: of('storage_batch_rows_count', { job: 'saveSnapshot' }),
      rows: of('storage_batch_rows_sum', { job: 'saveSnapshot' }),
      file: of('database_bytes'),
      info: of('build_info', { version: '1.2.3', door: 'headless', mode: 'live', node: process.version }),
    }).toEqual({
      frames: 1,
      bytes: 120,
      lastFrame: startedAt / 1_000,
      clock: -0.04,
      rejected: 1,
      wait: 1.5,
      failures: 2,
      jitter: 0.025,
      other: 2,
      batches: 1,
      rows: 52,
      file: statSync(join(import.meta.dirname, 'support.ts')).size,
      info: 1,
    })
    expect(of('disk_free_bytes')).toBeGreaterThan(0)
    expect(of('memory_bytes', { kind: 'rss' })).toBeGreaterThan(1e7)
    expect(of('heap_limit_bytes')).toBeGreaterThan(1e8)
  })

  it('adds up buckets from the smallest', async () => {
    const { metrics, scrape } = open()
    metrics.observeScreen([1, 5, 30, 30, 99_999])
    const samples = await scrape()
    const bucket = (le: string) => sampleOf(samples, 'crossbook_receive_to_screen_seconds_bucket', { le })
    expect(['0.005', '0.01', '0.025', '0.05', '10', '+Inf'].map(bucket)).toEqual([2, 2, 2, 4, 4, 5])
    expect(sampleOf(samples, 'crossbook_receive_to_screen_seconds_sum')).toBeCloseTo(100.065)
    expect(sampleOf(samples, 'crossbook_receive_to_screen_seconds_count')).toBe(5)
  })

  it('gives each bound a tidy name', async () => {
    const { scrape } = open()
    const bounds = (await scrape()).flatMap(({ labels: { le = '+Inf' } }) => (le === '+Inf' ? [] : [le]))
    expect(bounds.filter((bound) => bound.length > 8)).toEqual([])
  })

  it('shows exactly one state of each connection, exchange, account and of Redis', async () => {
    const { scrape } = open({
      connections: () => [
        exchangeStatus('gate', {
          state: 'waiting',
          sockets: [socketStatus({ state: 'waiting' }), socketStatus({ name: 'spot#2' })],
        }),
      ],
      accounts: () => [accountStatus({ state: 'rejected' })],
    })
    const holding = (await scrape())
      .filter(({ name, value }) => /_state$/.test(name) && value === 1)
      .map(({ name, labels }) => `${name} ${Object.values(labels).join(' ')}`)
    expect(holding).toEqual([
      'crossbook_exchange_state gate waiting',
      'crossbook_connection_state gate spot#1 waiting',
      'crossbook_connection_state gate spot#2 live',
      'crossbook_redis_state live',
      'crossbook_account_state binance binance-main rejected',
    ])
  })

  it('leaves out what is not known, and what is no more', async () => {
    let connections = [exchangeStatus('mexc', { clockOffsetMs: null }), exchangeStatus('okx')]
    const { scrape } = open({ connections: () => connections, databaseFile: () => null, storage: () => null })
    const first = await scrape()
    expect(first.filter(({ name }) => name === 'crossbook_clock_offset_seconds')).toHaveLength(1)
    expect(first.some(({ name }) => /^crossbook_(database|disk|storage_queue)/.test(name))).toBe(false)
    connections = []
    const second = await scrape()
    expect(second.some(({ name }) => /^crossbook_(connection|exchange)_state/.test(name))).toBe(false)
  })

  it('measures the files of the database, its log included', async () => {
    const file = join(temporaryFolder(), 'crossbook.db')
    writeFileSync(file, 'x'.repeat(1_000))
    writeFileSync(`${file}-wal`, 'x'.repeat(300))
    const { scrape } = open({ databaseFile: () => file })
    const samples = await scrape()
    expect(['database_bytes', 'database_wal_bytes'].map((name) => sampleOf(samples, `crossbook_${name}`))).toEqual([
      1_000, 300,
    ])
  })

  it('names no symbol, label of an account, address or key', async () => {
    const { metrics } = open()
    const text = await metrics.text()
    for (const word of ['BTC_USDT', 'Main account', '127.0.0.1', 'redis://']) expect(text).not.toContain(word)
  })

  it('sees the event loop stand still', async () => {
    const { scrape } = open()
    await new Promise((resolve) => setTimeout(resolve, 60))
    await scrape()
    const end = performance.now() + 150
    await new Promise((resolve) => setTimeout(resolve, 20))
    while (performance.now() < end);
    await new Promise((resolve) => setTimeout(resolve, 60))
    const slow = sampleOf(await scrape(), 'crossbook_event_loop_delay_seconds', { percentile: '100' })
    expect(slow).toBeGreaterThan(0.05)
  })

  it('is as large as exchanges and sockets make it, and no larger', async () => {
    const { scrape } = open()
    const perExchange = (await scrape()).filter(({ labels }) => labels.exchange === exchangeIds[0]).length
    expect(perExchange).toBeLessThan(220)
  })
})

describe('gaps and alerts', () => {
  it('counts each gap once when found and once when filled, however often it is told of', async () => {
    const wired = source()
    const metrics = createMetrics(wired)
    onTestFinished(() => metrics.close())
    const tell = (...gaps: ReturnType<typeof gap>[]) => {
      for (const one of gaps) wired.bus.publish({ kind: 'gap', gap: one })
    }
    tell(gap(1), gap(1, { to: 5 }), gap(1, { to: 5, filledAt: 9 }), gap(1, { to: 5, filledAt: 9 }))
    tell(gap(2), gap(3, { kind: 'book_ticker', cause: 'sleep' }), gap(4, { filledAt: 8 }))
    const samples = readSamples(await metrics.text())
    const counted = samples
      .filter(({ name, value }) => name.startsWith('crossbook_gaps') && value > 0)
      .map(({ name, labels, value }) => [name, labels.kind, labels.cause, value])
    expect(counted).toEqual([
      ['crossbook_gaps_found_total', 'book_ticker', 'sleep', 1],
      ['crossbook_gaps_found_total', 'kline', 'disconnect', 3],
      ['crossbook_gaps_filled_total', 'kline', 'disconnect', 2],
    ])
    // A counter that appears with its first count has no increase yet: all are there from the start.
    expect(samples.filter(({ name }) => name === 'crossbook_gaps_found_total')).toHaveLength(
      GapKind.options.length * GapCause.options.length,
    )
  })

  it('counts alerts by rule and severity until it is closed', async () => {
    const wired = source()
    const metrics = createMetrics(wired)
    const words = { subject: 'x', message: '', acknowledgedAt: null } as const
    const alert = { id: 1, at: 0, severity: 'error', rule: 'storage', ruleId: null, ...words } as const
    wired.bus.publish({ kind: 'alert', alert })
    const before = readSamples(await metrics.text())
    metrics.close()
    wired.bus.publish({ kind: 'alert', alert })
    const after = readSamples(await metrics.text())
    const labels = { rule: 'storage', severity: 'error' }
    expect([before, after].map((samples) => sampleOf(samples, 'crossbook_alerts_total', labels))).toEqual([1, 1])
  })
})
