import { createStore } from 'zustand/vanilla'
import type { AppInfo, CrossbookApi, Progress, RecorderStatus } from '../../shared/contract.ts'
import type { DatabaseStatus, RawFramesStatus } from '../../shared/data.ts'
import type { Alert, ExchangeStatus } from '../../shared/domain/index.ts'
import type { NetworkStatus } from '../../shared/network.ts'

/** What the hub says of itself: mode, connections, recorder, long work under way. */
export interface Status {
  readonly info: AppInfo | null
  readonly connections: readonly ExchangeStatus[] | null
  readonly recorder: RecorderStatus | null
  readonly network: NetworkStatus | null
  readonly rawFrames: RawFramesStatus | null
  readonly database: DatabaseStatus | null
  readonly progress: readonly Progress[]
  setProgress(progress: Progress): void
}

export const createStatusStore = () =>
  createStore<Status>()((set, get) => ({
    info: null,
    connections: null,
    recorder: null,
    network: null,
    rawFrames: null,
    database: null,
    progress: [],
    setProgress(progress) {
      const others = get().progress.filter(({ id }) => id !== progress.id)
      set({ progress: [...others, progress] })
    },
  }))
export type StatusStore = ReturnType<typeof createStatusStore>

export interface Alerts {
  /** Newest first. */
  readonly alerts: readonly Alert[]
  /** Alerts up to this id have been looked at. */
  readonly seenId: number
  load(): Promise<void>
  raise(alert: Alert): void
  markSeen(): void
}

const alertsKept = 500

export const createAlertsStore = (api: CrossbookApi) =>
  createStore<Alerts>()((set, get) => ({
    alerts: [],
    seenId: 0,
    async load() {
      const reply = await api.call('alerts.list', {})
      // A failed reading leaves what is there; the link says why, and a new opening reads again.
      if (!reply.ok) return
      const newest = reply.value.reduce((id, alert) => Math.max(id, alert.id), 0)
      // A hub started anew counts from 1 again.
      set({ alerts: sorted(reply.value), seenId: newest < get().seenId ? 0 : get().seenId })
    },
    raise: (alert) => set({ alerts: sorted([alert, ...get().alerts]) }),
    markSeen: () => set({ seenId: get().alerts.reduce((newest, { id }) => Math.max(newest, id), 0) }),
  }))
export type AlertsStore = ReturnType<typeof createAlertsStore>

function sorted(alerts: readonly Alert[]): readonly Alert[] {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]))
  return [...byId.values()].sort((a, b) => b.at - a.at || b.id - a.id).slice(0, alertsKept)
}
