import { type EpochMs, type Fill, type FundingPayment, type Instrument, orderKey } from '../../shared/domain/index.ts'
import type { AccountConnector, Ask, Page } from '../exchanges/account-contract.ts'
import type { Logger } from '../log.ts'
import type { RestResult } from '../net/rest.ts'
import type { AccountMemory, AccountStorage, DownloadedList } from '../storage/account-contract.ts'
import type { Intake } from './intake.ts'
import { differenceOfOrders } from './reconcile.ts'
import type { AccountSymbols } from './symbols.ts'
import type { AccountTiming } from './timing.ts'

export interface DownloadsOptions {
  readonly account: string
  readonly connector: AccountConnector
  /** For what a person waits for, and for what may take its time. */
  readonly ask: Ask
  readonly askLater: Ask
  /** The exchange's clock. */
  readonly now: () => EpochMs
  /** The exchange's clock when the session began. */
  readonly startedAt: EpochMs
  readonly intake: Intake
  readonly symbols: AccountSymbols
  readonly storage: AccountStorage | null
  readonly timing: AccountTiming
  readonly logger: Logger
  /** What happened at this time (the exchange's clock) should have been told by a stream. */
  readonly wasTold: (at: EpochMs) => boolean
  readonly isStopped: () => boolean
  /** A difference was found: its poll is wanted again soon. */
  readonly onDifference: (subject: 'order' | 'fill') => void
  /** A fill that was not known, of this session's time: its order may not be known either. */
  readonly onFill: (fill: Fill) => void
}

const done: RestResult<null> = { ok: true, value: null }
const storedPerPage = 1_000
const mostSamples = 5

/**
 * Orders, fills, transfers and funding payments by pages. Each remembers until when (the exchange's clock) it has been downloaded
 * well, and goes on from there, an overlap before: so whatever a stream or an interrupted download missed comes with the next.
 * Ranges that go on until now end an overlap after it: by how much our idea of the exchange's clock is wrong shows only when it is
 * measured anew, and what happened last, as the exchange dates it, must not lie behind the end of what is asked for.
 */
export class Downloads {
  private readonly options: DownloadsOptions
  private ordersUntil: EpochMs | null = null
  private fillsUntil: EpochMs | null = null
  /** When the last good download began, this machine's clock. */
  private ordersAgreedAt: EpochMs | null = null
  private fillsAgreedAt: EpochMs | null = null
  private transfersUntil: EpochMs | null = null
  private fundingUntil: EpochMs | null = null
  /**
   * Instruments whose fills have been downloaded from the beginning, and in every download since: one that was not asked about meanwhile
   * has a past to download again.
   */
  private readonly covered = new Set<string>()
  /** Likewise their orders. */
  private readonly ordersCovered = new Set<string>()
  /** What lies before this session has not been downloaded yet. */
  private ordersOwed = true
  private fillsOwed = true
  /** The symbols of which the past was last said to be whole; null: it never was. */
  private pastTold: string | null = null
  private fillingBack = false
  private passed = 0
  private readonly passedKinds = new Set<string>()

  constructor(options: DownloadsOptions) {
    this.options = options
  }

  /** Rows that were passed over, at most in one download. */
  get passedOver(): number {
    return this.passed
  }

  /** What some of them were. */
  get passedSamples(): readonly string[] {
    return [...this.passedKinds]
  }

  /**
   * Where the downloads of earlier sessions ended. Files of older versions do not say: then what is newest of what they hold.
   * `newestOrderAt` null: no order is stored.
   */
  async resume(memory: AccountMemory, newestOrderAt: EpochMs | null): Promise<void> {
    const { timing, now } = this.options
    const openedAt = memory.opening?.at ?? null
    // An account's first download may have been interrupted: while it is young it is done again.
    if (openedAt !== null && now() - openedAt > timing.settledMs) {
      const { orders, fills, transfers, funding, past } = memory.downloads
      this.ordersUntil = orders ?? newestOrderAt ?? openedAt
      this.fillsUntil = fills ?? Math.max(openedAt, ...memory.newestFills.map((fill) => fill.at))
      this.transfersUntil = transfers ?? memory.newestTransferAt ?? openedAt
      this.fundingUntil = funding ?? memory.newestFundingAt ?? openedAt
      const isPastOwed = past === undefined && (orders ?? fills) !== undefined
      this.ordersOwed = isPastOwed
      this.fillsOwed = isPastOwed
      if (past !== undefined) this.pastTold = (memory.pastSymbols ?? []).join(' ')
    }
    if (!this.isFillingBack) {
      const known = memory.pastSymbols ?? []
      for (const covered of [this.covered, this.ordersCovered]) for (const symbol of known) covered.add(symbol)
    }
    await this.rememberPayments(this.fundingFrom())
  }

  /** Goes back to `at` with everything: something is missing that the usual overlap does not reach. */
  async rewind(at: EpochMs): Promise<void> {
    const before = (until: EpochMs | null) => (until === null ? null : Math.min(until, at))
    this.fillsUntil = before(this.fillsUntil)
    this.transfersUntil = before(this.transfersUntil)
    this.fundingUntil = before(this.fundingUntil)
    await this.rememberPayments(this.fundingFrom())
  }

