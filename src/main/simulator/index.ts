/** The exchange simulator: in this thread, or in one of its own so that it never stands on the caller's event loop. */
import type { LocalSimulator } from './control.ts'
import type { SimulatorOptions } from './options.ts'
import { runSimulation } from './simulation.ts'
import { venues } from './venues/index.ts'

export {
  type InjectedFault,
  type LocalSimulator,
  type Simulator,
  SimulatorError,
  type SimulatorStatistics,
} from './control.ts'
export type { SimBook } from './depth.ts'
export type { Fault } from './faults.ts'
export type { SimulatedKey, VenueKeys } from './keys.ts'
export { type AccountOptions, livelyAccounts, type SimulatorOptions } from './options.ts'
export { startSimulatorWorker } from './thread.ts'

/** Ready when every port listens. Rejects with SimulatorError, one clear line, when an option is wrong or a port is in use. */
export const startSimulator = (
  options: SimulatorOptions = {},
  tell?: (notice: string) => void,
): Promise<LocalSimulator> => runSimulation(options, venues, Date.now, tell)
