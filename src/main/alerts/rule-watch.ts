/** One rule and everything it watches: a `Hold` for each subject whose condition held, and what came of it. Pure. */
import type { AlertRule, AlertRuleStatus } from '../../shared/alert-rules.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import { Hold, type Observed, type Timing } from './hold.ts'
import { durationWords } from './words.ts'

export interface Firing {
  readonly ruleId: string
  readonly rule: AlertRule
  readonly subject: string
  readonly at: EpochMs
  /** In words, without the rule's name. */
  readonly words: string
}

interface Watched {
  readonly hold: Hold
  /** What is to be said when it fires, as of then. */
  words: () => string
}

const noWords = (): string => ''
const urgency = ['fired', 'holding', 'cooling', 'waiting', 'quiet'] as const

export class RuleWatch<R extends AlertRule = AlertRule> {
  readonly id: string
  rule: R
  private readonly timing: Timing
  private readonly onFiring: (firing: Firing) => void
  private readonly watched = new Map<string, Watched>()
  private fired = 0
  private lastFiredAt: EpochMs | null = null

  constructor(id: string, rule: R, onFiring: (firing: Firing) => void) {
    this.id = id
    this.rule = rule
    this.onFiring = onFiring
    this.timing = { holdMs: rule.holdSeconds * 1_000, coolDownMs: rule.coolDownSeconds * 1_000 }
  }

  /** Nothing is under way: only a condition that holds is worth telling. */
  get isIdle(): boolean {
    return this.watched.size === 0
  }

  observe(subject: string, observed: Observed, at: EpochMs, words: () => string): void {
    let watched = this.watched.get(subject)
    if (watched === undefined) {
      if (observed !== 'holds') return
      watched = { hold: new Hold(this.timing), words }
      this.watched.set(subject, watched)
    } else if (observed === 'holds') watched.words = words
    if (watched.hold.observe(observed, at)) this.fire(subject, watched, at)
    else if (observed === 'clear' && watched.hold.isIdle(at)) this.watched.delete(subject)
  }

  /** Something that happened, and is over: it fires unless the rule is cooling. */
  happened(subject: string, at: EpochMs, words: () => string): void {
    this.observe(subject, 'holds', at, words)
    this.observe(subject, 'clear', at, noWords)
  }

  tick(at: EpochMs): void {
    for (const [subject, watched] of this.watched) {
      if (watched.hold.tick(at)) this.fire(subject, watched, at)
      else if (watched.hold.isIdle(at)) this.watched.delete(subject)
    }
  }

  /** Time passed in which nothing was looked at. */
  pause(ms: number): void {
    for (const { hold } of this.watched.values()) hold.pause(ms)
  }

  /** Of the subject that fires next if nothing else becomes known; null: none does. */
  dueAt(): EpochMs | null {
    let first: EpochMs | null = null
    for (const { hold } of this.watched.values()) {
      const at = hold.dueAt()
      if (at !== null && (first === null || at < first)) first = at
    }
    return first
  }

  /** Of subjects that are not there now nothing is known: what fired does not fire again when they are back. */
  lose(isThere: (subject: string) => boolean, at: EpochMs): void {
    for (const [subject, { hold }] of this.watched) {
      if (!isThere(subject) && hold.isUnderWay) hold.observe('unknown', at)
    }
  }

  recall(subject: string, firedAt: EpochMs, holds: boolean): void {
    const hold = new Hold(this.timing)
    hold.recall(firedAt, holds)
    this.watched.set(subject, { hold, words: noWords })
  }

  standing(at: EpochMs): readonly { readonly subject: string; readonly firedAt: EpochMs; readonly holds: boolean }[] {
    return [...this.watched].flatMap(([subject, { hold }]) => {
      const standing = hold.standing(at)
      return standing === null ? [] : [{ subject, ...standing }]
    })
  }

  forget(): void {
    this.watched.clear()
  }

  /** `subjects` it looks at, and of how many of them nothing live is known. */
  status(at: EpochMs, subjects: number, unknown: number): AlertRuleStatus {
    const entries = [...this.watched].map(([subject, { hold }]) => ({ subject, hold, state: hold.state(at) }))
    const [most] = entries.sort((a, b) => urgency.indexOf(a.state) - urgency.indexOf(b.state))
    const isBlind = most === undefined && unknown > 0 && unknown === subjects
    const state = isBlind ? 'waiting' : (most?.state ?? 'quiet')
    return {
      id: this.id,
      state: this.rule.enabled ? state : 'off',
      words: this.rule.enabled ? this.wordsOf(most, at, subjects, unknown) : null,
      subjects,
      unknown,
      fired: this.fired,
      lastFiredAt: this.lastFiredAt,
    }
  }

  private wordsOf(
    most: { readonly subject: string; readonly hold: Hold; readonly state: string } | undefined,
    at: EpochMs,
    subjects: number,
    unknown: number,
  ): string | null {
    const blind = unknown === 0 ? null : `nothing live is known of ${unknown} of ${subjects}`
    if (subjects === 0) return 'nothing that it could look at is watched'
    if (most === undefined) return blind
    const held = durationWords(most.hold.heldMs(at))
    const whole = durationWords(this.timing.holdMs)
    switch (most.state) {
      case 'holding':
        return `${most.subject}: holds for ${held} of ${whole}`
      case 'waiting':
        return `${most.subject}: not live, so its hold stands still at ${held} of ${whole}`
      case 'fired':
        return `${most.subject}: fired and still holds`
      default:
        return blind
    }
  }

  private fire(subject: string, { words }: Watched, at: EpochMs): void {
    this.fired++
    this.lastFiredAt = at
    this.onFiring({ ruleId: this.id, rule: this.rule, subject, at, words: words() })
  }
}
