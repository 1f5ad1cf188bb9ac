/** `npm run chaos -- [--scenarios N] [--seed N] [--only K] [--at-once N] [--shrink]`: see docs/testing.md. */
import { parseArgs } from 'node:util'
import { failureText, recoveryGoalMs, recoveryTable, slowestOf } from './report.ts'
import { type Outcome, runScenario } from './run.ts'
import { describeScenario, drawScenario, type Scenario } from './scenario.ts'

const { values } = parseArgs({
  options: {
    scenarios: { type: 'string', default: '60' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    'at-once': { type: 'string', default: '5' },
    shrink: { type: 'boolean', default: false },
  },
})
const numberOf = (name: string, text: string): number => {
  if (!/^\d+$/.test(text)) throw new Error(`--${name}: must be a whole number (got "${text}")`)
  return Number(text)
}
const seed = numberOf('seed', values.seed)
const scenarios =
  values.only === undefined
    ? Array.from({ length: numberOf('scenarios', values.scenarios) }, (_, index) => drawScenario(seed, index))
    : [drawScenario(seed, numberOf('only', values.only))]

const say = (text: string): void => void process.stdout.write(`${text}\n`)

async function outcomeOf(scenario: Scenario): Promise<Outcome> {
  try {
    return await runScenario(scenario)
  } catch (error) {
    const never = { connections: null, quotes: null, books: null, accounts: null }
    const violations = [error instanceof Error ? (error.stack ?? error.message) : String(error)]
    return { scenario, violations, recoveryMs: never, last: '', booksCompared: 0, tookMs: 0, logged: [] }
  }
}

/** Leaves faults out one by one, as long as it still fails. */
async function shrunk(scenario: Scenario): Promise<Scenario> {
  for (const left of scenario.faults) {
    const fewer = { ...scenario, faults: scenario.faults.filter((one) => one !== left) }
    if (fewer.faults.length === 0) continue
    const { violations } = await outcomeOf(fewer)
    if (violations.length > 0) return shrunk(fewer)
  }
  return scenario
}

const outcomes: Outcome[] = []
const waiting = [...scenarios]
const began = Date.now()
async function lane(): Promise<void> {
  for (let scenario = waiting.shift(); scenario; scenario = waiting.shift()) {
    const outcome = await outcomeOf(scenario)
    outcomes.push(outcome)
    const slowest = slowestOf(outcome)
    const verdict = outcome.violations.length === 0 ? 'held' : 'FAILED'
    const recovered = slowest === null ? 'never' : `${(slowest / 1_000).toFixed(2)} s`
    say(
      `${String(scenario.index).padStart(4)} ${verdict} recovered ${recovered} took ${(outcome.tookMs / 1_000).toFixed(1)} s`,
    )
    if (outcome.violations.length > 0) say(failureText(outcome))
    else if (slowest !== null && slowest > recoveryGoalMs)
      say(`     slow: ${outcome.last}\n     ${describeScenario(scenario)}`)
  }
}
await Promise.all(Array.from({ length: Math.min(numberOf('at-once', values['at-once']), scenarios.length) }, lane))

say(recoveryTable(outcomes))
const compared = outcomes.reduce((sum, { booksCompared }) => sum + booksCompared, 0)
const failed = outcomes.filter(({ violations }) => violations.length > 0)
say(
  `${compared} live books compared; ${failed.length} of ${outcomes.length} failed; ${((Date.now() - began) / 1_000).toFixed(0)} s`,
)
if (values.shrink) {
  for (const { scenario } of failed) {
    const smallest = await shrunk(scenario)
    say(`scenario ${scenario.index} shrunk: ${describeScenario(smallest)}\n${JSON.stringify(smallest.faults)}`)
  }
}
// What a scenario that failed left behind keeps nobody waiting.
process.exit(failed.length === 0 ? 0 : 1)
