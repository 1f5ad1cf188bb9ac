import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Minutes each, mostly spent waiting: begun last, one of them would run alone at the end. */
const long =
  /\/(chaos\/chaos|account\/(kill|model|faults|simulator)|crash\/kill|exchanges\/behaviour|secrets|rebuild|hub-trouble)\.test\.ts$/

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['test/e2e/**', 'node_modules/**'],
    pool: 'forks',
    sequence: { sequencer: LongFirst },
    // Most tests wait for sockets and clocks: three at once also where there are two cores.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    // CI sets it: real sockets and clocks on a shared machine are sometimes late. A test that needed it is named as retried.
    retry: Number(process.env.CROSSBOOK_TEST_RETRIES ?? 0),
    // Several times what they take alone: three at once on two busy cores.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
})
