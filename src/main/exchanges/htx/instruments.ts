/** What HTX lists. Ids of spot cannot be cut up (`akrobtc` is KAON to BTC), so both lists name the assets. */
import { multiplyDecimal, scaleOf } from '../../../shared/decimal.ts'
import { type InstrumentStatus, type ListedInstrument, symbolOf } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { bad, checked, foreign, good, type RowReading, readListing } from '../rows.ts'
import { urls } from './endpoints.ts'
import { ContractRow, Rows, SpotSymbolRow } from './schemas.ts'

export const instruments = (): readonly RestCall<readonly ListedInstrument[]>[] => [
  listOf(urls.spotInstruments, 'spot-public', [], 'symbol', (json) => checked(SpotSymbolRow, json, readSpot)),
  listOf(urls.swapInstruments, 'swap-public', [['business_type', 'swap']], 'contract_code', (json) =>
    checked(ContractRow, json, readSwap),
  ),
]

function listOf(
  url: string,
  pool: string,
  query: RestCall<unknown>['query'],
  key: string,
  read: (json: unknown) => RowReading<ListedInstrument>,
): RestCall<readonly ListedInstrument[]> {
  const parse = (body: unknown): Parsed<readonly ListedInstrument[]> => {
    const reply = Rows.safeParse(body)
    return reply.success
      ? readListing('instruments', reply.data.data, key, read)
      : { ok: false, problem: 'instruments: data: no list' }
  }
  return { url, query, pool, weight: 1, parse }
}

/**
 * GET /v1/settings/common/market-symbols
 *
 * In      {"symbol":"btcusdt","state":"online","bc":"btc","qc":"usdt","pp":2,"ap":6,"minov":1,"lominoa":0.00001,"at":"enabled",...}
 * Out     `pp` and `ap` are decimals of price and quantity; `at` is not asked: what is closed to API orders is as good a market as any
 */
function readSpot(row: SpotSymbolRow): RowReading<ListedInstrument> {
  const status = spotStatus(row.state)
  if (status === null) return foreign
  const [tickSize, lotSize] = [powerOfTen(row.pp), powerOfTen(row.ap)]
  if (tickSize === null) return bad('pp', row.pp, 'no number of decimals')
  if (lotSize === null) return bad('ap', row.ap, 'no number of decimals')
  const [base, quote] = [row.bc.toUpperCase(), row.qc.toUpperCase()]
  return good({
    ...{ exchange: 'htx', symbol: symbolOf(base, quote, 'spot'), kind: 'spot', base, quote, nativeName: row.symbol },
    ...{ tickSize, lotSize, contractSize: 1, status },
    minimumQuantity: positiveOrNull(row.lominoa ?? row.minoa),
    minimumNotional: positiveOrNull(row.minov),
  })
}

const powerOfTen = (places: number): number | null =>
  Number.isInteger(places) && places >= 0 && places <= 30 ? Number(`1e-${places}`) : null

const positiveOrNull = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && value > 0 ? value : null

/** `not-online` and `unknown` have never been listed: null. `suspend`, `fuse`, `pre-online`, `transfer-board` have no market now. */
function spotStatus(state: string): InstrumentStatus | null {
  if (state === 'online') return 'trading'
  if (state === 'offline') return 'delisted'
  return state === 'not-online' || state === 'unknown' ? null : 'halted'
}

/** contract_status 1 listed; 0 delisted, 7 settled, 8 delivered; the others (2 to be listed, 3 suspended, …) have no market now. */
const listedStatus = 1
const goneStatuses: ReadonlySet<number> = new Set([0, 7, 8])

/**
 * GET /linear-swap-api/v1/swap_contract_info; dated futures are not ours.
 *
 * In      {"symbol":"BTC","contract_code":"BTC-USDT","contract_size":0.001,"price_tick":0.1,"contract_status":1,"business_type":"swap",
 *         "contract_type":"swap","trade_partition":"USDT",...}
 * Out     orders are whole contracts of `contract_size` base asset, at least one
 */
function readSwap(row: ContractRow): RowReading<ListedInstrument> {
  const { symbol: base, contract_code: nativeName, contract_size: contractSize, contract_status: status } = row
  if ((row.business_type ?? 'swap') !== 'swap' || (row.contract_type ?? 'swap') !== 'swap') return foreign
  // Old rows name no trade_partition; a perpetual's code is the pair.
  const quote = row.trade_partition ?? nativeName.slice(nativeName.lastIndexOf('-') + 1)
  if (quote === '' || !nativeName.endsWith(`-${quote}`)) return bad('trade_partition', quote, 'not the end of the code')
  if (!(contractSize > 0)) return bad('contract_size', contractSize, 'no contract size')
  const lotSize = multiplyDecimal('1', scaleOf(contractSize))
  return good({
    ...{ exchange: 'htx', symbol: symbolOf(base, quote, 'perpetual'), kind: 'perpetual', base, quote, nativeName },
    ...{ tickSize: positiveOrNull(row.price_tick), lotSize, minimumQuantity: lotSize, minimumNotional: null },
    ...{ contractSize, status: swapStatus(status) },
  })
}

function swapStatus(status: number): InstrumentStatus {
  if (status === listedStatus) return 'trading'
  return goneStatuses.has(status) ? 'delisted' : 'halted'
}
