/** What OKX announces of its maintenance. Docs: https://www.okx.com/docs-v5/en/#status-get-status */

import type { RestCall } from '../../net/rest.ts'
import type { Maintenance } from '../contract.ts'
import { RowFields } from '../row-fields.ts'
import { checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { MaintenanceRow } from './schemas.ts'

/** Services that Crossbook does without: dated futures, options, block trading, bots, spread and copy trading. */
const unused: ReadonlySet<string> = new Set(['2', '4', '6', '7', '10', '11'])
/** `pre_open`: orders can be cancelled again, nothing is traded yet. Asked for no state it tells these and `scheduled`. */
const ongoing: ReadonlySet<string> = new Set(['ongoing', 'pre_open'])
/** `2` is demo trading. */
const production = '1'

/**
 * In      {"title":"…","state":"scheduled","begin":"1672823400000","end":"1672825980000","serviceType":"5","env":"1", …}
 * Out     of the production environment and of services that are used; `end` is the expected one; '' is told as null
 * Rejects a row whose times are none, `passedOver`
 */
export const maintenance = (): RestCall<readonly Maintenance[]> => ({
  url: urls.systemStatus,
  query: [],
  pool: 'system-status',
  weight: 1,
  parse(body) {
    const rows = rowsOf(body)
    return rows.ok ? readRows('maintenance', rows.value, 'title', (row) => checked(MaintenanceRow, row, readRow)) : rows
  },
})

function readRow({ title, state, begin, end, serviceType, env = production }: MaintenanceRow): RowReading<Maintenance> {
  const isOngoing = ongoing.has(state)
  if (env !== production || unused.has(serviceType) || (!isOngoing && state !== 'scheduled')) return foreign
  const fields = new RowFields()
  const value = { title, from: fields.timeOrNull('begin', begin), until: fields.timeOrNull('end', end), isOngoing }
  return fields.problem ?? good(value)
}
