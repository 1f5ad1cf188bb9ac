/**
 * One condition about one subject, over time: quiet, holding since, fired, cooling. Pure; time comes from the caller.
 *
 * What is not known, or undecided, neither fires nor ends anything: a hold stands still, and goes on from there when the condition is seen to hold
 * again. Only a condition that is seen not to hold ends one. Having fired it is silent until it was seen not to hold, and until the
 * cool-down is over.
 */
import type { AlertRuleState } from '../../shared/alert-rules.ts'
import type { EpochMs } from '../../shared/domain/index.ts'

/** `unknown`: nothing live tells. `undecided`: what is live may be read either way. */
export type Observed = 'holds' | 'clear' | 'undecided' | 'unknown'

export interface Timing {
  readonly holdMs: number
  readonly coolDownMs: number
}

export class Hold {
  firedAt: EpochMs | null = null
  private readonly timing: Timing
  /** Known to hold from here to now; null: it does not, or that is not known. */
  private from: EpochMs | null = null
  /** Known to have held before `from`, since it was last seen not to. */
  private heldBefore = 0
  private isUnknown = false
  private hasFired = false

  constructor(timing: Timing) {
    this.timing = timing
  }

  /** True: it fires now. */
  observe(observed: Observed, now: EpochMs): boolean {
    this.isUnknown = observed === 'unknown'
    if (observed === 'clear') {
      this.from = null
      this.heldBefore = 0
      this.hasFired = false
      return false
    }
    if (observed !== 'holds') {
      this.heldBefore = this.heldMs(now)
      this.from = null
      return false
    }
    this.from ??= now
    return this.tick(now)
  }

  /** Time went on, and nothing else is known. True: it fires now. */
  tick(now: EpochMs): boolean {
    if (this.from === null || this.hasFired) return false
    // A clock that was set back: what was held before stays, from now on it counts anew.
    if (now < this.from) this.from = now
    if (this.firedAt !== null && now < this.firedAt) this.firedAt = now
    if (this.heldMs(now) < this.timing.holdMs || this.isCooling(now)) return false
    this.hasFired = true
    this.firedAt = now
    return true
  }

  /** Time passed in which nothing was looked at: it does not count as held. */
  pause(ms: number): void {
    if (this.from !== null) this.from += ms
  }

  /** When it fires if nothing else becomes known; null: it does not. */
  dueAt(): EpochMs | null {
    if (this.from === null || this.hasFired) return null
    const held = this.from + this.timing.holdMs - this.heldBefore
    return this.firedAt === null ? held : Math.max(held, this.firedAt + this.timing.coolDownMs)
  }

  /** As it stood before a restart: whether what it fired for goes on is not known yet. */
  recall(firedAt: EpochMs, holds: boolean): void {
    this.firedAt = firedAt
    this.hasFired = holds
    this.isUnknown = holds
  }

  /** It fired, and is silent about it: `holds` until it is seen to be over, else while it cools. null: neither. */
  standing(now: EpochMs): { readonly firedAt: EpochMs; readonly holds: boolean } | null {
    if (this.firedAt === null || (!this.hasFired && !this.isCooling(now))) return null
    return { firedAt: this.firedAt, holds: this.hasFired }
  }

  /** For how long it is known to hold. */
  heldMs(now: EpochMs): number {
    return this.heldBefore + (this.from === null ? 0 : Math.max(0, now - this.from))
  }

  state(now: EpochMs): Exclude<AlertRuleState, 'off'> {
    if (this.isUnknown) return 'waiting'
    if (this.hasFired) return 'fired'
    if (this.isUnderWay && this.heldMs(now) < this.timing.holdMs) return 'holding'
    if (this.isCooling(now)) return 'cooling'
    return this.isUnderWay ? 'holding' : 'quiet'
  }

  /** It holds, or did when it was last known to. */
  get isUnderWay(): boolean {
    return this.from !== null || this.heldBefore > 0 || this.hasFired
  }

  /** Nothing of it is worth remembering. */
  isIdle(now: EpochMs): boolean {
    return !this.isUnknown && !this.isUnderWay && !this.isCooling(now)
  }

  private isCooling(now: EpochMs): boolean {
    return this.firedAt !== null && now - this.firedAt < this.timing.coolDownMs
  }
}
