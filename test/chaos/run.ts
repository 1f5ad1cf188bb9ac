/** Lives one scenario: warm-up, faults, recovery, checks. */
import { setTimeout as delay } from 'node:timers/promises'
import { truthCode, truthOf } from '../../src/shared/domain/index.ts'
import { diceOf } from '../support/chaos-faults.ts'
import { accountRows, bookDoubts, candles, causes, gapsIn, publicTrades, quoteSeconds, type Span } from './checks.ts'
import { askedWaitMs, endOf, type Scenario, type ScheduledFault } from './scenario.ts'
import { trade } from './trading.ts'
import { Watch } from './watch.ts'
import { startWorld, type World } from './world.ts'

const pollMs = 50
const warmUpWithinMs = 60_000
/** Lived in peace before the first fault. */
const peaceMs = 1_500
/** What is well has to stay well for so long. */
const steadyMs = 750
const recoverWithinMs = 60_000
/** Accounts are compared with their exchange when a stream is back, a little later. */
const accountsWithinMs = 60_000
/** What waits is stored within a second; two for a busy machine. */
const storeMs = 2_000
/** What may wait in sockets when all is well again. */
const mostWaitingBytes = 1_000_000

export const recoveryParts = ['connections', 'quotes', 'books', 'accounts'] as const
export type RecoveryPart = (typeof recoveryParts)[number]

export interface Outcome {
  readonly scenario: Scenario
  /** What did not hold; empty: everything did. */
  readonly violations: readonly string[]
  /** From the end of the last fault (and of the wait that the exchange asked for) until each part was well again, ms; null: it never was. */
  readonly recoveryMs: Readonly<Record<RecoveryPart, number | null>>
  /** Why the slowest was slow: what was last not well. */
  readonly last: string
  readonly booksCompared: number
  readonly tookMs: number
  /** Warnings of the program's log, for a failure. */
  readonly logged: readonly string[]
}

let worlds = 0

export async function runScenario(scenario: Scenario): Promise<Outcome> {
  const began = Date.now()
  const world = await startWorld(scenario, `${process.pid}x${++worlds}`)
  try {
    const outcome = await live(world)
    return { scenario, ...outcome, tookMs: Date.now() - began, logged: world.logged }
  } finally {
    await world.close()
  }
}

async function live(world: World): Promise<Omit<Outcome, 'scenario' | 'tookMs' | 'logged'>> {
  const { scenario, simulator } = world
  const watch = new Watch(world)
  const violations: string[] = []
  const dice = diceOf(scenario.seed * 7 + scenario.index)
  await warm(world, watch)
  const stopTrading = scenario.accounts.map((exchange) => {
    const account = simulator.accounts.get(exchange)
    return account ? trade(account, dice) : () => {}
  })
  const liveAt = Date.now()
  await delay(peaceMs)
  await strike(world)
  const { recoveryMs, last } = await recover(world, watch, askedWaitMs(scenario))
  for (const stop of stopTrading) stop()
  for (const [part, ms] of Object.entries(recoveryMs))
    if (ms === null) violations.push(`${part}: not well ${recoverWithinMs / 1_000} s after the last fault: ${last}`)

  let accounts = accountRows(world)
  for (
    const end = Date.now() + accountsWithinMs;
    accounts.length > 0 && Date.now() < end;
    accounts = accountRows(world)
  )
    await delay(500)
  violations.push(...accounts)
  const { waitingBytes } = world.proxy.load()
  if (waitingBytes > mostWaitingBytes) violations.push(`${waitingBytes} bytes wait in sockets`)
  const endAt = Date.now()
  await delay(storeMs)

  const span: Span = { from: liveAt + 1_000, to: endAt - 1_000 }
  const skewed = scenario.faults.flatMap(({ exchange, fault }) => (fault.kind === 'skew' ? [exchange] : []))
  const wrongCandles = await settledCandles(world, span, skewed)
  watch.stop()
  const gaps = gapsIn(world.file)
  violations.push(
    ...watch.violations,
    ...quoteSeconds(world, gaps, span),
    ...publicTrades(world, gaps, span),
    ...bookDoubts(gaps, watch.doubts, span),
    ...causes(world, gaps),
    ...wrongCandles,
    ...(await status(world)),
  )
  return { violations, recoveryMs, last, booksCompared: watch.compared }
}

/** Candles that closed during a fault are fetched soon after. */
async function settledCandles(world: World, span: Span, skewed: Parameters<typeof candles>[2]): Promise<string[]> {
  const end = Date.now() + 20_000
  for (;;) {
    const wrong = await candles(world, span, skewed)
    if (wrong.length === 0 || Date.now() > end) return wrong
    await delay(2_000)
  }
}

