/**
 * Bus to storage. Every second, on the second, the newest live quotes go into one batch; candles follow once a second,
 * opportunities at once. State that cannot be written is dropped and counted; closed candles and opportunities wait until they
 * are.
 */
import type { RecorderStatus } from '../shared/contract.ts'
import type { Alert, EpochMs, Opportunity } from '../shared/domain/index.ts'
import type { Bus } from './bus/index.ts'
import type { Logger } from './log.ts'
import type { QuoteBoard } from './market/quotes.ts'
import { type Gap, SnapshotClock } from './recorder/snapshot-clock.ts'
import { SnapshotSource } from './recorder/snapshot-source.ts'
import { WaitingKlines } from './recorder/waiting-klines.ts'
import { WriteHealth } from './recorder/write-health.ts'
import type { SnapshotBatch, Storage, WriteReport } from './storage/contract.ts'

export interface RecorderOptions {
  /** Asked anew every second; null while nothing is watched. */
  readonly board: () => QuoteBoard | null
  readonly bus: Bus
  /** null: everything is measured and counted, nothing is written. */
  readonly storage: Storage | null
  /** In words why there is no storage. */
  readonly problem?: string | null
  readonly now?: () => EpochMs
  readonly logger: Logger
  /** Once per gap and per change of storage's state, so that it may be shown as it comes. */
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
}

/** Of one measured quantity, ms. */
export interface Measured {
  readonly count: number
  readonly sum: number
  readonly last: number | null
  readonly maximum: number | null
}

export interface RecorderMeasurements {
  /** How long after the full second the snapshot was taken. */
  readonly jitterMs: Measured
  /** How long a snapshot's transaction took. */
  readonly writeMs: Measured
  readonly snapshots: number
  readonly missedSnapshots: number
  readonly rowsWritten: number
  /** Rows whose second was already recorded, since the clock was set back. */
  readonly repeatedRows: number
  /** Not stored yet. */
  readonly waitingKlines: number
  readonly waitingOpportunities: number
}

/** Gaps that follow each other more closely than this are told together. */
const quietTicks = 60
const bytesEveryTicks = 10
/** A gap this long is no busy program. */
const sleepSeconds = 30

const nothingMeasured: Measured = { count: 0, sum: 0, last: null, maximum: null }

const measured = ({ count, sum, maximum }: Measured, value: number): Measured => ({
  count: count + 1,
  sum: sum + value,
  last: value,
  maximum: maximum === null ? value : Math.max(maximum, value),
})

const secondsOf = (count: number): string => (count === 1 ? '1 second' : `${count} seconds`)

export class Recorder {
  private readonly options: RecorderOptions
  private readonly clock: SnapshotClock
  private readonly source = new SnapshotSource()
  private readonly health = new WriteHealth()
  private readonly klines = new WaitingKlines()
  private readonly opportunities = new Map<number, Opportunity>()
  private readonly inFlight = new Set<Promise<void>>()
  private unsubscribe: (() => void)[] = []
  private started = false
  private savingKlines = false
  private savingOpportunities = false
  private ticks = 0
  private jitterMs = nothingMeasured
  private writeMs = nothingMeasured
  private snapshots = 0
  private missed = 0
  private missedWhileFailing = 0
  private rowsWritten = 0
  private repeatedRows = 0
  private databaseBytes: number | null = null
  private untold = { seconds: 0, gaps: 0, longest: 0, first: 0 }
  private quietUntilTick = 0

  constructor(options: RecorderOptions) {
    this.options = options
    this.clock = new SnapshotClock({
      now: options.now ?? Date.now,
      onSecond: (second, jitterMs) => this.onSecond(second, jitterMs),
      onGap: (gap) => this.onGap(gap),
      onSetBack: (ms) => this.onSetBack(ms),
    })
  }

