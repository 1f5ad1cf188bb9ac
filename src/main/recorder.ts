/**
 * Bus to storage. Every second, on the second, the newest live quotes go into one batch; candles, public trades and gaps follow once
 * a second, opportunities at once. State that cannot be written is dropped and counted; closed candles, trades, gaps and
 * opportunities wait until they are, as many as fit. What is missing in the end is told as gaps.
 */
import { uptime } from 'node:os'
import type { RecorderStatus } from '../shared/contract.ts'
import { type Alert, type EpochMs, type Instrument, truthCode, truthOf } from '../shared/domain/index.ts'
import type { Bus } from './bus/index.ts'
import type { DepthDoubt, TopicsChange } from './exchanges/session.ts'
import type { Logger } from './log.ts'
import type { QuoteBoard } from './market/quotes.ts'
import { GapLog, type InstrumentIndex, type Reason } from './recorder/gap-log.ts'
import { busy, QuoteGaps, setForward, slept } from './recorder/gaps.ts'
import { measured, nothingMeasured, type RecorderMeasurements } from './recorder/measurements.ts'
import { MissedSeconds, secondsOf } from './recorder/missed-seconds.ts'
import type { RecordedBefore } from './recorder/recorded-before.ts'
import { type Gap, SnapshotClock } from './recorder/snapshot-clock.ts'
import { SnapshotSource } from './recorder/snapshot-source.ts'
import { TradeGaps } from './recorder/trade-gaps.ts'
import { TradeRecorder } from './recorder/trades.ts'
import { WaitingKlines } from './recorder/waiting-klines.ts'
import { WaitingOpportunities } from './recorder/waiting-opportunities.ts'
import { Writes } from './recorder/writes.ts'
import type { SnapshotBatch, Storage } from './storage/contract.ts'

export type { Measured, RecorderMeasurements } from './recorder/measurements.ts'

export interface RecorderOptions {
  /** Asked anew every second; null while nothing is watched. */
  readonly board: () => QuoteBoard | null
  readonly bus: Bus
  /** In words, why a slot's quote is not live. */
  readonly whyNotLive?: (slot: number) => string
  /** null: everything is measured and counted, nothing is written. */
  readonly storage: Storage | null
  /** What that storage held when it was opened. */
  readonly before: RecordedBefore
  readonly instruments: () => InstrumentIndex
  /** Symbols whose public trades are recorded; asked with every trade. */
  readonly tradeSymbols: () => readonly string[]
  /** Instruments that are not on the board, and whose public trades are received for being recorded. */
  readonly unwatchedTrades?: () => readonly Instrument[]
  /** In words why there is no storage. */
  readonly problem?: string | null
  readonly now?: () => EpochMs
  /** Clocks that nobody sets, ms: one that may stand still while the machine sleeps, one that does not. */
  readonly elapsed?: () => readonly [awake: number, always: number]
  /** The machine slept; feeds may have been dead all the while. */
  readonly onSlept?: (from: EpochMs, to: EpochMs) => void
  readonly logger: Logger
  /** Once per gap and per change of storage's state, so that it may be shown as it comes. */
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
}

/** One second's rows on their way; `settle` takes null when they are stored, else in words why not. */
interface Snapshot {
  readonly batch: SnapshotBatch
  readonly settle: (problem: string | null) => void
}

const bytesEveryTicks = 10

const machineElapsed = () => [performance.now(), uptime() * 1_000] as const

export class Recorder {
  private readonly options: RecorderOptions
  private readonly clock: SnapshotClock
  private readonly source = new SnapshotSource()
  private readonly writes: Writes
  private readonly klines = new WaitingKlines()
  private readonly opportunities = new WaitingOpportunities()
  private readonly trades: TradeRecorder
  private readonly gapLog: GapLog
  private readonly quoteGaps: QuoteGaps
  private readonly tradeGaps: TradeGaps
  private readonly missedSeconds = new MissedSeconds()
  private unsubscribe: (() => void)[] = []
  private stopListening = () => {}
  private started = false
  private savingKlines = false
  private savingOpportunities = false
  private savingTrades = false
  private ticks = 0
  private jitterMs = nothingMeasured
  private writeMs = nothingMeasured
  private snapshots = 0
  private missed = 0
  private missedWhileFailing = 0
  private droppedTold = 0
  private repeatedRows = 0
  private databaseBytes: number | null = null

