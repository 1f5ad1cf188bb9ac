/** Kraken's list of markets. Docs: https://docs.kraken.com/api/docs/rest-api/get-tradable-asset-pairs */
import { parseDecimal } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, symbolOf } from '../../../shared/domain/index.ts'
import type { RestCall } from '../../net/rest.ts'
import { bad, checked, foreign, good, type RowReading, readListing } from '../rows.ts'
import { readResult } from './calls.ts'
import { urls } from './endpoints.ts'
import { nativeNameOf, pairOf } from './names.ts'
import { AssetPairRow, AssetPairs } from './schemas.ts'

/**
 * In      {"XXBTZUSD":{"altname":"XBTUSD","wsname":"XBT/USD","pair_decimals":1,"lot_decimals":8,"ordermin":"0.00005","costmin":"0.5",
 *         "tick_size":"0.1","status":"online",…}}
 * Out     spot markets by the names of WebSocket v2, `BTC/USD`; dark pools and what is no currency are not listed
 */
export const instruments = (): RestCall<readonly ListedInstrument[]> => ({
  url: urls.assetPairs,
  query: [],
  pool: 'public',
  weight: 1,
  parse: (body) =>
    readResult(AssetPairs, body, (pairs) =>
      readListing('pairs', Object.values(pairs), 'altname', (json) => checked(AssetPairRow, json, readInstrument)),
    ),
})

function readInstrument(row: AssetPairRow): RowReading<ListedInstrument> {
  if (row.wsname === undefined || (row.aclass_base ?? 'currency') !== 'currency') return foreign
  const pair = pairOf(row.wsname)
  if (pair === null) return bad('wsname', row.wsname, 'no base and quote asset')
  const { base, quote } = pair
  return good({
    exchange: 'kraken',
    symbol: symbolOf(base, quote, 'spot'),
    kind: 'spot',
    base,
    quote,
    nativeName: nativeNameOf(base, quote),
    tickSize: tickSizeOf(row),
    lotSize: Number(`1e-${row.lot_decimals}`),
    minimumQuantity: positiveOrNull(row.ordermin),
    minimumNotional: positiveOrNull(row.costmin),
    contractSize: 1,
    status: statusOf(row.status),
  })
}

/**
 * Prices are written with `pair_decimals`, which the checksum of books goes by; a `tick_size` of fewer decimals would give it too few, so
 * that the finer step is taken then. None such is known.
 */
function tickSizeOf({ tick_size, pair_decimals }: AssetPairRow): number {
  const step = Number(`1e-${pair_decimals}`)
  const tick = positiveOrNull(tick_size)
  return tick !== null && tick < 10 * step ? tick : step
}

const positiveOrNull = (text: string | undefined): number | null => {
  const value = text === undefined ? Number.NaN : parseDecimal(text)
  return value > 0 ? value : null
}

/** `cancel_only`, `post_only`, `limit_only`, `reduce_only`, `maintenance`, `work_in_progress` and words yet to come are no open market. */
function statusOf(status: string): InstrumentStatus {
  if (status === 'online') return 'trading'
  return status === 'delisted' ? 'delisted' : 'halted'
}
