import { type BuiltInExchangeId, type ExchangeId, isBuiltIn } from '../../shared/domain/index.ts'
import { binance } from './binance/index.ts'
import { bitfinex } from './bitfinex/index.ts'
import { bybit } from './bybit/index.ts'
import { coinbase } from './coinbase/index.ts'
import type { Connector } from './contract.ts'
import { cryptocom } from './cryptocom/index.ts'
import { gate } from './gate/index.ts'
import { htx } from './htx/index.ts'
import { kraken } from './kraken/index.ts'
import { kucoin } from './kucoin/index.ts'
import { mexc } from './mexc/index.ts'
import { okx } from './okx/index.ts'

/** One line per exchange. */
export const connectors: Readonly<Record<BuiltInExchangeId, Connector>> = {
  binance,
  okx,
  gate,
  mexc,
  bybit,
  coinbase,
  kraken,
  kucoin,
  htx,
  bitfinex,
  cryptocom,
}

const pluginConnectors = new Map<ExchangeId, Connector>()

/** What stands in this process for the exchanges of plugins: told wherever `setPluginExchanges` is. It stays while a run of it ends. */
export function setPluginConnectors(those: ReadonlyMap<ExchangeId, Connector>): void {
  for (const [exchange, connector] of those) pluginConnectors.set(exchange, connector)
}

/** Throws for the exchange of a plugin that was never found: all of `knownExchanges()` have one. */
export function connectorOf(exchange: ExchangeId): Connector {
  if (isBuiltIn(exchange)) return connectors[exchange]
  const connector = pluginConnectors.get(exchange)
  if (connector === undefined) throw new Error(`there is no plugin for ${exchange}`)
  return connector
}
