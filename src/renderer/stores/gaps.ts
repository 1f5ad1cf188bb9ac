import type { CrossbookApi } from '../../shared/contract.ts'
import type { Gap } from '../../shared/domain/index.ts'
import { createListStore } from './list.ts'

const pageSize = 1_000

/** Holes in what was recorded, newest first. */
export function createGapsStore(api: CrossbookApi) {
  return createListStore<Gap>({
    async read(cursor) {
      const to = cursor === null ? null : Number(cursor)
      const reply = await api.call('gaps.list', { instrument: null, from: null, to, limit: pageSize })
      if (!reply.ok) return reply
      const rows = reply.value
      const oldest = rows.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY)
      // Many instruments lose a feed in the same moment, so the next page begins with that moment again; a page of nothing but
      // it would never end.
      const next = oldest + 1 === to ? oldest : oldest + 1
      return { ok: true, value: { rows, next: rows.length < pageSize ? null : String(next) } }
    },
    keyOf: ({ id }) => String(id),
    compare: (a, b) => b.from - a.from || b.id - a.id,
  })
}
export type GapsStore = ReturnType<typeof createGapsStore>
