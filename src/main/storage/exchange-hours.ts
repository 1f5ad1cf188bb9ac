import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../shared/domain/index.ts'
import { ExchangeHour, quantileOf } from '../../shared/market-health.ts'
import type { WriteReport } from './contract.ts'
import type { Job } from './jobs.ts'

/** The part of storage that keeps what exchanges were like. */
export interface ExchangeHourStorage {
  /** Upsert by exchange, hour and since, in one transaction. */
  save(hours: readonly ExchangeHour[]): Promise<WriteReport>
  /** Hours that begin at or after `from`, ascending. */
  list(from: EpochMs): Promise<readonly ExchangeHour[]>
}

export type ExchangeHourWriteJobs = { saveExchangeHours: Job<readonly ExchangeHour[], WriteReport> }
export type ExchangeHourReadJobs = { exchangeHours: Job<EpochMs, readonly ExchangeHour[]> }

/** Returns the rows inserted or changed. */
export function createExchangeHourWriter(database: Database): (hours: readonly ExchangeHour[]) => number {
  const upsert = database.prepare<[object]>(
    `INSERT INTO exchange_hours (exchange, hour, since, observed_minutes, live_minutes, messages, rejected, reconnects, gaps,
       resyncs, delay_p50_ms, delay_p99_ms, delay_counts, clock_offset_ms, clock_minutes)
     VALUES (@exchange, @hour, @since, @observedMinutes, @liveMinutes, @messages, @rejected, @reconnects, @gaps, @resyncs,
       @delayP50Ms, @delayP99Ms, @delayCounts, @clockOffsetMs, @clockMinutes)
     ON CONFLICT (hour, exchange, since) DO UPDATE SET observed_minutes = excluded.observed_minutes,
       live_minutes = excluded.live_minutes, messages = excluded.messages, rejected = excluded.rejected,
       reconnects = excluded.reconnects, gaps = excluded.gaps, resyncs = excluded.resyncs,
       delay_p50_ms = excluded.delay_p50_ms, delay_p99_ms = excluded.delay_p99_ms, delay_counts = excluded.delay_counts,
       clock_offset_ms = excluded.clock_offset_ms, clock_minutes = excluded.clock_minutes`,
  )
  const save = database.transaction((hours: readonly ExchangeHour[]) => {
    let rows = 0
    for (const hour of hours) {
      const delayP50Ms = finiteOrNull(quantileOf(hour.delayCounts, 0.5))
      const delayP99Ms = finiteOrNull(quantileOf(hour.delayCounts, 0.99))
      rows += upsert.run({ ...hour, delayP50Ms, delayP99Ms, delayCounts: JSON.stringify(hour.delayCounts) }).changes
    }
    return rows
  }).immediate
  return (hours) => save(hours)
}

/** Beyond the last class there is no bound to tell. */
const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

export function createExchangeHourReader(database: Database): (from: EpochMs) => readonly ExchangeHour[] {
  const rows = database.prepare<[EpochMs], { delayCounts: string }>(
    `SELECT exchange, hour, since, observed_minutes AS observedMinutes, live_minutes AS liveMinutes, messages, rejected,
            reconnects, gaps, resyncs, delay_counts AS delayCounts, clock_offset_ms AS clockOffsetMs,
            clock_minutes AS clockMinutes
     FROM exchange_hours WHERE hour >= ? ORDER BY hour, exchange, since`,
  )
  return (from) =>
    rows
      .all(from)
      .map(({ delayCounts, ...row }) => ExchangeHour.parse({ ...row, delayCounts: JSON.parse(delayCounts) }))
}
