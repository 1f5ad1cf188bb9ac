/** How the program itself is, and the rate budget that it shares with bots. */
import { z } from 'zod'
import {
  type ExchangeStatus,
  exchangeIds,
  PluginExchangeId,
  type RateLimitBudget,
} from '../../../shared/domain/index.ts'
import { ConnectionState, TroubleKind } from '../../../shared/domain/status.ts'
import { unifiedVersion } from '../../../shared/unified/schemas.ts'
import { ApiError } from '../errors.ts'
import type { GatewayHub } from '../options.ts'
import { number } from './parameters.ts'
import { ask, page, type Route, route, whole } from './route.ts'

const time = z.number().nullable()
const Connection = z.object({
  exchange: z.string(),
  state: ConnectionState,
  reason: z.string().nullable(),
  instruments: z.number().int(),
  watched: z.number().int(),
  clock_offset_ms: z.number().nullable(),
  rest_latency_ms: z.number().nullable(),
  messages_per_second: z.number(),
  reconnects: z.number().int(),
  /** What keeps it from being reached, told apart from a plain fault; null: nothing known. */
  trouble: z.object({ kind: TroubleKind, words: z.string(), since: z.number(), until: time }).nullable(),
  notes: z.array(z.string()),
})
const Status = z.object({
  version: z.string(),
  message_version: z.number().int(),
  mode: z.enum(['demo', 'live']),
  start_time: z.number(),
  server_time: z.number(),
  connections: z.array(Connection),
  recorder: z.object({
    recording: z.boolean(),
    problem: z.string().nullable(),
    snapshots: z.number().int(),
    missed_snapshots: z.number().int(),
    rows_written: z.number().int(),
    database_bytes: z.number().nullable(),
  }),
})

const Budget = z.object({
  exchange: z.string(),
  pool: z.string(),
  /** weights */
  used: z.number(),
  limit: z.number(),
  remaining: z.number(),
  interval_ms: z.number(),
  blocked_until: time,
})
const Reservation = z.object({
  granted: z.boolean(),
  exchange: z.string(),
  pool: z.string(),
  weight: z.number(),
  remaining: z.number(),
  retry_after: z.number().int().nullable().describe('seconds until it is worth asking again; null once granted'),
})

const longestWaitMs = 10_000
const longestName = 40

const budgetRow = (exchange: string, budget: RateLimitBudget): z.input<typeof Budget> => ({
  exchange: exchange.toUpperCase(),
  pool: budget.pool,
  used: budget.used,
  limit: budget.limit,
  remaining: Math.max(0, budget.limit - budget.used),
  interval_ms: budget.intervalMs,
  blocked_until: budget.blockedUntil,
})

const connectionRow = (status: ExchangeStatus): z.input<typeof Connection> => ({
  exchange: status.exchange.toUpperCase(),
  state: status.state,
  reason: status.reason,
  instruments: status.instruments,
  watched: status.watched,
  clock_offset_ms: status.clockOffsetMs,
  rest_latency_ms: status.restLatencyMs,
  messages_per_second: status.messagesPerSecond,
  reconnects: status.reconnects,
  trouble: status.trouble,
  notes: status.notes,
})

/** When a pool that had no room may have some: once its ban is over, else after a tenth of its interval. */
const retryAfter = ({ blockedUntil, intervalMs }: RateLimitBudget): number =>
  Math.max(1, Math.ceil((blockedUntil === null ? intervalMs / 10 : blockedUntil - Date.now()) / 1_000))

export function statusRoutes(hub: GatewayHub): Route[] {
  const statusOf = (id: string): ExchangeStatus => {
    const status = hub.connections().find(({ exchange }) => exchange === id)
    if (status) return status
    throw new ApiError(503, `${id.toUpperCase()} is not running: switch it on in the settings`)
  }
  const budgetOf = (id: string, pool: string): RateLimitBudget => {
    const { budgets } = statusOf(id)
    const budget = budgets.find((one) => one.pool === pool)
    if (budget) return budget
    const known = budgets.map((one) => one.pool).join(', ')
    throw new ApiError(400, `pool: ${JSON.stringify(pool)}: ${id.toUpperCase()} has the pools ${known}`)
  }
  return [
    route({
      path: '/status',
      scope: 'market',
      tag: 'status',
      summary: 'Version, mode, connections, recorder',
      query: {},
      reply: Status,
      async answer() {
        const info = await ask(hub, 'app.info', {})
        const recorder = await ask(hub, 'recorder.status', {})
        return {
          version: info.version,
          message_version: unifiedVersion,
          mode: info.mode,
          start_time: info.startedAt,
          server_time: Date.now(),
          connections: hub.connections().map(connectionRow),
          recorder: {
            recording: recorder.recording,
            problem: recorder.problem,
            snapshots: recorder.snapshots,
            missed_snapshots: recorder.missedSnapshots,
            rows_written: recorder.rowsWritten,
            database_bytes: recorder.databaseBytes,
          },
        }
      },
    }),
    route({
      path: '/budgets',
      scope: 'market',
      tag: 'budgets',
      summary: 'Request weight that is left of each exchange and pool',
      query: {},
      reply: page(Budget),
      answer: () =>
        whole(hub.connections().flatMap(({ exchange, budgets }) => budgets.map((one) => budgetRow(exchange, one)))),
    }),
    route({
      method: 'POST',
      path: '/budgets/reserve',
      scope: 'market',
      tag: 'budgets',
      summary: 'Takes weight for a call that the bot makes itself, behind everything that Crossbook has to ask',
      query: { wait: number(0, longestWaitMs).default(0).describe('how long to wait for room, ms') },
      body: z.strictObject({
        exchange: z
          .string()
          .max(longestName)
          .transform((id) => id.toLowerCase())
          .pipe(
            z.union([z.enum(exchangeIds), PluginExchangeId], {
              error: `expected one of ${exchangeIds.map((id) => id.toUpperCase()).join(', ')}`,
            }),
          ),
        pool: z.string().min(1).max(longestName),
        weight: z.int().min(1).max(1_000_000),
      }),
      reply: Reservation,
      async answer({ query: { wait }, body: { exchange, pool, weight }, signal }) {
        const before = budgetOf(exchange, pool)
        if (weight > before.limit) {
          throw new ApiError(400, `weight: ${weight}: this pool never has more than ${before.limit}`)
        }
        const controller = new AbortController()
        const leave = () => controller.abort()
        signal.addEventListener('abort', leave, { once: true })
        const asked = hub.reserve(exchange, pool, weight, controller.signal)
        // What is granted at once is granted by now; without a wait the rest leaves the queue again.
        const timer = wait === 0 ? null : setTimeout(leave, wait)
        if (timer === null) leave()
        const grant = await asked
        if (timer) clearTimeout(timer)
        signal.removeEventListener('abort', leave)
        if (grant === null) throw new ApiError(503, `${exchange.toUpperCase()} is not running`)
        const after = budgetOf(exchange, pool)
        const granted = grant.state === 'granted'
        const { remaining } = budgetRow(exchange, after)
        return {
          granted,
          exchange: exchange.toUpperCase(),
          pool,
          weight,
          remaining,
          retry_after: granted ? null : retryAfter(after),
        }
      },
    }),
  ]
}