  start(): void {
    if (this.started) return
    this.started = true
    const { bus, storage } = this.options
    this.unsubscribe = [
      bus.on('book_ticker', (quote) => {
        this.clock.before(quote.receivedAt)
        this.source.remember(quote)
      }),
      bus.on('connection', (event) => {
        this.clock.before(event.at)
        if (event.state === 'down') this.source.forget(event.instrumentIds)
      }),
    ]
    if (storage) {
      this.unsubscribe.push(
        bus.on('kline', (kline) => this.klines.add(kline)),
        bus.on('opportunity', ({ opportunity }) => {
          this.opportunities.set(opportunity.id, opportunity)
          if (this.health.problem === null) this.run(this.saveOpportunities(storage, false))
        }),
      )
      this.measureBytes(storage)
    }
    this.clock.start()
  }

  /** Writes what waits and resolves when storage has answered; what even then could not be stored is logged. */
  async stop(): Promise<void> {
    if (!this.started) return
    this.started = false
    this.clock.stop()
    for (const off of this.unsubscribe) off()
    this.unsubscribe = []
    const { storage, logger } = this.options
    if (storage === null) return
    await this.settled()
    await this.saveKlines(storage, false)
    await this.saveOpportunities(storage, false)
    await this.settled()
    const lost = this.klines.size + this.opportunities.size
    if (lost > 0) {
      logger.error({ klines: this.klines.size, opportunities: this.opportunities.size }, 'lost: could not be stored')
    }
  }

  status(): RecorderStatus {
    const { storage, problem } = this.options
    const stopped = storage === null ? (problem ?? 'dry run: nothing is recorded') : this.started ? null : 'not started'
    return {
      recording: stopped === null && this.health.problem === null,
      problem: stopped ?? this.health.problem,
      snapshots: this.snapshots,
      missedSnapshots: this.missed,
      rowsWritten: this.rowsWritten,
      lastJitterMs: this.jitterMs.last,
      lastWriteMs: this.writeMs.last,
      databaseBytes: this.databaseBytes,
    }
  }

  measurements(): RecorderMeasurements {
    return {
      jitterMs: this.jitterMs,
      writeMs: this.writeMs,
      snapshots: this.snapshots,
      missedSnapshots: this.missed,
      rowsWritten: this.rowsWritten,
      repeatedRows: this.repeatedRows,
      waitingKlines: this.klines.size,
      waitingOpportunities: this.opportunities.size,
    }
  }

  // ---------------------------------------------------------------- the clock

  private onSecond(second: EpochMs, jitterMs: number): void {
    const { board, storage } = this.options
    this.jitterMs = measured(this.jitterMs, jitterMs)
    const batch = this.source.take(board(), second)
    this.tellMissed()
    if (storage === null) {
      this.ticks++
      if (batch) this.snapshots++
      return
    }
    this.writeTick(storage, batch)
  }

  private onGap({ first, seconds, now }: Gap): void {
    this.source.afterGap(first, now)
    this.missed += seconds
    if (this.health.problem !== null) this.missedWhileFailing += seconds
    const { untold } = this
    this.untold = {
      seconds: untold.seconds + seconds,
      gaps: untold.gaps + 1,
      longest: Math.max(untold.longest, seconds),
      first: untold.gaps === 0 ? first : untold.first,
    }
    this.tellMissed()
    if (this.options.storage) this.writeTick(this.options.storage, null)
    else this.ticks++
  }

  private onSetBack(ms: number): void {
    const message =
      `The clock was set back by ${secondsOf(Math.round(ms / 1_000))}: ` +
      'what is already recorded for the seconds that come again stands'
    this.options.onAlert({ severity: 'warning', rule: 'missed_snapshot', subject: 'recorder', message })
  }

  private tellMissed(): void {
    const { seconds, gaps, longest, first } = this.untold
    if (gaps === 0 || this.ticks < this.quietUntilTick) return
    this.untold = { seconds: 0, gaps: 0, longest: 0, first: 0 }
    this.quietUntilTick = this.ticks + quietTicks
    const why = longest >= sleepSeconds ? 'the computer slept or its clock was set forward' : 'the program was busy'
    const when = `${gaps === 1 ? 'from' : `in ${gaps} gaps since`} ${new Date(first).toISOString()}`
    const message = `${secondsOf(seconds)} not recorded ${when}: ${why}`
    this.options.onAlert({ severity: 'warning', rule: 'missed_snapshot', subject: 'recorder', message })
  }

  // ---------------------------------------------------------------- writing