  async orderHistory(): Promise<RestResult<null>> {
    const { now, symbols, timing } = this.options
    const startedAt = Date.now()
    const to = now()
    const from = this.fromOf(this.ordersUntil, to)
    const asked = symbols.list()
    const result = await this.takeOrders(this.askSince(from, to), from, to + timing.overlapMs, asked)
    if (!result.ok) return result
    keepOnly(this.ordersCovered, asked)
    // Before the mark that they would be taken to reach to.
    this.tellPast()
    this.ordersUntil = to
    this.tell('orders', to)
    this.ordersAgreedAt = startedAt
    void this.fillBack()
    return done
  }

  async fills(): Promise<RestResult<null>> {
    const { now, intake, symbols, logger } = this.options
    const startedAt = Date.now()
    // By their ids: one found in the very millisecond in which this begins is older than it.
    const before = new Set(intake.drifts.open().map((drift) => drift.id))
    const to = now()
    const from = this.fromOf(this.fillsUntil, to)
    const asked = symbols.list()
    const result = await this.takeFills(this.askSince(from, to), from, asked, [])
    if (!result.ok) return result
    keepOnly(this.covered, asked)
    this.tellPast()
    this.fillsUntil = to
    this.tell('fills', to)
    this.fillsAgreedAt = startedAt
    const given = intake.fillCount.downloaded()
    if (given.length > 0)
      logger.warn({ orders: given.slice(0, 5) }, 'the exchange tells no fills for what orders say is filled')
    const resolution = 'taken in; the next download agreed'
    intake.drifts.resolve('fill', (drift) => before.has(drift.id), resolution, Date.now())
    void this.fillBack()
    return done
  }

  /** The first downloads are under way or still to come. */
  get isFillingBack(): boolean {
    return this.ordersOwed || this.fillsOwed
  }

  /**
   * What lies before this session: of a new account all, else where the exchange answers per symbol, of those that joined. In the
   * background and one at a time; what fails is tried again after the next good poll.
   */
  private async fillBack(): Promise<void> {
    if (this.fillingBack) return
    this.fillingBack = true
    try {
      const { askLater, connector, now, symbols, timing } = this.options
      const to = now()
      const from = to - timing.historyMs
      await this.fillBackOrders(from, to, symbols.list())
      // With those that orders named.
      const instruments = symbols.list()
      const fresh = instruments.filter(({ symbol }) => !this.covered.has(symbol))
      // One answer covers all symbols, those that join later included.
      if (!this.fillsOwed && (fresh.length === 0 || !connector.asksPerSymbol)) return
      const known = instruments.filter(({ symbol }) => this.covered.has(symbol))
      const taken = await this.takeFills(askLater, from, fresh, known)
      if (!taken.ok || this.options.isStopped()) return
      this.fillsOwed = false
      for (const { symbol } of fresh) this.covered.add(symbol)
    } catch (error) {
      this.options.logger.error({ err: error }, "an account's older orders and fills could not be downloaded")
    } finally {
      this.fillingBack = false
      this.tellPast()
    }
  }

  /** Whose past is whole, as soon as that is another than was said before: a start later goes on from there. */
  private tellPast(): void {
    if (this.isFillingBack) return
    const { connector, now } = this.options
    const { covered, ordersCovered } = this
    const symbols = connector.asksPerSymbol ? [...covered].filter((symbol) => ordersCovered.has(symbol)).sort() : []
    const words = symbols.join(' ')
    if (words === this.pastTold) return
    this.pastTold = words
    this.tell('past', now(), connector.asksPerSymbol ? symbols : undefined)
  }

  private async fillBackOrders(from: EpochMs, to: EpochMs, instruments: readonly Instrument[]): Promise<void> {
    const { askLater, connector, isStopped } = this.options
    const fresh = instruments.filter(({ symbol }) => !this.ordersCovered.has(symbol))
    // One answer covers all symbols, those that join later included.
    if (!this.ordersOwed && (fresh.length === 0 || !connector.asksPerSymbol)) return
    const taken = await this.takeOrders(askLater, from, to, this.ordersOwed ? instruments : fresh)
    if (!taken.ok || isStopped()) return
    this.ordersOwed = false
    for (const { symbol } of fresh) this.ordersCovered.add(symbol)
  }

  private takeOrders(
    ask: Ask,
    from: EpochMs,
    to: EpochMs,
    instruments: readonly Instrument[],
  ): Promise<RestResult<null>> {
    const { connector, intake, wasTold, onDifference } = this.options
    return this.pages(connector.orderHistory(ask, { from, to }, instruments), ({ row, raw }) => {
      const key = orderKey(row)
      const known = intake.orders.get(key)
      if (known === undefined && intake.orders.hasEnded(key)) return
      const difference = differenceOfOrders(known, row)
      const since = known?.updatedAt ?? row.createdAt
      if (difference !== null && since !== null && wasTold(since) && wasTold(row.updatedAt)) {
        intake.drifts.found(difference, this.ordersAgreedAt, Date.now())
        onDifference('order')
      }
      intake.order(row, raw, 'rest')
    })
  }

