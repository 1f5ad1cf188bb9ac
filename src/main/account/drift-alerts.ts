import type { Alert, Drift } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'

type Finding = Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>

/** What an account brings after the first one is told together after this. */
const gatherMs = 60_000

interface Gathered {
  readonly timer: NodeJS.Timeout
  more: number
}

/**
 * Differences as alerts: an account's first one at once, those of the next minute as a number, so that a line which loses much is not
 * an alarm for each. Every one stands in the account's list all the same.
 */
export class DriftAlerts {
  private readonly raise: (finding: Finding) => void
  private readonly gathered = new Map<string, Gathered>()
  private readonly end: () => void

  constructor(bus: Bus, raise: (finding: Finding) => void) {
    this.raise = raise
    this.end = bus.on('drift', ({ drift }) => {
      if (drift.resolvedAt === null) this.found(drift)
    })
  }

  stop(): void {
    this.end()
    for (const { timer } of this.gathered.values()) clearTimeout(timer)
    this.gathered.clear()
  }

  private found(drift: Drift): void {
    const gathered = this.gathered.get(drift.account)
    if (gathered) {
      gathered.more++
      return
    }
    const timer = setTimeout(() => this.tellMore(drift.account), gatherMs)
    this.gathered.set(drift.account, { timer, more: 0 })
    this.raise(findingOf(drift))
  }

  private tellMore(account: string): void {
    const more = this.gathered.get(account)?.more ?? 0
    this.gathered.delete(account)
    if (more === 0) return
    const differences = more === 1 ? '1 more difference' : `${more} more differences`
    const message = `${differences} to what the exchange says within a minute: Accounts lists them`
    this.raise({ severity: 'warning', rule: 'drift', subject: account, message })
  }
}

const findingOf = ({ account, subject, item, field, expected, got }: Drift): Finding => ({
  severity: 'warning',
  rule: 'drift',
  subject: account,
  message: `${subject} ${item}: ${field} should be ${expected ?? 'absent'}, the exchange says ${got ?? 'absent'}`,
})
