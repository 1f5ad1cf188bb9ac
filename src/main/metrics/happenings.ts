import type { Gap } from '../../shared/domain/index.ts'
import { Alert, GapCause, GapKind } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Reading } from './family.ts'

/** Gaps known by id; beyond it the oldest is forgotten, and would count as found once more if it were told of again. */
const mostKnown = 50_000

const rules = Alert.shape.rule.options
const severities = Alert.shape.severity.options

/** Counts what only happens: gaps found and filled, alerts. Every combination of labels is there from the start, at 0. */
export class Happenings {
  private readonly found = new Tally(GapKind.options, GapCause.options)
  private readonly filled = new Tally(GapKind.options, GapCause.options)
  private readonly alerts = new Tally(rules, severities)
  /** Id -> whether it is filled. */
  private readonly known = new Map<number, boolean>()
  private readonly unsubscribe: readonly (() => void)[]

  constructor(bus: Bus) {
    this.unsubscribe = [
      bus.on('gap', ({ gap }) => this.noteGap(gap)),
      bus.on('alert', ({ alert }) => this.alerts.add(alert.rule, alert.severity)),
    ]
  }

  close(): void {
    for (const off of this.unsubscribe) off()
  }

  get gapsFound(): readonly Reading[] {
    return this.found.readings()
  }

  get gapsFilled(): readonly Reading[] {
    return this.filled.readings()
  }

  get alertsRaised(): readonly Reading[] {
    return this.alerts.readings()
  }

  /** The same gap is told of when it begins, ends and is filled: each counts once. */
  private noteGap({ id, kind, cause, filledAt }: Gap): void {
    const before = this.known.get(id)
    if (before === undefined) this.found.add(kind, cause)
    if (filledAt !== null && before !== true) this.filled.add(kind, cause)
    this.known.set(id, filledAt !== null || before === true)
    if (this.known.size <= mostKnown) return
    for (const oldest of this.known.keys()) {
      this.known.delete(oldest)
      return
    }
  }
}

/** Counts under two labels. */
class Tally {
  private readonly counts: Map<string, { readonly labels: readonly [string, string]; count: number }>

  constructor(first: readonly string[], second: readonly string[]) {
    const labels = first.flatMap((a) => second.map((b): readonly [string, string] => [a, b]))
    this.counts = new Map(labels.map((pair) => [pair.join(' '), { labels: pair, count: 0 }]))
  }

  add(first: string, second: string): void {
    const counted = this.counts.get(`${first} ${second}`)
    if (counted !== undefined) counted.count++
  }

  readings(): readonly Reading[] {
    return [...this.counts.values()].map(({ labels, count }) => [labels, count])
  }
}
