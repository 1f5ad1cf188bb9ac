import { onTestFinished } from 'vitest'
import type { Simulator } from '../../src/main/simulator/control.ts'
import type { SimulatorOptions } from '../../src/main/simulator/options.ts'
import { runSimulation } from '../../src/main/simulator/simulation.ts'
import { createPlainVenue } from './venue.ts'

/** A simulator of plain venues (venue.ts) in the names of all four exchanges, closed when the test ends. */
export async function plainSimulation(
  options: SimulatorOptions = {},
  clock: () => number = Date.now,
): Promise<Simulator> {
  const started = await runSimulation(
    { symbols: ['BTC_USDT', 'ETH_USDT'], venues: ['binance', 'okx'], ...options },
    {
      binance: createPlainVenue('binance'),
      okx: createPlainVenue('okx'),
      gate: createPlainVenue('gate'),
      mexc: createPlainVenue('mexc'),
    },
    clock,
  )
  onTestFinished(() => started.close())
  return started
}

/** The loopback address of a real origin. */
export function loopbackOf(simulator: Simulator, origin: string): string {
  const loopback = simulator.origins[origin]
  if (loopback === undefined) throw new Error(`${origin} is not simulated`)
  return loopback
}
