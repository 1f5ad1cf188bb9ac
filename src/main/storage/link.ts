import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { messageOf } from '../errors.ts'
import { workerUrl } from '../worker-url.ts'
import { StorageError } from './error.ts'
import { type Answer, buffersOf, type Jobs, type WorkerOptions } from './jobs.ts'

interface Pending {
  readonly settle: (answer: Answer) => void
  readonly fail: (error: StorageError) => void
}

const firstPauseMs = 1_000
const longestPauseMs = 60_000
const longestEndMs = 5_000

export interface LinkOptions {
  readonly worker: WorkerOptions
  /** Told once for every unexpected end, in words. */
  readonly onCrash: (message: string) => void
  /** SQLite found the file itself damaged; told with every answer that says so. */
  readonly onDamage?: (message: string) => void
}

/**
 * This side of a storage thread: asks jobs, hands answers back. The thread is started by the first call. When it ends
 * unexpectedly, every pending call rejects with `stopped`; a later call starts it again, but only after a pause that doubles
 * from 1 s to 1 min with each crash and is reset by a minute without one, so that it can never spin. A call during the pause
 * rejects at once.
 */
export class WorkerLink<J extends Jobs> {
  private readonly options: LinkOptions
  private readonly pending = new Map<number, Pending>()
  private worker: Worker | null = null
  private ended: Promise<void> = Promise.resolve()
  private lastId = 0
  private closing = false
  private startedAt = 0
  private pauseMs = 0
  private notBefore = 0
  private problem = ''

  constructor(options: LinkOptions) {
    this.options = options
  }

  /** True while a thread runs. */
  get isRunning(): boolean {
    return this.worker !== null
  }

  call<K extends keyof J & string>(job: K, request: J[K]['request']): Promise<J[K]['reply']> {
    if (this.closing) return Promise.reject(new StorageError('stopped', 'the storage is closed'))
    // The thread's handlers are typed by the same table, so what it answers is this job's reply.
    return this.send(job, request) as Promise<J[K]['reply']>
  }

  /**
   * Asks the thread to close its file, as a damaged one or not, and waits for its end, but not for ever: see `leaveNow` in
   * commands/shutdown.ts. Rejects with the StorageError of a failed close.
   */
  async close(state: 'damaged' | null = null): Promise<void> {
    this.closing = true
    if (this.worker === null) return
    const [closed] = await Promise.allSettled([this.send('close', state)])
    await Promise.race([this.ended, delay(longestEndMs, undefined, { ref: false })])
    if (closed.status === 'rejected') throw closed.reason
  }

  private send(job: string, request: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.worker ??= this.start()
      if (this.worker === null) {
        reject(new StorageError('stopped', this.problem))
        return
      }
      const id = ++this.lastId
      this.pending.set(id, {
        settle: (answer) => (answer.ok ? resolve(answer.value) : reject(new StorageError(answer.kind, answer.message))),
        fail: reject,
      })
      this.worker.postMessage({ id, job, request }, buffersOf(request))
    })
  }

  private start(): Worker | null {
    const now = performance.now()
    if (now < this.notBefore) return null
    this.startedAt = now
    const { worker: workerData } = this.options
    const worker = new Worker(workerUrl('storage'), { workerData, name: `storage ${workerData.role}` })
    let cause = ''
    worker.on('message', (answer: Answer) => {
      const pending = this.pending.get(answer.id)
      this.pending.delete(answer.id)
      if (!answer.ok && answer.isFileDamaged) this.options.onDamage?.(answer.message)
      pending?.settle(answer)
    })
    worker.on('error', (error) => {
      cause = messageOf(error)
    })
    this.ended = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.worker = null
        this.onExit(cause === '' ? `exit code ${code}` : cause)
        resolve()
      })
    })
    return worker
  }

  private onExit(cause: string): void {
    if (this.closing && this.pending.size === 0) return
    const now = performance.now()
    this.pauseMs = now - this.startedAt > longestPauseMs ? firstPauseMs : this.nextPause()
    this.notBefore = now + this.pauseMs
    this.problem = `the storage ${this.options.worker.role} ended unexpectedly (${cause}); it is started again`
    const lost = [...this.pending.values()]
    this.pending.clear()
    for (const { fail } of lost) fail(new StorageError('stopped', this.problem))
    this.options.onCrash(this.problem)
  }

  private nextPause(): number {
    return this.pauseMs === 0 ? firstPauseMs : Math.min(this.pauseMs * 2, longestPauseMs)
  }
}
