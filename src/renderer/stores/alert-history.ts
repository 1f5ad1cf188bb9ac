/** Alerts as they are stored, filtered as the trader asks, with what comes and what is acknowledged meanwhile. */
import type { Acknowledged, AlertFilter } from '../../shared/alert-rules.ts'
import type { CrossbookApi } from '../../shared/contract.ts'
import { type Alert, asksToBeSeen, isKept } from '../../shared/domain/index.ts'
import type { History } from './history.ts'
import { createListStore } from './list.ts'

const pageSize = 200
/** A page is read on until it has so many rows, or there are no more: of what the hub sends, few may pass. */
const leastRows = 50
/** As many as the hub sends at once. */
const mostRows = 1_000

/** As the hub filters. */
export const acceptsAlert = (filter: AlertFilter, alert: Alert): boolean =>
  isKept(alert) &&
  (filter.severity === null || alert.severity === filter.severity) &&
  (filter.rule === null || alert.rule === filter.rule) &&
  (filter.ruleId === null || alert.ruleId === filter.ruleId) &&
  (!filter.unacknowledged || (alert.acknowledgedAt === null && asksToBeSeen(alert))) &&
  (filter.text === null || `${alert.subject}\n${alert.message}`.toLowerCase().includes(filter.text.toLowerCase()))

/** The alert as it is once that was said; the same one where it is not meant. */
export function acknowledgedBy({ ids, upTo, at }: Acknowledged, alert: Alert): Alert {
  const isMeant = (ids?.includes(alert.id) ?? false) || (upTo !== null && alert.id <= upTo)
  return isMeant && alert.acknowledgedAt === null && asksToBeSeen(alert) ? { ...alert, acknowledgedAt: at } : alert
}

/** `passes`: what the hub does not filter by. */
export function createAlertHistory(
  api: CrossbookApi,
  filter: AlertFilter,
  passes: (alert: Alert) => boolean = () => true,
): History<Alert> {
  let isWanted = true
  const readPage: History<Alert>['readPage'] = async (cursor, limit) => {
    const rows: Alert[] = []
    let next = cursor
    let asked = limit
    do {
      const reply = await api.call('alerts.history', { filter, cursor: next, limit: asked })
      if (!reply.ok) return reply
      rows.push(...reply.value.rows.filter(passes))
      next = reply.value.next
      asked = mostRows
    } while (isWanted && next !== null && rows.length < leastRows)
    return { ok: true, value: { rows, next } }
  }
  const store = createListStore<Alert>({
    read: (cursor) => readPage(cursor, pageSize),
    keyOf: ({ id }) => String(id),
    compare: (a, b) => b.id - a.id,
    accepts: (alert) => acceptsAlert(filter, alert) && passes(alert),
  })
  const follow = () => {
    isWanted = true
    const ends = [
      api.on('alert.raised', (alert) => store.getState().change([alert])),
      api.on('alerts.acknowledged', (done) => {
        const { rows, change } = store.getState()
        const changed = rows.map((alert) => acknowledgedBy(done, alert))
        change(changed.filter((alert, index) => alert !== rows[index]))
      }),
    ]
    return () => {
      isWanted = false
      for (const end of ends) end()
    }
  }
  return { store, readPage, follow }
}
