import { type BackoffRules, equalJitter, type Random } from './backoff.ts'
import type { RestFailure } from './rest.ts'

interface Closed {
  readonly failures: number
  readonly failure: RestFailure
  readonly nextAt: number
  /** Of whoever tries for all; resolves true when it was answered. */
  trial: Promise<boolean> | null
}

/** May go: `settle` must be told how it went. Else somebody tried meanwhile, and his failure is everybody's. */
export type Admission =
  | { readonly isAdmitted: true; settle(failure: RestFailure | null): void }
  | { readonly isAdmitted: false; readonly failure: RestFailure }

/**
 * Keeps calls from crowding before an origin that does not answer: at a steady pace one of them tries for all, and the others share its
 * fate. An origin that answers lets everybody through. `now` is performance.now().
 */
export class OriginDoor {
  private readonly closed = new Map<string, Closed>()
  private readonly waiting = new Set<() => void>()
  private readonly rules: BackoffRules
  private readonly random: Random

  constructor(rules: BackoffRules, random: Random) {
    this.rules = rules
    this.random = random
  }

  isClosed(origin: string): boolean {
    return this.closed.has(origin)
  }

  /** Every so many attempts in a row. */
  isPatient(origin: string, every: number): boolean {
    const failures = this.closed.get(origin)?.failures ?? 0
    return failures > 0 && failures % every === 0
  }

  async enter(origin: string): Promise<Admission> {
    const closed = this.closed.get(origin)
    if (closed === undefined) return this.admit(origin, () => undefined)
    if (closed.trial !== null) {
      return (await closed.trial)
        ? this.admit(origin, () => undefined)
        : { isAdmitted: false, failure: this.failureOf(origin, closed) }
    }
    let settleTrial: (isAnswered: boolean) => void = () => undefined
    closed.trial = new Promise((resolve) => {
      settleTrial = resolve
    })
    await this.until(closed.nextAt)
    return this.admit(origin, settleTrial)
  }

  /** The network is another, or everything ends: nobody waits any more. */
  open(): void {
    this.closed.clear()
    for (const go of [...this.waiting]) go()
  }

  private admit(origin: string, settleTrial: (isAnswered: boolean) => void): Admission {
    return {
      isAdmitted: true,
      settle: (failure) => {
        const closed = this.closed.get(origin)
        if (failure === null) this.closed.delete(origin)
        else if (failure.kind === 'cancelled') {
          // Nothing was learnt: whoever comes next tries.
          if (closed !== undefined) closed.trial = null
        } else {
          const failures = (closed?.failures ?? 0) + 1
          const nextAt = performance.now() + equalJitter(this.rules, failures, this.random)
          this.closed.set(origin, { failures, failure, nextAt, trial: null })
        }
        settleTrial(failure === null)
      },
    }
  }

  private failureOf(origin: string, closed: Closed): RestFailure {
    return this.closed.get(origin)?.failure ?? closed.failure
  }

  private until(at: number): Promise<void> {
    const waitMs = at - performance.now()
    if (waitMs <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const go = () => {
        clearTimeout(timer)
        this.waiting.delete(go)
        resolve()
      }
      const timer = setTimeout(go, waitMs)
      this.waiting.add(go)
    })
  }
}
