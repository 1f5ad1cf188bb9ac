/**
 * How each watched market does over the last minutes: updates, spread, liquidity, opportunities. Pure: time comes from the caller.
 * Memory: 15 minutes of five numbers and 24 hours of one for each instrument seen watched in this run, 900 bytes each.
 */
import { type EpochMs, type Instrument, type Opportunity, truthCode } from '../../shared/domain/index.ts'
import type { MarketPulse, MarketPulses } from '../../shared/market-health.ts'
import type { NearBook } from '../depth-history/sampler.ts'
import type { QuoteBoard } from '../market/quotes.ts'

const minuteMs = 60_000
const hourMs = 3_600_000
/** A step back by more than this (ms) would be seen in a rate. */
const setBackMs = 1_000
/** A look later than this (ms) follows a pause of this machine. */
const latePauseMs = 10_000
const minutes = 15
const hours = 24

class Ring {
  readonly updates = new Float64Array(minutes)
  /** In which they were counted, ms: the machine may have slept, or the market may be watched for a minute only. */
  readonly countedMs = new Float64Array(minutes)
  readonly spread = new Float64Array(minutes)
  readonly looks = new Float64Array(minutes)
  readonly liveLooks = new Float64Array(minutes)
  readonly liquidity = new Float64Array(minutes)
  readonly samples = new Float64Array(minutes)
  readonly partly = new Float64Array(minutes)
  readonly opportunities = new Float64Array(hours)
  seenUpdates: number | null = null

  clearMinute(at: number): void {
    for (const column of [this.updates, this.countedMs, this.spread, this.looks, this.liveLooks]) column[at] = 0
    for (const column of [this.liquidity, this.samples, this.partly]) column[at] = 0
  }
}

export class Pulses {
  private readonly rings = new Map<string, Ring>()
  private board: QuoteBoard | null = null
  private startedAt: EpochMs | null = null
  private minute = Number.NaN
  private hour = Number.NaN
  /** By so much the clock was set back since the run began, ms: here time goes on as if it had not been. */
  private backMs = 0
  private newest = Number.NEGATIVE_INFINITY
  private lookedAt = Number.NaN

  /** Call every few seconds. */
  look(board: QuoteBoard, now: EpochMs): void {
    const time = this.timeOf(now)
    this.advance(time)
    const at = this.minute % minutes
    const passedMs = time - this.lookedAt
    this.lookedAt = time
    // A board of another watch list counts its updates anew, and over a pause nobody knows when they came.
    const isCounted = board === this.board && passedMs <= latePauseMs
    this.board = board
    board.instruments.forEach((instrument, slot) => {
      const ring = this.ringOf(instrument.key)
      const updates = board.updates[slot] ?? 0
      if (isCounted && ring.seenUpdates !== null) {
        add(ring.updates, at, updates - ring.seenUpdates)
        add(ring.countedMs, at, passedMs)
      }
      ring.seenUpdates = updates
      add(ring.looks, at, 1)
      const bid = board.bidPrice[slot] ?? Number.NaN
      const ask = board.askPrice[slot] ?? Number.NaN
      if (board.truth[slot] !== truthCode.live || !(bid > 0 && ask > 0)) return
      add(ring.liveLooks, at, 1)
      add(ring.spread, at, ((ask - bid) / ((ask + bid) / 2)) * 100)
    })
  }

  sampled({ key }: Instrument, { bidValue, askValue, isWhole }: NearBook, now: EpochMs): void {
    this.advance(now + this.backMs)
    const ring = this.ringOf(key)
    const at = this.minute % minutes
    add(ring.liquidity, at, Math.min(bidValue, askValue))
    add(ring.samples, at, 1)
    if (!isWhole) add(ring.partly, at, 1)
  }

  opened({ buy, sell, openedAt }: Opportunity): void {
    this.advance(openedAt + this.backMs)
    for (const key of [buy, sell]) add(this.ringOf(key).opportunities, this.hour % hours, 1)
  }

  read(board: QuoteBoard, now: EpochMs): MarketPulses {
    const at = this.timeOf(now)
    this.advance(at)
    const overMs = Math.min(at - (this.startedAt ?? at), (minutes - 1) * minuteMs + (at % minuteMs))
    return { overMs, markets: board.instruments.map(({ key }) => pulseOf(key, this.ringOf(key))) }
  }

  private ringOf(key: string): Ring {
    const known = this.rings.get(key)
    if (known !== undefined) return known
    const ring = new Ring()
    this.rings.set(key, ring)
    return ring
  }

  /** Without this a minute would last until the clock is there again, and take up all that comes meanwhile. */
  private timeOf(now: EpochMs): EpochMs {
    if (this.newest - (now + this.backMs) > setBackMs) this.backMs = this.newest - now
    const at = now + this.backMs
    this.newest = Math.max(this.newest, at)
    return at
  }

  /** Minutes and hours that begin are empty; what comes late is written into the present ones. */
  private advance(now: EpochMs): void {
    this.startedAt ??= now
    const minute = Math.floor(now / minuteMs)
    const hour = Math.floor(now / hourMs)
    if (Number.isNaN(this.minute)) this.minute = minute
    if (Number.isNaN(this.hour)) this.hour = hour
    for (let next = Math.max(this.minute + 1, minute - minutes + 1); next <= minute; next++) {
      for (const ring of this.rings.values()) ring.clearMinute(next % minutes)
    }
    for (let next = Math.max(this.hour + 1, hour - hours + 1); next <= hour; next++) {
      for (const ring of this.rings.values()) ring.opportunities[next % hours] = 0
    }
    this.minute = Math.max(this.minute, minute)
    this.hour = Math.max(this.hour, hour)
  }
}

const add = (column: Float64Array, at: number, value: number): void => {
  column[at] = (column[at] ?? 0) + value
}

const sumOf = (column: Float64Array): number => column.reduce((sum, one) => sum + one, 0)

function pulseOf(instrument: string, ring: Ring): MarketPulse {
  const countedMs = sumOf(ring.countedMs)
  const liveLooks = sumOf(ring.liveLooks)
  const samples = sumOf(ring.samples)
  return {
    instrument,
    updatesPerSecond: countedMs > 0 ? (sumOf(ring.updates) / countedMs) * 1_000 : 0,
    spreadPercent: liveLooks === 0 ? null : sumOf(ring.spread) / liveLooks,
    liquidity: samples === 0 ? null : sumOf(ring.liquidity) / samples,
    liquidityIsWhole: sumOf(ring.partly) === 0,
    opportunities: sumOf(ring.opportunities),
    liveShare: liveLooks / Math.max(1, sumOf(ring.looks)),
  }
}
