/** Funding rates that were paid, as the exchanges themselves tell them: asked for when a chart wants them, remembered for a while. */
import type { EpochMs, ExchangeId, Instrument } from '../../shared/domain/index.ts'
import type { Connector, SettledRate } from '../exchanges/contract.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { CallOptions } from '../net/rest-client.ts'

export interface SettledSource {
  readonly connector: Pick<Connector, 'title' | 'settledRates'>
  ask<T>(call: RestCall<T>, options?: CallOptions): Promise<RestResult<T>>
}

export interface SettledAnswer {
  /** from <= at < to, ascending; null: this exchange tells none. */
  readonly rates: readonly SettledRate[] | null
  /** In words, why some or all are missing; null: none are. */
  readonly problem: string | null
}

interface Known {
  /** Everything of from <= t < to was asked for … */
  readonly from: EpochMs
  readonly to: EpochMs
  /** … at this time. */
  readonly at: EpochMs
  readonly rates: readonly SettledRate[]
}

/** Rates are paid once an hour at most; a chart that moves on its own asks more often. */
const freshMs = 120_000
/** Calls for one answer; each brings months. */
const mostCalls = 6

export class SettledRates {
  private readonly source: (exchange: ExchangeId) => SettledSource | undefined
  private readonly now: () => EpochMs
  private readonly known = new Map<string, Known>()

  /** `source`: undefined while the exchange does not run. */
  constructor(source: (exchange: ExchangeId) => SettledSource | undefined, now: () => EpochMs = Date.now) {
    this.source = source
    this.now = now
  }

  /** Never rejects. */
  async read(instrument: Instrument, from: EpochMs, to: EpochMs, signal?: AbortSignal): Promise<SettledAnswer> {
    const source = this.source(instrument.exchange)
    if (source === undefined) return { rates: null, problem: `${instrument.exchange} does not run` }
    const { title, settledRates } = source.connector
    if (settledRates === undefined) return { rates: null, problem: `${title} is not asked for paid rates` }
    const within = (rates: readonly SettledRate[]) => rates.filter(({ at }) => at >= from && at < to)
    const known = this.known.get(instrument.key)
    // What was asked for up to its own time is taken for all there is for a while.
    const isKnown = known !== undefined && known.from <= from && (to <= known.to || known.to === known.at)
    if (isKnown && Math.abs(this.now() - known.at) < freshMs) return { rates: within(known.rates), problem: null }
    const askedAt = this.now()
    const rates = new Map<EpochMs, SettledRate>()
    const last = Math.min(to, askedAt)
    let end = last
    let isWhole = false
    for (let calls = 0; calls < mostCalls && !isWhole; calls++) {
      const reply = await source.ask(settledRates(instrument, from, end), {
        priority: 'history',
        ...(signal === undefined ? {} : { signal }),
      })
      if (!reply.ok) {
        const found = ascending(rates.values())
        return { rates: within(found), problem: `${title}: ${reply.failure.message}` }
      }
      for (const rate of reply.value) rates.set(rate.at, rate)
      const oldest = Math.min(...reply.value.map(({ at }) => at))
      isWhole = reply.value.length === 0 || oldest <= from || oldest >= end
      if (!isWhole) end = oldest
    }
    const all = ascending(rates.values())
    this.known.set(instrument.key, { from: isWhole ? from : end, to: last, at: askedAt, rates: all })
    const reached = new Date(end).toISOString().slice(0, 16)
    const problem = isWhole ? null : `${title}: asked ${mostCalls} times, which reaches back to ${reached}Z`
    return { rates: within(all), problem }
  }
}

const ascending = (rates: Iterable<SettledRate>): readonly SettledRate[] => [...rates].sort((a, b) => a.at - b.at)
