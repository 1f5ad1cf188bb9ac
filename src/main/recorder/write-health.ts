const longestPauseTicks = 60
/** Working this long, the next failure is a new one and begins with a short pause. */
const healthyTicks = 60

/**
 * Whether writes go through, and when to try again: after a failure nothing is written but one probe after a pause of 1 s that
 * doubles up to a minute. Counted in ticks of the snapshot clock, so that a clock set back cannot stall it.
 */
export class WriteHealth {
  /** In words why nothing is written; null while writes go through. */
  problem: string | null = null
  /** Ticks since the failure began; 0 while all is well. */
  failingTicks = 0
  private ticksSinceRecovery = healthyTicks
  private pauseTicks = 0
  private ticksToProbe = 0
  private probing = false

  /**
   * Once a second. `write`: go on; `probe`: one write, to see, of which `failed` or `recovered` must tell; `wait`: nothing.
   * @param canProbe whether there is anything to write
   */
  tick(canProbe: boolean): 'write' | 'probe' | 'wait' {
    if (this.problem === null) {
      this.ticksSinceRecovery++
      return 'write'
    }
    this.failingTicks++
    this.ticksToProbe--
    if (this.probing || !canProbe || this.ticksToProbe > 0) return 'wait'
    this.probing = true
    return 'probe'
  }

  /** @returns true when writes went through until now */
  failed(message: string, wasProbe: boolean): boolean {
    const isNew = this.problem === null
    this.problem = message
    if (wasProbe) this.probing = false
    if (isNew && this.ticksSinceRecovery >= healthyTicks) this.pauseTicks = 0
    if (isNew || wasProbe) {
      this.pauseTicks = Math.min(Math.max(1, this.pauseTicks * 2), longestPauseTicks)
      this.ticksToProbe = this.pauseTicks
    }
    return isNew
  }

  recovered(): void {
    this.problem = null
    this.probing = false
    this.failingTicks = 0
    this.ticksSinceRecovery = 0
  }
}
