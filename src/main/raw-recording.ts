/** The raw frames of a market's run: whether they are kept, and what of its sessions is. */
import { join } from 'node:path'
import type { RawFramesStatus } from '../shared/data.ts'
import type { ExchangeId } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import type { AlertLog } from './alerts.ts'
import type { ExchangeSessionOptions, TopicsChange } from './exchanges/session.ts'
import type { Logger } from './log.ts'
import { RawRing, rawFramesOff } from './raw/ring.ts'

const gigabyte = 1e9

export interface RawRecordingOptions {
  readonly dataDir: string
  readonly dryRun: boolean
  readonly settings: () => Settings
  readonly alerts: AlertLog
  readonly logger: Logger
}

/** Where raw frames lie with these settings. */
export const rawFolder = (dataDir: string, { rawFrames }: Settings): string => rawFrames.folder ?? join(dataDir, 'raw')

export class RawRecording {
  private readonly options: RawRecordingOptions
  private ring: RawRing | null = null
  private running = false
  /** Beginnings and ends come one after another. */
  private changing: Promise<void> = Promise.resolve()

  constructor(options: RawRecordingOptions) {
    this.options = options
  }

  start(): void {
    this.running = true
    this.begin()
  }

  async stop(): Promise<void> {
    this.running = false
    await this.inTurn(() => this.end())
  }

  /** The settings changed: what is kept from now on follows them. */
  async apply(): Promise<void> {
    await this.inTurn(async () => {
      await this.end()
      if (this.running) this.begin()
    })
  }

  private inTurn(change: () => Promise<void>): Promise<void> {
    this.changing = this.changing.catch(() => undefined).then(change)
    return this.changing
  }

  private begin(): void {
    const { dataDir, dryRun, settings, alerts, logger } = this.options
    const { enabled, keepHours, maximumGigabytes } = settings().rawFrames
    if (!enabled || dryRun) return
    this.ring = new RawRing({
      folder: rawFolder(dataDir, settings()),
      keepHours,
      maximumBytes: maximumGigabytes * gigabyte,
      logger,
      onProblem: (words) => alerts.raiseStorage(words, 'warning'),
    })
    this.ring.start()
  }

  private async end(): Promise<void> {
    const { ring } = this
    // None of what comes from here on is kept.
    this.ring = null
    await ring?.stop()
  }

  status(): RawFramesStatus {
    return this.ring?.status() ?? rawFramesOff(rawFolder(this.options.dataDir, this.options.settings()))
  }

  /** What a session of the exchange is to tell. */
  tapOf(exchange: ExchangeId): Pick<ExchangeSessionOptions, 'onRawFrame' | 'onConnection'> {
    return {
      onRawFrame: (frame, isBinary, receivedAt, feed, connection) =>
        this.ring?.frame(exchange, feed, connection, receivedAt, frame, isBinary),
      onConnection: (mark, feed, connection, other) =>
        this.ring?.mark(exchange, feed, connection, Date.now(), mark, other),
    }
  }

  follow(exchange: ExchangeId, { feed, state, topics, at }: TopicsChange): void {
    const keys = topics.filter(({ channel }) => channel === 'book_ticker').map(({ instrument }) => instrument.key)
    if (keys.length > 0) this.ring?.topics(exchange, feed, at, state, keys)
  }
}
