import { z } from 'zod'
import { ExchangeId } from './exchange.ts'

/** Why a frame was not understood; each is counted and shown. `value`: well-formed but impossible (a price that is no number). */
export const rejectReasons = ['json', 'schema', 'unknownInstrument', 'unknownChannel', 'value'] as const
export const RejectReason = z.enum(rejectReasons)
export type RejectReason = z.infer<typeof RejectReason>

/**
 * `connecting`  opening or subscribing
 * `live`        open, every wanted topic acknowledged
 * `silent`      open, but nothing came for the feed's silence limit: about to be replaced
 * `waiting`     down, next attempt at `nextAttemptAt` (backoff)
 * `open_circuit` down after repeated failure; the circuit breaker tries again at `nextAttemptAt`
 * `stopped`     switched off
 */
export const ConnectionState = z.enum(['connecting', 'live', 'silent', 'waiting', 'open_circuit', 'stopped'])
export type ConnectionState = z.infer<typeof ConnectionState>

export const SocketStatus = z.object({
  /** `spot#1`: feed and running number of the socket within it. */
  name: z.string(),
  feed: z.string(),
  state: ConnectionState,
  /** In words, why it is in that state; null when live. */
  reason: z.string().nullable(),
  since: z.number(),
  nextAttemptAt: z.number().nullable(),
  topics: z.number().int(),
  acknowledged: z.number().int(),
  /** Round trip of the last heartbeat, ms; null where none was measured yet. */
  latencyMs: z.number().nullable(),
  messagesPerSecond: z.number(),
  lastFrameAt: z.number().nullable(),
  reconnects: z.number().int(),
})
export type SocketStatus = z.infer<typeof SocketStatus>

/**
 * What keeps an exchange from being reached, told apart from a plain fault. `network` this machine has no network, or its proxy does
 * not answer · `dns` its name is not resolved · `captive_portal` the network wants a sign-in first · `tls` somebody else answers in
 * its name · `blocked` it refuses this address or region (451, 403) · `maintenance` it says so itself · `outage` it does not answer or
 * answers with errors · `rate_limited` it asked to wait · `clock` this machine's clock is too far from its own
 */
export const TroubleKind = z.enum([
  'network',
  'dns',
  'captive_portal',
  'tls',
  'blocked',
  'maintenance',
  'outage',
  'rate_limited',
  'clock',
])
export type TroubleKind = z.infer<typeof TroubleKind>
export const Trouble = z.object({
  kind: TroubleKind,
  /** One line: what is wrong, and what to do or when it ends. */
  words: z.string(),
  since: z.number(),
  /** When it is said to end; null: not told. */
  until: z.number().nullable(),
})
export type Trouble = Readonly<z.infer<typeof Trouble>>

export const RateLimitBudget = z.object({
  pool: z.string(),
  used: z.number(),
  limit: z.number(),
  intervalMs: z.number(),
  /** Set while the exchange has told us to wait. */
  blockedUntil: z.number().nullable(),
})
export type RateLimitBudget = z.infer<typeof RateLimitBudget>

export const RejectedFrames = z.object({ reason: RejectReason, count: z.number().int(), sample: z.string() })
export type RejectedFrames = z.infer<typeof RejectedFrames>

export const ExchangeStatus = z.object({
  exchange: ExchangeId,
  /** Worst state of its sockets; `connecting` before the first, `stopped` when switched off. */
  state: ConnectionState,
  reason: z.string().nullable(),
  instruments: z.number().int(),
  watched: z.number().int(),
  /** Exchange clock minus ours, ms; null before the first measurement. */
  clockOffsetMs: z.number().nullable(),
  restLatencyMs: z.number().nullable(),
  messagesPerSecond: z.number(),
  reconnects: z.number().int(),
  frames: z.number().int(),
  rejected: z.array(RejectedFrames),
  budgets: z.array(RateLimitBudget),
  sockets: z.array(SocketStatus),
  /** null: nothing known to be wrong beyond what `state` says. */
  trouble: Trouble.nullable(),
  /** Wanted symbols this exchange does not list, and other standing complaints, in words. */
  notes: z.array(z.string()),
})
export type ExchangeStatus = z.infer<typeof ExchangeStatus>
