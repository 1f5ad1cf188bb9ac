import { type ExchangeId, type FundingRate, type Instrument, instrumentKey } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Connector } from '../exchanges/contract.ts'
import type { Logger } from '../log.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { CallOptions } from '../net/rest-client.ts'

/** What is asked of an exchange's session. */
export interface FundingSource {
  readonly connector: Pick<Connector, 'fundingRates'>
  ask<T>(call: RestCall<T>, options?: CallOptions): Promise<RestResult<T>>
}

export interface FundingRatesOptions {
  readonly bus: Bus
  /** undefined: the exchange does not run (any more). */
  readonly source: (exchange: ExchangeId) => FundingSource | undefined
  readonly logger: Logger
}

const everyMs = 60_000

/**
 * The newest funding rate of every watched perpetual: from the streams (bus `funding_rate`), and asked for each minute. What REST
 * brings is published on the bus when it is newer; an older rate never replaces a newer one.
 */
export class FundingRates {
  private readonly options: FundingRatesOptions
  private readonly rates = new Map<string, FundingRate>()
  private watched: ReadonlyMap<ExchangeId, readonly Instrument[]> = new Map()
  /** Exchanges whose last answer was a failure: told once. */
  private readonly failing = new Set<ExchangeId>()
  private readonly asking = new Set<ExchangeId>()
  private timer: NodeJS.Timeout | null = null
  private end: (() => void) | null = null

  constructor(options: FundingRatesOptions) {
    this.options = options
  }

  start(): void {
    this.end ??= this.options.bus.on('funding_rate', ({ rate }) => this.take(rate))
    this.timer ??= setInterval(() => this.askAll(), everyMs)
    this.askAll()
  }

  stop(): void {
    this.end?.()
    this.end = null
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** Spot instruments are passed over. Rates of what is no longer watched are forgotten; what is new is asked for at once. */
  watch(instruments: readonly Instrument[]): void {
    const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
    const before = this.watched
    const watched = new Map<ExchangeId, Instrument[]>()
    for (const instrument of perpetuals) {
      const list = watched.get(instrument.exchange)
      if (list) list.push(instrument)
      else watched.set(instrument.exchange, [instrument])
    }
    this.watched = watched
    const keys = new Set(perpetuals.map(({ key }) => key))
    for (const key of this.rates.keys()) if (!keys.has(key)) this.rates.delete(key)
    if (this.timer === null) return
    for (const [exchange, now] of this.watched) {
      const known = new Set(before.get(exchange)?.map(({ key }) => key))
      if (now.some(({ key }) => !known.has(key))) void this.ask(exchange)
    }
  }

  /** Of what is watched and known, in no order. */
  list(): readonly FundingRate[] {
    return [...this.rates.values()]
  }

  private askAll(): void {
    for (const exchange of this.watched.keys()) void this.ask(exchange)
  }

  private async ask(exchange: ExchangeId): Promise<void> {
    const source = this.options.source(exchange)
    const instruments = this.watched.get(exchange) ?? []
    if (!source || this.asking.has(exchange)) return
    this.asking.add(exchange)
    const replies = await Promise.all(
      source.connector.fundingRates(instruments).map((call) => source.ask(call, { priority: 'history' })),
    )
    this.asking.delete(exchange)
    // Stopped, or another market's exchange by now.
    if (this.timer === null || this.options.source(exchange) !== source) return
    const failure = replies.map((reply) => (reply.ok ? null : reply.failure)).find((one) => one !== null)
    if (failure && !this.failing.has(exchange)) {
      this.options.logger.warn({ exchange, reason: failure.message }, 'funding rates could not be asked for')
    }
    if (failure) this.failing.add(exchange)
    else this.failing.delete(exchange)
    for (const reply of replies) {
      for (const rate of reply.ok ? reply.value : []) {
        if (this.isNews(rate)) this.options.bus.publish({ kind: 'funding_rate', rate })
      }
    }
  }

  private take(rate: FundingRate): void {
    if (this.isNews(rate)) this.rates.set(instrumentKey(rate.exchange, rate.symbol), rate)
  }

  private isNews(rate: FundingRate): boolean {
    const key = instrumentKey(rate.exchange, rate.symbol)
    if (!this.watched.get(rate.exchange)?.some((instrument) => instrument.key === key)) return false
    const known = this.rates.get(key)
    if (!known) return true
    if (known.exchangeAt !== null && rate.exchangeAt !== null) return rate.exchangeAt > known.exchangeAt
    return rate.receivedAt > known.receivedAt
  }
}
