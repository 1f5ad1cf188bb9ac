import type { BackoffRules } from '../net/backoff.ts'
import { type TicketRetry, usualTicketRetry } from './streams.ts'

/** An account's own times, the same for every exchange. All in ms. */
export interface AccountTiming {
  readonly permissionsEveryMs: number
  /** Balances and positions, and open orders while every stream is live. */
  readonly snapshotEveryMs: number
  /** Open orders while a stream is down. */
  readonly ordersWhileDownMs: number
  /** Transfers and funding payments. */
  readonly hourlyMs: number
  readonly feesEveryMs: number
  /** A poll whose permission is missing is asked again this often. */
  readonly forbiddenEveryMs: number
  /** After a difference, rows that could not be compared or a fill whose stream told no fee: the first time; repeats move apart. */
  readonly soonMs: number
  /** Fills, after one came without its profit, or still without its fee: exchanges that do not tell them at once (Gate) know them a minute later. */
  readonly untoldMs: number
  /** Balances, after a stream told a total without what is free of it: the first time; repeats move apart. */
  readonly afterTotalMs: number
  /** How long a stream may lag behind a REST answer, and an answer behind the stream. */
  readonly graceMs: number
  /** No account event for this long: the ledger may be checked. */
  readonly quietMs: number
  /** Downloads of orders and fills go on this far before what is known, and all but fills ask this far beyond now. */
  readonly overlapMs: number
  /** The first download goes back this far. */
  readonly historyMs: number
  /** An account younger than this repeats its first download at each start, and lists of transfers go on so far before what is known. */
  readonly settledMs: number
  /** At start the key is tried alone for so long before everything else is asked. */
  readonly keyFirstMs: number
  /** Between two searches for what the ledger misses. */
  readonly searchEveryMs: number
  /** Of polls that failed. */
  readonly backoff: BackoffRules
  /** Of access to private streams. */
  readonly ticketRetry: TicketRetry
}

export const usualAccountTiming: AccountTiming = {
  permissionsEveryMs: 86_400_000,
  snapshotEveryMs: 60_000,
  ordersWhileDownMs: 10_000,
  hourlyMs: 3_600_000,
  feesEveryMs: 4 * 3_600_000,
  forbiddenEveryMs: 3_600_000,
  soonMs: 3_000,
  untoldMs: 75_000,
  afterTotalMs: 10_000,
  graceMs: 1_500,
  quietMs: 5_000,
  overlapMs: 300_000,
  historyMs: 90 * 86_400_000,
  settledMs: 86_400_000,
  keyFirstMs: 5_000,
  searchEveryMs: 60_000,
  backoff: { baseMs: 4_000, capMs: 120_000 },
  ticketRetry: usualTicketRetry,
}
