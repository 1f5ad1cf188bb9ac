import type { Database } from 'better-sqlite3'
import type { ExportRequest } from '../../../shared/data.ts'
import { RequestError } from './request-error.ts'

export interface KnownInstrument {
  readonly id: number
  readonly exchange: string
  readonly symbol: string
}

/**
 * Those the request names, ascending by exchange and symbol, and whether it named any: null filters mean all. Throws a RequestError
 * naming a symbol of which nothing can be stored.
 */
export function chosenInstruments(
  database: Database,
  { exchanges, symbols }: ExportRequest,
): { readonly instruments: readonly KnownInstrument[]; readonly isAll: boolean } {
  const known = database
    .prepare<[], KnownInstrument>('SELECT id, exchange, symbol FROM instruments ORDER BY exchange, symbol')
    .all()
  const ofExchanges = known.filter(({ exchange }) => exchanges.length === 0 || exchanges.some((id) => id === exchange))
  const unknown = symbols.filter((symbol) => !ofExchanges.some((one) => one.symbol === symbol))
  if (unknown.length > 0) {
    const where = exchanges.length === 0 ? '' : ` of ${exchanges.join(', ')}`
    throw new RequestError(
      `symbols: nothing is stored${where} under "${unknown.join('", "')}"; symbols look like BTC_USDT or BTC_USDT_PERP`,
    )
  }
  return {
    instruments: ofExchanges.filter(({ symbol }) => symbols.length === 0 || symbols.includes(symbol)),
    isAll: exchanges.length === 0 && symbols.length === 0,
  }
}
