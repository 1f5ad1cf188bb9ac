/**
 * Market health: an instrument's own spread too wide, its top of book too thin, an exchange's feed too slow. Judged once a
 * second over the quote board, not on every quote; each finding is told when it begins and again after `repeatMs` while it
 * lasts, so that a standing condition is one line a quarter of an hour and not one a second. Pure: time comes from the caller.
 */
import { type Alert, type ExchangeId, truthCode } from '../../shared/domain/index.ts'
import type { Settings } from '../../shared/settings.ts'
import type { QuoteBoard } from '../market/quotes.ts'

export type Finding = Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>

/** A condition must hold this long before it is told: one odd quote is no news. */
const holdMs = 5_000
const repeatMs = 900_000
const feedWindowMs = 60_000
/** A check later than this (ms) follows a pause of this machine. */
const lateCheckMs = 3_000

interface Standing {
  since: number
  toldAt: number | null
}

export class MarketHealth {
  private readonly quotes: QuoteBoard
  private readonly limits: Settings['health']
  private readonly standing = new Map<string, Standing>()
  private readonly windows = new Map<ExchangeId, { since: number; updates: number }>()
  private checkedAt = Number.NaN

  constructor(quotes: QuoteBoard, limits: Settings['health']) {
    this.quotes = quotes
    this.limits = limits
  }

  /** Call about once a second. Returns what is newly worth telling. */
  check(now: number): readonly Finding[] {
    const found: Finding[] = []
    const { quotes, limits } = this
    const passedMs = now - this.checkedAt
    this.checkedAt = now
    if (passedMs < 0 || passedMs > lateCheckMs) this.beginAnew(now)
    for (let slot = 0; slot < quotes.instruments.length; slot++) {
      const instrument = quotes.instruments[slot]
      if (!instrument) continue
      const bid = quotes.bidPrice[slot] as number
      const ask = quotes.askPrice[slot] as number
      const judged = quotes.truth[slot] === truthCode.live && bid > 0 && ask > 0
      const spreadPercent = judged ? ((ask - bid) / ((ask + bid) / 2)) * 100 : Number.NaN
      this.judge(now, `wide ${instrument.key}`, spreadPercent > limits.wideSpreadPercent, found, () => ({
        severity: 'info',
        rule: 'wide_spread',
        subject: instrument.key,
        message: `Spread ${spreadPercent.toFixed(3)} % is wider than ${limits.wideSpreadPercent} %`,
      }))
      const value = judged
        ? Math.min(bid * (quotes.bidQuantity[slot] as number), ask * (quotes.askQuantity[slot] as number))
        : Number.NaN
      this.judge(now, `thin ${instrument.key}`, value < limits.thinTopOfBook, found, () => ({
        severity: 'info',
        rule: 'thin_book',
        subject: instrument.key,
        message: `Top of book worth ${Math.round(value)} ${instrument.quote}, below ${limits.thinTopOfBook}`,
      }))
    }
    this.checkFeeds(now, found)
    return found
  }

  /** The machine stood still, or its clock was set: nothing is known to have held meanwhile, and what was counted over it is no rate. */
  private beginAnew(now: number): void {
    this.windows.clear()
    for (const standing of this.standing.values()) {
      standing.since = now
      // Told in what is now the future: silence would last until then.
      if (standing.toldAt !== null && standing.toldAt > now) standing.toldAt = null
    }
  }

  private checkFeeds(now: number, found: Finding[]): void {
    const totals = new Map<ExchangeId, number>()
    this.quotes.instruments.forEach(({ exchange }, slot) => {
      totals.set(exchange, (totals.get(exchange) ?? 0) + (this.quotes.updates[slot] as number))
    })
    for (const [exchange, updates] of totals) {
      const window = this.windows.get(exchange)
      if (!window) {
        this.windows.set(exchange, { since: now, updates })
        continue
      }
      const elapsed = now - window.since
      if (elapsed < feedWindowMs) continue
      // Scaled to a minute, since a busy machine may have stretched the window.
      const perMinute = Math.round(((updates - window.updates) / elapsed) * 60_000)
      this.windows.set(exchange, { since: now, updates })
      const key = `slow ${exchange}`
      if (perMinute >= this.limits.minimumUpdatesPerMinute) {
        this.standing.delete(key)
        continue
      }
      const toldAt = this.standing.get(key)?.toldAt ?? null
      if (toldAt !== null && now - toldAt < repeatMs) continue
      // A minute is held long enough.
      this.standing.set(key, { since: now, toldAt: now })
      found.push({
        severity: 'warning',
        rule: 'slow_feed',
        subject: exchange,
        message: `${perMinute} quote updates in the last minute, fewer than ${this.limits.minimumUpdatesPerMinute}`,
      })
    }
  }

  private judge(now: number, key: string, holds: boolean, found: Finding[], tell: () => Finding): void {
    if (!holds) {
      // NaN (not judged) compares false and ends a condition as well: it must hold anew.
      if (this.standing.size > 0) this.standing.delete(key)
      return
    }
    const known = this.standing.get(key)
    if (!known) {
      this.standing.set(key, { since: now, toldAt: null })
      return
    }
    if (now - known.since < holdMs || (known.toldAt !== null && now - known.toldAt < repeatMs)) return
    known.toldAt = now
    found.push(tell())
  }
}
