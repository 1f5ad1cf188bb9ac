import { fullJitter, type Random } from '../../net/backoff.ts'
import type { TrackedBook } from './kept-book.ts'
import type { BookSource } from './source.ts'

/** Books of one exchange that are asked for at the same time. */
const mostAtOnce = 4
/** Nothing is asked for again sooner than this, and the wait before it is drawn from a range that doubles with every failure. */
const leastWaitMs = 100
const again = { baseMs: 250, capMs: 4_000 }
/** Exchanges count subscriptions by the hour (OKX: 480 a connection), so a stream that keeps failing is left alone for longer. */
const mostStreamWaitMs = 30_000
/** A stream that was asked to begin anew sends its snapshot by then, or is asked again. */
const snapshotWaitMs = 2_000
/** A stream that was asked to begin anew flows again by then. */
const renewalMs = 1_000

interface Job {
  readonly book: TrackedBook
  resubscribe: boolean
  failures: number
  /** `waits` for its time · `queued` for its turn · `asking` */
  state: 'waits' | 'queued' | 'asking'
  timer: NodeJS.Timeout | null
  readonly abort: AbortController
}

export interface BookBuilderOptions {
  /** Of the session that runs now: one that was switched off and on has another. null: none does. */
  readonly source: () => BookSource | null
  readonly random: Random
  readonly now: () => number
  /** A snapshot was laid into it. */
  readonly onBuilt: (book: TrackedBook) => void
  /** What is said of it changed. */
  readonly onExplained: (book: TrackedBook) => void
}

/**
 * Brings snapshots to the books of one exchange that wait for one: by REST, or by having the stream begin anew. A few at a time, so that
 * many broken books neither use up the exchange's limits nor hold each other up; one that keeps failing waits ever longer.
 */
export class BookBuilder {
  private readonly options: BookBuilderOptions
  private readonly jobs = new Map<number, Job>()
  private readonly queue: Job[] = []
  private asking = 0

  constructor(options: BookBuilderOptions) {
    this.options = options
  }

  /** Where it is being built already, no second time; a wait that was not for a failure ends sooner. `failures`: how often lately. */
  build(book: TrackedBook, { delayMs = 0, failures = 0, resubscribe = false } = {}): void {
    const known = this.jobs.get(book.instrument.id)
    if (known !== undefined) {
      if (known.state === 'waits' && known.failures === 0 && delayMs === 0) this.enqueue(known)
      return
    }
    const job: Job = { book, resubscribe, failures, state: 'waits', timer: null, abort: new AbortController() }
    this.jobs.set(book.instrument.id, job)
    const waitMs = failures > 0 ? this.pauseMs(book, failures) : delayMs
    if (waitMs === 0) this.enqueue(job)
    else this.wait(job, waitMs, () => this.enqueue(job))
  }

  /** It was built by what came by itself, or is wanted no more. */
  done(book: TrackedBook): void {
    const job = this.jobs.get(book.instrument.id)
    if (job === undefined) return
    this.jobs.delete(book.instrument.id)
    if (job.timer !== null) clearTimeout(job.timer)
    const place = this.queue.indexOf(job)
    if (place >= 0) this.queue.splice(place, 1)
    job.abort.abort()
    if (job.state === 'asking') this.leave()
  }

  stop(): void {
    this.queue.length = 0
    for (const { book } of [...this.jobs.values()]) this.done(book)
  }

  private enqueue(job: Job): void {
    if (job.timer !== null) clearTimeout(job.timer)
    job.timer = null
    job.state = 'queued'
    this.queue.push(job)
    this.pump()
  }

  private pump(): void {
    while (this.asking < mostAtOnce) {
      const job = this.queue.shift()
      if (job === undefined) return
      job.state = 'asking'
      this.asking++
      if (job.book.rules.snapshot === null) this.askStream(job)
      else if (job.resubscribe) this.renewStream(job)
      else void this.askRest(job, job.book.rules.snapshot)
    }
  }

  private askStream(job: Job): void {
    const { book } = job
    if (this.options.source()?.resubscribe(book.instrument, 'order_book') !== true)
      this.failed(job, 'its stream is not subscribed')
    else this.wait(job, snapshotWaitMs, () => this.failed(job, 'its stream began anew without a snapshot'))
  }

  /** The snapshot is asked for when the stream flows again, so that no update falls between them. */
  private renewStream(job: Job): void {
    job.resubscribe = false
    this.options.source()?.resubscribe(job.book.instrument, 'order_book')
    this.wait(job, renewalMs, () => {
      this.enqueue(job)
      this.leave()
    })
  }

  private async askRest(job: Job, snapshot: NonNullable<TrackedBook['rules']['snapshot']>): Promise<void> {
    const { now, onBuilt } = this.options
    const { book } = job
    const source = this.options.source()
    if (source === null) {
      this.failed(job, 'its exchange does not run')
      return
    }
    const reply = await source.ask(snapshot(book.instrument), job.abort.signal)
    if (this.jobs.get(book.instrument.id) !== job) return
    if (!reply.ok) {
      this.failed(job, `its snapshot could not be loaded: ${reply.failure.message}`)
      return
    }
    if (!book.lay(reply.value, now())) {
      this.failed(job, 'the snapshot is older than the updates that came')
      return
    }
    this.done(book)
    onBuilt(book)
  }

  private failed(job: Job, why: string): void {
    job.failures++
    job.state = 'waits'
    job.book.explain(why)
    this.options.onExplained(job.book)
    this.wait(job, this.pauseMs(job.book, job.failures), () => this.enqueue(job))
    this.leave()
  }

  private pauseMs({ rules }: TrackedBook, failures: number): number {
    const range = rules.snapshot === null ? { ...again, capMs: mostStreamWaitMs } : again
    return leastWaitMs + fullJitter(range, failures, this.options.random)
  }

  private leave(): void {
    this.asking--
    this.pump()
  }

  private wait(job: Job, ms: number, then: () => void): void {
    if (job.timer !== null) clearTimeout(job.timer)
    job.timer = setTimeout(then, ms)
  }
}
