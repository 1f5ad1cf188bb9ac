import type { EpochMs } from '../../shared/domain/index.ts'
import type { PrivateStream } from '../exchanges/account-contract.ts'
import type { AccountStream } from './streams.ts'

export interface StreamSetOptions {
  readonly create: (stream: PrivateStream) => AccountStream
  /** The exchange's clock. */
  readonly now: () => EpochMs
  readonly graceMs: number
}

/** An account's private streams, and since when all of them flow. */
export class StreamSet {
  private readonly options: StreamSetOptions
  /** By the connector's ids, which may grow fewer once it is known what the key may see. */
  private readonly byId = new Map<string, AccountStream>()
  private since: EpochMs | null = null

  constructor(options: StreamSetOptions) {
    this.options = options
  }

  list(): AccountStream[] {
    return [...this.byId.values()]
  }

  /** Since when all streams have flowed without a break, this machine's clock; null while one does not. */
  get liveSince(): EpochMs | null {
    return this.since
  }

  /** Opens those that are wanted, and closes those that are so no longer. */
  match(streams: readonly PrivateStream[]): void {
    const wanted = new Map(streams.map((stream) => [stream.id, stream]))
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

  /** All streams flowed at that time (the exchange's clock), and it lies far enough back for them to have told of it. */
  wasTold(at: EpochMs): boolean {
    if (this.since === null) return false
    const { now, graceMs } = this.options
    const exchangeNow = now()
    const liveSince = this.since + (exchangeNow - Date.now())
    return at > liveSince + graceMs && at < exchangeNow - graceMs
  }

  async stop(): Promise<void> {
    await Promise.all(this.list().map((stream) => stream.stop()))
    this.since = null
  }
}
