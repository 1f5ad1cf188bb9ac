/** A run of scenarios as text. */
import { type Outcome, type RecoveryPart, recoveryParts } from './run.ts'
import { describeScenario, isRefused } from './scenario.ts'

/** `not refused`: without those whose exchange refuses, and so is left alone for longer. */
type Row = RecoveryPart | 'all' | 'not refused'

/** What is asked for on a quiet machine, ms. */
export const recoveryGoalMs = 5_000

export const slowestOf = ({ recoveryMs }: Outcome): number | null =>
  recoveryParts.reduce<number | null>((slowest, part) => {
    const ms = recoveryMs[part]
    return slowest === null || ms === null ? null : Math.max(slowest, ms)
  }, 0)

const nameOf = (part: Row): string => part.padEnd(12)

/** Per part and over all: median, 95th percentile, longest, and how many took longer than asked for. */
export function recoveryTable(outcomes: readonly Outcome[]): string {
  const line = (name: Row, values: readonly (number | null)[]): string => {
    const known = values.filter((value) => value !== null).sort((a, b) => a - b)
    const at = (share: number) => ((known[Math.ceil(share * known.length) - 1] ?? 0) / 1_000).toFixed(2).padStart(7)
    const late = values.filter((value) => value === null || value > recoveryGoalMs).length
    const never = values.length - known.length
    return `${nameOf(name)}${at(0.5)}${at(0.95)}${at(1)}${String(late).padStart(7)}${String(never).padStart(7)}`
  }
  return [
    `recovery after the last fault, s, of ${outcomes.length} scenarios`,
    '                p50    p95    max   >5 s  never',
    ...recoveryParts.map((part) =>
      line(
        part,
        outcomes.map(({ recoveryMs }) => recoveryMs[part]),
      ),
    ),
    line('all', outcomes.map(slowestOf)),
    line('not refused', outcomes.filter(({ scenario }) => !isRefused(scenario)).map(slowestOf)),
  ].join('\n')
}

export const reproduce = ({ seed, index }: { readonly seed: number; readonly index: number }): string =>
  `npm run chaos -- --seed ${seed} --only ${index}`

/** What went wrong in one scenario, and how to see it again. */
export function failureText({ scenario, violations, last, logged }: Outcome): string {
  return [
    `scenario ${scenario.index} of seed ${scenario.seed}: ${describeScenario(scenario)}`,
    ...violations.map((violation) => `  - ${violation}`),
    ...(last === '' ? [] : [`  last not well: ${last}`]),
    `  again: ${reproduce(scenario)}`,
    ...logged.slice(-10).map((line) => `  log ${line.slice(0, 400)}`),
  ].join('\n')
}
