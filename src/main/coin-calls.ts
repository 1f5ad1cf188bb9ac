/** The contract's calls about whether a pair is of one asset, and what could be done of it. */
import type { Instrument } from '../shared/domain/index.ts'
import type { Desk } from './analytics/desk.ts'
import type { CoinSide } from './coin-side.ts'
import { CallError, type Handlers } from './handlers.ts'
import type { InstrumentCatalog } from './market/catalog.ts'

export interface CoinCallParts {
  readonly desk: Desk
  readonly coins: CoinSide
  catalog(): InstrumentCatalog
}

export function createCoinHandlers(parts: CoinCallParts): Pick<Handlers, 'coins.evidence' | 'spreads.inventory'> {
  const instrumentOf = (key: string): Instrument => {
    const instrument = parts.catalog().get(key)
    if (instrument) return instrument
    throw new CallError('badRequest', `no exchange lists "${key}"; keys look like binance:BTC_USDT`)
  }
  return {
    'coins.evidence': ({ buy, sell }) => {
      const [first, second] = [instrumentOf(buy), instrumentOf(sell)]
      if (first.base !== second.base || first.quote !== second.quote) {
        throw new CallError('badRequest', `"${buy}" and "${sell}" are of different tickers: nothing is compared`)
      }
      return parts.coins.evidenceOf(first, second)
    },
    'spreads.inventory': ({ index }) => {
      const inventory = parts.coins.inventoryOf(parts.desk, index, Date.now())
      if (inventory !== null) return inventory
      throw new CallError('badRequest', `there is no pair ${index}; spreads.pairs lists those there are`)
    },
  }
}
