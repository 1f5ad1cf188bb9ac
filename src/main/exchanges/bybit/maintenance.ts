/** What Bybit announces of its maintenance. Docs: https://bybit-exchange.github.io/docs/v5/system-status */

import type { RestCall } from '../../net/rest.ts'
import type { Maintenance } from '../contract.ts'
import { RowFields } from '../row-fields.ts'
import { checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { pageOf } from './fields.ts'
import { MaintenanceRow } from './schemas.ts'

/** Trading itself, private streams, market data; not the placing of orders by HTTP (2) or WebSocket (3). */
const usedServices: ReadonlySet<number> = new Set([1, 4, 5])
/** Futures and spot; not options and spreads. */
const usedProducts: ReadonlySet<number> = new Set([1, 2])
/** `2` is demo trading. */
const production = '1'

/**
 * In      {"id":"4d95b2a0-...","title":"t06","state":"completed","begin":"1751596902000","end":"1751597011000","href":"",
 *         "serviceTypes":[2,3,4,5],"product":[1,2],"uidSuffix":[],"maintainType":1,"env":1}
 * Out     of the production environment and of what is used, under way or to come; `end` is the expected one
 */
export const maintenance = (): RestCall<readonly Maintenance[]> => ({
  url: urls.systemStatus,
  query: [],
  pool: 'market',
  weight: 1,
  parse(body) {
    const page = pageOf(body)
    return page.ok
      ? readRows('system/status', page.value.rows, 'title', (row) => checked(MaintenanceRow, row, readRow))
      : page
  },
})

function readRow({ title, state, begin, end, serviceTypes, product, env }: MaintenanceRow): RowReading<Maintenance> {
  const isOngoing = state === 'ongoing'
  if (!isOngoing && state !== 'scheduled') return foreign
  if (String(env ?? production) !== production) return foreign
  if (!serviceTypes.some((type) => usedServices.has(type)) || !product.some((one) => usedProducts.has(one)))
    return foreign
  const fields = new RowFields()
  const value = { title, from: fields.timeOrNull('begin', begin), until: fields.timeOrNull('end', end), isOngoing }
  return fields.problem ?? good(value)
}
