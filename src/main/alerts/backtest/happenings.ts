/** Rules about what is stored as it happens: funding rates, balances, fills, differences, outages. */
import type { AlertRule, AlertRuleOf } from '../../../shared/alert-rules.ts'
import type { EpochMs, ExchangeId } from '../../../shared/domain/index.ts'
import type { PastReader } from '../../storage/past.ts'
import { type AlertEngine, fundingGraceMs, longestFundingMs } from '../engine.ts'
import type { BacktestPlan } from './messages.ts'
import type { Tally } from './tally.ts'

const minuteMs = 60_000

interface Happening {
  readonly at: EpochMs
  readonly tell: () => void
}

interface Span {
  readonly from: EpochMs
  readonly to: EpochMs
}

interface Past {
  /** Ascending. */
  readonly happenings: readonly Happening[]
  /** Of which time they tell; null: of none. */
  readonly known: Span | null
  readonly words: readonly string[]
}

/**
 * What nobody recorded nobody saw: there no time passes for rules, and what was held stands still, as in the program itself.
 * Returns words about it.
 */
export function replayHappenings(
  past: PastReader,
  engine: AlertEngine,
  plan: BacktestPlan,
  tally: Tally,
  isCancelled: () => boolean,
): readonly string[] {
  const { from, to } = plan
  const { happenings, known, words } = readPast(past, engine, plan)
  if (known === null) return words
  for (const span of past.recorded(from, to).list)
    tally.knew(Math.max(span.from, known.from), Math.min(span.to, known.to))
  let at = happenings[0]?.at ?? from
  const spans = past.recorded(Math.min(at, from), to).list
  let next = 0
  const goOn = (until: EpochMs): void => {
    while (at < until) {
      while ((spans[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next++
      const span = spans[next]
      const recordedFrom = Math.min(until, span?.from ?? until)
      if (recordedFrom > at) {
        engine.away(at, recordedFrom)
        at = recordedFrom
      } else {
        at = sweepUntil(engine, at, Math.min(until, span?.to ?? until))
      }
    }
  }
  for (const happening of happenings) {
    if (isCancelled()) return words
    goOn(happening.at)
    happening.tell()
  }
  goOn(to)
  return words
}

/** Time goes on, with a stop wherever something becomes due. */
function sweepUntil(engine: AlertEngine, from: EpochMs, until: EpochMs): EpochMs {
  let at = from
  for (let due = engine.dueAt(at); due !== null && due <= until; due = engine.dueAt(at)) {
    at = due
    engine.sweep(at)
  }
  return until
}

function readPast(past: PastReader, engine: AlertEngine, plan: BacktestPlan): Past {
  const { rule } = plan
  switch (rule.kind) {
    case 'funding':
      return fundingPast(past, engine, plan, rule)
    case 'balance_drop':
      return balancePast(past, engine, plan, rule)
    case 'order_fill':
      return fillPast(past, engine, plan, rule)
    case 'drift':
      return driftPast(past, engine, plan, rule)
    case 'feed_down':
      return outagePast(past, engine, plan)
    default:
      return {
        happenings: [],
        known: null,
        words: ['Free space of the disk is not recorded, so nothing tells how often this would have fired.'],
      }
  }
}

function fundingPast(past: PastReader, engine: AlertEngine, { to }: BacktestPlan, rule: AlertRuleOf<'funding'>): Past {
  const [exchange = '', symbol = ''] = rule.instrument.split(':')
  const rates = past.fundingRates(exchange, symbol, to)
  const [first, last] = [rates[0], rates.at(-1)]
  if (first === undefined || last === undefined) return nothing(`No funding rate of ${rule.instrument} is stored.`)
  const until = last.nextFundingAt === null ? last.receivedAt + longestFundingMs : last.nextFundingAt + fundingGraceMs
  return {
    happenings: rates.map((rate) => ({ at: rate.receivedAt, tell: () => engine.funding(rate, rate.receivedAt) })),
    known: { from: first.receivedAt, to: Math.min(to, until) },
    words: ['From the funding rates as they changed, in the times in which Crossbook was recording.'],
  }
}

function balancePast(
  past: PastReader,
  engine: AlertEngine,
  { to }: BacktestPlan,
  rule: AlertRuleOf<'balance_drop'>,
): Past {
  const rows = past.balances(rule.account, rule.asset, to)
  const [first] = rows
  if (first === undefined) return nothing(`No balance of ${rule.asset} is stored${ofAccount(rule)}.`)
  return {
    happenings: rows.map((row) => ({
      at: row.receivedAt,
      tell: () => engine.balance({ ...row, isLive: true }, row.receivedAt),
    })),
    known: { from: first.receivedAt, to },
    words: [
      'From the balances as they changed. Whether one was live is not stored: all of them are taken to have been.',
    ],
  }
}

function fillPast(
  past: PastReader,
  engine: AlertEngine,
  { from, to }: BacktestPlan,
  rule: AlertRuleOf<'order_fill'>,
): Past {
  const since = past.accountSince(rule.account)
  if (since === null) return nothing(`Nothing is stored${ofAccount(rule)}, so nothing tells of fills.`)
  const lead = rule.coolDownSeconds * 1_000
  const fills = past.fills(rule.account, from - lead, to)
  return {
    happenings: fills.map((fill) => ({ at: fill.receivedAt, tell: () => engine.fill(fill, fill.receivedAt) })),
    known: { from: since, to },
    words: ['From the stored fills, at the time at which Crossbook heard of them.'],
  }
}

function driftPast(past: PastReader, engine: AlertEngine, { to }: BacktestPlan, rule: AlertRuleOf<'drift'>): Past {
  const since = past.accountSince(rule.account)
  if (since === null) return nothing(`Nothing is stored${ofAccount(rule)}, so nothing tells of differences.`)
  const happenings: Happening[] = []
  for (const drift of past.drifts(rule.account, to)) {
    const { foundAt, resolvedAt } = drift
    happenings.push({ at: foundAt, tell: () => engine.drift({ ...drift, resolvedAt: null }, foundAt) })
    if (resolvedAt !== null && resolvedAt < to) {
      happenings.push({ at: resolvedAt, tell: () => engine.drift(drift, resolvedAt) })
    }
  }
  return {
    happenings: inOrder(happenings),
    known: { from: since, to },
    words: ['From the differences to what the exchanges say, as they were found and resolved.'],
  }
}

function outagePast(past: PastReader, engine: AlertEngine, { rule, from, to }: BacktestPlan): Past {
  const lead = (rule.holdSeconds + rule.coolDownSeconds) * 1_000 + minuteMs
  const down = new Map<ExchangeId, number>()
  const change = (exchange: ExchangeId, by: 1 | -1, detail: string, at: EpochMs) => {
    const count = (down.get(exchange) ?? 0) + by
    down.set(exchange, count)
    if (by === 1 && count === 1) engine.feed(exchange, 'holds', detail, at)
    else if (count === 0) engine.feed(exchange, 'clear', '', at)
  }
  const happenings: Happening[] = []
  for (const { exchange, from: began, to: ended, detail } of past.outages(from - lead, to)) {
    happenings.push({ at: began, tell: () => change(exchange, 1, detail, began) })
    if (ended !== null && ended < to) {
      happenings.push({ at: ended, tell: () => change(exchange, -1, '', ended) })
    }
  }
  return {
    happenings: inOrder(happenings),
    known: { from, to },
    words: ['From the gaps in recorded quotes that an exchange or the way to it caused.'],
  }
}

const nothing = (words: string): Past => ({ happenings: [], known: null, words: [words] })

const inOrder = (happenings: readonly Happening[]): readonly Happening[] => [...happenings].sort((a, b) => a.at - b.at)

const ofAccount = (rule: Extract<AlertRule, { account: string | null }>): string =>
  rule.account === null ? ' of any account' : ` of the account ${rule.account}`
