/** `npm run load -- [--minutes N] [--rate N] [--simulators N] [--flags "…"] [--json FILE] [--desktop]`: see docs/testing.md. */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { wellKnownSymbols } from '../../src/main/simulator/symbols.ts'
import { exchangeIds, Gap } from '../../src/shared/domain/index.ts'
import { measureDesktop } from './load-desktop.ts'
import { type LoadFindings, type LoadReading, loadOf, loadTable, loadVerdict } from './load-report.ts'
import { startWorld, type WorldPlan } from './world.ts'

const secondMs = 1_000
const minuteMs = 60_000
/** Order books are built and candles fetched in this time at the latest; nothing of it counts. */
const settleMs = 90_000
const lookEveryMs = 5_000
/** All are in the file. */
const mostGapsTold = 20
const symbols = wellKnownSymbols.slice(0, 50)

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '3' },
    rate: { type: 'string', default: '10000' },
    simulators: { type: 'string', default: '1' },
    flags: { type: 'string', default: '' },
    json: { type: 'string' },
    desktop: { type: 'boolean' },
  },
})
const numberOf = (name: 'minutes' | 'rate' | 'simulators'): number => {
  const value = Number(values[name])
  if (!(value > 0)) throw new Error(`--${name}: must be a number above 0 (got "${values[name]}")`)
  return value
}
const measuredMs = numberOf('minutes') * minuteMs
const perSecond = numberOf('rate')
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.abort())
const pause = (ms: number) => delay(ms, undefined, { signal: asked.signal }).catch(() => undefined)

say(`${exchangeIds.length} exchanges x ${symbols.length} symbols, ${perSecond} messages a second; starting …`)
const plan: WorldPlan = {
  exchanges: exchangeIds,
  symbols,
  perSecond,
  simulators: numberOf('simulators'),
  ordersPerMinute: null,
  settings: { periods: ['1m'] },
  withBots: false,
  flags: values.flags.split(' ').filter((flag) => flag !== ''),
}
if (values.desktop) {
  await measureDesktop({ plan, settleMs, measuredMs, say, signal: asked.signal })
  process.exit(0)
}
const world = await startWorld(plan)

/** null: the program did not answer in time. */
async function look(): Promise<LoadReading | null> {
  const inside = await world.program.read()
  if (inside === null) return null
  const text = await world.metrics()
  const simulatorCpuMs = world.simulators.reduce((sum, simulator) => sum + (simulator.cpuMs() ?? Number.NaN), 0)
  return {
    atMs: performance.now(),
    text,
    inside,
    memory: world.program.memory(),
    waitedMs: world.program.waitedMs(),
    simulatorCpuMs,
  }
}

const readings: LoadReading[] = []
let gaps: readonly Gap[] = []
try {
  await pause(settleMs)
  world.program.order({ kind: 'begin' })
  const begunAt = performance.now()
  const from = Date.now()
  while (!asked.signal.aborted && world.program.isRunning && performance.now() - begunAt < measuredMs) {
    const reading = await look()
    if (reading !== null) readings.push(reading)
    await pause(lookEveryMs)
  }
  const request = { instrument: null, from, to: null, limit: 1_000 }
  const found = world.program.isRunning ? await world.ask('gaps.list', request) : []
  gaps = z
    .array(Gap)
    .parse(found)
    .filter((gap) => gap.from >= from)
} finally {
  await world.close()
}
const pushes = world.pushes()

const findings: LoadFindings = loadOf(readings)
const judgements = loadVerdict(findings, gaps.length, perSecond)
say(loadTable(findings))
say(`${(findings.lengthMs / secondMs).toFixed(0)} s, ${pushes} messages to the window`)
for (const { instrument, kind, cause, from, to, detail } of gaps.slice(0, mostGapsTold)) {
  say(`gap: ${kind} of ${instrument}, ${cause}, ${to === null ? 'lasts' : `${to - from} ms`} ${detail}`)
}
for (const { what, found, goal, held } of judgements)
  say(`${what}: ${found}, goal ${goal}: ${held ? 'held' : 'MISSED'}`)
if (values.json !== undefined) {
  writeFileSync(
    values.json,
    JSON.stringify({ perSecond, symbols: symbols.length, findings, gaps, judgements }, null, 1),
  )
}
process.exit(judgements.some(({ held }) => !held) ? 1 : 0)
