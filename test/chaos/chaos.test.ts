/** 60 random scenarios: faults between the real connectors and the simulated exchanges. More, and single ones again: docs/testing.md. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { failureText, recoveryTable, slowestOf } from './report.ts'
import { type Outcome, runScenario } from './run.ts'
import { drawScenario, isRefused } from './scenario.ts'

const seed = 1
const scenarios = Array.from({ length: 60 }, (_, index) => drawScenario(seed, index))
/** 5 s are asked for on a quiet machine, and printed; a machine of CI's that runs several scenarios at once is given more. */
const recoverWithinMs = 15_000
/** So long is an exchange left alone that refused six times in a row, at most. */
const circuitMs = 30_000
/** A scenario takes some 20 s, and those that fail wait for what does not come. */
const timeoutMs = 300_000
/** When all hubs and simulators are gone. */
const mostHeapBytes = 400_000_000

const outcomes: Outcome[] = []

describe('chaos', () => {
  it.concurrent.for(scenarios)('scenario $index holds', { timeout: timeoutMs }, async (scenario) => {
    const outcome = await runScenario(scenario)
    outcomes.push(outcome)
    expect(outcome.violations, failureText(outcome)).toEqual([])
    const withinMs = recoverWithinMs + (isRefused(scenario) ? circuitMs : 0)
    expect(slowestOf(outcome), failureText(outcome)).toBeLessThanOrEqual(withinMs)
  })

  afterAll(() => {
    process.stdout.write(`${recoveryTable(outcomes)}\n`)
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect === 'function') collect()
    expect(process.memoryUsage().heapUsed).toBeLessThan(mostHeapBytes)
  })
})
