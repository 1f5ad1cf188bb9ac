/** Candles of one market out of its minutes' trades: the sum of the parts by construction, so a closed kline equals its trades. */
import { type EpochMs, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import { type Aggregate, append, emptyAggregate, type InstrumentPath } from './path.ts'
import type { MarketShape } from './symbols.ts'
import type { SimKline } from './venue.ts'

const minuteMs = 60_000
const minutesPerHour = 60

/** An hour under way: the minutes before `through` are in the sum. */
interface OpenHour {
  readonly hour: number
  through: number
  readonly sum: Aggregate
}

export class CandleSeries {
  readonly #shape: MarketShape
  readonly #path: InstrumentPath
  readonly #hours = new Map<number, Aggregate>()
  #openHour: OpenHour | null = null

  /** `path` is this series' own: reading history must not disturb the minute that the live stream has loaded. */
  constructor(shape: MarketShape, path: InstrumentPath) {
    this.#shape = shape
    this.#path = path
  }

  /**
   * Candles with open time in [from, to], ascending, none before listing or opening after `now`; the newest is open if `now` lies in it.
   * `at` is what the venue's clock says.
   */
  klines(period: Period, from: EpochMs, to: EpochMs, now: EpochMs, at: EpochMs): SimKline[] {
    const length = periodMs[period]
    const candles: SimKline[] = []
    const first = Math.ceil(Math.max(from, this.#shape.instrument.listedAt) / length) * length
    const last = Math.min(to, openTimeOf(now, period))
    for (let openTime = first; openTime <= last; openTime += length)
      candles.push(this.#kline(period, openTime, now, at))
    return candles
  }

  #kline(period: Period, openTime: EpochMs, now: EpochMs, at: EpochMs): SimKline {
    const { instrument, tickUnits, priceScale, lotUnits, quantityScale } = this.#shape
    const end = openTime + periodMs[period]
    const sum = this.#sum(openTime, end, now)
    const firstMinute = openTime / minuteMs
    const closeTicks = sum.count === 0 ? this.#path.closeBefore(firstMinute) : sum.close
    const price = (ticks: number): number => (ticks * tickUnits) / priceScale
    const quantity = (lots: number): number => (lots * lotUnits) / quantityScale
    const firstTradeId = sum.count === 0 ? -1 : this.#path.tradesBefore(firstMinute)
    return {
      instrument,
      period,
      openTime,
      open: price(sum.count === 0 ? closeTicks : sum.open),
      high: price(sum.count === 0 ? closeTicks : sum.high),
      low: price(sum.count === 0 ? closeTicks : sum.low),
      close: price(closeTicks),
      volume: quantity(sum.lots),
      quoteVolume: (sum.tickLots * (tickUnits * lotUnits)) / (priceScale * quantityScale),
      takerBuyVolume: quantity(sum.buyLots),
      trades: sum.count,
      firstTradeId,
      lastTradeId: sum.count === 0 ? -1 : firstTradeId + sum.count - 1,
      isClosed: end <= now,
      at,
    }
  }

  /** All trades in [openTime, end) that happened by `now`. */
  #sum(openTime: EpochMs, end: EpochMs, now: EpochMs): Aggregate {
    const sum = emptyAggregate()
    const endMinute = Math.min(end / minuteMs, Math.floor(now / minuteMs))
    let minute = openTime / minuteMs
    while (minute < endMinute) {
      if (minute % minutesPerHour === 0 && minute + minutesPerHour <= endMinute) {
        append(sum, this.#hour(minute / minutesPerHour))
        minute += minutesPerHour
      } else if (minute % minutesPerHour === 0 && end - openTime >= minutesPerHour * minuteMs) {
        append(sum, this.#hourUnderWay(minute / minutesPerHour, endMinute))
        minute = endMinute
      } else {
        this.#path.aggregate(minute, sum)
        minute += 1
      }
    }
    if (now < end) this.#path.aggregate(endMinute, sum, now - endMinute * minuteMs)
    return sum
  }

  /** A whole hour, computed once. */
  #hour(hour: number): Aggregate {
    const known = this.#hours.get(hour)
    if (known) return known
    const sum = emptyAggregate()
    for (let index = 0; index < minutesPerHour; index++) this.#path.aggregate(hour * minutesPerHour + index, sum)
    this.#hours.set(hour, sum)
    return sum
  }

  /** The hour's minutes before `endMinute`, each added once as time goes on. */
  #hourUnderWay(hour: number, endMinute: number): Aggregate {
    if (this.#openHour?.hour !== hour || this.#openHour.through > endMinute)
      this.#openHour = { hour, through: hour * minutesPerHour, sum: emptyAggregate() }
    const open = this.#openHour
    for (; open.through < endMinute; open.through++) this.#path.aggregate(open.through, open.sum)
    return open.sum
  }
}
