import type { RetryRules } from './backoff.ts'

/**
 * The session's own times, the same for every feed; what an exchange rules stands in FeedRules. All in ms. `baseMs` and `capMs` are the
 * pace of attempts while a host does not answer, and after a cut; `failuresToOpen`, `openMs` and `openCapMs` belong to the circuit, which
 * is for refusals: 429 and 418, 403 and 451, a login, connections that are closed at once.
 */
export interface SessionTiming extends RetryRules {
  /** One timer drives everything that is due: heartbeats, overdue answers, silence, reconnects, rotation. */
  readonly tickMs: number
  /** A tick later than this means the machine slept or the loop stood still: every socket is checked at once. */
  readonly lateTickMs: number
  /** After such a moment a socket must answer a ping within this time, or it is replaced. */
  readonly wakeProbeMs: number
  readonly handshakeTimeoutMs: number
  /** The same while its host does not answer, or just after the network changed. */
  readonly shakyHandshakeMs: number
  /** A connection that was closed so soon after it opened was not wanted. */
  readonly unwantedMs: number
  /** A connection that lived so long ends a row of failures. */
  readonly stableMs: number
  /** Between two protocol pings of ours on feeds without a heartbeat of their own. */
  readonly pingEveryMs: number
  /** How long old and new connection run side by side after the new one is fully subscribed. */
  readonly overlapMs: number
  /** A replacement that is not fully subscribed by then takes over as it is. */
  readonly rotationBoundMs: number
  /** Refused wires are asked for again this often. */
  readonly refusedRetryMs: number
}

export const usualTiming: SessionTiming = {
  tickMs: 250,
  lateTickMs: 5_000,
  wakeProbeMs: 2_000,
  handshakeTimeoutMs: 10_000,
  shakyHandshakeMs: 4_000,
  unwantedMs: 1_000,
  baseMs: 500,
  capMs: 3_000,
  failuresToOpen: 6,
  openMs: 30_000,
  openCapMs: 300_000,
  stableMs: 60_000,
  pingEveryMs: 20_000,
  overlapMs: 2_000,
  rotationBoundMs: 30_000,
  refusedRetryMs: 300_000,
}

/**
 * How long before its end a connection is replaced: 5 to 15 minutes, drawn anew for each so that sockets opened together do not
 * rotate together; of short lifetimes a fifth to two fifths.
 */
export function rotationLeadMs(lifetimeMs: number, random: () => number): number {
  const draw = random()
  return Math.min(300_000 + draw * 600_000, lifetimeMs * (0.2 + 0.2 * draw))
}
