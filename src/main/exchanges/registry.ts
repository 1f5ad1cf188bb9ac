import type { ExchangeId } from '../../shared/domain/index.ts'
import { binance } from './binance/index.ts'
import type { Connector } from './contract.ts'
import { gate } from './gate/index.ts'
import { mexc } from './mexc/index.ts'
import { okx } from './okx/index.ts'

/** One line per exchange. */
export const connectors: Readonly<Record<ExchangeId, Connector>> = {
  binance,
  okx,
  gate,
  mexc,
}
