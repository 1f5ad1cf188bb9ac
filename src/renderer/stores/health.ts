import { createStore } from 'zustand/vanilla'
import type { CrossbookApi } from '../../shared/contract.ts'
import type { ContinuityReport, ContinuityRequest } from '../../shared/data.ts'
import type { Period } from '../../shared/domain/index.ts'
import { dayStart, type TimeZone, timeParts, timeZone, zoneOffsetMinutes } from '../format/time.ts'

export type HealthKind = ContinuityRequest['kind']
export const healthDays = [7, 30, 90, 365] as const
export type HealthDays = (typeof healthDays)[number]

const dayMs = 86_400_000

/** What is asked: days of the zone in force, today included. */
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
  readonly readAt: number | null
  /** Why the last reading failed; the report of the one before stays. */
  readonly problem: string | null
  readonly isLoading: boolean
  ask(question: Partial<HealthQuestion>): void
  load(): Promise<void>
}

/** Start of the day of the zone in force, `days` - 1 days before the one that `now` falls in. */
export function firstDay(now: number, days: number): number {
  const { year, month, day } = timeParts(now)
  return dayStart(year, month, day - days + 1)
}

/** How whole the recording is, day by day. */
export function createHealthStore(api: CrossbookApi, now: () => number = Date.now) {
  let reading = 0
  return createStore<HealthState>()((set, get) => ({
    question: { kind: 'book_ticker', period: '1m', days: 30 },
    report: null,
    asked: null,
    zone: null,
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
      const from = firstDay(now(), question.days)
      const reply = await api.call('continuity.get', {
        instruments: null,
        kind: question.kind,
        period: question.kind === 'kline' ? question.period : null,
        from,
        // A day that is set forward has 23 hours: the end lies in today all the same.
        to: Math.max(now(), from + dayMs / 24),
        utcOffsetMinutes: zoneOffsetMinutes(now()),
      })
      if (turn !== reading) return
      set(
        reply.ok
          ? { report: reply.value, asked: question, zone, readAt: now(), problem: null, isLoading: false }
          : { problem: reply.message, isLoading: false },
      )
    },
  }))
}
export type HealthStore = ReturnType<typeof createHealthStore>
