/** A source with something of everything, and a reader of Prometheus' text format. */
import { createBus } from '../../../src/main/bus/index.ts'
import { FeedTraffic } from '../../../src/main/exchanges/feed-traffic.ts'
import type { Metrics, MetricsSource } from '../../../src/main/metrics/index.ts'
import { Buckets, networkBoundsMs } from '../../../src/main/net/buckets.ts'
import { WriteMeasurements } from '../../../src/main/storage/write-measurements.ts'
import {
  type AccountStatus,
  type ExchangeId,
  type ExchangeStatus,
  exchangeIds,
  type Gap,
  rejectReasons,
  type SocketStatus,
} from '../../../src/shared/domain/index.ts'

export const startedAt = 1_700_000_000_000

export const socketStatus = (more: Partial<SocketStatus> = {}): SocketStatus => ({
  name: 'spot#1',
  feed: 'spot',
  state: 'live',
  reason: null,
  since: startedAt,
  nextAttemptAt: null,
  topics: 33,
  acknowledged: 33,
  latencyMs: 12,
  messagesPerSecond: 100,
  lastFrameAt: startedAt,
  reconnects: 1,
  ...more,
})

export const exchangeStatus = (exchange: ExchangeId, more: Partial<ExchangeStatus> = {}): ExchangeStatus => ({
  exchange,
  state: 'live',
  reason: null,
  instruments: 2_000,
  watched: 13,
  clockOffsetMs: -40,
  restLatencyMs: 80,
  messagesPerSecond: 300,
  reconnects: 1,
  frames: 1_000,
  rejected: rejectReasons.map((reason, i) => ({ reason, count: i, sample: '' })),
  budgets: [{ pool: 'weight', used: 600, limit: 1_200, intervalMs: 60_000, blockedUntil: null }],
  sockets: [socketStatus(), socketStatus({ name: 'perpetual#1', feed: 'perpetual' })],
  trouble: null,
  notes: [],
  ...more,
})

export const accountStatus = (more: Partial<AccountStatus> = {}): AccountStatus => ({
  id: 'binance-main',
  exchange: 'binance',
  label: 'Main account of the trader',
  keySource: 'keychain',
  state: 'live',
  reason: null,
  since: startedAt,
  streams: [socketStatus({ name: 'user#1' })],
  polls: [{ kind: 'balances', state: 'ok', lastSuccessAt: startedAt, nextAt: null, problem: null }],
  permissions: null,
  fees: [],
  openDrifts: 0,
  rejected: [],
  notes: [],
  ...more,
})

export const gap = (id: number, more: Partial<Gap> = {}): Gap => ({
  id,
  instrument: 'binance:BTC_USDT',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  kind: 'kline',
  period: '1m',
  from: 0,
  to: null,
  cause: 'disconnect',
  detail: '',
  filledAt: null,
  whyNotFilled: null,
  ...more,
})

/** Feeds an exchange may have, which is more than the real ones. */
const feeds = ['spot', 'perpetual-public', 'perpetual-market']

const sessionOf = (exchange: ExchangeId): ReturnType<MetricsSource['sessions']>[number] => {
  const latency = new Buckets(networkBoundsMs)
  latency.observe(80)
  return {
    exchange,
    feeds: feeds.map((feed) => {
      const traffic = new FeedTraffic()
      traffic.opened = 2
      traffic.arrived(120, startedAt)
      traffic.reachedBus(performance.now())
      traffic.travelled(35)
      return traffic.measurements(feed, 1)
    }),
    rest: {
      attempts: new Map([
        ['ok', 10],
        ['network', 2],
      ]),
      latencyMs: latency.read(),
      pools: [{ pool: 'weight', grants: 12, weight: 240, waitedMs: 1_500, waiting: { interactive: 1, history: 3 } }],
    },
    historyCandles: 5_000,
    historyFailures: 1,
    repeatedTrades: 7,
  }
}

