/** What must be true of the database when a scenario is over. Each check answers what is wrong, in words. */
import Database from 'better-sqlite3'
import { connectorOf } from '../../src/main/exchanges/registry.ts'
import { kindOf } from '../../src/main/market/topics.ts'
import type { ExchangeId, GapCause, GapKind } from '../../src/shared/domain/index.ts'
import { historyOf, storedIn } from '../support/account-truth.ts'
import type { ProxyFault } from '../support/chaos-faults.ts'
import type { InjectedHole } from '../support/chaos-gate.ts'
import type { Doubt } from './watch.ts'
import { accountIdOf, type World } from './world.ts'

const second = 1_000
const minute = 60 * second
/** Two clocks and a second's snapshot may disagree by so much about where a hole begins and ends, ms. */
const toleranceMs = 1_500
/** A hole shorter than this may be over before anybody had a word for it, ms. */
const causeKnownAfterMs = 3_500
/** Of each kind of fault, so many lines at most. */
const mostLines = 3

interface GapRow {
  readonly instrument: string
  readonly kind: GapKind
  readonly from: number
  readonly to: number | null
  readonly cause: GapCause
  readonly detail: string
}

export interface Span {
  readonly from: number
  readonly to: number
}

function read<T>(file: string, sql: string): T[] {
  const database = new Database(file, { readonly: true, fileMustExist: true })
  try {
    return database.prepare<[], T>(sql).all()
  } finally {
    database.close()
  }
}

export const gapsIn = (file: string): readonly GapRow[] =>
  read(
    file,
    `SELECT exchange || ':' || symbol AS instrument, kind, time_ms AS "from", end_time_ms AS "to", cause, detail FROM v_gaps`,
  )

const covers = (gap: GapRow, at: number): boolean =>
  gap.from - toleranceMs <= at && (gap.to === null || at <= gap.to + toleranceMs)
const gapWords = (gaps: readonly GapRow[], instrument: string, kind: GapKind): string => {
  const own = gaps.filter((gap) => gap.instrument === instrument && gap.kind === kind)
  if (own.length === 0) return `no gap of ${kind} is told`
  return `told: ${own.map(({ from, to, cause }) => `${cause} ${from}..${to ?? ''}`).join(', ')}`
}
const few = (lines: readonly string[]): string[] =>
  lines.length <= mostLines
    ? [...lines]
    : [...lines.slice(0, mostLines), `… and ${lines.length - mostLines} more like it`]

const instrumentsOf = ({ observers }: World) => [...observers.values()].flatMap(({ instruments }) => instruments)

/** Every second of every instrument is held, or its absence is told. */
export function quoteSeconds(world: World, gaps: readonly GapRow[], { from, to }: Span): string[] {
  const held = new Set(
    read<{ key: string }>(
      world.file,
      `SELECT exchange || ':' || symbol || ' ' || time_ms AS key FROM v_book_tickers WHERE time_ms BETWEEN ${from} AND ${to}`,
    ).map(({ key }) => key),
  )
  const lines: string[] = []
  for (const { key } of instrumentsOf(world)) {
    const own = gaps.filter(({ instrument, kind }) => instrument === key && kind === 'book_ticker')
    for (let at = Math.ceil(from / second) * second; at <= to; at += second) {
      if (held.has(`${key} ${at}`) || own.some((gap) => gap.from <= at && (gap.to === null || at < gap.to))) continue
      lines.push(`the quote of ${key} at ${at} is neither held nor missed; ${gapWords(gaps, key, 'book_ticker')}`)
    }
  }
  return few(lines)
}

/** Every trade that there was is held once, or lies in a hole that is told. */
export function publicTrades(world: World, gaps: readonly GapRow[], { from, to }: Span): string[] {
  const rows = read<{ key: string; count: number }>(
    world.file,
    `SELECT exchange || ':' || symbol || ' ' || trade_id AS key, count(*) AS count FROM v_trades GROUP BY 1`,
  )
  const held = new Set(rows.map(({ key }) => key))
  const doubled = rows.filter(({ count }) => count > 1).map(({ key }) => `the trade ${key} is stored twice`)
  const lost = [...world.heard].flatMap(([key, { instrument, receivedAt, exchangeAt }]) => {
    if (receivedAt < from || receivedAt > to || held.has(key)) return []
    const told = gaps.some(
      (gap) =>
        gap.instrument === instrument.key &&
        gap.kind === 'trade' &&
        (covers(gap, receivedAt) || (exchangeAt !== null && covers(gap, exchangeAt))),
    )
    return told ? [] : [`the trade ${key} of ${receivedAt} is lost; ${gapWords(gaps, instrument.key, 'trade')}`]
  })
  return [...few(doubled), ...few(lost)]
}

/** While a book was not live, a gap of it says so. */
export function bookDoubts(gaps: readonly GapRow[], doubts: readonly Doubt[], { from, to }: Span): string[] {
  const lines = doubts.flatMap((doubt) => {
    const end = doubt.to ?? to
    if (doubt.from < from || end - doubt.from < toleranceMs) return []
    const middle = (doubt.from + end) / 2
    const told = gaps.some(
      (gap) => gap.instrument === doubt.instrument && gap.kind === 'order_book' && covers(gap, middle),
    )
    if (told) return []
    const words = gapWords(gaps, doubt.instrument, 'order_book')
    return [`the book of ${doubt.instrument} was ${doubt.truth} (${doubt.reason}) ${doubt.from}..${end}; ${words}`]
  })
  return few(lines)
}

