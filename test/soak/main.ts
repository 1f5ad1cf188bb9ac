/** `npm run soak -- --hours N | --minutes N [--json FILE] [--snapshots FOLDER]`: see docs/testing.md. */
import { writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { defaultSymbols } from '../../src/main/simulator/symbols.ts'
import { head, rowOf, tableOf, verdictOf } from './report.ts'
import { type Sample, Sampler } from './samples.ts'
import { judge, settled, settledFromMs } from './verdict.ts'
import { startWorld } from './world.ts'

/** What one trader's 80 instruments bring in a busy moment, messages a second: the load of docs/performance.md for the whole program. */
const peakPerSecond = 2_000
const loadPerSecond = 3 * peakPerSecond
/** Those that the figures in docs/performance.md are of. */
const exchanges = ['binance', 'okx', 'gate', 'mexc'] as const
const symbols = defaultSymbols.slice(0, 20)
const sampleEveryMs = 10_000
/** Rows of the table at the end; every sample is in the file. */
const tableRows = 60
const minuteMs = 60_000

const { values } = parseArgs({
  options: {
    hours: { type: 'string' },
    minutes: { type: 'string' },
    json: { type: 'string' },
    snapshots: { type: 'string' },
  },
})
const numberOf = (name: string, text: string): number => {
  const value = Number(text)
  if (!/^\d+(\.\d+)?$/.test(text) || value === 0) throw new Error(`--${name}: must be a number above 0 (got "${text}")`)
  return value
}
if (values.hours !== undefined && values.minutes !== undefined) throw new Error('--hours or --minutes, not both')
const minutes =
  values.minutes === undefined ? numberOf('hours', values.hours ?? '1') * 60 : numberOf('minutes', values.minutes)
const wantedMs = minutes * minuteMs
const json = values.json ?? join(tmpdir(), `crossbook-soak-${new Date().toISOString().replaceAll(':', '')}.json`)
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const asked = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => asked.abort())

say(`${loadPerSecond} messages a second for ${minutes} min; starting …`)
const world = await startWorld({
  exchanges,
  symbols,
  perSecond: loadPerSecond,
  simulators: 1,
  ordersPerMinute: 60,
  settings: { trades: { record: symbols }, rawFrames: { enabled: true, maximumGigabytes: 1 } },
  withBots: true,
  flags: [],
})
const samples: Sample[] = []
let unanswered = 0
let hasSettled = false
const begunAt = performance.now()
const sampler = new Sampler(world)
const elapsed = () => performance.now() - begunAt
const snapshot = (name: string) => {
  if (values.snapshots !== undefined)
    world.program.order({ kind: 'snapshot', file: join(values.snapshots, `${name}.heapsnapshot`) })
}

say(`${world.withRedis ? 'with' : 'without'} Redis\n${head}`)
for (let next = sampleEveryMs; next <= wantedMs && world.program.isRunning; next += sampleEveryMs) {
  await delay(Math.max(0, next - elapsed()), undefined, { signal: asked.signal }).catch(() => undefined)
  if (asked.signal.aborted) break
  world.bot?.begin()
  if (!hasSettled && elapsed() >= settledFromMs(wantedMs)) {
    hasSettled = true
    // A snapshot holds the program up for seconds: the delays that count begin behind it.
    snapshot('settled')
    world.program.order({ kind: 'begin' })
  }
  const sample = await sampler.take()
  if (sample === null) unanswered++
  else {
    samples.push(sample)
    if (samples.length % 6 === 0) say(rowOf(sample))
  }
}
const inside = await world.program.read()
snapshot('end')
const hasEnded = !world.program.isRunning
await world.close()

const lengthMs = elapsed()
const judged = settled(samples, Math.min(lengthMs, wantedMs))
say(`\n${tableOf(samples, tableRows)}\n`)
if (hasEnded || inside === null || judged.length < 2) {
  say(hasEnded ? 'the program ended by itself: MISSED' : 'too short to be judged')
  writeFileSync(json, JSON.stringify({ loadPerSecond, lengthMs, unanswered, samples }, null, 1))
  process.exit(1)
}
const judgements = judge(judged, lengthMs, inside.delayOfAll)
say(verdictOf(judgements, judged))
if (unanswered > 0) say(`${unanswered} samples were not answered in time`)
const { delayOfAll } = inside
writeFileSync(
  json,
  JSON.stringify({ loadPerSecond, lengthMs, unanswered, delay: delayOfAll, judgements, samples }, null, 1),
)
say(`every sample: ${json}`)
process.exit(judgements.some(({ held }) => held === false) ? 1 : 0)
