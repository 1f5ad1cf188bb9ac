import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { StorageReport } from '../../shared/data.ts'

export interface StorageState {
  /** null until first read. */
  readonly report: StorageReport | null
  /** When `report` came, epoch ms. */
  readonly readAt: number | null
  /** Why the last reading failed; the report of the one before stays. */
  readonly problem: string | null
  readonly isLoading: boolean
  readonly isCompacting: boolean
  /** Why the last compaction failed; null after one that did not. */
  readonly compactProblem: string | null
  load(): Promise<void>
  compact(): Promise<void>
}

export function createStorageStore(api: CrossbookApi) {
  let reading = 0
  return createStore<StorageState>()((set, get) => ({
    report: null,
    readAt: null,
    problem: null,
    isLoading: false,
    isCompacting: false,
    compactProblem: null,
    async load() {
      const turn = ++reading
      set({ isLoading: true })
      const reply = await api.call('storage.report', {})
      if (turn !== reading) return
      set(
        reply.ok
          ? { report: reply.value, readAt: Date.now(), problem: null, isLoading: false }
          : { problem: reply.message, isLoading: false },
      )
    },
    async compact() {
      if (get().isCompacting) return
      set({ isCompacting: true, compactProblem: null })
      const reply = await api.call('storage.compact', {})
      set({ isCompacting: false, compactProblem: reply.ok ? null : reply.message })
      await get().load()
    },
  }))
}
export type StorageStore = ReturnType<typeof createStorageStore>
