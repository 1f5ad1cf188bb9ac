import { describe, expect, it } from 'vitest'
import { createAlertHistory } from '../../../src/renderer/stores/alert-history.ts'
import type { AlertFilter } from '../../../src/shared/alert-rules.ts'
import type { Alert } from '../../../src/shared/domain/index.ts'
import { createHub } from '../support/hub.ts'

const filter: AlertFilter = { severity: null, rule: null, ruleId: null, text: null, unacknowledged: false }
const alert = (id: number): Alert => ({
  ...{ id, at: id * 1_000, severity: 'warning', rule: 'price', ruleId: 'mine', subject: 'okx:BTC_USDT' },
  ...{ message: 'Mine: high', acknowledgedAt: null },
})
const newest = 3_000

/** A hub that has the alerts 1 to 3,000, and which limits it was asked for. */
function storedAlerts() {
  const hub = createHub()
  const limits: number[] = []
  hub.answer('alerts.history', ({ cursor, limit }) => {
    limits.push(limit)
    const before = cursor === null ? newest + 1 : Number(cursor)
    const rows = Array.from({ length: Math.min(limit, before - 1) }, (_, i) => alert(before - 1 - i))
    return { rows, next: rows.length < limit ? null : String(rows.at(-1)?.id) }
  })
  return { hub, limits }
}

describe('alerts of which only some are shown', () => {
  it('are read on until there is a page of them, and no further', async () => {
    const { hub, limits } = storedAlerts()
    const { store } = createAlertHistory(hub.api, filter, ({ id }) => id % 20 === 0)
    await store.getState().load()
    expect(limits).toEqual([200, 1_000])
    expect(store.getState()).toMatchObject({ isLoaded: true, isComplete: false })
    expect(store.getState().rows.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, i) => newest - i * 20))
  })

  it('are read to the end where there are none, and those that come are held to the same', async () => {
    const { hub } = storedAlerts()
    const { store, follow } = createAlertHistory(hub.api, filter, ({ id }) => id > newest && id % 2 === 0)
    const end = follow()
    await store.getState().load()
    expect(store.getState()).toMatchObject({ rows: [], isLoaded: true, isComplete: true })
    for (const id of [newest + 1, newest + 2]) hub.push('alert.raised', alert(id))
    expect(store.getState().rows.map(({ id }) => id)).toEqual([newest + 2])
    end()
  })

  it('are read no further once nobody looks', async () => {
    const { hub, limits } = storedAlerts()
    const { store, follow } = createAlertHistory(hub.api, filter, () => false)
    const end = follow()
    const load = store.getState().load()
    end()
    await load
    expect(limits).toEqual([200])
  })
})

it('asks for one page at a time where all are shown', async () => {
  const { hub, limits } = storedAlerts()
  const { store, readPage } = createAlertHistory(hub.api, filter)
  await store.getState().load()
  await store.getState().loadOlder()
  expect(store.getState().rows).toHaveLength(400)
  expect(await readPage(null, 1_000)).toMatchObject({ ok: true, value: { next: String(newest - 999) } })
  expect(limits).toEqual([200, 200, 1_000])
})
