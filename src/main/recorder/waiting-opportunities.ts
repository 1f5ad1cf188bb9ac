import type { Opportunity } from '../../shared/domain/index.ts'

/** Of them 30 MB at most: at a thousand an hour two thirds of a day without a disk. */
const mostWaiting = 16_000

/**
 * The newest state of each opportunity that is not stored yet. They are happenings and wait until they are; beyond 16,000 the oldest that
 * is over is dropped, and counted.
 */
export class WaitingOpportunities {
  /** Lost, since more waited for the disk than fit. */
  dropped = 0
  private readonly byId = new Map<number, Opportunity>()
  /** Its writing is under way. */
  private saving: number | null = null

  get size(): number {
    return this.byId.size
  }

  add(opportunity: Opportunity): void {
    this.byId.set(opportunity.id, opportunity)
    if (this.byId.size <= mostWaiting) return
    for (const { id, closedAt } of this.byId.values()) {
      if (closedAt === null || id === this.saving) continue
      this.byId.delete(id)
      this.dropped++
      return
    }
  }

  /** Oldest first, those that come meanwhile included; `stored` is to follow before the next. */
  *each(): Generator<Opportunity, void> {
    try {
      for (const [id, opportunity] of this.byId) {
        this.saving = id
        yield opportunity
      }
    } finally {
      this.saving = null
    }
  }

  /** Unless something newer has come of it meanwhile. */
  stored(opportunity: Opportunity): void {
    if (this.byId.get(opportunity.id) === opportunity) this.byId.delete(opportunity.id)
  }
}
