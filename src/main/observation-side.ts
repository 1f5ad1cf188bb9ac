/**
 * What looks on while markets run and keeps what it saw: depth of order books over time, how markets do, how exchanges do. One of each
 * market's run; stopped before books and storage are.
 */
import type { DepthHistoryColumns, DepthHistoryRequest, DepthHistoryStatus } from '../shared/depth-history.ts'
import type { EpochMs, ExchangeId, KeptBook } from '../shared/domain/index.ts'
import type { ExchangeHour, MarketPulses } from '../shared/market-health.ts'
import type { Settings } from '../shared/settings.ts'
import type { Bus } from './bus/index.ts'
import { DepthSampler, type SamplerCounts } from './depth-history/sampler.ts'
import type { MarketSession } from './exchanges/session-contract.ts'
import type { Logger } from './log.ts'
import type { BookMeasurements } from './market/books/keeper.ts'
import type { QuoteBoard } from './market/quotes.ts'
import { type ExchangeReading, League } from './market-health/league.ts'
import { Pulses } from './market-health/pulse.ts'
import type { Storage } from './storage/contract.ts'
import { depthColumns } from './storage/depth/columns.ts'

const stepMs = 50
const lookMs = 2_000
const leagueMs = 60_000
/** The hour under way is written so often, so that a crash costs no more. */
const saveMs = 300_000

export interface ObservationSideOptions {
  readonly settings: () => Pick<Settings, 'depthHistory'>
  readonly bus: Bus
  /** null: nothing is recorded. */
  readonly storage: Pick<Storage, 'depth' | 'exchangeHours'> | null
  readonly board: () => QuoteBoard
  readonly bookOf: (instrumentId: number) => KeptBook | undefined
  readonly bookMeasurements: () => readonly BookMeasurements[]
  readonly sessions: ReadonlyMap<ExchangeId, MarketSession>
  readonly logger: Logger
}

export class ObservationSide {
  private readonly options: ObservationSideOptions
  private readonly pulses = new Pulses()
  private readonly league = new League()
  private sampler: DepthSampler | null = null
  private columnMs = 0
  private timers: readonly NodeJS.Timeout[] = []
  private unsubscribe: readonly (() => void)[] = []
  private savedAt = 0
  private isFailing = false

  constructor(options: ObservationSideOptions) {
    this.options = options
  }

  start(): void {
    const { bus, sessions } = this.options
    const offsetOf = (exchange: ExchangeId) => sessions.get(exchange)?.measuredOffset() ?? null
    this.unsubscribe = [
      bus.on('book_ticker', (quote) => this.league.arrived(quote, offsetOf(quote.instrument.exchange))),
      bus.on('trade', (trade) => this.league.arrived(trade, offsetOf(trade.instrument.exchange))),
      bus.on('gap', ({ gap }) => this.league.gap(gap)),
      bus.on('opportunity', ({ opportunity }) => {
        // Told so once: when it opens, or when it first is one to act on.
        if (opportunity.closedAt === null && opportunity.rejection === null) this.pulses.opened(opportunity)
      }),
    ]
    this.applySettings()
    this.readLeague(Date.now())
    this.timers = [
      setInterval(() => this.sampler?.step(Date.now()), stepMs),
      setInterval(() => this.look(), lookMs),
      setInterval(() => this.readLeague(Date.now()), leagueMs),
    ]
  }

  /** Resolves when what was under way is stored. */
  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer)
    for (const off of this.unsubscribe) off()
    this.timers = []
    this.unsubscribe = []
    const over = this.league.read(this.readings(), Date.now(), false)
    await Promise.all([this.sampler?.end(), this.save([...over, ...this.league.present()])])
    this.sampler = null
  }

  /** Rejects with a StorageError. */
  async depth(
    instrumentIds: readonly number[],
    { from, columns, columnMs }: Omit<DepthHistoryRequest, 'instruments'>,
  ): Promise<DepthHistoryColumns> {
    const open = this.sampler?.unstored(instrumentIds) ?? []
    const question = { instrumentIds, from, columns, columnMs }
    const { storage } = this.options
    return storage === null
      ? { ...depthColumns(question, open), unreadable: 0 }
      : storage.depth.columns({ ...question, open })
  }

  async depthStatus(): Promise<DepthHistoryStatus> {
    const { books, leftOut } = this.samplerCounts() ?? { books: 0, leftOut: 0 }
    const oldest = (await this.options.storage?.depth.oldest()) ?? null
    return { columnMs: this.sampler === null ? 0 : this.columnMs, books, leftOut, oldest }
  }

  samplerCounts(): SamplerCounts | null {
    return this.sampler?.counts() ?? null
  }

  markets(): MarketPulses {
    return this.pulses.read(this.options.board(), Date.now())
  }

  /** Hours that begin at `from` or later, the one under way among them. */
  async hours(from: EpochMs): Promise<readonly ExchangeHour[]> {
    const present = this.league.present().filter(({ hour }) => hour >= from)
    const stored = (await this.options.storage?.exchangeHours.list(from)) ?? []
    const nameOf = ({ exchange, hour, since }: ExchangeHour) => `${exchange} ${hour} ${since}`
    const newer = new Set(present.map(nameOf))
    return [...stored.filter((hour) => !newer.has(nameOf(hour))), ...present]
  }

  private look(): void {
    this.pulses.look(this.options.board(), Date.now())
    this.applySettings()
  }

  private applySettings(): void {
    const { settings, storage, board, bookOf, logger } = this.options
    const { enabled, everySeconds } = settings().depthHistory
    const columnMs = everySeconds * 1_000
    if (enabled === (this.sampler !== null) && columnMs === this.columnMs) return
    void this.sampler?.end()
    this.columnMs = columnMs
    this.sampler = enabled
      ? new DepthSampler({
          books: () => board().instruments.flatMap(({ id }) => bookOf(id) ?? []),
          columnMs,
          save: storage === null ? null : (block) => storage.depth.save(block),
          onSample: (instrument, near, at) => this.pulses.sampled(instrument, near, at),
          logger,
        })
      : null
  }

  private readLeague(now: EpochMs): void {
    const over = this.league.read(this.readings(), now)
    if (over.length === 0 && Math.abs(now - this.savedAt) < saveMs) return
    this.savedAt = now
    void this.save([...over, ...this.league.present()])
  }

  private readings(): readonly ExchangeReading[] {
    const resyncs = new Map(this.options.bookMeasurements().map((one) => [one.exchange, one.resyncs]))
    return [...this.options.sessions].map(([exchange, session]) => {
      const { state, frames, rejected, clockOffsetMs } = session.status()
      const { feeds } = session.measurements()
      return {
        exchange,
        isLive: state === 'live',
        messages: frames,
        rejected: rejected.reduce((sum, { count }) => sum + count, 0),
        reconnects: feeds.reduce((sum, feed) => sum + feed.reconnects, 0),
        resyncs: resyncs.get(exchange) ?? 0,
        clockOffsetMs,
      }
    })
  }

  private async save(hours: readonly ExchangeHour[]): Promise<void> {
    const counted = hours.filter(({ observedMinutes, messages, gaps }) => observedMinutes + messages + gaps > 0)
    if (counted.length === 0) return
    try {
      await this.options.storage?.exchangeHours.save(counted)
      this.isFailing = false
    } catch (error) {
      // The hour under way is written again in five minutes; what is wrong with the file the recorder tells.
      if (!this.isFailing) this.options.logger.warn({ err: error }, 'the hours of exchanges were not stored')
      this.isFailing = true
    }
  }
}
