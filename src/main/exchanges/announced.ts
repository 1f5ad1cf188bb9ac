/** What an exchange announces of its maintenance: asked for now and then, told as a fault while it lasts and as a note before. */
import type { EpochMs } from '../../shared/domain/index.ts'
import type { RestResult } from '../net/rest.ts'
import type { Fault } from '../net/trouble.ts'
import type { Maintenance } from './contract.ts'

const askEveryMs = 600_000
/** While it lasts, or after an answer that did not come. */
const askSoonMs = 60_000
/** Outages that come and go ask no more often than this. */
const restMs = 15_000
/** What is further away is no news yet. */
const horizonMs = 24 * 3_600_000
const minuteMs = 60_000
/** So long after its announced time a change should show. */
const changedMs = 1_000

export interface AnnouncedOptions {
  /** Resolves whatever happens. */
  readonly ask: () => Promise<RestResult<readonly Maintenance[]>>
  /** The exchange's clock, epoch ms. */
  readonly now: () => EpochMs
  /** What is known is another than before. */
  readonly onChange: () => void
}

export class AnnouncedMaintenance {
  private readonly options: AnnouncedOptions
  private known: readonly Maintenance[] = []
  private timer: NodeJS.Timeout | null = null
  private isAsking = false
  private isStopped = false
  private askedAt = Number.NEGATIVE_INFINITY

  constructor(options: AnnouncedOptions) {
    this.options = options
  }

  /** Asks now, unless it was just asked, and again and again from then on. Something went wrong, or it is the start. */
  ask(): void {
    if (!this.isAsking && performance.now() - this.askedAt >= restMs) void this.askNow()
  }

  stop(): void {
    this.isStopped = true
    if (this.timer !== null) clearTimeout(this.timer)
  }

  /** That which lasts now; null: none that is known of. */
  fault(): Fault | null {
    const now = this.options.now()
    const one = this.known.find((maintenance) => lasts(maintenance, now))
    if (one === undefined) return null
    const { title, until } = one
    const end = until === null ? '' : ` until ${clockOf(until)} UTC`
    return { kind: 'maintenance', words: `announced maintenance${end}${title === '' ? '' : `: ${title}`}`, until }
  }

  /** "maintenance announced for 02:00-03:00 UTC: …", of the next one within a day; null: none. */
  note(): string | null {
    const next = this.next()
    if (next === null) return null
    const { title, from, until } = next
    const isShort = until !== null && until - from < horizonMs
    const time = isShort ? `for ${clockOf(from)}-${clockOf(until)} UTC` : `from ${clockOf(from)} UTC`
    return `maintenance announced ${time}${title === '' ? '' : `: ${title}`}`
  }

  private next(): (Maintenance & { readonly from: EpochMs }) | null {
    const now = this.options.now()
    let next: (Maintenance & { readonly from: EpochMs }) | null = null
    for (const one of this.known) {
      const { from } = one
      if (from === null || from <= now || from > now + horizonMs || lasts(one, now)) continue
      if (next === null || from < next.from) next = { ...one, from }
    }
    return next
  }

  /** Also soon after one is to begin or to end: it may have been put off. */
  private waitMs(isAnswered: boolean): number {
    const now = this.options.now()
    const changes = this.known.flatMap(({ from, until }) => [from ?? 0, until ?? 0]).filter((at) => at > now)
    const isUrgent = !isAnswered || this.fault() !== null
    return Math.min(isUrgent ? askSoonMs : askEveryMs, ...changes.map((at) => at - now + changedMs))
  }

  private async askNow(): Promise<void> {
    this.isAsking = true
    const reply = await this.options.ask()
    this.isAsking = false
    this.askedAt = performance.now()
    if (this.isStopped) return
    if (reply.ok) {
      this.known = reply.value
      this.options.onChange()
    }
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.askNow(), this.waitMs(reply.ok))
  }
}

/** One that goes on beyond its announced end lasts until the exchange says otherwise. */
const lasts = ({ from, until, isOngoing }: Maintenance, now: EpochMs): boolean =>
  isOngoing || (from !== null && from <= now && until !== null && now < until)

const clockOf = (at: EpochMs): string => new Date(Math.round(at / minuteMs) * minuteMs).toISOString().slice(11, 16)
