import { createStore } from 'zustand/vanilla'
import type { CallReply, CrossbookApi } from '../../shared/contract.ts'
import type { Settings, SettingsChange } from '../../shared/settings.ts'

export interface SettingsState {
  /** null until first read. */
  readonly settings: Settings | null
  readonly overridden: CallReply<'settings.get'>['overridden']
  readonly standardFees: CallReply<'settings.get'>['standardFees']
  readonly problem: string | null
  load(): Promise<void>
  replace(settings: Settings): void
  /** null when it was taken, else what the hub says against it. */
  update(changes: SettingsChange[]): Promise<string | null>
}

export const createSettingsStore = (api: CrossbookApi) =>
  createStore<SettingsState>()((set) => ({
    settings: null,
    overridden: {},
    standardFees: {},
    problem: null,
    async load() {
      const reply = await api.call('settings.get', {})
      set(reply.ok ? { ...reply.value, problem: null } : { problem: reply.message })
    },
    replace: (settings) => set({ settings }),
    async update(changes) {
      const reply = await api.call('settings.update', { changes })
      if (!reply.ok) return reply.message
      set({ settings: reply.value })
      return null
    },
  }))
export type SettingsStore = ReturnType<typeof createSettingsStore>
