/** How far the quantity of a balance can be relied on. Pure: time and facts come from the caller. */
import type { Drift, EpochMs, Truth } from '../../shared/domain/index.ts'

export interface JudgedBalance {
  readonly truth: Truth
  /** In words, why it is not live; empty where it is. */
  readonly reason: string
}

export interface BalanceFacts {
  readonly now: EpochMs
  /** In words, why the account tells nothing at all; null: it runs. */
  readonly idle: string | null
  /** Since when all its private streams flow; null while one does not. */
  readonly liveSince: EpochMs | null
  /** When the newest balances that the exchange answered with were asked for; null: it has not answered. */
  readonly askedAt: EpochMs | null
  /** How often they are asked for, ms. */
  readonly everyMs: number
  /** The key is told of its wallet. */
  readonly isSeen: boolean
  /** The newest answer does not tell of it, but has rows that could not be read, and it may be one of them. */
  readonly isUnread: boolean
  /** The open difference of this balance, if there is one. */
  readonly drift: Pick<Drift, 'field' | 'expected' | 'got'> | undefined
}

/** An answer may be missed, and the next one come late, before a balance counts as not confirmed: so many times the interval. */
export const intervalsToConfirm = 2.5

const live: JudgedBalance = { truth: 'live', reason: '' }
const gap = (reason: string): JudgedBalance => ({ truth: 'gap', reason })

export function judgeBalance(facts: BalanceFacts): JudgedBalance {
  const { now, idle, liveSince, askedAt, everyMs, isSeen, isUnread, drift } = facts
  if (idle !== null) return gap(idle)
  if (!isSeen) return gap('the key of its account does not see this wallet')
  if (askedAt === null) return gap('the exchange has not answered yet')
  if (liveSince === null) return gap('its live updates are interrupted')
  if (askedAt < liveSince) return gap('its live updates were interrupted, and the exchange has not confirmed it since')
  if (askedAt > now) return { truth: 'stale', reason: "not confirmed since this machine's clock was set back" }
  if (now - askedAt > intervalsToConfirm * everyMs) {
    const seconds = Math.round((now - askedAt) / 1_000)
    return {
      truth: 'stale',
      reason: `not confirmed for ${seconds} s, and asked for every ${Math.round(everyMs / 1_000)} s`,
    }
  }
  if (isUnread) return { truth: 'stale', reason: 'what the exchange says of it now could not be read' }
  if (drift === undefined) return live
  const { field, expected, got } = drift
  return {
    truth: 'suspect',
    reason: `${field}: ${expected ?? 'nothing'} expected, the exchange says ${got ?? 'nothing'}`,
  }
}
