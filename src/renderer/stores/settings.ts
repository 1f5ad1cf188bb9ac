import { createStore } from 'zustand/vanilla'
import type { CallReply, CrossbookApi } from '../../shared/contract.ts'
import { setPluginExchanges } from '../../shared/domain/index.ts'
import type { PluginStatus } from '../../shared/plugins.ts'
import type { Settings, SettingsChange } from '../../shared/settings.ts'

/** The exchanges that plugins in force add. */
const exchangesOf = (plugins: readonly PluginStatus[]) =>
  plugins.flatMap(({ exchange, title, allowed, problem }) =>
    allowed && problem === null && title !== null ? [{ exchange, title }] : [],
  )

export interface SettingsState {
  /** null until first read. */
  readonly settings: Settings | null
  readonly overridden: CallReply<'settings.get'>['overridden']
  readonly standardFees: CallReply<'settings.get'>['standardFees']
  /** Those that the settings name. */
  readonly plugins: CallReply<'settings.get'>['plugins']
  /** null until first read. */
  readonly nodeForPlugins: CallReply<'settings.get'>['nodeForPlugins'] | null
  readonly kinds: CallReply<'settings.get'>['kinds']
  readonly problem: string | null
  load(): Promise<void>
  replace(settings: Settings): void
  /** null when it was taken, else what the hub says against it. */
  update(changes: SettingsChange[]): Promise<string | null>
}

export const createSettingsStore = (api: CrossbookApi) =>
  createStore<SettingsState>()((set, get) => ({
    settings: null,
    overridden: {},
    standardFees: {},
    plugins: [],
    nodeForPlugins: null,
    kinds: {},
    problem: null,
    async load() {
      const reply = await api.call('settings.get', {})
      if (reply.ok) setPluginExchanges(exchangesOf(reply.value.plugins))
      set(reply.ok ? { ...reply.value, problem: null } : { problem: reply.message })
    },
    replace(settings) {
      const before = get().settings
      set({ settings })
      // What a plugin says of itself, and the Node that runs it, are the hub's to read.
      const read = (of: Settings) => JSON.stringify([of.plugins, of.pluginNode])
      if (before !== null && read(before) !== read(settings)) void get().load()
    },
    async update(changes) {
      const reply = await api.call('settings.update', { changes })
      if (!reply.ok) return reply.message
      get().replace(reply.value)
      return null
    },
  }))
export type SettingsStore = ReturnType<typeof createSettingsStore>
