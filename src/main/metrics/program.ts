/** Recording, the doors for bots, the market as a whole, and the process. */
import { RedisStatus } from '../../shared/bots.ts'
import { truths } from '../../shared/domain/index.ts'
import type { Measured } from '../recorder.ts'
import { type Family, one, type Reading, states } from './family.ts'
import { delayPercentiles } from './process.ts'
import type { View } from './view.ts'

const ms = 0.001
const secondsOf = (milliseconds: number | null): number | null => (milliseconds === null ? null : milliseconds * ms)
const redisStates = RedisStatus.shape.state.options

/** What the recorder sums up itself: a sum and a count to divide, the newest and the largest. */
const measuredFamilies = (name: string, what: string, of: (view: View) => Measured): readonly Family<View>[] => [
  {
    type: 'counter',
    name: `crossbook_${name}_seconds_total`,
    help: `${what}, all together: divide by crossbook_${name}_measurements_total`,
    labels: [],
    read: (view) => one(of(view).sum * ms),
  },
  {
    type: 'counter',
    name: `crossbook_${name}_measurements_total`,
    help: `How often was measured: ${what.toLowerCase()}`,
    labels: [],
    read: (view) => one(of(view).count),
  },
  {
    type: 'gauge',
    name: `crossbook_${name}_last_seconds`,
    help: `${what}, the newest`,
    labels: [],
    read: (view) => one(secondsOf(of(view).last)),
  },
  {
    type: 'gauge',
    name: `crossbook_${name}_maximum_seconds`,
    help: `${what}, the largest since the start`,
    labels: [],
    read: (view) => one(secondsOf(of(view).maximum)),
  },
]

export const recordingFamilies: readonly Family<View>[] = [
  {
    type: 'gauge',
    name: 'crossbook_recording',
    help: '1 while snapshots are written',
    labels: [],
    read: ({ recorder }) => one(recorder.status.recording ? 1 : 0),
  },
  {
    type: 'counter',
    name: 'crossbook_snapshots_total',
    help: 'One-second snapshots taken and, where there is a database, stored',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.snapshots),
  },
  {
    type: 'counter',
    name: 'crossbook_snapshots_missed_total',
    help: 'Seconds without a stored snapshot: the program was late, the computer slept, or the disk refused',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.missedSnapshots),
  },
  {
    type: 'counter',
    name: 'crossbook_rows_written_total',
    help: 'Rows of quotes, candles and opportunities written',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.rowsWritten),
  },
  {
    type: 'counter',
    name: 'crossbook_rows_repeated_total',
    help: 'Rows of seconds already recorded, since the clock was set back',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.repeatedRows),
  },
  ...measuredFamilies(
    'snapshot_jitter',
    'How long after the full second a snapshot was taken',
    ({ recorder }) => recorder.measurements.jitterMs,
  ),
  ...measuredFamilies(
    'snapshot_write',
    "How long a snapshot's transaction took",
    ({ recorder }) => recorder.measurements.writeMs,
  ),
  {
    type: 'gauge',
    name: 'crossbook_recorder_waiting',
    help: 'Not stored yet, kept until they are',
    labels: ['kind'],
    read: ({ recorder }) => [
      [['klines'], recorder.measurements.waitingKlines],
      [['opportunities'], recorder.measurements.waitingOpportunities],
      [['gaps'], recorder.measurements.waitingGaps],
      [['trades'], recorder.measurements.trades.waiting],
    ],
  },
  {
    type: 'counter',
    name: 'crossbook_trades_written_total',
    help: 'Public trades stored',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.trades.written),
  },
  {
    type: 'counter',
    name: 'crossbook_trades_dropped_total',
    help: 'Public trades lost, since more waited for the disk than fit',
    labels: [],
    read: ({ recorder }) => one(recorder.measurements.trades.dropped),
  },
  {
    type: 'gauge',
    name: 'crossbook_storage_queue_depth',
    help: 'Writes that wait for the disk; snapshots are dropped, oldest first, beyond their limit, others never',
    labels: ['kind'],
    read: ({ storage }) =>
      storage === null
        ? []
        : [
            [['snapshot'], storage.waitingSnapshots],
            [['other'], storage.waiting - storage.waitingSnapshots],
          ],
  },
  {
    type: 'gauge',
    name: 'crossbook_storage_queue_limit',
    help: 'Snapshots that may wait for the disk',
    labels: [],
    read: ({ storage }) => one(storage?.snapshotLimit ?? null),
  },
  {
    type: 'counter',
    name: 'crossbook_storage_dropped_snapshots_total',
    help: 'Snapshots dropped unwritten because the disk did not keep up',
    labels: [],
    read: ({ storage }) => one(storage?.droppedSnapshots ?? 0),
  },
  {
    type: 'histogram',
    name: 'crossbook_storage_batch_rows',
    help: 'Rows of one batch that were inserted or changed, by kind of write',
    labels: ['job'],
    // Some kinds of write have no rows.
    read: ({ storage }) =>
      (storage?.writes ?? []).flatMap(({ job, rows }) => (rows.count === 0 ? [] : [[[job], rows, 1]])),
  },
  {
    type: 'histogram',
    name: 'crossbook_storage_write_seconds',
    help: 'From handing a batch to the writer to its answer, by kind of write',
    labels: ['job'],
    read: ({ storage }) => (storage?.writes ?? []).map(({ job, durationMs }) => [[job], durationMs, ms]),
  },
  {
    type: 'counter',
    name: 'crossbook_storage_write_failures_total',
    help: 'Writes that failed, by kind',
    labels: ['job'],
    read: ({ storage }) => (storage?.writes ?? []).map(({ job, failures }) => [[job], failures]),
  },
  {
    type: 'gauge',
    name: 'crossbook_database_bytes',
    help: 'Size of the database file',
    labels: [],
    read: ({ files }) => one(files.databaseBytes),
  },
  {
    type: 'gauge',
    name: 'crossbook_database_wal_bytes',
    help: "Size of the database's write-ahead log",
    labels: [],
    read: ({ files }) => one(files.walBytes),
  },
  {
    type: 'gauge',
    name: 'crossbook_disk_free_bytes',
    help: 'Free on the disk that holds the database',
    labels: [],
    read: ({ files }) => one(files.freeBytes),
  },
  {
    type: 'gauge',
    name: 'crossbook_disk_bytes',
    help: 'Size of the disk that holds the database',
    labels: [],
    read: ({ files }) => one(files.diskBytes),
  },
  {
    type: 'counter',
    name: 'crossbook_gaps_found_total',
    help: 'Holes found in what is recorded, by kind and cause',
    labels: ['kind', 'cause'],
    read: ({ happenings }) => happenings.gapsFound,
  },
  {
    type: 'counter',
    name: 'crossbook_gaps_filled_total',
    help: 'Holes filled since; quotes cannot be',
    labels: ['kind', 'cause'],
    read: ({ happenings }) => happenings.gapsFilled,
  },
]

