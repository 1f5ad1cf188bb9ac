import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { Opportunity } from '../../shared/domain/index.ts'

export interface Opportunities {
  /** Open now, newest first. */
  readonly live: readonly Opportunity[]
  /** Closed, newest opening first; as far back as was scrolled. */
  readonly history: readonly Opportunity[]
  readonly isLoading: boolean
  /** There is nothing older than the end of `history`. */
  readonly isComplete: boolean
  readonly problem: string | null
  load(): Promise<void>
  loadOlder(): Promise<void>
  change(opportunity: Opportunity): void
  /** The hub's word on all that are open, about once a second: their best moments move while they live. */
  refresh(live: readonly Opportunity[]): void
}

const pageSize = 100

const newestFirst = (a: Opportunity, b: Opportunity) => b.openedAt - a.openedAt || b.id - a.id

/** Both lists in order, each opportunity once; of two versions the one in `newer` counts. */
function merge(newer: readonly Opportunity[], older: readonly Opportunity[]): readonly Opportunity[] {
  const byId = new Map(older.map((opportunity) => [opportunity.id, opportunity]))
  for (const opportunity of newer) byId.set(opportunity.id, opportunity)
  return [...byId.values()].sort(newestFirst)
}

export function createOpportunitiesStore(api: CrossbookApi) {
  // A change told while a reading is under way may be newer than its replies: it is applied again on top of them.
  let told: Opportunity[] = []
  // Replies to an earlier reading that come after a later one began are dropped.
  let reading = 0
  return createStore<Opportunities>()((set, get) => ({
    live: [],
    history: [],
    isLoading: false,
    isComplete: false,
    problem: null,
    async load() {
      const turn = ++reading
      told = []
      set({ isLoading: true, problem: null })
      const [live, page] = await Promise.all([
        api.call('opportunities.live', {}),
        api.call('opportunities.list', { before: null, limit: pageSize }),
      ])
      if (turn !== reading) return
      if (!live.ok) return set({ isLoading: false, problem: live.message })
      if (!page.ok) return set({ isLoading: false, problem: page.message })
      set({
        live: [...live.value].sort(newestFirst),
        history: merge(page.value, []),
        isLoading: false,
        isComplete: page.value.length < pageSize,
      })
      for (const opportunity of told.splice(0)) get().change(opportunity)
    },
    async loadOlder() {
      const { isLoading, isComplete, history } = get()
      const oldest = history.at(-1)
      if (isLoading || isComplete || !oldest) return
      const turn = ++reading
      set({ isLoading: true, problem: null })
      // Others may have opened in the same millisecond as the oldest shown, so that one is asked for again.
      const page = await api.call('opportunities.list', { before: oldest.openedAt + 1, limit: pageSize })
      if (turn !== reading) return
      if (!page.ok) return set({ isLoading: false, problem: page.message })
      const known = get().history
      const merged = merge(known, page.value)
      const isEnd = page.value.length < pageSize || merged.length === known.length
      set({ history: merged, isLoading: false, isComplete: isEnd })
    },
    refresh(live) {
      if (live.length > 0 || get().live.length > 0) set({ live: [...live].sort(newestFirst) })
    },
    change(opportunity) {
      if (get().isLoading) told.push(opportunity)
      const live = get().live.filter(({ id }) => id !== opportunity.id)
      if (opportunity.closedAt === null) set({ live: [opportunity, ...live].sort(newestFirst) })
      else set({ live, history: merge([opportunity], get().history) })
    },
  }))
}
export type OpportunitiesStore = ReturnType<typeof createOpportunitiesStore>
