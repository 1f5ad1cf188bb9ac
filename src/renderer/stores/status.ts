import { createStore } from 'zustand/vanilla'
import type { Acknowledged } from '../../shared/alert-rules.ts'
import type { AppInfo, CrossbookApi, Progress, RecorderStatus } from '../../shared/contract.ts'
import type { DatabaseStatus, RawFramesStatus } from '../../shared/data.ts'
import { type Alert, asksToBeSeen, type ExchangeStatus } from '../../shared/domain/index.ts'
import type { NetworkStatus } from '../../shared/network.ts'
import { acknowledgedBy } from './alert-history.ts'

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
  /** How many ask to be acknowledged and are not, stored ones included. */
  readonly unacknowledged: number
  load(): Promise<void>
  raise(alert: Alert): void
  acknowledged(done: Acknowledged): void
}

const alertsKept = 500

export const createAlertsStore = (api: CrossbookApi) =>
  createStore<Alerts>()((set, get) => ({
    alerts: [],
    unacknowledged: 0,
    async load() {
      const [list, waiting] = await Promise.all([api.call('alerts.list', {}), api.call('alerts.unacknowledged', {})])
      // A failed reading leaves what is there; the link says why, and a new opening reads again.
      if (list.ok) set({ alerts: sorted(list.value) })
      if (waiting.ok) set({ unacknowledged: waiting.value.count })
    },
    raise: (alert) =>
      set({
        alerts: sorted([alert, ...get().alerts]),
        unacknowledged: get().unacknowledged + (asksToBeSeen(alert) ? 1 : 0),
      }),
    acknowledged: (done) =>
      set({ alerts: get().alerts.map((alert) => acknowledgedBy(done, alert)), unacknowledged: done.unacknowledged }),
  }))
export type AlertsStore = ReturnType<typeof createAlertsStore>

function sorted(alerts: readonly Alert[]): readonly Alert[] {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]))
  return [...byId.values()].sort((a, b) => b.at - a.at || b.id - a.id).slice(0, alertsKept)
}