export const botFamilies: readonly Family<View>[] = [
  {
    type: 'gauge',
    name: 'crossbook_redis_state',
    help: 'The state of the Redis bridge: 1 for the state that holds',
    labels: ['state'],
    read: ({ redis }) => states([], redisStates, redis.state),
  },
  {
    type: 'counter',
    name: 'crossbook_redis_published_total',
    help: 'Messages published to Redis',
    labels: [],
    read: ({ redis }) => one(redis.published),
  },
  {
    type: 'counter',
    name: 'crossbook_redis_dropped_state_total',
    help: 'Quotes, books and balances that newer ones replaced or the buffer had no room for',
    labels: [],
    read: ({ redis }) => one(redis.droppedState),
  },
  {
    type: 'counter',
    name: 'crossbook_redis_dropped_trades_total',
    help: 'Public trades that came while Redis was away or too slow',
    labels: [],
    read: ({ redis }) => one(redis.droppedTrades),
  },
  {
    type: 'counter',
    name: 'crossbook_redis_lost_happenings_total',
    help: 'Happenings given up since neither memory nor disk had room',
    labels: [],
    read: ({ redis }) => one(redis.lostHappenings),
  },
  {
    type: 'gauge',
    name: 'crossbook_redis_waiting_happenings',
    help: 'Orders, fills, alerts and opportunities that wait for Redis, in memory and on the disk',
    labels: [],
    read: ({ redis }) => one(redis.waitingHappenings),
  },
  {
    type: 'gauge',
    name: 'crossbook_redis_spilled_happenings',
    help: 'Of those that wait, the ones on the disk',
    labels: [],
    read: ({ redis }) => one(redis.spilledHappenings),
  },
  {
    type: 'counter',
    name: 'crossbook_redis_reconnects_total',
    help: 'Connections to Redis made again',
    labels: [],
    read: ({ redis }) => one(redis.reconnects),
  },
  {
    type: 'gauge',
    name: 'crossbook_api_open',
    help: '1 while the local API listens',
    labels: [],
    read: ({ api }) => one(api.url === null ? 0 : 1),
  },
  {
    type: 'gauge',
    name: 'crossbook_api_clients',
    help: 'WebSocket clients of the local API',
    labels: [],
    read: ({ api }) => one(api.clients),
  },
  {
    type: 'counter',
    name: 'crossbook_api_requests_total',
    help: 'Requests to the local API',
    labels: [],
    read: ({ api }) => one(api.requests),
  },
  {
    type: 'counter',
    name: 'crossbook_api_refused_total',
    help: 'Requests refused: no or a wrong token, a foreign page, over the limits',
    labels: [],
    read: ({ api }) => one(api.refused),
  },
  {
    type: 'gauge',
    name: 'crossbook_clients',
    help: 'Windows and browser tabs connected, and those of them too slow to be sent quotes',
    labels: ['of'],
    read: ({ clients }) => [
      [['connected'], clients.connected],
      [['behind'], clients.behind],
    ],
  },
]

