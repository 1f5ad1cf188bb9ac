/** The contract's calls about moving assets between exchanges. */
import { exchangeIds } from '../shared/domain/index.ts'
import { type KnownNetworks, transferOf } from './analytics/transfers.ts'
import type { Handlers } from './handlers.ts'

export interface AssetCallParts {
  assetNetworks(): KnownNetworks
}

type AssetCall = Extract<keyof Handlers, `assets.${string}`>

export function createAssetHandlers(parts: AssetCallParts): Pick<Handlers, AssetCall> {
  return {
    'assets.networks': ({ assets }) => {
      const known = parts.assetNetworks()
      const networks = [...new Set(assets)].flatMap((asset) =>
        exchangeIds.flatMap((exchange) => known.networksOf(exchange, asset)),
      )
      return { networks, exchanges: exchangeIds.map((exchange) => known.standingOf(exchange)) }
    },
    'assets.transfer': ({ asset, from, to }) => transferOf(parts.assetNetworks(), asset, from, to),
  }
}
