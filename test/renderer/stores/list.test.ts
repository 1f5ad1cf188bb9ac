import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createListStore, type Page } from '../../../src/renderer/stores/list.ts'
import type { Reply } from '../../../src/shared/contract.ts'

interface Row {
  readonly id: number
  readonly version: number
  readonly isClosed?: boolean
}
const row = (id: number, version = 1): Row => ({ id, version })

/** A list whose readings are answered by hand. */
function create() {
  const asked: { cursor: string | null; answer(reply: Reply<Page<Row>>): void }[] = []
  const store = createListStore<Row>({
    read: (cursor) => new Promise((resolve) => asked.push({ cursor, answer: resolve })),
    keyOf: ({ id }) => String(id),
    compare: (a, b) => b.id - a.id,
    isGone: ({ isClosed }) => isClosed === true,
  })
  const answer = async (index: number, rows: readonly Row[], next: string | null = null) => {
    asked[index]?.answer({ ok: true, value: { rows, next } })
    await Promise.resolve()
    await Promise.resolve()
  }
  return {
    store,
    asked,
    answer,
    change: (...rows: Row[]) => store.getState().change(rows),
    rows: () => store.getState().rows,
  }
}

describe('a list', () => {
  it('keeps every push that comes before the reply to its reading, in order', async () => {
    const { store, answer, change, rows } = create()
    const loading = store.getState().load()
    change(row(3))
    change(row(2, 2))
    change({ ...row(1), isClosed: true })
    change(row(3, 2))
    await answer(0, [row(2), row(1)])
    await loading
    expect(rows()).toEqual([row(3, 2), row(2, 2)])
    expect(store.getState()).toMatchObject({ isLoaded: true, isLoading: false, isComplete: true, problem: null })
  })

  it('holds each row once, and drops it when it is gone', async () => {
    const { store, answer, change, rows } = create()
    void store.getState().load()
    await answer(0, [])
    change(row(1), row(2))
    change(row(1, 2), row(1, 2))
    expect(rows()).toEqual([row(2), row(1, 2)])
    change({ ...row(2), isClosed: true })
    expect(rows()).toEqual([row(1, 2)])
  })

  it('drops the reply to a reading that a later one overtook', async () => {
    const { store, asked, answer, rows } = create()
    void store.getState().load()
    void store.getState().load()
    await answer(1, [row(5)])
    await answer(0, [row(4)])
    expect([asked.length, rows()]).toEqual([2, [row(5)]])
  })

  it('reads older pages one at a time, and lets a row older than these come with its own page', async () => {
    const { store, asked, answer, change, rows } = create()
    void store.getState().load()
    await answer(0, [row(9), row(8)], 'c1')
    change(row(3, 7))
    expect(rows()).toEqual([row(9), row(8)])
    void store.getState().loadOlder()
    void store.getState().loadOlder()
    change(row(10))
    await answer(1, [row(8), row(3, 7)], null)
    expect(rows()).toEqual([row(10), row(9), row(8), row(3, 7)])
    void store.getState().loadOlder()
    expect(asked.map(({ cursor }) => cursor)).toEqual([null, 'c1'])
  })

  it('keeps its rows when a reading fails, and says why', async () => {
    const { store, asked, answer, change, rows } = create()
    void store.getState().load()
    await answer(0, [row(1)])
    const again = store.getState().load()
    change(row(2))
    asked[1]?.answer({ ok: false, code: 'unavailable', message: 'the database is locked' })
    await again
    expect([rows(), store.getState().problem]).toEqual([[row(2), row(1)], 'the database is locked'])
  })

  it('stands after any pushes as if it were sorted from the newest word on each row', () => {
    const push = fc.record({ id: fc.integer({ min: 0, max: 12 }), version: fc.nat(), isClosed: fc.boolean() })
    // Rows share places (equal ids by twos), as fills of the same millisecond do.
    const compare = (a: Row, b: Row) => Math.floor(b.id / 2) - Math.floor(a.id / 2) || a.id - b.id
    fc.assert(
      fc.property(fc.array(fc.array(push, { maxLength: 3 }), { maxLength: 30 }), (batches) => {
        const store = createListStore<Row>({
          read: () => new Promise(() => {}),
          keyOf: ({ id }) => String(id),
          compare,
          isGone: ({ isClosed }) => isClosed === true,
        })
        for (const batch of batches) store.getState().change(batch)
        const newest = new Map(batches.flat().map((one) => [one.id, one]))
        const open = [...newest.values()].filter(({ isClosed }) => !isClosed)
        expect(store.getState().rows).toEqual(open.sort(compare))
      }),
    )
  })
})
