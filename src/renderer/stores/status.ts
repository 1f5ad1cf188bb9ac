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

export function createAlertsStore(api: CrossbookApi) {
  // The list comes at once, the count from the database: what is told while both are read may be in neither. null: no reading.
  let told: (() => void)[] | null = null
  let isOtherCount = false
  let reading = 0
  return createStore<Alerts>()((set, get) => {
    const insert = (alert: Alert) => set({ alerts: sorted([alert, ...get().alerts]) })
    const mark = (done: Acknowledged) => set({ alerts: get().alerts.map((alert) => acknowledgedBy(done, alert)) })
    return {
      alerts: [],
      unacknowledged: 0,
      async load() {
        const turn = ++reading
        told = []
        isOtherCount = false
        const [list, waiting] = await Promise.all([api.call('alerts.list', {}), api.call('alerts.unacknowledged', {})])
        if (turn !== reading) return
        const again = told ?? []
        told = null
        // A failed reading leaves what is there; the link says why, and a new opening reads again.
        if (list.ok) {
          set({ alerts: sorted(list.value) })
          for (const tell of again) tell()
        }
        // Nobody knows whether the count has in it what was told meanwhile.
        if (isOtherCount && waiting.ok) return get().load()
        if (waiting.ok) set({ unacknowledged: waiting.value.count })
      },
      raise(alert) {
        told?.push(() => insert(alert))
        insert(alert)
        if (!asksToBeSeen(alert)) return
        isOtherCount = true
        set({ unacknowledged: get().unacknowledged + 1 })
      },
      acknowledged(done) {
        told?.push(() => mark(done))
        isOtherCount = true
        mark(done)
        set({ unacknowledged: done.unacknowledged })
      },
    }
  })
}
export type AlertsStore = ReturnType<typeof createAlertsStore>

function sorted(alerts: readonly Alert[]): readonly Alert[] {
  const byId = new Map(alerts.map((alert) => [alert.id, alert]))
  return [...byId.values()].sort((a, b) => b.at - a.at || b.id - a.id).slice(0, alertsKept)
}
