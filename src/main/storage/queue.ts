import { StorageError } from './error.ts'

interface Waiting {
  readonly droppable: boolean
  readonly run: () => Promise<void>
  readonly drop: () => void
}

/**
 * Runs writes one at a time, in order. At most `limit` droppable ones wait: one more, and the oldest of them rejects with
 * `overloaded`. What is not droppable always waits; it is bounded by how seldom it happens (closed candles: about 100 rows a
 * minute for 80 instruments; opportunities: their openings and closings; accounts: one batch at a time, see AccountRecorder).
 */
export class WriteQueue {
  private readonly limit: number
  private readonly waiting: Waiting[] = []
  private droppable = 0
  private dropped = 0
  private running = false
  private idle: (() => void)[] = []

  constructor(limit: number) {
    this.limit = limit
  }

  add<T>(write: () => Promise<T>, droppable = false): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.push({
        droppable,
        run: () => write().then(resolve, reject),
        drop: () =>
          reject(new StorageError('overloaded', 'the disk does not keep up: a snapshot was dropped unwritten')),
      })
      if (droppable && ++this.droppable > this.limit) this.dropOldest()
      if (!this.running) void this.drain()
    })
  }

  /** Resolves once nothing waits or runs. */
  settled(): Promise<void> {
    if (!this.running) return Promise.resolve()
    return new Promise((resolve) => {
      this.idle.push(resolve)
    })
  }

  /** Writes that wait (the one under way apart), those of them that may be dropped and their limit, and how many were. */
  get counts(): { waiting: number; waitingSnapshots: number; snapshotLimit: number; droppedSnapshots: number } {
    const { waiting, droppable, limit, dropped } = this
    const counts = { waitingSnapshots: droppable, snapshotLimit: limit, droppedSnapshots: dropped }
    return { waiting: waiting.length, ...counts }
  }

  private async drain(): Promise<void> {
    this.running = true
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (next.droppable) this.droppable--
      await next.run()
    }
    this.running = false
    const idle = this.idle
    this.idle = []
    for (const resolve of idle) resolve()
  }

  private dropOldest(): void {
    const [oldest] = this.waiting.splice(
      this.waiting.findIndex((write) => write.droppable),
      1,
    )
    this.droppable--
    this.dropped++
    oldest?.drop()
  }
}
