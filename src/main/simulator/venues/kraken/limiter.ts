/** Counters that requests raise and time lowers. */
import type { EpochMs } from '../../../../shared/domain/index.ts'

export interface Allowance {
  readonly most: number
  readonly perSecond: number
}
/** "About one a second" of an address is documented, not how many at once: ours. Candles are counted by pair besides. */
export const publicAllowance: Allowance = { most: 10, perSecond: 1 }
/** Of a key, tier Intermediate. */
export const privateAllowance: Allowance = { most: 20, perSecond: 0.5 }

export class Counters {
  private readonly counters = new Map<string, { value: number; at: EpochMs }>()
  private readonly limits: number

  /** `limits`: how many times as much. */
  constructor(limits: number) {
    this.limits = limits
  }

  /** False: that was too much, and is not counted. */
  take(who: string, weight: number, { most, perSecond }: Allowance, now: EpochMs): boolean {
    const known = this.counters.get(who) ?? { value: 0, at: now }
    const fallen = (Math.max(0, now - known.at) / 1_000) * perSecond * this.limits
    const value = Math.max(0, known.value - fallen) + weight
    if (value > most * this.limits) return false
    this.counters.set(who, { value, at: now })
    return true
  }
}
