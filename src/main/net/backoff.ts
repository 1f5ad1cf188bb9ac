/**
 * Waiting between attempts: exponential backoff with full jitter, and a circuit breaker behind it. Own lines instead of
 * cockatiel's policies: those wrap a function and keep their timer to themselves, while a connection is no function call, and
 * the screen must show when the next attempt comes.
 */
export interface BackoffRules {
  /** The first wait is drawn from [0, baseMs), each further one from a range twice as wide. */
  readonly baseMs: number
  /** The range never grows beyond this. */
  readonly capMs: number
}

export interface RetryRules extends BackoffRules {
  /** The consecutive failure that opens the circuit. */
  readonly failuresToOpen: number
  /** How long the circuit stays open at first; doubles with every failed attempt after it, up to `openCapMs`. */
  readonly openMs: number
  readonly openCapMs: number
}

export type Random = () => number

/** Milliseconds to wait after failure number `failures` (1 is the first): uniform over the whole range, so crowds disperse. */
export function fullJitter(rules: BackoffRules, failures: number, random: Random): number {
  return random() * Math.min(rules.capMs, rules.baseMs * 2 ** Math.min(failures - 1, 30))
}

/** As `fullJitter`, but half of the wait is certain: for a steady pace of which the first success is everybody's. */
export function equalJitter(rules: BackoffRules, failures: number, random: Random): number {
  const rangeMs = Math.min(rules.capMs, rules.baseMs * 2 ** Math.min(failures - 1, 30))
  return rangeMs / 2 + (random() * rangeMs) / 2
}

/** Nothing that waits for a network's return waits longer than this between two attempts, ms. */
const longestPassingWaitMs = 3_000

/** The wait after an attempt that brought no answer, where the first success tells nobody else. */
export function passingWaitMs({ baseMs, capMs }: BackoffRules, random: Random): number {
  return equalJitter(
    { baseMs: longestPassingWaitMs, capMs: Math.min(longestPassingWaitMs, Math.max(baseMs, capMs)) },
    1,
    random,
  )
}

export interface RetryDecision {
  readonly delayMs: number
  /** True: the circuit is open; one attempt is made after `delayMs`, and its failure opens it for longer. */
  readonly open: boolean
}

/** Counts consecutive failures of one thing and says how long to leave it alone. Keeps no timer. */
export class Retry {
  private readonly rules: RetryRules
  private readonly random: Random
  private count = 0

  constructor(rules: RetryRules, random: Random = Math.random) {
    this.rules = rules
    this.random = random
  }

  get failures(): number {
    return this.count
  }

  fail(): RetryDecision {
    this.count += 1
    const beyond = this.count - this.rules.failuresToOpen
    if (beyond < 0) return { delayMs: fullJitter(this.rules, this.count, this.random), open: false }
    const openMs = Math.min(this.rules.openCapMs, this.rules.openMs * 2 ** Math.min(beyond, 30))
    // Half of it is certain: a breaker that may draw a wait of nothing gives nobody a rest.
    return { delayMs: openMs / 2 + (this.random() * openMs) / 2, open: true }
  }

  /** It works again, or the world changed (the machine woke up): the next failure is the first. */
  reset(): void {
    this.count = 0
  }
}