export const marketFamilies: readonly Family<View>[] = [
  {
    type: 'gauge',
    name: 'crossbook_quotes',
    help: 'Watched instruments by how far their quote can be relied on: live, suspect, stale, gap',
    labels: ['exchange', 'truth'],
    read: ({ market }) =>
      [...market.quotes].flatMap(([exchange, counts]) =>
        truths.map((truth): Reading => [[exchange, truth], counts[truth]]),
      ),
  },
  {
    type: 'gauge',
    name: 'crossbook_order_books',
    help: 'Order books by how far they can be relied on: live, suspect, stale, gap',
    labels: ['exchange', 'truth'],
    read: ({ books }) =>
      books.flatMap(({ exchange, truths: counts }) =>
        truths.map((truth): Reading => [[exchange, truth], counts[truth]]),
      ),
  },
  {
    type: 'counter',
    name: 'crossbook_order_book_updates_total',
    help: 'Depth messages applied to order books, snapshots included',
    labels: ['exchange'],
    read: ({ books }) => books.map(({ exchange, updates }): Reading => [[exchange], updates]),
  },
  {
    type: 'counter',
    name: 'crossbook_order_book_levels_total',
    help: 'Price levels in them',
    labels: ['exchange'],
    read: ({ books }) => books.map(({ exchange, levels }): Reading => [[exchange], levels]),
  },
  {
    type: 'counter',
    name: 'crossbook_order_book_resyncs_total',
    help: 'Order books built anew after they had been right: an update was missing, or a doubt stayed',
    labels: ['exchange'],
    read: ({ books }) => books.map(({ exchange, resyncs }): Reading => [[exchange], resyncs]),
  },
  {
    type: 'gauge',
    name: 'crossbook_spread_pairs',
    help: 'Pairs of instruments whose spread is computed',
    labels: [],
    read: ({ market }) => one(market.spreadPairs),
  },
  {
    type: 'gauge',
    name: 'crossbook_opportunities_live',
    help: 'Arbitrage opportunities open now that nothing speaks against',
    labels: [],
    read: ({ market }) => one(market.opportunities),
  },
  {
    type: 'gauge',
    name: 'crossbook_long_work_running',
    help: 'Downloads, exports and other long work under way',
    labels: [],
    read: ({ market }) => one(market.longWork),
  },
  {
    type: 'counter',
    name: 'crossbook_alerts_total',
    help: 'Alerts shown in the program, by rule and severity',
    labels: ['rule', 'severity'],
    read: ({ happenings }) => happenings.alertsRaised,
  },
]

export const processFamilies: readonly Family<View>[] = [
  {
    type: 'gauge',
    name: 'crossbook_build_info',
    help: 'Always 1; its labels say what runs',
    labels: ['version', 'node', 'door', 'mode'],
    read: ({ version, door, mode }) => [[[version, process.version, door, mode], 1]],
  },
  {
    type: 'gauge',
    name: 'crossbook_uptime_seconds',
    help: 'Since the program was started',
    labels: [],
    read: ({ now, startedAt }) => one((now - startedAt) * ms),
  },
  {
    type: 'gauge',
    name: 'crossbook_event_loop_delay_seconds',
    help: 'How much later than it should have the event loop came round, by percentile, since the scrape before',
    labels: ['percentile'],
    read: ({ process: { delayMs } }) =>
      delayPercentiles.map((percentile): Reading => [[percentile], secondsOf(delayMs[percentile])]),
  },
  {
    type: 'counter',
    name: 'crossbook_event_loop_active_seconds_total',
    help: 'Time that the event loop has worked; its rate is the share of the main thread in use',
    labels: [],
    read: ({ process: { activeMs } }) => one(activeMs * ms),
  },
  {
    type: 'gauge',
    name: 'crossbook_memory_bytes',
    help: 'Memory of the process, by kind',
    labels: ['kind'],
    read: ({ process: { memoryBytes } }) => Object.entries(memoryBytes).map(([kind, bytes]) => [[kind], bytes]),
  },
  {
    type: 'gauge',
    name: 'crossbook_heap_limit_bytes',
    help: 'The JavaScript heap may grow to this',
    labels: [],
    read: ({ process: { heapLimitBytes } }) => one(heapLimitBytes),
  },
  {
    type: 'counter',
    name: 'crossbook_cpu_seconds_total',
    help: 'Processor time of all threads',
    labels: ['mode'],
    read: ({ process: { cpu } }) => [
      [['user'], cpu.user / 1e6],
      [['system'], cpu.system / 1e6],
    ],
  },
]
