/** Parser fuzz: see docs/testing.md. CROSSBOOK_FUZZ_CASES=1000000 for the long form. */
import { expect, it } from 'vitest'
import { readCorpus } from './corpus.ts'
import { findingText, runCases } from './run.ts'
import { aimsOf } from './targets.ts'

const numberOf = (name: string, otherwise: number): number => {
  const text = process.env[name]
  if (text !== undefined && !/^\d+$/.test(text)) throw new Error(`${name}: must be a whole number (got "${text}")`)
  return text === undefined ? otherwise : Number(text)
}
const only = process.env.CROSSBOOK_FUZZ_ONLY === undefined ? null : numberOf('CROSSBOOK_FUZZ_ONLY', 0)
const cases = only === null ? numberOf('CROSSBOOK_FUZZ_CASES', 20_000) : 1
const seed = numberOf('CROSSBOOK_FUZZ_SEED', 1)
/** Compiled code and its statistics grow for a while. */
const mostHeapGrowthBytes = 40_000_000
const msPerCase = 10

it(
  `refuses or reads right whatever comes: ${cases} frames and replies changed in every way`,
  async () => {
    const aims = await aimsOf(readCorpus())
    const outcome = await runCases(aims, { seed, from: only ?? 0, cases })
    expect(outcome.findings.map(findingText).join('\n\n')).toBe('')
    expect(outcome.heapGrowthBytes).toBeLessThan(mostHeapGrowthBytes)
  },
  60_000 + cases * msPerCase,
)
