/** Values over time that are read in pages: the newest page, older ones as the picture is scrolled, and what came since. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Reply } from '../../../shared/contract.ts'
import { replaced } from './bucketGrid.ts'

export interface HistoryPage<T> {
  /** Ascending. */
  readonly rows: readonly T[]
  /** Time of the oldest that is stored at all; null: nothing is. */
  readonly oldest: number | null
}

export interface PagedState<T> {
  /** Ascending. */
  readonly rows: readonly T[]
  /** Everything since then has been read, epoch ms; null until the first page has come. */
  readonly from: number | null
  readonly isLoaded: boolean
  readonly isLoadingOlder: boolean
  /** Nothing older is stored. */
  readonly isComplete: boolean
  /** In words, why the newest could not be read; null once it was. */
  readonly problem: string | null
  readonly olderProblem: string | null
}

export interface PagedHistory<T> {
  readonly stepMs: number
  readonly store: StoreApi<PagedState<T>>
  /** Reads the newest page, or, once there is one, what came since. One reading at a time. */
  load(): Promise<void>
  /** Older pages until one holds something. */
  loadOlder(): Promise<void>
}

export interface PagedOptions<T> {
  readonly stepMs: number
  readonly pageBuckets: number
  /** from <= t < to, multiples of `stepMs`. `part` tells readings apart that go on beside each other. */
  read(from: number, to: number, part: 'newest' | 'older'): Promise<Reply<HistoryPage<T>>>
  readonly now?: () => number
}

/** A second is stored in the moments after it, later while the disk is busy: what ended this lately is read once more. */
const settledMs = 5_000
/** Empty pages that are passed over for one scroll: then it takes another. */
const mostEmptyPages = 12

export function createPagedHistory<T extends { readonly at: number }>(options: PagedOptions<T>): PagedHistory<T> {
  const { stepMs, pageBuckets, read, now = Date.now } = options
  const pageMs = pageBuckets * stepMs
  const store = createStore<PagedState<T>>()(() => ({
    rows: [],
    from: null,
    isLoaded: false,
    isLoadingOlder: false,
    isComplete: false,
    problem: null,
    olderProblem: null,
  }))
  const isOver = (from: number, oldest: number | null) => oldest === null || from <= oldest
  let isLoading = false
  /** From the first bucket on that may have grown after the last reading: they are read again. */
  let until: number | null = null

  async function load(): Promise<void> {
    if (isLoading) return
    isLoading = true
    const begun = now()
    const end = Math.floor(begun / stepMs) * stepMs + stepMs
    // After a long pause there would be too many buckets for one page: from the newest on, as at the beginning.
    const isNext = until !== null && end - until <= pageMs
    const from = isNext && until !== null ? until : end - pageMs
    const reply = await read(from, end, 'newest')
    isLoading = false
    if (!reply.ok) return store.setState({ problem: reply.message })
    const { rows, oldest } = reply.value
    const known = store.getState()
    until = Math.max(from, Math.floor((begun - settledMs) / stepMs) * stepMs)
    if (isNext) return store.setState({ rows: replaced(known.rows, rows, from, Infinity), problem: null })
    store.setState({ rows, from, isLoaded: true, isComplete: isOver(from, oldest), problem: null, olderProblem: null })
  }

  async function loadOlder(): Promise<void> {
    if (store.getState().isLoadingOlder) return
    store.setState({ isLoadingOlder: true, olderProblem: null })
    for (let pages = 0; pages < mostEmptyPages; pages++) {
      const { from: end, isComplete } = store.getState()
      if (end === null || isComplete) break
      const from = end - pageMs
      const reply = await read(from, end, 'older')
      // The newest page was read anew meanwhile: what lies between is not known.
      if (store.getState().from !== end) break
      if (!reply.ok) {
        store.setState({ olderProblem: reply.message })
        break
      }
      const { rows, oldest } = reply.value
      store.setState({ rows: replaced(store.getState().rows, rows, from, end), from, isComplete: isOver(from, oldest) })
      if (rows.length > 0) break
    }
    store.setState({ isLoadingOlder: false })
  }

  return { stepMs, store, load, loadOlder }
}
