import type { ExchangeId } from '../../shared/domain/index.ts'
import { createLogger } from '../log.ts'
import { startSimulator } from '../simulator/index.ts'
import { untilAskedToStop } from './shutdown.ts'

export interface SimulateFlags {
  readonly port: number
  readonly seed: number
  readonly venues?: readonly ExchangeId[]
  readonly symbols?: readonly string[]
  readonly rate: number
  readonly faults?: string
  readonly logLevel?: string
}

/**
 * The exchange simulator alone. Prints one JSON line: every real origin and the loopback origin that stands in for it, and API keys
 * that may only read (`keys`), also trade, and also withdraw.
 */
export async function simulate({ logLevel, ...options }: SimulateFlags): Promise<void> {
  const logger = createLogger(logLevel ?? 'info')
  const simulator = await startSimulator(options)
  const asked = untilAskedToStop(logger)
  const { origins, keys, tradingKeys, withdrawingKeys } = simulator
  process.stdout.write(`${JSON.stringify({ ready: true, origins, keys, tradingKeys, withdrawingKeys })}\n`)
  await asked
  await simulator.close()
  process.exit(0)
}
