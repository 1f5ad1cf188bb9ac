/** The contract's calls about moving assets between exchanges, and about the fees that are computed with. */
import { type Instrument, knownExchanges } from '../shared/domain/index.ts'
import type { AccountDesk } from './account/desk.ts'
import type { FeeInForce } from './account/fees.ts'
import { type KnownNetworks, transferOf } from './analytics/transfers.ts'
import { CallError, type Handlers } from './handlers.ts'
import type { InstrumentCatalog } from './market/catalog.ts'

export interface AssetCallParts {
  assetNetworks(): KnownNetworks
  feeOf(instrument: Instrument): FeeInForce
  accounts(): AccountDesk
  catalog(): InstrumentCatalog
}

type AssetCall = Extract<keyof Handlers, `assets.${string}` | `fees.${string}`>

export function createAssetHandlers(parts: AssetCallParts): Pick<Handlers, AssetCall> {
  return {
    'assets.networks': ({ assets }) => {
      const known = parts.assetNetworks()
      const networks = [...new Set(assets)].flatMap((asset) =>
        knownExchanges().flatMap((exchange) => known.networksOf(exchange, asset)),
      )
      return { networks, exchanges: knownExchanges().map((exchange) => known.standingOf(exchange)) }
    },
    'assets.transfer': ({ asset, from, to }) => transferOf(parts.assetNetworks(), asset, from, to),
    'fees.inForce': ({ instruments }) => {
      const labels = new Map(
        parts
          .accounts()
          .list()
          .map(({ id, label }) => [id, label]),
      )
      return instruments.map((key) => {
        const instrument = parts.catalog().get(key)
        if (!instrument)
          throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
        const fee = parts.feeOf(instrument)
        return { instrument: key, ...fee, label: fee.account === null ? null : (labels.get(fee.account) ?? null) }
      })
    },
  }
}
