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
  /** Whose quotes flow, by exchange and feed. */
  private readonly quoted = new Map<string, { exchange: ExchangeId; feed: string; keys: Set<string> }>()

  constructor(options: RawRecordingOptions) {
    this.options = options
  }

  start(): void {
    this.running = true
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

  async stop(): Promise<void> {
    this.running = false
    // What was quoted before counts no more: nobody knows what comes from here on.
    for (const { exchange, feed, keys } of this.quoted.values()) {
      if (keys.size > 0) this.ring?.topics(exchange, feed, Date.now(), 'down', [...keys])
    }
    await this.ring?.stop()
    this.ring = null
  }

  /** The settings changed: what is kept from now on follows them. */
  async apply(): Promise<void> {
    const wasRunning = this.running
    await this.stop()
    if (wasRunning) this.start()
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
    if (keys.length === 0) return
    const name = `${exchange}/${feed}`
    const known = this.quoted.get(name) ?? { exchange, feed, keys: new Set<string>() }
    this.quoted.set(name, known)
    for (const key of keys) state === 'live' ? known.keys.add(key) : known.keys.delete(key)
    this.ring?.topics(exchange, feed, at, state, keys)
  }
}
