import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { Backup } from '../../shared/data.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('stores')

export interface Backups {
  /** null until first read. */
  readonly folder: string | null
  /** Newest first; null until first read. */
  readonly backups: readonly Backup[] | null
  /** Why the list could not be read; the list of the reading before stays. */
  readonly problem: string | null
  readonly isCreating: boolean
  /** Why the last backup asked for here was not made; null after one that was. */
  readonly createProblem: string | null
  load(): Promise<void>
  /** The whole list as the hub tells it. */
  replace(backups: readonly Backup[]): void
  create(): Promise<void>
}

const newestFirst = (backups: readonly Backup[]): readonly Backup[] => [...backups].sort((a, b) => b.at - a.at)

export function createBackupsStore(api: CrossbookApi) {
  // A list that was told while one is read is newer than its reply.
  let reading = 0
  return createStore<Backups>()((set, get) => ({
    folder: null,
    backups: null,
    problem: null,
    isCreating: false,
    createProblem: null,
    async load() {
      const turn = ++reading
      const reply = await api.call('backups.list', {})
      if (!reply.ok) {
        if (turn === reading) set({ problem: reply.message })
        return
      }
      const { folder, backups } = reply.value
      set(turn === reading ? { folder, backups: newestFirst(backups), problem: null } : { folder })
    },
    replace(backups) {
      reading++
      set({ backups: newestFirst(backups), problem: null })
    },
    async create() {
      if (get().isCreating) return
      set({ isCreating: true, createProblem: null })
      const reply = await api.call('backups.create', {})
      const failed = reply.ok
        ? reply.value.state === 'verified'
          ? null
          : reply.value.problem === null
            ? t('backups.unverified')
            : t('backups.unverifiedWhy', { problem: reply.value.problem })
        : reply.message
      set({ isCreating: false, createProblem: failed })
      await get().load()
    },
  }))
}
export type BackupsStore = ReturnType<typeof createBackupsStore>
