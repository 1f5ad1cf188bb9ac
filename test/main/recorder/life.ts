import { setImmediate as nextTurn } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { onTestFinished, vi } from 'vitest'
import { type Bus, createBus } from '../../../src/main/bus/index.ts'
import { createLogger } from '../../../src/main/log.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import { recordedBefore } from '../../../src/main/recorder/recorded-before.ts'
import { Recorder } from '../../../src/main/recorder.ts'
import type { Storage } from '../../../src/main/storage/contract.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import type { DownCause, Gap, Instrument } from '../../../src/shared/domain/index.ts'
import { indexOf, instrument } from '../../support/instruments.ts'
import { instruments, openPlain, temporaryFile } from '../storage/support.ts'

/** 2023-11-14T22:13:20.000Z; a life begins 400 ms after it. */
export const start = 1_700_000_000_000

/** Of the same exchange as `btc`; not watched in the beginning. */
export const eth: Instrument = instrument('binance', 'spot', 'ETH', 'USDT', 'ETHUSDT', { id: 4 })
const listed: readonly Instrument[] = [...instruments, eth]

/** Passes writes on until it is told to crash: then the next `left` pass, and no other is ever answered. */
function mortal(storage: Storage) {
  const life = { left: Number.POSITIVE_INFINITY }
  const pass = <T>(write: () => Promise<T>): Promise<T> => (life.left-- > 0 ? write() : new Promise<T>(() => undefined))
  const { marketRows } = storage
  const mortalStorage: Storage = {
    ...storage,
    saveSnapshot: (batch) => pass(() => storage.saveSnapshot(batch)),
    marketRows: {
      ...marketRows,
      saveGaps: (gaps) => pass(() => marketRows.saveGaps(gaps)),
      saveTrades: (rows) => pass(() => marketRows.saveTrades(rows)),
    },
  }
  return { storage: mortalStorage, life }
}

interface Run {
  readonly real: Storage
  readonly life: { left: number }
  readonly bus: Bus
  readonly recorder: Recorder
  board: QuoteBoard
}

/**
 * A Crossbook reduced to what is recorded: real storage in a file, run after run; time is the test's. Feeds that are up quote once
 * before every second.
 */
export class Life {
  readonly file = temporaryFile()
  readonly up = new Set<number>(listed.map(({ id }) => id))
  readonly told = new Map<number, Gap>()
  /** Of the program, from its next start on. */
  version = '1.0.0'
  /** Added to the clock, and by nothing but setting it. */
  private set = 0
  /** Of it, so long the machine slept, and one of its clocks stood still. */
  private slept = 0
  readonly tradeSymbols: { list: readonly string[] } = { list: [] }
  /** Their trades are received, though nobody watches them. */
  readonly unwatchedTrades: { list: readonly Instrument[] } = { list: [] }
  /** Added to the clock. */
  private offset = 0
  private watched: readonly Instrument[] = instruments
  private run: Run | null = null
  private readonly other = new Sqlite(this.file, { timeout: 0 })
  private refusing = false

  constructor() {
    onTestFinished(() => this.end())
  }

  async end(): Promise<void> {
    this.allow()
    await this.run?.recorder.stop()
    await this.run?.real.close()
    this.other.close()
  }

  now(): number {
    return Date.now() + this.offset
  }

  get current(): Run {
    if (this.run === null) throw new Error('it does not run')
    return this.run
  }

  async begin(): Promise<void> {
    const real = await openStorage({ file: this.file, busyTimeoutMs: 1 })
    await real.saveInstruments(listed)
    const { storage, life } = mortal(real)
    const bus = createBus((error) => {
      throw error
    })
    const before = await recordedBefore(storage, this.version)
    const recorder: Recorder = new Recorder({
      // One that crashed has its timers still, and sees nothing.
      board: () => (this.run?.recorder === recorder ? this.run.board : null),
      bus,
      storage,
      before,
      instruments: () => indexOf(listed),
      tradeSymbols: () => this.tradeSymbols.list,
      unwatchedTrades: () => this.unwatchedTrades.list,
      whyNotLive: () => 'nobody has quoted',
      now: () => this.now(),
      elapsed: () => [this.now() - this.set - this.slept, this.now() - this.set],
      logger: createLogger('silent'),
      onAlert: () => undefined,
    })
    bus.on('gap', ({ gap }) => this.told.set(gap.id, gap))
    bus.on('book_ticker', (quote) => this.run?.board.applyBookTicker(quote))
    bus.on('connection', (event) => {
      if (event.state === 'down') this.run?.board.clearLive(event.instrumentIds)
    })
    this.run = { real, life, bus, recorder, board: new QuoteBoard(this.watched) }
    recorder.start()
  }

