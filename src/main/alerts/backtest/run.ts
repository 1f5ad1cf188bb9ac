/** One back-test over one database: the very engine that watches, over what is stored. */
import type { Database } from 'better-sqlite3'
import type { BacktestResult } from '../../../shared/alert-rules.ts'
import { createQuoteReader } from '../../storage/cold/quotes.ts'
import { createPastReader } from '../../storage/past.ts'
import { AlertEngine } from '../engine.ts'
import { replayHappenings } from './happenings.ts'
import type { BacktestPlan } from './messages.ts'
import { replayQuotes } from './quotes.ts'
import { Tally } from './tally.ts'

const ruleId = 'backtest'

export interface BacktestHooks {
  /** Of the range, 0 to 1. */
  readonly onProgress: (part: number) => void
  readonly isCancelled: () => boolean
}

/** null: it was cancelled. Throws a StorageError. */
export function runBacktest(database: Database, plan: BacktestPlan, hooks: BacktestHooks): BacktestResult | null {
  const { rule, from, to, utcOffsetMinutes } = plan
  const tally = new Tally(from, to, utcOffsetMinutes)
  const engine = new AlertEngine(({ at, subject, words }) => tally.fired({ at, subject, message: words }))
  // Tried before it is switched on as well.
  engine.setRules({ [ruleId]: { ...rule, enabled: true } }, from)
  const isOfQuotes = rule.kind === 'net_spread' || rule.kind === 'price' || rule.kind === 'spread_width'
  if (!isOfQuotes) {
    const words = replayHappenings(createPastReader(database), engine, plan, tally, hooks.isCancelled)
    return hooks.isCancelled() ? null : tally.result(words)
  }
  if (plan.instruments.length === 0) return tally.result([nothingWatched(plan)])
  const replay = replayQuotes(createQuoteReader(database), engine, plan, tally)
  for (;;) {
    const step = replay.next()
    if (hooks.isCancelled()) return null
    if (step.done === true) return tally.result([quoteWords(plan), ...step.value])
    hooks.onProgress(Math.min(1, Math.max(0, (step.value - from) / (to - from))))
  }
}

const nothingWatched = ({ rule }: BacktestPlan): string =>
  rule.kind === 'net_spread'
    ? 'No two instruments of it are watched, so there is no spread.'
    : 'No exchange lists this instrument.'

function quoteWords({ rule, instruments }: BacktestPlan): string {
  const second = 'Stored once a second: what happened within a second, and what books held, is not known.'
  if (rule.kind !== 'net_spread') return second
  return (
    `${second} Pairs of the ${instruments.length} instruments watched now, with today's fees and today's word on which ` +
    'are one asset; both legs count as quoted in that second, and funding is not taken off.'
  )
}
