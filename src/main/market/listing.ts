import type { Progress } from '../../shared/contract.ts'
import { type ExchangeId, exchangeTitle, type Instrument } from '../../shared/domain/index.ts'
import type { MarketSession } from '../exchanges/session-contract.ts'
import type { Logger } from '../log.ts'
import type { InstrumentCatalog } from './catalog.ts'

export interface InstrumentListsOptions {
  /** undefined: the exchange does not run (any more). */
  readonly session: (exchange: ExchangeId) => MarketSession | undefined
  readonly catalog: InstrumentCatalog
  readonly save: (changed: readonly Instrument[]) => Promise<void>
  readonly logger: Logger
  readonly onProgress: (progress: Progress) => void
  /** The exchange's list is read, and what is new of it stored. */
  readonly onListed: (exchange: ExchangeId) => void
}

const everyMs = 24 * 3_600_000
/** An exchange whose list could not be had is asked again after this, and then after twice as long, up to the second. */
const retryMs = 2_000
const longestRetryMs = 30_000

/** Keeps the catalog up to date with every exchange's list: at start, again after a failure, and daily. Ends with the market. */
export class InstrumentLists {
  private readonly options: InstrumentListsOptions
  /** Exchanges whose list could not be had, why, and how often in a row. */
  private readonly problems = new Map<ExchangeId, { readonly message: string; readonly failures: number }>()
  private readonly timers = new Set<NodeJS.Timeout>()

  constructor(options: InstrumentListsOptions) {
    this.options = options
  }

  /** In words, why the newest attempt failed; null: it did not. */
  problemOf(exchange: ExchangeId): string | null {
    return this.problems.get(exchange)?.message ?? null
  }

  stop(): void {
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }

  async load(exchange: ExchangeId): Promise<void> {
    const { catalog, logger, onListed, onProgress, save } = this.options
    const session = this.options.session(exchange)
    if (!session) return
    const isOver = () => this.options.session(exchange) !== session
    const id = `instruments:${exchange}`
    const title = `Instruments of ${exchangeTitle(exchange)}`
    onProgress({ id, title, done: 0, total: 1, state: 'running', canCancel: false, detail: null })
    const listed = await session.loadInstruments()
    if (isOver()) return
    if (!listed.ok) {
      const { message } = listed.failure
      const earlier = this.problems.get(exchange)?.failures ?? 0
      this.problems.set(exchange, { message, failures: earlier + 1 })
      onProgress({ id, title, done: 0, total: 1, state: 'failed', canCancel: false, detail: message })
      // Without an answer the pace stays steady, so that the network's return is noticed within seconds.
      const waitMs = listed.failure.kind === 'network' ? retryMs : Math.min(retryMs * 2 ** earlier, longestRetryMs)
      logger.warn({ exchange, reason: message, retryMs: waitMs }, 'instruments could not be loaded')
      this.later(waitMs, session, exchange)
      return
    }
    this.problems.delete(exchange)
    const changed = catalog.merge(exchange, listed.value, listed.passedOver?.names)
    const detail = `${listed.value.length} listed`
    onProgress({ id, title, done: 1, total: 1, state: 'finished', canCancel: false, detail })
    this.later(everyMs, session, exchange)
    if (changed.length > 0) {
      session.useInstruments(catalog.lookup(exchange))
      await save(changed)
    }
    if (!isOver()) onListed(exchange)
  }

  /** Unless the session is gone by then. */
  private later(ms: number, session: MarketSession, exchange: ExchangeId): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      if (this.options.session(exchange) === session) void this.load(exchange)
    }, ms)
    this.timers.add(timer)
  }
}