  /** `settled`: waits each second until storage has answered. */
  async seconds(count: number, settled = true): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.quote()
      vi.advanceTimersByTime(1_000)
      if (settled) await this.settled()
    }
    await this.settled()
  }

  quote(): void {
    for (const instrument of this.watched) {
      if (!this.up.has(instrument.id)) continue
      const quantities = { bidQuantity: 2, askQuantity: 3, exchangeAt: null, receivedAt: this.now() }
      this.current.bus.publish({ kind: 'book_ticker', instrument, bidPrice: 1, askPrice: 2, ...quantities })
    }
  }

  down(instrument: Instrument, reason = 'silent', cause: DownCause = 'disconnect'): void {
    this.up.delete(instrument.id)
    this.current.bus.publish({
      ...{ kind: 'connection', exchange: instrument.exchange, feed: 'spot', state: 'down', reason },
      ...{ instrumentIds: [instrument.id], at: this.now(), reconnected: false, cause },
    })
  }

  /** The topic of its trades flows, or does not. */
  trades(instrument: Instrument, state: 'live' | 'down', reason = '', cause: DownCause = 'disconnect'): void {
    const topics = [{ channel: 'trade', instrument, period: null }] as const
    this.current.recorder.follow({
      ...{ feed: 'spot', state, topics, reason, at: this.now(), downSince: null },
      cause: state === 'down' ? cause : null,
    })
  }

  /** The connection of its quotes is found lost, and nothing had come over it for so long. */
  lost(instrument: Instrument, silentMs: number): void {
    const topics = [{ channel: 'book_ticker', instrument, period: null }] as const
    const at = this.now()
    this.current.recorder.follow({
      ...{ feed: 'spot', state: 'down', topics, reason: 'silent', at, heardAt: at - silentMs },
      ...{ cause: 'disconnect', downSince: null },
    })
    this.down(instrument)
  }

  /** Nobody quotes it, on a feed that is up. */
  quiet(instrument: Instrument): void {
    this.up.delete(instrument.id)
  }

  connect(instrument: Instrument): void {
    this.up.add(instrument.id)
  }

  /** The clock goes on without the program: asleep, or busy. */
  async jump(seconds: number): Promise<void> {
    this.offset += seconds * 1_000
    vi.advanceTimersByTime(1_000)
    await this.settled()
  }

  /** As `jump`, and one of the machine's clocks stands still meanwhile. */
  async sleep(seconds: number): Promise<void> {
    this.slept += seconds * 1_000
    await this.jump(seconds)
  }

  /** The clock is set, forward or (negative) back. */
  async setClock(seconds: number): Promise<void> {
    this.set += seconds * 1_000
    await this.jump(seconds)
  }

  watch(list: readonly Instrument[]): void {
    this.watched = list
    const board = new QuoteBoard(list)
    if (this.run) {
      board.copyFrom(this.run.board)
      this.run.board = board
    }
  }

  /** The disk refuses every write. */
  refuse(): void {
    if (!this.refusing) this.other.exec('BEGIN IMMEDIATE')
    this.refusing = true
  }

  allow(): void {
    if (this.refusing) this.other.exec('ROLLBACK')
    this.refusing = false
  }

  async shutDown(offSeconds: number): Promise<void> {
    const { recorder, real } = this.current
    recorder.ending()
    for (const instrument of this.watched) if (this.up.has(instrument.id)) this.down(instrument, 'switched off')
    // Sockets take their time to close.
    vi.advanceTimersByTime(1_000)
    await recorder.stop()
    this.allow()
    await real.close()
    await this.again(offSeconds)
  }

  /** Ends after `writes` more transactions, within `seconds`. */
  async crash(writes: number, seconds: number, offSeconds: number): Promise<void> {
    this.current.life.left = writes
    await this.seconds(seconds)
    const { real, life } = this.current
    life.left = 0
    this.run = null
    this.allow()
    await real.close()
    this.other.exec("UPDATE meta SET value = '0' WHERE key = 'clean_close'")
    await this.again(offSeconds)
  }

  /** What the file holds of an instrument's seconds, and what its gaps say. */
  account(id: number) {
    const database = openPlain(this.file)
    const times = database
      .prepare<[number], number>('SELECT time FROM book_tickers WHERE instrument_id = ? ORDER BY time')
      .pluck()
      .all(id)
    const gaps = database
      .prepare<[number], [number, number | null]>(
        "SELECT from_time, to_time FROM gaps WHERE instrument_id = ? AND kind = 'book_ticker' ORDER BY from_time",
      )
      .raw()
      .all(id)
    const relative = (time: number): number => (time - start) / 1_000
    const missing: number[] = []
    times.forEach((time, i) => {
      for (let at = (times[i - 1] ?? time) + 1_000; at < time; at += 1_000) missing.push(relative(at))
    })
    const told = gaps.flatMap(([from, to]) => {
      const seconds: number[] = []
      for (let at = from; at < (to ?? Number.NaN); at += 1_000) seconds.push(relative(at))
      return seconds
    })
    return { rows: times.length, missing, told, lasting: gaps.filter(([, to]) => to === null).length }
  }

  private async again(offSeconds: number): Promise<void> {
    this.offset += offSeconds * 1_000
    for (const { id } of listed) this.up.add(id)
    await this.begin()
  }

  /** Everything asked of storage so far was answered, and what followed from the answers too. */
  private async settled(): Promise<void> {
    await this.current.real.lastOpportunityId()
    for (let round = 0; round < 2; round++) {
      await this.current.real.setMeta('test', 'settled').catch(() => undefined)
      await nextTurn()
    }
  }
}