/** Which causes are right for what was done to everything of an origin; empty: none is needed. */
function rightCauses(fault: ProxyFault): readonly GapCause[] {
  switch (fault.kind) {
    case 'reset':
    case 'close':
      return ['disconnect']
    case 'refused':
      return ['disconnect', 'outage', 'network']
    case 'unresolved':
    case 'captive_portal':
      return ['network']
    case 'half_open':
      return ['disconnect', 'network']
    case 'status':
      if (fault.status === 451 || fault.status === 403) return ['blocked']
      return fault.status >= 500 ? ['outage'] : ['disconnect', 'outage', 'blocked']
    default:
      return []
  }
}

/** Gaps of quotes that an injected hole led to, where nothing else was wrong with the exchange, say its cause. */
export function causes(world: World, gaps: readonly GapRow[]): string[] {
  const { proxy, scenario } = world
  const lines: string[] = []
  for (const hole of proxy.holes) {
    const { fault, exchange, from, to } = hole
    if (to === null) continue
    if (fault.kind === 'frames') {
      lines.push(...lostDepth(gaps, hole, scenario.faults.length))
      continue
    }
    const right = rightCauses(fault)
    const isAlone = scenario.faults.filter((one) => one.exchange === exchange).length === 1
    const isLong = fault.kind === 'reset' || fault.kind === 'close' || to - from >= causeKnownAfterMs
    if (right.length === 0 || !isAlone || !isLong) continue
    const overlapping = gaps.filter(
      (gap) =>
        gap.instrument.startsWith(`${exchange}:`) &&
        (gap.kind === 'book_ticker' || gap.kind === 'order_book') &&
        gap.from <= to + toleranceMs &&
        (gap.to === null || gap.to >= from),
    )
    if (overlapping.length === 0 || overlapping.some(({ cause }) => right.includes(cause))) continue
    const told = [...new Set(overlapping.map(({ kind, cause, detail }) => `${kind} ${cause} (${detail})`))]
    lines.push(`${exchange} ${fault.kind}: the cause should be ${right.join(' or ')}, told: ${told.join('; ')}`)
  }
  return few([...new Set(lines)])
}

/** Nothing numbers their messages: a checksum covers the best levels only, so that one which changed none of them leaves no trace. */
const unnumbered: ReadonlySet<ExchangeId> = new Set(['kraken'])

/** One frame of one book was lost: nobody was disconnected, so what is told is a resync; nothing is missing where each frame is whole. */
function lostDepth(gaps: readonly GapRow[], { fault, label, exchange, from }: InjectedHole, faults: number): string[] {
  if (fault.kind !== 'frames' || fault.how !== 'lose' || label?.channel !== 'order_book' || faults > 1) return []
  const { symbol } = label
  if (symbol === null || unnumbered.has(exchange)) return []
  if (connectorOf(exchange).bookRules(kindOf(symbol))?.isAlwaysWhole === true) return []
  const key = `${exchange}:${symbol}`
  const own = gaps.filter((gap) => gap.instrument === key && gap.kind === 'order_book' && covers(gap, from))
  if (own.some(({ cause }) => cause === 'resync')) return []
  return [`a depth frame of ${key} was lost at ${from}, and no resync is told; ${gapWords(gaps, key, 'order_book')}`]
}

interface CandleRow {
  readonly instrument: string
  readonly openTime: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
}

/** Closed candles of the run's minutes are there and as the exchange has them. `except`: exchanges whose clock was set meanwhile. */
export async function candles(world: World, { from, to }: Span, except: readonly ExchangeId[]): Promise<string[]> {
  const first = Math.floor(from / minute) * minute - 5 * minute
  // The newest may still be under way to us.
  const last = Math.floor((to - 5 * second) / minute) * minute - minute
  const stored = read<CandleRow>(
    world.file,
    `SELECT exchange || ':' || symbol AS instrument, time_ms AS openTime, open, high, low, close, volume
     FROM v_klines WHERE period = '1m' AND is_closed = 1 AND time_ms BETWEEN ${first} AND ${last}`,
  )
  const lines: string[] = []
  for (const [exchange, { session, instruments }] of world.observers) {
    if (except.includes(exchange)) continue
    for (const instrument of instruments) {
      const right = await session.klines({ instrument, period: '1m', from: first, to: last })
      if (!right.ok) {
        lines.push(`the exchange does not tell its candles of ${instrument.key}: ${right.failure.message}`)
        continue
      }
      for (const candle of right.value) {
        const own = stored.find((row) => row.instrument === instrument.key && row.openTime === candle.openTime)
        const name = `the closed candle of ${instrument.key} at ${candle.openTime}`
        if (own === undefined) lines.push(`${name} is missing`)
        else
          for (const field of ['open', 'high', 'low', 'close', 'volume'] as const)
            if (Math.abs(own[field] - candle[field]) > 1e-9 * Math.abs(candle[field]))
              lines.push(`${name}: its ${field} is ${own[field]}, at the exchange ${candle[field]}`)
      }
    }
  }
  return few(lines)
}

/** What an account's tables lack or have too much of, against the exchange's books. */
export function accountRows(world: World): string[] {
  return world.scenario.accounts.flatMap((exchange) => {
    const truth = world.simulator.accounts.get(exchange)
    if (truth === undefined) return []
    const { history, endedTwice } = storedIn(world.file, accountIdOf(exchange))
    const right = historyOf(truth)
    const lines = (['orders', 'fills', 'transfers'] as const).flatMap((what) => [
      ...few(right[what].filter((line) => !history[what].includes(line)).map((line) => `${what} lack ${line}`)),
      ...few(history[what].filter((line) => !right[what].includes(line)).map((line) => `${what} have ${line}`)),
      ...few(
        history[what]
          .filter((line, index) => history[what].indexOf(line) !== index)
          .map((line) => `${what} have twice ${line}`),
      ),
    ])
    return [...lines, ...endedTwice.map((line) => `ended twice: ${line}`)].map(
      (line) => `account of ${exchange}: ${line}`,
    )
  })
}
