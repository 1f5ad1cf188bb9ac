import { subtractAmounts } from '../../shared/amount.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import type { Intake } from './intake.ts'
import type { AccountTiming } from './timing.ts'

const deepEveryMs = 86_400_000

export interface AuditOptions {
  readonly intake: Intake
  readonly timing: AccountTiming
  /** Downloads what may explain a difference (transfers, payments, fills), from `since` where that is given. */
  readonly search: (since: EpochMs | null) => Promise<void>
  /** Balances are wanted again soon. */
  readonly onAgain: () => void
}

/**
 * Checks the ledger after a snapshot of balances. A difference is first searched for; it becomes a drift when the next snapshot
 * shows the same one, and ends when the sums agree again.
 */
export class Audit {
  private readonly options: AuditOptions
  /** Differences of the last check, by asset. */
  private suspected = new Map<string, string>()
  private agreedAt: EpochMs | null = null
  /** By the clock that nobody sets, both. */
  private searchedAt = Number.NEGATIVE_INFINITY
  private deepenedAt = Number.NEGATIVE_INFINITY

  constructor(options: AuditOptions) {
    this.options = options
  }

  /** Call only when the balances are a whole snapshot with nothing under way. */
  check(): void {
    const { intake, timing } = this.options
    const { ledger, drifts } = intake
    const now = Date.now()
    const steadyNow = performance.now()
    const found = ledger.check(intake.totals(), intake.transfers.pending())
    const open = new Map(drifts.open().flatMap((drift) => (drift.subject === 'ledger' ? [[drift.item, drift]] : [])))
    const still = new Set(found.map(({ asset }) => asset))
    const isResolved = (item: string) => !still.has(item) && !ledger.uncheckable().has(item)
    drifts.resolve('ledger', (drift) => isResolved(drift.item), 'explained: the sums agree again', now)
    drifts.resolve('ledger', (drift) => !still.has(drift.item), 'can no longer be checked', now)

    const before = this.suspected
    this.suspected = new Map(found.map(({ asset, difference }) => [asset, difference]))
    let isNew = false
    let isStanding = false
    for (const { asset, expected, got, difference } of found) {
      const drift = open.get(asset)
      const shown = drift && differenceOf(drift.expected, drift.got)
      if (shown === difference) continue
      if (before.get(asset) !== difference) {
        isNew = true
        continue
      }
      isStanding = true
      drifts.found({ subject: 'ledger', item: asset, field: 'total', expected, got }, this.agreedAt, now)
    }
    if (found.length === 0) this.agreedAt = now
    if (isNew && steadyNow - this.searchedAt >= timing.searchEveryMs) this.search(null)
    // Not searched for yet: the next check begins anew with it.
    else if (isNew) this.suspected = before
    else if (isStanding && steadyNow - this.deepenedAt >= deepEveryMs) {
      this.deepenedAt = steadyNow
      this.search(ledger.openedAt)
    }
  }

  private search(since: EpochMs | null): void {
    this.searchedAt = performance.now()
    void this.options.search(since).then(() => this.options.onAgain())
  }
}

const differenceOf = (expected: string | null, got: string | null): string | null =>
  expected === null || got === null ? null : subtractAmounts(got, expected)
