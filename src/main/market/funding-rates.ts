import {
  type EpochMs,
  type ExchangeId,
  type FundingRate,
  type Instrument,
  instrumentKey,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { Connector } from '../exchanges/contract.ts'
import type { Logger } from '../log.ts'
import type { RestCall, RestFailure, RestResult } from '../net/rest.ts'
import type { CallOptions } from '../net/rest-client.ts'

/** What is asked of an exchange's session. */
export interface FundingSource {
  readonly connector: Pick<Connector, 'fundingRates' | 'fundingIntervals'>
  ask<T>(call: RestCall<T>, options?: CallOptions): Promise<RestResult<T>>
}

export interface FundingRatesOptions {
  readonly bus: Bus
  /** undefined: the exchange does not run (any more). */
  readonly source: (exchange: ExchangeId) => FundingSource | undefined
  readonly logger: Logger
  readonly now?: () => EpochMs
}

const everyMs = 60_000
/** Every exchange tells its rates at least once a minute; one that was not told for so long is not the newest any more. */
const silentMs = 10 * 60_000
const intervalsEveryMs = 3_600_000

/**
 * The newest funding rate of every watched perpetual. Fed by the streams (bus `funding_rate`) and by asking each exchange every
 * minute, and at once for what is newly watched; what REST brings is published as `funding_rate` when it is news, so whoever stores
 * or shows rates listens to the bus alone. Newer is by the exchange's times where both have one, else by when they came; an older
 * rate never replaces a newer one. Exchanges that cannot be asked are tried again the next minute, and logged when that begins and
 * when it ends.
 *
 * Made with each market's run, after its sessions: `watch` whenever what is watched changes, `start`, `stop` before the sessions do.
 */
export class FundingRates {
  private readonly options: FundingRatesOptions
  private readonly now: () => EpochMs
  /** By the instrument's key. */
  private readonly rates = new Map<string, FundingRate>()
  /** When each was told last, whether it was news or not. */
  private readonly heardAt = new Map<string, EpochMs>()
  private watched: ReadonlyMap<ExchangeId, ReadonlyMap<string, Instrument>> = new Map()
  /** Hours between payments, where the exchange tells them apart from the rates, by the instrument's key. */
  private readonly intervals = new Map<string, number>()
  /** When they were last asked for, and for which instruments. */
  private readonly intervalsAsked = new Map<ExchangeId, { readonly at: EpochMs; readonly keys: ReadonlySet<string> }>()
  /** Exchanges whose last answer was a failure. */
  private readonly failing = new Set<ExchangeId>()
  /** True: to be asked again once this is done, since more is watched by now. */
  private readonly asking = new Map<ExchangeId, boolean>()
  private timer: NodeJS.Timeout | null = null
  private end: (() => void) | null = null

  constructor(options: FundingRatesOptions) {
    this.options = options
    this.now = options.now ?? Date.now
  }

  start(): void {
    this.end ??= this.options.bus.on('funding_rate', ({ rate }) => this.take(rate))
    this.timer ??= setInterval(() => this.askAll(), everyMs)
    this.askAll()
  }

  /** What is under way is no longer taken. */
  stop(): void {
    this.end?.()
    this.end = null
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  /** Spot instruments are passed over. Rates of what is no longer watched are forgotten; what is new is asked for at once. */
  watch(instruments: readonly Instrument[]): void {
    const before = this.watched
    const watched = new Map<ExchangeId, Map<string, Instrument>>()
    for (const instrument of instruments) {
      if (instrument.kind !== 'perpetual') continue
      const list = watched.get(instrument.exchange) ?? new Map<string, Instrument>()
      watched.set(instrument.exchange, list.set(instrument.key, instrument))
    }
    this.watched = watched
    for (const [key, { exchange }] of this.rates) if (!watched.get(exchange)?.has(key)) this.rates.delete(key)
    if (this.timer === null) return
    for (const [exchange, now] of watched) {
      const known = before.get(exchange)
      if ([...now.keys()].some((key) => !known?.has(key))) this.askSoon(exchange)
    }
  }

  /**
   * Of what is watched and known, in no order. Where the newest message of a symbol told no interval or due time, the ones told
   * before stand, as long as that due time is ahead of it.
   */
  list(): readonly FundingRate[] {
    return [...this.rates.values()]
  }

  /** By the instrument's key; null: not watched, not known, or not told for ten minutes. */
  of(key: string): FundingRate | null {
    const heardAt = this.heardAt.get(key)
    // Told in what is now the future: the clock was set back, nobody knows how long ago.
    return heardAt === undefined || Math.abs(this.now() - heardAt) > silentMs ? null : (this.rates.get(key) ?? null)
  }

  private askAll(): void {
    for (const exchange of this.watched.keys()) if (!this.asking.has(exchange)) this.askSoon(exchange)
  }

  private askSoon(exchange: ExchangeId): void {
    if (this.asking.has(exchange)) {
      this.asking.set(exchange, true)
      return
    }
    this.asking.set(exchange, false)
    void this.ask(exchange).finally(() => {
      const again = this.asking.get(exchange)
      this.asking.delete(exchange)
      if (again && this.timer !== null) this.askSoon(exchange)
    })
  }

  private async ask(exchange: ExchangeId): Promise<void> {
    const source = this.options.source(exchange)
    const instruments = [...(this.watched.get(exchange)?.values() ?? [])]
    if (!source || instruments.length === 0) return
    const calls = source.connector.fundingRates(instruments)
    const [replies] = await Promise.all([
      Promise.all(calls.map((call) => source.ask(call, { priority: 'history' }))),
      this.askIntervals(exchange, source, instruments),
    ])
    // Stopped, or another market's exchange by now.
    if (this.timer === null || this.options.source(exchange) !== source) return
    this.noteOutcome(exchange, replies.find((reply) => !reply.ok)?.failure ?? null)
    for (const reply of replies) {
      for (const rate of reply.ok ? reply.value : []) this.hear(rate)
    }
  }

  /** Hourly, and when more is watched; what cannot be asked is asked again with the next rates, and stays unknown until then. */
  private async askIntervals(
    exchange: ExchangeId,
    source: FundingSource,
    instruments: readonly Instrument[],
  ): Promise<void> {
    const asked = this.intervalsAsked.get(exchange)
    const isFresh = asked !== undefined && Math.abs(Date.now() - asked.at) < intervalsEveryMs
    const call = source.connector.fundingIntervals?.(instruments)
    if (!call || (isFresh && instruments.every(({ key }) => asked.keys.has(key)))) return
    const reply = await source.ask(call, { priority: 'history' })
    if (!reply.ok) return
    for (const [symbol, hours] of reply.value) this.intervals.set(instrumentKey(exchange, symbol), hours)
    this.intervalsAsked.set(exchange, { at: Date.now(), keys: new Set(instruments.map(({ key }) => key)) })
  }

  private noteOutcome(exchange: ExchangeId, failure: RestFailure | null): void {
    const { logger } = this.options
    if (failure === null) {
      if (this.failing.delete(exchange)) logger.info({ exchange }, 'funding rates are there again')
      return
    }
    if (this.failing.has(exchange)) return
    this.failing.add(exchange)
    logger.warn({ exchange, reason: failure.message }, 'funding rates could not be asked for')
  }

  /** A rate that REST brought. */
  private hear(rate: FundingRate): void {
    const key = this.keyOf(rate)
    if (key === null) return
    this.heardAt.set(key, this.now())
    const known = this.rates.get(key)
    const whole = { ...rate, intervalHours: rate.intervalHours ?? this.intervals.get(key) ?? null }
    if (!known || this.isNewer(rate, known)) this.options.bus.publish({ kind: 'funding_rate', rate: whole })
    else this.rates.set(key, completed(known, whole))
  }

  private take(rate: FundingRate): void {
    const key = this.keyOf(rate)
    if (key === null) return
    this.heardAt.set(key, this.now())
    const known = this.rates.get(key)
    if (!known) this.rates.set(key, rate)
    else if (this.isNewer(rate, known)) this.rates.set(key, completed(rate, known))
  }

  private isNewer(rate: FundingRate, known: FundingRate): boolean {
    if (known.exchangeAt !== null && rate.exchangeAt !== null) return rate.exchangeAt > known.exchangeAt
    // What is known is from before this machine's clock was set back: by its time it would stay the newest until then.
    return rate.receivedAt > known.receivedAt || known.receivedAt - this.now() > everyMs
  }

  /** null: not watched. */
  private keyOf({ exchange, symbol }: FundingRate): string | null {
    const key = instrumentKey(exchange, symbol)
    return this.watched.get(exchange)?.has(key) ? key : null
  }
}

/** The rate, with what another message told about the same contract and this one did not. */
function completed(rate: FundingRate, other: FundingRate): FundingRate {
  const { nextFundingAt, intervalHours } = rate
  const isAhead = other.nextFundingAt !== null && other.nextFundingAt > (rate.exchangeAt ?? rate.receivedAt)
  return {
    ...rate,
    nextFundingAt: nextFundingAt ?? (isAhead ? other.nextFundingAt : null),
    intervalHours: intervalHours ?? other.intervalHours,
  }
}
