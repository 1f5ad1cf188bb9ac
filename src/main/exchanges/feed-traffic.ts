import type { EpochMs } from '../../shared/domain/index.ts'
import { type BucketCounts, Buckets, networkBoundsMs, processingBoundsMs } from '../net/buckets.ts'

/** What came over one feed's sockets since its session began. */
export interface FeedMeasurements {
  readonly feed: string
  readonly frames: number
  /** Of frames, as they came. */
  readonly bytes: number
  /** Connections that opened, and those of them that came after one was lost. */
  readonly opened: number
  readonly reconnects: number
  /** Epoch ms; null: none came yet. */
  readonly lastFrameAt: EpochMs | null
  /** From a frame's arrival to its events on the bus: read, checked, normalised. Of the frames measured (see net/socket.ts), ms. */
  readonly toBusMs: BucketCounts
  /** From the exchange's time of a quote or trade to its arrival, by the exchange's clock as far as it was measured, ms. */
  readonly exchangeMs: BucketCounts
}

/** Counts on the way of every frame: some 10 ns, and another look at the clock for those that are measured. */
export class FeedTraffic {
  opened = 0
  private frames = 0
  private bytes = 0
  private lastFrameAt: EpochMs | null = null
  private readonly toBus = new Buckets(processingBoundsMs)
  private readonly exchange = new Buckets(networkBoundsMs)

  arrived(bytes: number, receivedAt: EpochMs): void {
    this.frames++
    this.bytes += bytes
    this.lastFrameAt = receivedAt
  }

  /** `arrivedAt` by performance.now(); null: not measured. */
  reachedBus(arrivedAt: number | null): void {
    if (arrivedAt !== null) this.toBus.observe(performance.now() - arrivedAt)
  }

  /** An offset wrong by a millisecond would make some negative: those count as none. */
  travelled(ms: number): void {
    this.exchange.observe(ms > 0 ? ms : 0)
  }

  measurements(feed: string, reconnects: number): FeedMeasurements {
    const { frames, bytes, opened, lastFrameAt } = this
    const latencies = { toBusMs: this.toBus.read(), exchangeMs: this.exchange.read() }
    return { feed, frames, bytes, opened, reconnects, lastFrameAt, ...latencies }
  }
}
