import { onTestFinished } from 'vitest'
import { type LocalSimulator, type SimulatorOptions, startSimulator } from '../../src/main/simulator/index.ts'

/** A simulator of the real venues for one test, closed when it ends. For a long-lived one use `startSimulator` itself. */
export async function simulator(options: SimulatorOptions = {}): Promise<LocalSimulator> {
  const started = await startSimulator(options)
  onTestFinished(() => started.close())
  return started
}
