/** The simulator's thread: starts with the options in `workerData`, then answers requests until it is told to close. */
import { parentPort, workerData } from 'node:worker_threads'
import { exchangeIds } from '../../shared/domain/index.ts'
import { messageOf } from '../errors.ts'
import { type InjectedFault, type Simulator, SimulatorError } from './control.ts'
import { startSimulator } from './index.ts'
import type { Failure, Message, Request } from './messages.ts'

const port = parentPort
if (!port) throw new Error('worker.ts runs as a worker thread, see thread.ts')

const tell = (message: Message): void => port.postMessage(message)
const failureOf = (error: unknown): Failure => ({
  message: messageOf(error),
  expected: error instanceof SimulatorError,
})

async function answer(simulator: Simulator, injected: Map<number, InjectedFault>, request: Request): Promise<void> {
  let dropped = 0
  let statistics = null
  if (request.call === 'inject') injected.set(request.id, await simulator.inject(request.fault))
  if (request.call === 'stop') await injected.get(request.injected)?.stop()
  if (request.call === 'dropSockets') dropped = await simulator.dropSockets(request.exchange)
  if (request.call === 'statistics') statistics = await simulator.statistics()
  if (request.call === 'close') await simulator.close()
  tell({ kind: 'reply', id: request.id, dropped, statistics })
}

try {
  const simulator = await startSimulator(workerData, (notice) => tell({ kind: 'notice', notice }))
  const injected = new Map<number, InjectedFault>()
  port.on('message', (request: Request) => {
    answer(simulator, injected, request).catch((error: unknown) =>
      tell({ kind: 'refused', id: request.id, failure: failureOf(error) }),
    )
  })
  const origins = Object.fromEntries(exchangeIds.map((exchange) => [exchange, simulator.originsOf(exchange)]))
  const { keys, tradingKeys, withdrawingKeys } = simulator
  tell({ kind: 'ready', origins, keys, tradingKeys, withdrawingKeys })
} catch (error) {
  tell({ kind: 'failed', failure: failureOf(error) })
  port.close()
}
