import type { Drift, EpochMs } from '../../shared/domain/index.ts'

/** What a drift is of, without when and how it went on. */
export type Difference = Pick<Drift, 'subject' | 'item' | 'field' | 'expected' | 'got'>

const mostOpen = 500

const keyOf = ({ subject, item, field }: Pick<Drift, 'subject' | 'item' | 'field'>): string =>
  `${subject} ${item} ${field}`

export interface DriftBoardOptions {
  readonly account: string
  readonly nextId: () => number
  /** Every drift found, changed or resolved. */
  readonly publish: (drift: Drift) => void
}

/** The account's open drifts, one per subject, item and field: what is found again is updated, not repeated. */
export class DriftBoard {
  private readonly options: DriftBoardOptions
  private readonly drifts = new Map<string, Drift>()
  private unlisted = 0

  constructor(options: DriftBoardOptions) {
    this.options = options
  }

  /** Stored ones that are still open. */
  remember(drifts: Iterable<Drift>): void {
    for (const drift of drifts) this.drifts.set(keyOf(drift), drift)
  }

  /** In the order they were found. */
  open(): Drift[] {
    return [...this.drifts.values()]
  }

  /** Differences for which there was no room. */
  get unlistedCount(): number {
    return this.unlisted
  }

  has(subject: Drift['subject'], item: string): boolean {
    return this.find(subject, item) !== undefined
  }

  /** The first that was found of it. */
  find(subject: Drift['subject'], item: string): Drift | undefined {
    for (const drift of this.drifts.values()) if (drift.subject === subject && drift.item === item) return drift
    return undefined
  }

  /** `since`: when both last agreed, null if never since the start. */
  found(difference: Difference, since: EpochMs | null, at: EpochMs): void {
    const key = keyOf(difference)
    const known = this.drifts.get(key)
    if (known !== undefined) {
      if (known.expected === difference.expected && known.got === difference.got) return
      this.put(key, { ...known, ...difference })
      return
    }
    if (this.drifts.size >= mostOpen) {
      this.unlisted++
      return
    }
    const { account, nextId } = this.options
    const drift = { id: nextId(), account, since, foundAt: at, resolvedAt: null, resolution: null }
    this.put(key, { ...difference, ...drift })
  }

  /** Resolves what is open of one subject and fits. */
  resolve(subject: Drift['subject'], fits: (drift: Drift) => boolean, resolution: string, at: EpochMs): void {
    for (const [key, drift] of this.drifts) {
      if (drift.subject !== subject || !fits(drift)) continue
      this.drifts.delete(key)
      this.options.publish({ ...drift, resolvedAt: at, resolution })
    }
  }

  private put(key: string, drift: Drift): void {
    this.drifts.set(key, drift)
    this.options.publish(drift)
  }
}