const writes = new WriteMeasurements()
for (const job of ['saveSnapshot', 'saveKlines', 'saveAccounts', 'rollUp']) {
  await writes.measure(job, async () => ({ rows: 52, writeMs: 1 }))
}

/** Everything on, all exchanges live; a test replaces what it is about. */
export const source = (more: Partial<MetricsSource> = {}): MetricsSource => {
  const nothing = { count: 10, sum: 25, last: 2, maximum: 9 }
  return {
    version: '1.2.3',
    door: 'headless',
    startedAt,
    bus: createBus((error) => {
      throw error
    }),
    mode: () => 'live',
    connections: () => exchangeIds.map((exchange) => exchangeStatus(exchange)),
    sessions: () => exchangeIds.map(sessionOf),
    books: () =>
      exchangeIds.map((exchange) => ({
        exchange,
        truths: { gap: 1, stale: 0, suspect: 0, live: 12 },
        updates: 5_000,
        levels: 90_000,
        resyncs: 2,
      })),
    accounts: () => [accountStatus()],
    recorder: () => ({
      status: {
        recording: true,
        problem: null,
        snapshots: 100,
        missedSnapshots: 3,
        rowsWritten: 5_200,
        lastJitterMs: 2,
        lastWriteMs: 1,
        databaseBytes: 1,
      },
      measurements: {
        jitterMs: nothing,
        writeMs: nothing,
        snapshots: 100,
        missedSnapshots: 3,
        rowsWritten: 5_200,
        repeatedRows: 4,
        waitingKlines: 6,
        waitingOpportunities: 2,
        waitingGaps: 1,
        gapsFound: { book_ticker: 1, trade: 0, kline: 2, order_book: 0 },
        gapsFilled: { book_ticker: 0, trade: 0, kline: 1, order_book: 0 },
        trades: { written: 40, waiting: 3, dropped: 2 },
      },
    }),
    storage: () => ({
      waiting: 5,
      waitingSnapshots: 3,
      snapshotLimit: 120,
      droppedSnapshots: 1,
      writes: writes.list(),
    }),
    // Any file will do: its size and its disk are measured.
    databaseFile: () => import.meta.filename,
    market: () => ({
      spreadPairs: 156,
      opportunities: 2,
      quotes: new Map(exchangeIds.map((exchange) => [exchange, { live: 10, suspect: 1, stale: 2, gap: 0 }])),
      longWork: 1,
    }),
    clients: () => ({ connected: 2, behind: 1 }),
    redis: () => ({
      state: 'live',
      reason: null,
      url: 'redis://127.0.0.1:6379',
      since: startedAt,
      nextAttemptAt: null,
      published: 1_000,
      messagesPerSecond: 20,
      droppedState: 3,
      droppedTrades: 2,
      lostHappenings: 0,
      waitingHappenings: 0,
      spilledHappenings: 8,
      reconnects: 1,
      hasPassword: true,
    }),
    api: () => ({
      url: 'http://127.0.0.1:7373',
      problem: null,
      warning: null,
      clients: 3,
      requests: 500,
      refused: 4,
    }),
    ...more,
  }
}

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Reads text format; throws on a line that is none. */
export function readSamples(text: string): Sample[] {
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name, labels = '', value = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? []
      if (name === undefined) throw new Error(`no sample: ${line}`)
      const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, key = '', text = '']) => [key, text])
      return { name, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) }
    })
}

/** Once the event loop has been watched for a moment, so that every metric has a value. */
export async function fullText(metrics: Pick<Metrics, 'text'>): Promise<string> {
  for (;;) {
    const text = await metrics.text()
    if (text.includes('crossbook_event_loop_delay_seconds{')) return text
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export const fullScrape = async (metrics: Pick<Metrics, 'text'>): Promise<Sample[]> =>
  readSamples(await fullText(metrics))

/** The value of the one sample of that name and with these labels among its own; undefined: there is none. */
export function sampleOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) => sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  )
  if (found.length > 1) throw new Error(`${found.length} samples of ${name} ${JSON.stringify(labels)}`)
  return found[0]?.value
}
