/** What Crypto.com announces of its maintenance. Docs: #public-get-announcements */
import type { RestCall } from '../../net/rest.ts'
import type { Maintenance } from '../contract.ts'
import { bad, checked, foreign, good, type RowReading, readRows } from '../rows.ts'
import { urls } from './endpoints.ts'
import { rowsOf } from './fields.ts'
import { AnnouncementRow } from './schemas.ts'

/** Of what Crossbook uses; `BAU`, business as usual, is the word for no impact, `PARTIAL` one for some. */
const ours = ['spot_trading_impacted', 'derivative_trading_impacted', 'margin_trading_impacted'] as const
const unimpaired = 'BAU'

/**
 * In      {"category":"system","title":"…","impacted_params":{"spot_trading_impacted":"PARTIAL",…},"start_time":1743426900000,
 *          "end_time":1743434100000, …}
 * Out     system announcements that touch trading; whether one is under way, its times alone tell
 * Rejects a row that has no start, `passedOver`
 */
export const maintenance = (): RestCall<readonly Maintenance[]> => ({
  url: urls.announcements,
  query: [['category', 'system']],
  pool: 'get-announcements',
  weight: 1,
  parse(body) {
    const rows = rowsOf(body)
    return rows.ok
      ? readRows('announcements', rows.value, 'title', (row) => checked(AnnouncementRow, row, readRow))
      : rows
  },
})

function readRow({
  category,
  title,
  impacted_params: impacted,
  start_time,
  end_time,
}: AnnouncementRow): RowReading<Maintenance> {
  if (category !== 'system') return foreign
  const isConcerned = ours.some((field) => typeof impacted?.[field] === 'string' && impacted[field] !== unimpaired)
  if (!isConcerned) return foreign
  if (!start_time) return bad('start_time', start_time, 'no time in milliseconds')
  return good({ title, from: start_time, until: end_time || null, isOngoing: false })
}
