import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { ContinuityReport, ContinuityRequest } from '../../shared/data.ts'
import type { Period } from '../../shared/domain/index.ts'
import { type TimeZone, timeZone, zoneOffsetMinutes } from '../format/time.ts'

export type HealthKind = ContinuityRequest['kind']
export const healthDays = [7, 30, 90, 365] as const
export type HealthDays = (typeof healthDays)[number]

const minuteMs = 60_000
const dayMs = 86_400_000

/** What is asked: days of the zone in force, at the distance from UTC that it has now, today included. */
export interface HealthQuestion {
  readonly kind: HealthKind
  /** of candles */
  readonly period: Period
  readonly days: HealthDays
}

export interface HealthState {
  readonly question: HealthQuestion
  /** The answer to `asked`; null until first read. */
  readonly report: ContinuityReport | null
  readonly asked: HealthQuestion | null
  /** The zone whose days the report counts. */
  readonly zone: TimeZone | null
  /** Minutes east of UTC at which they begin, also those before clocks were changed. */
  readonly offsetMinutes: number
  readonly readAt: number | null
  /** Why the last reading failed; the report of the one before stays. */
  readonly problem: string | null
  readonly isLoading: boolean
  ask(question: Partial<HealthQuestion>): void
  load(): Promise<void>
}

/** Start of the day `days` - 1 days before the one that `now` falls in, `offsetMinutes` east of UTC. */
export function firstDay(now: number, days: number, offsetMinutes: number): number {
  const offsetMs = offsetMinutes * minuteMs
  return (Math.floor((now + offsetMs) / dayMs) - days + 1) * dayMs - offsetMs
}

/** How whole the recording is, day by day. */
export function createHealthStore(api: CrossbookApi, now: () => number = Date.now) {
  let reading = 0
  return createStore<HealthState>()((set, get) => ({
    question: { kind: 'book_ticker', period: '1m', days: 30 },
    report: null,
    asked: null,
    zone: null,
    offsetMinutes: 0,
    readAt: null,
    problem: null,
    isLoading: false,
    ask(change) {
      set({ question: { ...get().question, ...change } })
      void get().load()
    },
    async load() {
      const turn = ++reading
      const { question } = get()
      set({ isLoading: true })
      const zone = timeZone()
      const offsetMinutes = zoneOffsetMinutes(now())
      const from = firstDay(now(), question.days, offsetMinutes)
      const reply = await api.call('continuity.get', {
        instruments: null,
        kind: question.kind,
        period: question.kind === 'kline' ? question.period : null,
        from,
        to: now(),
        utcOffsetMinutes: offsetMinutes,
      })
      if (turn !== reading) return
      set(
        reply.ok
          ? {
              report: reply.value,
              asked: question,
              zone,
              offsetMinutes,
              readAt: now(),
              problem: null,
              isLoading: false,
            }
          : { problem: reply.message, isLoading: false },
      )
    },
  }))
}
export type HealthStore = ReturnType<typeof createHealthStore>
