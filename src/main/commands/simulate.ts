import type { ExchangeId } from '../../shared/domain/index.ts'
import { createLogger } from '../log.ts'
import { livelyAccounts, startSimulator } from '../simulator/index.ts'
import { untilAskedToStop } from './shutdown.ts'

export interface SimulateFlags {
  readonly port: number
  readonly seed: number
  readonly venues?: readonly ExchangeId[]
  readonly symbols?: readonly string[]
  readonly rate: number
  readonly faults?: string
  /** Of each venue's auto trader; 6 when absent, 0 for none. */
  readonly ordersPerMinute?: number
  /** Whether accounts begin with a past; true when absent (`--no-history`). */
  readonly history?: boolean
  readonly logLevel?: string
}

/**
 * The exchange simulator alone. Prints one JSON line: every real origin and the loopback origin that stands in for it, and API keys
 * that may only read (`keys`), also trade, and also withdraw.
 */
export async function simulate({ logLevel, ordersPerMinute, history, ...options }: SimulateFlags): Promise<void> {
  const logger = createLogger(logLevel ?? 'info')
  const accounts = {
    history: history ?? livelyAccounts.history,
    ordersPerMinute: ordersPerMinute ?? livelyAccounts.ordersPerMinute,
  }
  const simulator = await startSimulator({ ...options, accounts })
  const asked = untilAskedToStop(logger)
  const { origins, keys, tradingKeys, withdrawingKeys } = simulator
  process.stdout.write(`${JSON.stringify({ ready: true, origins, keys, tradingKeys, withdrawingKeys })}\n`)
  await asked
  await simulator.close()
  process.exit(0)
}