async function status(world: World): Promise<string[]> {
  const recorder = await world.ask('recorder.status', {})
  const { venueErrors } = await world.simulator.statistics()
  return [
    ...(recorder.recording ? [] : [`nothing is recorded: ${recorder.problem}`]),
    ...(venueErrors === 0 ? [] : [`the simulator's own: ${venueErrors} errors of venues`]),
  ]
}

// ---------------------------------------------------------------- well or not

/** What is not well, by part, in words. `since`: what is older than this does not count as well. */
async function unwell(world: World, watch: Watch, since: number): Promise<Record<RecoveryPart, string[]>> {
  const { hub } = world
  const { board } = hub
  const connections = hub.connections().flatMap(({ exchange, state, reason, sockets }) => {
    if (state === 'live') return []
    const worst = sockets.filter((one) => one.state !== 'live').map((one) => `${one.name} ${one.state} ${one.reason}`)
    return [`${exchange} ${state} ${reason ?? ''} [${worst.join(', ')}]`]
  })
  const expected = [...world.observers.values()].reduce((sum, { instruments }) => sum + instruments.length, 0)
  const quotes = board.instruments.flatMap(({ key }, slot) => {
    const receivedAt = board.receivedAt[slot] ?? 0
    if (board.truth[slot] === truthCode.live && receivedAt >= since) return []
    return [`${key} quote is ${truthOf(board.truth[slot] ?? 0)}, ${Date.now() - receivedAt} ms old`]
  })
  if (board.instruments.length < expected) quotes.push(`${board.instruments.length} of ${expected} watched`)
  const accounts = (await world.ask('accounts.list', {}))
    .filter(({ state }) => state !== 'live')
    .map(({ id, state, reason }) => `${id} ${state} ${reason ?? ''}`)
  return { connections, quotes, books: [...watch.doubtful()], accounts }
}

async function warm(world: World, watch: Watch): Promise<void> {
  const end = Date.now() + warmUpWithinMs
  for (let steady = 0; steady < 3; ) {
    const problems = Object.values(await unwell(world, watch, 0)).flat()
    steady = problems.length === 0 ? steady + 1 : 0
    if (Date.now() > end) throw new Error(`not live within ${warmUpWithinMs / 1_000} s: ${problems.join('; ')}`)
    await delay(pollMs)
  }
}

async function recover(world: World, watch: Watch, askedMs: number): Promise<Pick<Outcome, 'recoveryMs' | 'last'>> {
  const from = Date.now()
  const wellSince: Record<RecoveryPart, number | null> = {
    connections: null,
    quotes: null,
    books: null,
    accounts: null,
  }
  let last = ''
  for (;;) {
    const problems = await unwell(world, watch, from)
    const now = Date.now()
    for (const part of recoveryParts) {
      if (problems[part].length === 0) wellSince[part] ??= now
      else {
        wellSince[part] = null
        last = problems[part].join('; ')
      }
    }
    const isSteady = recoveryParts.every((part) => {
      const since = wellSince[part]
      return since !== null && now - since >= steadyMs
    })
    if (isSteady || now - from > recoverWithinMs) break
    await delay(pollMs)
  }
  const after = (since: number | null): number | null => (since === null ? null : Math.max(0, since - from - askedMs))
  return {
    recoveryMs: {
      connections: after(wellSince.connections),
      quotes: after(wellSince.quotes),
      books: after(wellSince.books),
      accounts: after(wellSince.accounts),
    },
    last,
  }
}

// ---------------------------------------------------------------- faults

/** Resolves when the last fault has ended. */
async function strike(world: World): Promise<void> {
  await Promise.all([...world.scenario.faults.map((one) => strikeOnce(world, one)), delay(endOf(world.scenario))])
}

async function strikeOnce({ proxy, simulator }: World, one: ScheduledFault): Promise<void> {
  await delay(one.atMs)
  const end = one.by === 'venue' ? (await simulator.inject(one.fault)).stop : await beginAt(one, proxy)
  await delay(one.forMs)
  await end()
}

function beginAt(
  { exchange, stream, fault }: Extract<ScheduledFault, { by: 'proxy' }>,
  proxy: World['proxy'],
): Promise<() => Promise<void>> {
  const streams = proxy.streamsOf(exchange)
  const origin = stream === null ? null : (streams[stream % streams.length] ?? null)
  return proxy.begin(fault, exchange, origin)
}
