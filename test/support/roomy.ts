import type { Connector } from '../../src/main/exchanges/contract.ts'

/** For tests that are not about limits: the slowest exchanges take minutes for what others answer in a second. */
export const timesTheLimits = 1_000

/** The same exchange with room for everything at once; the simulator's own limits are raised by as much (`limits`). */
export const roomy = (connector: Connector): Connector => ({
  ...connector,
  pools: connector.pools.map((pool) => ({ ...pool, limit: pool.limit * timesTheLimits })),
})
