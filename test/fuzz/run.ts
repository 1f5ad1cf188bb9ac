/** Runs cases, finds the smallest form of one that fails, and says how to see it again. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Frame } from './corpus.ts'
import { type Step, stepsOf } from './mutations.ts'
import { Random } from './random.ts'
import type { Aim } from './targets.ts'

export interface Finding {
  readonly seed: number
  readonly index: number
  /** `binance public spot` */
  readonly where: string
  readonly problem: string
  /** What was done to the sample, and the frame that came of it. */
  readonly steps: readonly string[]
  readonly frame: string
}

export interface Outcome {
  readonly findings: readonly Finding[]
  readonly cases: number
  /** Cases by what they were put to: `public`, `private`, `rest`. */
  readonly byKind: Readonly<Record<string, number>>
  /** What the heap held more after the last batch than after the first, bytes. */
  readonly heapGrowthBytes: number
}

/** Shares of an exchange's cases; what it has none of goes to the others. */
const shareOf = { public: 0.45, private: 0.25, rest: 0.3 } as const
const batch = 5_000
/** More than these say nothing new. */
const mostFindings = 20
const shownBytes = 600

const seedOf = (seed: number, index: number): number =>
  Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b)

/** Every exchange has as many cases, however many sources. */
function chooseAim(aims: readonly Aim[], random: Random): Aim {
  const exchange = random.pick([...new Set(aims.map(({ source }) => source.exchange))])
  const own = aims.filter(({ source }) => source.exchange === exchange)
  const kinds = [...new Set(own.map(({ source }) => source.kind))]
  let left = random.next() * kinds.reduce((sum, kind) => sum + shareOf[kind], 0)
  let chosen = kinds[0]
  for (const kind of kinds) {
    chosen = kind
    left -= shareOf[kind]
    if (left < 0) break
  }
  return random.pick(own.filter(({ source }) => source.kind === chosen))
}

interface Case {
  readonly aim: Aim
  readonly sample: Frame
  readonly steps: readonly Step[]
  readonly choice: number
}

/** Case `index` of a seed: the same on every run over the same samples. */
export function drawCase(aims: readonly Aim[], seed: number, index: number): Case {
  const random = new Random(seedOf(seed, index))
  const aim = chooseAim(aims, random)
  const { frames } = aim.source
  return {
    aim,
    sample: random.pick(frames),
    steps: stepsOf(random.pick(frames), frames, random),
    choice: random.below(1_000),
  }
}

const frameAfter = ({ data, isBinary }: Frame, steps: readonly Step[]): Frame => ({
  data: steps.reduce((changed, { seed, apply }) => apply(changed, new Random(seed)), data),
  isBinary,
})

async function problemOf({ aim, choice }: Case, frame: Frame): Promise<string | null> {
  try {
    return await aim.target(frame, choice)
  } catch (error) {
    return `throws ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`.slice(0, shownBytes)
  }
}

/** Leaves out every step that the failure does not need. */
async function shrunk(one: Case): Promise<readonly Step[]> {
  let { steps } = one
  for (const step of one.steps) {
    const fewer = steps.filter((other) => other !== step)
    if ((await problemOf(one, frameAfter(one.sample, fewer))) !== null) steps = fewer
  }
  return steps
}

async function findingOf(one: Case, seed: number, index: number): Promise<Finding> {
  const steps = await shrunk(one)
  const frame = frameAfter(one.sample, steps)
  const { exchange, kind, name } = one.aim.source
  return {
    seed,
    index,
    where: `${exchange} ${kind} ${name}`,
    problem: (await problemOf(one, frame)) ?? 'nothing, on the second run',
    steps: steps.map((step) => step.name),
    frame: frame.data.toString(frame.isBinary ? 'hex' : 'utf8').slice(0, shownBytes),
  }
}

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

export interface RunOptions {
  readonly seed: number
  /** Runs these only. */
  readonly from: number
  readonly cases: number
  /** After each batch. */
  readonly onBatch?: (done: number, findings: number) => void
}

export async function runCases(aims: readonly Aim[], { seed, from, cases, onBatch }: RunOptions): Promise<Outcome> {
  const findings: Finding[] = []
  const byKind: Record<string, number> = {}
  let firstHeap: number | null = null
  let heap = 0
  for (let index = from; index < from + cases; index++) {
    const one = drawCase(aims, seed, index)
    const { kind } = one.aim.source
    byKind[kind] = (byKind[kind] ?? 0) + 1
    const problem = await problemOf(one, frameAfter(one.sample, one.steps))
    if (problem !== null && findings.length < mostFindings) findings.push(await findingOf(one, seed, index))
    if ((index - from + 1) % batch === 0 || index === from + cases - 1) {
      collectGarbage()
      heap = process.memoryUsage().heapUsed
      firstHeap ??= heap
      onBatch?.(index - from + 1, findings.length)
    }
  }
  return { findings, cases, byKind, heapGrowthBytes: heap - (firstHeap ?? heap) }
}

export const reproduce = ({ seed, index }: Pick<Finding, 'seed' | 'index'>): string =>
  `CROSSBOOK_FUZZ_SEED=${seed} CROSSBOOK_FUZZ_ONLY=${index} npx vitest run test/fuzz`

export const findingText = (finding: Finding): string =>
  [
    `${finding.where}: ${finding.problem}`,
    `  after: ${finding.steps.join(', ') || 'nothing'}`,
    `  frame: ${finding.frame}`,
    `  again: ${reproduce(finding)}`,
  ].join('\n')