  /** One second's writes: all of them, or after a failure one probe, or nothing until its pause is over. */
  private writeTick(storage: Storage, batch: SnapshotBatch | null): void {
    const klines = this.klines.size > 0 && !this.savingKlines
    const opportunities = this.opportunities.size > 0 && !this.savingOpportunities
    const turn = this.health.tick(batch !== null || klines || opportunities)
    if (++this.ticks % bytesEveryTicks === 0) this.measureBytes(storage)
    if (turn === 'wait') {
      if (batch) this.missSnapshot()
      return
    }
    const isProbe = turn === 'probe'
    if (batch) this.run(this.saveSnapshot(storage, batch, isProbe))
    if (klines && !(isProbe && batch)) this.run(this.saveKlines(storage, isProbe))
    if (opportunities && !(isProbe && (batch || klines))) this.run(this.saveOpportunities(storage, isProbe))
  }

  private async saveSnapshot(storage: Storage, batch: SnapshotBatch, isProbe: boolean): Promise<void> {
    const rows = batch.instrumentIds.length
    const report = await this.write(storage, () => storage.saveSnapshot(batch), isProbe)
    if (report === null) {
      this.missSnapshot()
      return
    }
    this.snapshots++
    this.writeMs = measured(this.writeMs, report.writeMs)
    this.repeatedRows += rows - report.rows
  }

  /** One batch at a time, so that a failed one put back can never overwrite a newer one that went through. */
  private async saveKlines(storage: Storage, isProbe: boolean): Promise<void> {
    if (this.savingKlines || this.klines.size === 0) return
    this.savingKlines = true
    const rows = this.klines.take()
    const report = await this.write(storage, () => storage.saveKlines(rows), isProbe)
    if (report === null) this.klines.putBack(rows)
    this.savingKlines = false
  }

  private async saveOpportunities(storage: Storage, isProbe: boolean): Promise<void> {
    if (this.savingOpportunities) return
    this.savingOpportunities = true
    for (const [id, opportunity] of this.opportunities) {
      const report = await this.write(storage, () => storage.saveOpportunity(opportunity), isProbe)
      if (report === null) break
      if (this.opportunities.get(id) === opportunity) this.opportunities.delete(id)
    }
    this.savingOpportunities = false
  }

  /** null where it failed; then the state of recording says so, and is told once. */
  private async write(
    storage: Storage,
    save: () => Promise<WriteReport>,
    isProbe: boolean,
  ): Promise<WriteReport | null> {
    try {
      const report = await save()
      this.rowsWritten += report.rows
      if (isProbe) this.recovered(storage)
      return report
    } catch (error) {
      this.failed(error instanceof Error ? error.message : String(error), isProbe)
      return null
    }
  }

  private failed(problem: string, isProbe: boolean): void {
    if (!this.health.failed(problem, isProbe)) return
    const message = `Nothing is recorded: ${problem}`
    this.options.onAlert({ severity: 'error', rule: 'storage', subject: 'recorder', message })
  }

  private recovered(storage: Storage): void {
    if (this.health.problem === null) return
    const message = `Recording again after ${secondsOf(this.health.failingTicks)}; ${this.missedWhileFailing} snapshots are missing`
    this.health.recovered()
    this.missedWhileFailing = 0
    this.options.onAlert({ severity: 'info', rule: 'storage', subject: 'recorder', message })
    this.run(this.saveKlines(storage, false))
    this.run(this.saveOpportunities(storage, false))
  }

  private missSnapshot(): void {
    this.missed++
    this.missedWhileFailing++
  }

  /** Lets it go on by itself, known to `settled`. */
  private run(work: Promise<void>): void {
    this.inFlight.add(work)
    void work.finally(() => this.inFlight.delete(work))
  }

  private async settled(): Promise<void> {
    while (this.inFlight.size > 0) await Promise.all(this.inFlight)
  }

  private measureBytes(storage: Storage): void {
    storage.bytes().then(
      (bytes) => {
        this.databaseBytes = bytes
      },
      (error: unknown) => this.options.logger.warn({ err: error }, 'the size of the database could not be measured'),
    )
  }
}
