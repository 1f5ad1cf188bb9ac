import type { EpochMs } from '../../shared/domain/index.ts'
import type { PrivateStream } from '../exchanges/account-contract.ts'
import type { AccountStream } from './streams.ts'

export interface StreamSetOptions {
  /** Those that there are for what the key may see: fewer or more as answers tell of it. */
  readonly wanted: () => readonly PrivateStream[]
  readonly create: (stream: PrivateStream) => AccountStream
  /** The exchange's clock. */
  readonly now: () => EpochMs
  readonly graceMs: number
}

/** An account's private streams, and since when all of them flow. */
export class StreamSet {
  private readonly options: StreamSetOptions
  /** By the connector's ids. */
  private readonly byId = new Map<string, AccountStream>()
  private since: EpochMs | null = null
  /** When a frame last came that could not be read, this machine's clock. */
  private unreadAt: EpochMs = Number.NEGATIVE_INFINITY

  constructor(options: StreamSetOptions) {
    this.options = options
  }

  list(): AccountStream[] {
    return [...this.byId.values()]
  }

  /** Since when all streams have flowed without a break, this machine's clock; null while one does not. */
  get liveSince(): EpochMs | null {
    // This machine's clock was set back: what is told from now on counts.
    if (this.since !== null) this.since = Math.min(this.since, Date.now())
    return this.options.wanted().every(({ id }) => this.byId.has(id)) ? this.since : null
  }

  /**
   * Since when the streams have told of everything, this machine's clock; null while one does not flow. Later than `liveSince`
   * where a frame could not be read, by as much as an answer may lag behind it.
   */
  get toldSince(): EpochMs | null {
    const { liveSince } = this
    this.unreadAt = Math.min(this.unreadAt, Date.now())
    return liveSince === null ? null : Math.max(liveSince, this.unreadAt + this.options.graceMs)
  }

  /** A frame could not be read: what it told, nobody has told. */
  noteUnread(at: EpochMs): void {
    this.unreadAt = Math.max(this.unreadAt, at)
  }

  /** Opens those that are wanted, and closes those that are so no longer. */
  match(): void {
    const wanted = new Map(this.options.wanted().map((stream) => [stream.id, stream]))
    for (const [id, stream] of this.byId) {
      if (wanted.has(id)) continue
      this.byId.delete(id)
      void stream.stop()
    }
    const fresh = [...wanted.values()].filter(({ id }) => !this.byId.has(id))
    for (const stream of fresh) this.byId.set(stream.id, this.options.create(stream))
    for (const { id } of fresh) this.byId.get(id)?.start()
    this.noteLive()
  }

  /** A stream begins or ceases to flow. */
  noteLive(): void {
    const allLive = this.list().every((stream) => stream.isLive)
    this.since = allLive ? (this.since ?? Date.now()) : null
  }

  /** The streams told of everything at that time (the exchange's clock), and it lies far enough back for them to have done so. */
  wasTold(at: EpochMs): boolean {
    const { toldSince } = this
    if (toldSince === null) return false
    const { now, graceMs } = this.options
    const exchangeNow = now()
    return at > toldSince + (exchangeNow - Date.now()) + graceMs && at < exchangeNow - graceMs
  }

  async stop(): Promise<void> {
    await Promise.all(this.list().map((stream) => stream.stop()))
    this.since = null
  }
}