  /** Of `known` instruments only the newest. */
  private takeFills(
    ask: Ask,
    from: EpochMs,
    instruments: readonly Instrument[],
    known: readonly Instrument[],
  ): Promise<RestResult<null>> {
    const { connector, intake, now, startedAt, timing, wasTold, onDifference, onFill } = this.options
    const at = now() - timing.overlapMs
    const cursors = known.map((instrument) => ({ instrument, tradeId: null, at }))
    return this.pages(connector.fills(ask, from, cursors, instruments), ({ row, raw }) => {
      if (!intake.fill(row, raw, 'rest')) return
      if (row.at >= startedAt - timing.overlapMs) onFill(row)
      if (connector.untoldFills === true || !wasTold(row.at)) return
      const got = `${row.side} ${row.quantity} at ${row.price}`
      const item = `${row.symbol} ${row.tradeId}`
      const difference = { subject: 'fill', item, field: 'fill', expected: null, got } as const
      intake.drifts.found(difference, this.fillsAgreedAt, Date.now())
      onDifference('fill')
    })
  }

  async transfers(): Promise<RestResult<null>> {
    const { connector, ask, now, intake, timing } = this.options
    const to = now()
    const pending = intake.transfers.pending().map((transfer) => transfer.createdAt)
    const newest = this.transfersUntil === null ? null : this.transfersUntil - timing.settledMs
    const from = Math.max(to - timing.historyMs, Math.min(newest ?? 0, ...pending.map((at) => at - timing.overlapMs)))
    const range = { from, to: to + timing.overlapMs }
    const result = await this.pages(connector.transfers(ask, range), ({ row, raw }) => {
      intake.transfer(row, raw)
    })
    if (!result.ok) return result
    this.transfersUntil = to
    this.tell('transfers', to)
    return done
  }

  async funding(): Promise<RestResult<null>> {
    const { connector, ask, now, intake, symbols, timing } = this.options
    const to = now()
    const range = { from: this.fundingFrom(), to: to + timing.overlapMs }
    const result = await this.pages(
      connector.fundingPayments(ask, range, symbols.list()),
      (payment: FundingPayment) => {
        intake.payment(payment)
      },
    )
    if (!result.ok) return result
    this.fundingUntil = to
    this.tell('funding', to)
    return done
  }

  /** Payments lie hours apart and are booked late: the overlap is wide. */
  private fundingFrom(): EpochMs {
    const { timing, now } = this.options
    const begin = now() - timing.historyMs
    return this.fundingUntil === null ? begin : Math.max(begin, this.fundingUntil - timing.hourlyMs - timing.overlapMs)
  }

  /** Long downloads let others go first. */
  private askSince(from: EpochMs, to: EpochMs): Ask {
    const { ask, askLater, timing } = this.options
    return to - from > timing.settledMs ? askLater : ask
  }

  private fromOf(until: EpochMs | null, now: EpochMs): EpochMs {
    const { timing } = this.options
    return Math.max(now - timing.historyMs, (until ?? this.options.startedAt) - timing.overlapMs)
  }

  private async pages<T>(pages: AsyncIterable<Page<T>>, take: (row: T) => void): Promise<RestResult<null>> {
    let passed = 0
    for await (const page of pages) {
      if (this.options.isStopped()) break
      if (!page.ok) return page
      if (page.passedOver !== undefined) {
        passed += page.passedOver.count
        this.notePassedOver(passed, page.passedOver.samples)
      }
      for (const row of page.value) take(row)
    }
    return done
  }

  /** What was cut short by the end of the session is not whole. */
  private tell(list: DownloadedList, until: EpochMs, symbols?: readonly string[]): void {
    if (!this.options.isStopped()) this.options.intake.downloaded(list, until, symbols)
  }

  private notePassedOver(count: number, samples: readonly string[]): void {
    if (this.passed === 0) this.options.logger.warn({ count, samples }, 'rows of an account could not be read')
    this.passed = Math.max(this.passed, count)
    for (const sample of samples) if (this.passedKinds.size < mostSamples) this.passedKinds.add(sample)
  }

  /** Payments carry no mark in the account's memory, so the stored ones of the range are read. */
  private async rememberPayments(from: EpochMs): Promise<void> {
    const { storage, account, intake } = this.options
    let cursor: string | null = null
    while (storage !== null && !this.options.isStopped()) {
      const page: Awaited<ReturnType<typeof storage.fundingPayments>> = await storage.fundingPayments(
        account,
        from,
        cursor,
        storedPerPage,
      )
      intake.rememberPayments(page.rows)
      cursor = page.next
      if (cursor === null) return
    }
  }
}

/** One that was not asked about this time is covered no longer: what happens on it until it joins again is missing. */
function keepOnly(covered: Set<string>, asked: readonly Instrument[]): void {
  const symbols = new Set(asked.map(({ symbol }) => symbol))
  for (const symbol of covered) if (!symbols.has(symbol)) covered.delete(symbol)
}
