/** Addresses that an exchange gives for one connection each (with a token in them), asked for ahead of every attempt. */
import { type Random, Retry, type RetryRules } from './backoff.ts'
import type { RestResult } from './rest.ts'

export interface FeedAddressOptions {
  /** The whole address, its origin already swapped. */
  obtain(): Promise<RestResult<string>>
  readonly rules: RetryRules
  readonly random: Random
  /** There is one now, or there is a reason why not. */
  onChange(): void
}

/** Holds one address ready when asked for one. `now` is performance.now(). */
export class FeedAddress {
  private readonly options: FeedAddressOptions
  private readonly retry: Retry
  private address: string | null = null
  private isAsking = false
  private dueAt = 0
  private why: string | null = null

  constructor(options: FeedAddressOptions) {
    this.options = options
    this.retry = new Retry(options.rules, options.random)
  }

  /** Why there is none, in words; null: none was refused. */
  get problem(): string | null {
    return this.why
  }

  /** Whether there is one; where there is not, it is asked for. */
  isReady(now: number): boolean {
    if (this.address === null && !this.isAsking && now >= this.dueAt) void this.ask()
    return this.address !== null
  }

  /** For one connection. */
  take(): string | null {
    const { address } = this
    this.address = null
    return address
  }

  /** The network is another, or the machine woke: nothing waits, and what was obtained before may be too old. */
  forget(): void {
    this.address = null
    this.dueAt = 0
    this.retry.reset()
  }

  private async ask(): Promise<void> {
    this.isAsking = true
    const reply = await this.options.obtain()
    this.isAsking = false
    if (reply.ok) {
      this.address = reply.value
      this.why = null
      this.retry.reset()
    } else {
      this.why = `no address to connect to: ${reply.failure.message}`
      this.dueAt = performance.now() + Math.max(this.retry.fail().delayMs, reply.failure.retryAfterMs ?? 0)
    }
    this.options.onChange()
  }
}