  constructor(options: RecorderOptions) {
    this.options = options
    const { bus, storage, before, instruments, logger } = options
    this.writes = new Writes({
      onFailed: (problem) => this.failed(problem),
      onRecovered: (failingTicks) => this.recovered(failingTicks),
    })
    this.gapLog = new GapLog({ bus, instruments, lastId: before.lastGapId })
    const quoteGaps = new QuoteGaps({ log: this.gapLog, instruments, before })
    this.quoteGaps = quoteGaps
    this.trades = new TradeRecorder({
      symbols: options.tradeSymbols,
      onBatch: () => {
        if (storage && this.writes.problem === null && this.tradeGaps.isReady)
          this.writes.run(this.saveTrades(storage, false))
      },
      onDropped: (rows) => this.tradeGaps.dropped(rows),
    })
    this.tradeGaps = new TradeGaps({
      log: this.gapLog,
      logger,
      instruments,
      before,
      isRecorded: (symbol) => this.trades.isRecorded(symbol),
      unwatched: options.unwatchedTrades ?? (() => []),
      newestTradeAt: async (instrumentId) => (await storage?.marketRows.newestTradeAt(instrumentId)) ?? null,
      reasonBefore: (instrument, newest, toleranceMs) => quoteGaps.reasonBefore(instrument, newest, toleranceMs),
    })
    this.clock = new SnapshotClock({
      now: options.now ?? Date.now,
      onSecond: (second, jitterMs) => this.onSecond(second, jitterMs),
      onGap: (gap) => this.onGap(gap),
      elapsed: options.elapsed ?? machineElapsed,
      onSetBack: (ms, now) => this.onSetBack(ms, now),
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
        if (event.state !== 'down') return
        this.source.forget(event.instrumentIds)
        this.quoteGaps.feedDown(event.instrumentIds, { cause: event.cause ?? 'disconnect', detail: event.reason })
      }),
    ]
    if (storage) {
      this.unsubscribe.push(
        bus.on('kline', (kline) => this.klines.add(kline)),
        bus.on('trade', (trade) => {
          this.trades.add(trade)
          this.tradeGaps.traded(trade.instrument)
        }),
        bus.on('opportunity', ({ opportunity }) => {
          this.opportunities.add(opportunity)
          if (this.writes.problem === null) this.writes.run(this.saveOpportunities(storage, false))
        }),
      )
      this.stopListening = this.gapLog.listen()
      this.measureBytes(storage)
    }
    this.clock.start()
  }

  /** A stream's topics began or ceased to flow: public trades may be missed from then on, and quotes wrong since it was last heard of. */
  follow(change: TopicsChange): void {
    if (!this.started || this.options.storage === null) return
    this.tradeGaps.follow(change)
    const { state, topics, at, heardAt, cause } = change
    if (state !== 'down' || heardAt === undefined || heardAt === null) return
    for (const { channel, instrument } of topics)
      if (channel === 'book_ticker') this.quoteGaps.silent(instrument, heardAt, at, cause ?? 'disconnect')
  }

  /** A message was not understood, and something of these topics may have been in it. */
  doubt(doubt: DepthDoubt): void {
    if (this.started && this.options.storage) this.tradeGaps.doubt(doubt, (this.options.now ?? Date.now)())
  }

  /** Where gaps that somebody else finds are told. */
  get gaps(): Pick<GapLog, 'open' | 'close' | 'explain'> {
    return this.gapLog
  }

  /** The id of the next gap, for whoever publishes one. */
  nextGapId(): number {
    return this.gapLog.nextId()
  }

  /** Call before feeds are closed down: what is missing from now on is the next run's to tell. */
  ending(): void {
    this.quoteGaps.end()
    this.tradeGaps.end((this.options.now ?? Date.now)())
  }

  /** Writes what waits and resolves when storage has answered; what even then could not be stored is logged. */
  async stop(): Promise<void> {
    if (!this.started) return
    this.started = false
    this.ending()
    this.clock.stop()
    for (const off of this.unsubscribe) off()
    this.unsubscribe = []
    const { storage, logger } = this.options
    if (storage) {
      await this.writes.settled()
      await this.saveKlines(storage, false)
      await this.saveTrades(storage, false)
      await this.saveOpportunities(storage, false)
      await this.saveGaps(storage, false)
      await this.writes.settled()
      this.stopListening()
      const { klines, opportunities, trades, gapLog } = this
      const lost = {
        klines: klines.size,
        opportunities: opportunities.size,
        trades: trades.waiting,
        gaps: gapLog.waiting,
      }
      if (Object.values(lost).some((count) => count > 0)) logger.error(lost, 'lost: could not be stored')
    }
  }

  status(): RecorderStatus {
    const { storage, problem } = this.options
    const stopped = storage === null ? (problem ?? 'dry run: nothing is recorded') : this.started ? null : 'not started'
    return {
      recording: stopped === null && this.writes.problem === null,
      problem: stopped ?? this.writes.problem,
      snapshots: this.snapshots,
      missedSnapshots: this.missed,
      rowsWritten: this.writes.rows,
      lastJitterMs: this.jitterMs.last,
      lastWriteMs: this.writeMs.last,
      databaseBytes: this.databaseBytes,
    }
  }

  measurements(): RecorderMeasurements {
    const { found, filled } = this.gapLog.counts()
    return {
      jitterMs: this.jitterMs,
      writeMs: this.writeMs,
      snapshots: this.snapshots,
      missedSnapshots: this.missed,
      rowsWritten: this.writes.rows,
      repeatedRows: this.repeatedRows,
      waitingKlines: this.klines.size,
      waitingOpportunities: this.opportunities.size,
      waitingGaps: this.gapLog.waiting,
      gapsFound: found,
      gapsFilled: filled,
      trades: this.trades.measurements(),
    }
  }

  // ---------------------------------------------------------------- the clock

  private onSecond(second: EpochMs, jitterMs: number): void {
    const { storage } = this.options
    const board = this.options.board()
    this.jitterMs = measured(this.jitterMs, jitterMs)
    const batch = this.source.take(board, second)
    this.tellMissed()
    if (storage === null) {
      this.ticks++
      if (batch) this.snapshots++
      return
    }
    const held = batch?.instrumentIds ?? []
    const settle = this.quoteGaps.second(second, board, held, this.doubted(board))
    this.tradeGaps.second(second, board, held)
    if (batch === null) settle(null)
    this.writeTick(storage, batch && { batch, settle })
  }

  /** Quotes that nobody vouches for, though their feed is up. */
  private doubted(board: QuoteBoard | null): Map<number, Reason> {
    const found = new Map<number, Reason>()
    board?.instruments.forEach(({ id }, slot) => {
      const truth = truthOf(board.truth[slot] ?? truthCode.gap)
      if (truth !== 'stale' && truth !== 'suspect') return
      const words = this.options.whyNotLive?.(slot) ?? ''
      found.set(id, { cause: 'unknown', detail: words === '' ? truth : `${truth}: ${words}` })
    })
    return found
  }

  private onGap(gap: Gap): void {
    const { first, seconds, why, now } = gap
    // Of a clock that was set no connection notices anything.
    if (why !== 'clock') this.source.afterGap(first, now)
    if (why === 'sleep') this.options.onSlept?.(first, now)
    this.missed += seconds
    if (this.writes.problem !== null) this.missedWhileFailing += seconds
    this.missedSeconds.add(gap)
    this.tellMissed()
    const { storage } = this.options
    if (storage === null) {
      this.ticks++
      return
    }
    this.quoteGaps.missed(first, this.options.board(), { busy, sleep: slept, clock: setForward }[why])
    if (why === 'sleep') this.tradeGaps.slept(first, slept)
    this.writeTick(storage, null)
  }

  private onSetBack(ms: number, now: EpochMs): void {
    this.source.setBack(now)
    if (this.options.storage !== null) {
      this.quoteGaps.setBack(now - (now % 1_000) + 1_000)
      this.tradeGaps.setBack(ms, now)
    }
    const message =
      `The clock was set back by ${secondsOf(Math.round(ms / 1_000))}: ` +
      'what is already recorded for the seconds that come again stands'
    this.options.onAlert({ severity: 'warning', rule: 'missed_snapshot', subject: 'recorder', message })
  }

  private tellMissed(): void {
    const message = this.missedSeconds.tell(this.ticks)
    if (message === null) return
    this.options.onAlert({ severity: 'warning', rule: 'missed_snapshot', subject: 'recorder', message })
  }

  // ---------------------------------------------------------------- writing

  /** One second's writes: all of them, or after a failure one probe, or nothing until its pause is over. */
  private writeTick(storage: Storage, snapshot: Snapshot | null): void {
    const klines = this.klines.size > 0 && !this.savingKlines
    const opportunities = this.opportunities.size > 0 && !this.savingOpportunities
    const trades = this.trades.waiting > 0 && !this.savingTrades && this.tradeGaps.isReady
    const gaps = this.gapLog.waiting > 0
    const turn = this.writes.tick(snapshot !== null || klines || opportunities || trades || gaps)
    if (++this.ticks % bytesEveryTicks === 0) this.measureBytes(storage)
    if (turn === 'wait') {
      if (snapshot) this.missSnapshot(snapshot)
      return
    }
    const isProbe = turn === 'probe'
    // Gaps first: one that these rows end is to be in the file before them.
    if (gaps) this.writes.run(this.saveGaps(storage, isProbe && !(snapshot || klines || trades || opportunities)))
    if (snapshot) this.writes.run(this.saveSnapshot(storage, snapshot, isProbe))
    if (klines && !(isProbe && snapshot)) this.writes.run(this.saveKlines(storage, isProbe))
    if (trades && !(isProbe && (snapshot || klines))) this.writes.run(this.saveTrades(storage, isProbe))
    if (opportunities && !(isProbe && (snapshot || klines || trades))) {
      this.writes.run(this.saveOpportunities(storage, isProbe))
    }
  }

  private async saveSnapshot(storage: Storage, snapshot: Snapshot, isProbe: boolean): Promise<void> {
    const { batch } = snapshot
    const rows = batch.instrumentIds.length
    const report = await this.writes.write(() => storage.saveSnapshot(batch), isProbe)
    if (report === null) {
      this.missSnapshot(snapshot)
      return
    }
    snapshot.settle(null)
    this.snapshots++
    this.writeMs = measured(this.writeMs, report.writeMs)
    this.repeatedRows += rows - report.rows
  }

  private async saveGaps(storage: Storage, isProbe: boolean): Promise<void> {
    const rows = this.gapLog.take()
    if (rows.length === 0 && !isProbe) return
    const report = await this.writes.write(() => storage.marketRows.saveGaps(rows), isProbe)
    this.gapLog.settle(rows, report !== null)
  }

  /** Batch after batch, one at a time. */
  private async saveTrades(storage: Storage, isProbe: boolean): Promise<void> {
    if (this.savingTrades) return
    this.savingTrades = true
    let probing = isProbe
    for (let batch = this.trades.take(); batch; batch = this.trades.take()) {
      const rows = batch
      const report = await this.writes.write(() => storage.marketRows.saveTrades(rows), probing)
      probing = false
      if (report === null) {
        this.trades.putBack(rows)
        break
      }
      this.trades.stored(rows)
      this.tradeGaps.stored()
    }
    this.savingTrades = false
  }

  /** One batch at a time, so that a failed one put back can never overwrite a newer one that went through. */
  private async saveKlines(storage: Storage, isProbe: boolean): Promise<void> {
    if (this.savingKlines || this.klines.size === 0) return
    this.savingKlines = true
    const rows = this.klines.take()
    const report = await this.writes.write(() => storage.saveKlines(rows), isProbe)
    if (report === null) this.klines.putBack(rows)
    this.savingKlines = false
  }

  private async saveOpportunities(storage: Storage, isProbe: boolean): Promise<void> {
    if (this.savingOpportunities) return
    this.savingOpportunities = true
    for (const opportunity of this.opportunities.each()) {
      const report = await this.writes.write(() => storage.saveOpportunity(opportunity), isProbe)
      if (report === null) break
      this.opportunities.stored(opportunity)
    }
    this.savingOpportunities = false
  }

  private failed(problem: string): void {
    const message = `Nothing is recorded: ${problem}`
    this.options.onAlert({ severity: 'error', rule: 'storage', subject: 'recorder', message })
  }

  private recovered(failingTicks: number): void {
    const { storage } = this.options
    const dropped = this.opportunities.dropped - this.droppedTold
    const lost = dropped === 0 ? '' : ` and ${dropped} opportunities`
    const message = `Recording again after ${secondsOf(failingTicks)}; ${this.missedWhileFailing} snapshots${lost} are missing`
    this.missedWhileFailing = 0
    this.droppedTold += dropped
    this.options.onAlert({ severity: 'info', rule: 'storage', subject: 'recorder', message })
    if (storage === null) return
    this.writes.run(this.saveKlines(storage, false))
    if (this.tradeGaps.isReady) this.writes.run(this.saveTrades(storage, false))
    this.writes.run(this.saveOpportunities(storage, false))
  }

  private missSnapshot({ settle }: Snapshot): void {
    settle(this.writes.problem ?? 'not stored')
    this.missed++
    this.missedWhileFailing++
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
