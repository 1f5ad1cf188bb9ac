/** How far back an exchange's candles go: to an instrument's listing, or to where it refuses to answer. Found by asking, once in a while. */
import { type EpochMs, type Instrument, openTimeOf, type Period, periodMs } from '../../shared/domain/index.ts'
import type { RestFailure } from '../net/rest.ts'
import type { CandlePages, KlineSource, LoadOptions, Span } from './history-pages.ts'

const rememberedMs = 60 * 60_000
const dayMs = periodMs['1d']

/** Where the candles of an instrument begin, seen from a time. */
export interface Beginning {
  /** The day of the first candle at or after that time; null: there is none up to the end that was asked about. */
  readonly day: EpochMs | null
  /** There are none before that time either. */
  readonly isListing: boolean
}

/** Some exchanges answer only for so many candles back from now. */
export interface Depth {
  /** The newest candle, the open one, is the first; 0: not even that one is given, so it is not for its age that a candle is refused. */
  readonly candles: number
  /** Why not more, in the exchange's words. */
  readonly words: string
}

interface Listing {
  readonly day: EpochMs
  /** There is a candle on that day; else it may begin later still. */
  readonly isExact: boolean
}

type Known<T> = T & { readonly until: EpochMs }

export class HistoryReach {
  private readonly pages: CandlePages
  private readonly now: () => EpochMs
  /** By instrument: no candle lies before that day. */
  private readonly listings = new Map<number, Known<Listing>>()
  private readonly depths = new Map<string, Known<Depth>>()

  constructor(pages: CandlePages, now: () => EpochMs = Date.now) {
    this.pages = pages
    this.now = now
  }

  /** The day before which the instrument is known to have no candle; null: not known. */
  listedOn(instrument: Instrument): EpochMs | null {
    return this.fresh(this.listings.get(instrument.id))?.day ?? null
  }

  depthOf(instrument: Instrument, period: Period): Depth | null {
    return this.fresh(this.depths.get(`${instrument.id} ${period}`)) ?? null
  }

  /**
   * Looks for the first candle at or after the day of `from` among the daily ones, which are few: exchanges answer with an empty list
   * for times before a listing, and asking for minutes page by page up to it would take thousands of calls.
   */
  async beginning(
    source: KlineSource,
    instrument: Instrument,
    { from, to }: Span,
    options: LoadOptions,
  ): Promise<Beginning | RestFailure> {
    const listed = this.fresh(this.listings.get(instrument.id))
    const start = openTimeOf(from, '1d')
    const last = openTimeOf(to, '1d')
    const isKnown = listed !== null && listed.day >= start
    if (isKnown && listed.isExact) return { day: listed.day <= last ? listed.day : null, isListing: true }
    const span = (source.klinesPerCall(instrument, '1d') - 1) * dayMs
    let day: EpochMs | null = null
    for (let page = isKnown ? listed.day : start; page <= last && day === null; page += span + dayMs) {
      const days = { from: page, to: Math.min(page + span, last) }
      const { rows, failure } = await this.pages.load(source, instrument, '1d', days, options)
      if (failure) return failure
      day = rows[0]?.openTime ?? null
    }
    if (listed?.isExact) return { day, isListing: false }
    // Exchanges refuse times before 1970, and have no candles there.
    if (!isKnown && start > 0) {
      const days = { from: Math.max(0, start - span - dayMs), to: start - dayMs }
      const { rows, failure } = await this.pages.load(source, instrument, '1d', days, options)
      if (failure) return failure
      if (rows.length > 0) return { day, isListing: false }
    }
    const until = this.now() + rememberedMs
    this.listings.set(instrument.id, { day: day ?? last + dayMs, isExact: day !== null, until })
    return { day, isListing: true }
  }

  /**
   * The exchange refused `refused` with `words`: is it because it lies too far back? Halves the time between there and now, one candle
   * a call, until it knows from where on the exchange answers.
   */
  async measureDepth(
    source: KlineSource,
    instrument: Instrument,
    period: Period,
    refused: Span,
    words: string,
    options: LoadOptions,
  ): Promise<Depth | RestFailure> {
    const step = periodMs[period]
    const newest = openTimeOf(source.now(), period)
    const answers = async (at: EpochMs): Promise<boolean | RestFailure> => {
      const { failure } = await this.pages.load(source, instrument, period, { from: at, to: at }, options)
      return failure === null ? true : failure.kind === 'invalid' ? false : failure
    }
    const now = await answers(newest)
    if (typeof now !== 'boolean') return now
    let [bad, good] = [refused.from, newest]
    while (now && good - bad > step) {
      const middle = bad + Math.floor((good - bad) / step / 2) * step
      const does = await answers(middle)
      if (typeof does !== 'boolean') return does
      if (does) good = middle
      else bad = middle
    }
    // Refused for another reason, which may be over soon.
    if (!now) return { candles: 0, words }
    const depth: Depth = { candles: (newest - good) / step + 1, words }
    this.depths.set(`${instrument.id} ${period}`, { ...depth, until: this.now() + rememberedMs })
    return depth
  }

  private fresh<T>(known: Known<T> | undefined): Known<T> | null {
    return known !== undefined && known.until > this.now() ? known : null
  }
}
