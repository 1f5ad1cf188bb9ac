/** Spread and basis over time, from the stored one-second quotes of two instruments, hot and cold. */
import type { Database } from 'better-sqlite3'
import { createQuoteReader, type QuoteFrame } from '../cold/quotes.ts'
import { causeReader, isOfSilence } from '../continuity/holes.ts'
import { Spans } from '../continuity/spans.ts'
import type { PairHistory, PairQuestion } from '../history-contract.ts'

type Quote = readonly [bid: number, ask: number]

/** Percent; NaN (or an infinity) where a side is absent. */
const measures: Readonly<Record<PairQuestion['measure'], (first: Quote, second: Quote) => number>> = {
  spread: ([, ask], [bid]) => (ask > 0 && bid > 0 ? ((bid - ask) / ask) * 100 : Number.NaN),
  basis: ([firstBid, firstAsk], [secondBid, secondAsk]) => {
    const from = (firstBid + firstAsk) / 2
    return from > 0 ? ((secondBid + secondAsk) / 2 / from - 1) * 100 : Number.NaN
  },
}

export function createPairReader(database: Database): (question: PairQuestion) => Generator<void, PairHistory> {
  const quotes = createQuoteReader(database)
  const gapsOf = causeReader(database, 'book_ticker')
  /** When what is stored of one of them was not known any more. */
  const silences = (ids: readonly number[], from: number, to: number): Spans => {
    const all = new Spans()
    for (const instrumentId of ids) {
      const own = new Spans()
      const series = { instrumentId, exchange: '', symbol: '', period: null, stepMs: 1_000 }
      for (const gap of gapsOf(series, from, to).filter(isOfSilence)) own.add(gap.from, gap.to)
      all.join(own)
    }
    return all
  }
  return function* ({ measure, first, second, from, to, bucketMs }) {
    const buckets = new Buckets(from, to, bucketMs)
    const isSilent = createSearch(silences([first, second], from, to))
    let damaged = 0
    const onDamage = () => {
      damaged++
    }
    const measured = measures[measure]
    for (const frame of quotes.frames({ instrumentIds: [first, second], from, to }, onDamage)) {
      eachPair(frame, first, (time, one, other) => {
        if (!isSilent(time)) buckets.add(time, measured(one, other))
      })
      yield
    }
    return { ...buckets.columns(), oldest: quotes.bounds(null)?.first ?? null, damaged }
  }
}

/** The seconds in which both instruments have a row: such rows stand side by side, since frames come by time, then instrument. */
function eachPair(
  frame: QuoteFrame,
  firstId: number,
  visit: (time: number, first: Quote, second: Quote) => void,
): void {
  const { time, instrumentIds, bidPrice, askPrice, length } = frame
  const quoteAt = (row: number): Quote => [bidPrice[row] ?? Number.NaN, askPrice[row] ?? Number.NaN]
  for (let row = 1; row < length; row++) {
    const at = time[row] ?? Number.NaN
    if (at !== time[row - 1]) continue
    const [first, second] = instrumentIds[row] === firstId ? [row, row - 1] : [row - 1, row]
    visit(at, quoteAt(first), quoteAt(second))
  }
}

/** Whether a time lies in one of the spans; asked with times that ascend. */
function createSearch({ list }: Spans): (time: number) => boolean {
  let place = 0
  return (time) => {
    while ((list[place]?.to ?? Number.POSITIVE_INFINITY) <= time) place++
    return (list[place]?.from ?? Number.POSITIVE_INFINITY) <= time
  }
}

class Buckets {
  private readonly from: number
  private readonly bucketMs: number
  private readonly seconds: Float64Array
  private readonly minimum: Float64Array
  private readonly maximum: Float64Array
  private readonly last: Float64Array

  constructor(from: number, to: number, bucketMs: number) {
    const count = Math.max(0, Math.ceil((to - from) / bucketMs))
    this.from = from
    this.bucketMs = bucketMs
    this.seconds = new Float64Array(count)
    this.minimum = new Float64Array(count).fill(Number.POSITIVE_INFINITY)
    this.maximum = new Float64Array(count).fill(Number.NEGATIVE_INFINITY)
    this.last = new Float64Array(count)
  }

  /** Values come ascending by time; what is no number is passed over. */
  add(time: number, value: number): void {
    if (!Number.isFinite(value)) return
    const index = Math.floor((time - this.from) / this.bucketMs)
    this.seconds[index] = (this.seconds[index] ?? 0) + 1
    if (value < (this.minimum[index] ?? 0)) this.minimum[index] = value
    if (value > (this.maximum[index] ?? 0)) this.maximum[index] = value
    this.last[index] = value
  }

  /** Those that hold something. */
  columns(): Omit<PairHistory, 'oldest' | 'damaged'> {
    const held = this.seconds.reduce((count, seconds) => count + (seconds > 0 ? 1 : 0), 0)
    const into = {
      time: new Float64Array(held),
      seconds: new Float64Array(held),
      minimum: new Float64Array(held),
      maximum: new Float64Array(held),
      last: new Float64Array(held),
    }
    let row = 0
    this.seconds.forEach((seconds, index) => {
      if (seconds === 0) return
      into.time[row] = this.from + index * this.bucketMs
      into.seconds[row] = seconds
      into.minimum[row] = this.minimum[index] ?? Number.NaN
      into.maximum[row] = this.maximum[index] ?? Number.NaN
      into.last[row] = this.last[index] ?? Number.NaN
      row++
    })
    return into
  }
}
