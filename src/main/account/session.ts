import {
  type AccountFees,
  type AccountState,
  type AccountStatus,
  type AssetNetwork,
  type Balance,
  type Drift,
  type EpochMs,
  type ExchangeId,
  exchangeTitle,
  type Instrument,
  type KeyPermissions,
  type Order,
  type PollKind,
  type Position,
  pollKinds,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import { messageOf } from '../errors.ts'
import type { AccountConnector, Ask, PrivateStream } from '../exchanges/account-contract.ts'
import { Rejections } from '../exchanges/rejections.ts'
import type { Logger } from '../log.ts'
import type { Random } from '../net/backoff.ts'
import { ConnectPacer } from '../net/connect-pacer.ts'
import type { OriginMap } from '../net/origins.ts'
import type { Priority } from '../net/rate-limit.ts'
import type { RestCall, RestFailure, RestResult } from '../net/rest.ts'
import type { SessionTiming } from '../net/session-timing.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import { Audit } from './audit.ts'
import { intervalsToConfirm, type JudgedBalance, judgeBalance } from './balance-truth.ts'
import { Downloads } from './downloads.ts'
import { feeRanges, isPlausible } from './fees.ts'
import { Intake } from './intake.ts'
import { Poll } from './polls.ts'
import { recall } from './recall.ts'
import { balanceItem } from './reconcile.ts'
import { Snapshots } from './snapshots.ts'
import { accountNotes, judgeRunning, rejectedText } from './status-words.ts'
import { StreamEvents } from './stream-events.ts'
import { StreamSet } from './stream-set.ts'
import { AccountStream } from './streams.ts'
import { AccountSymbols } from './symbols.ts'
import { type AccountTiming, usualAccountTiming } from './timing.ts'
import { Unread } from './unread.ts'

export interface AccountSessionOptions {
  readonly account: { readonly id: string; readonly exchange: ExchangeId; readonly label: string }
  /** Made with the credentials, which the session never sees. */
  readonly connector: AccountConnector
  /** One call within the exchange's limits and by its clock; interactive unless `history` is said. */
  readonly ask: <T>(
    call: RestCall<T>,
    options?: { readonly priority?: Priority; readonly signal?: AbortSignal },
  ) => Promise<RestResult<T>>
  /** The exchange's clock. */
  readonly now: () => EpochMs
  /** Asks the exchange for the time anew; never rejects. */
  readonly measureClock?: () => Promise<unknown>
  readonly origins: OriginMap
  /** Shared with everything that connects to the exchange; its own where none is given. */
  readonly pacer?: ConnectPacer
  /** Account events are published here: only what is new. */
  readonly bus: Bus
  /** Read at start; writing is done by whoever records the bus. */
  readonly storage: AccountStorage | null
  /** Instruments the account may have traded (watched, held); those seen in orders and fills are added here. */
  readonly symbols: () => readonly Instrument[]
  /** By its unified symbol. */
  readonly instrument: (symbol: string) => Instrument | undefined
  readonly nextDriftId: () => number
  readonly logger: Logger
  /** Something in `status()` changed that should be shown soon. */
  readonly onStatus: () => void
  /** The account was told what it pays. */
  readonly onFees?: (fees: readonly AccountFees[]) => void
  readonly timing?: Partial<AccountTiming>
  readonly sessionTiming?: Partial<SessionTiming>
  readonly random?: Random
}

const done: RestResult<null> = { ok: true, value: null }

/** The exchange's clock was found to be another by more than this: ms. */
const clockStepMs = 1_000

/** What every answer of the exchange takes part in, and what a stream's return asks for. */
const repaired: readonly PollKind[] = ['balances', 'positions', 'orders', 'orderHistory', 'fills']

/**
 * One account: its streams, polls, state, reconciliation and ledger. Streams update, answers confirm; a difference is listed and
 * the exchange's word taken. `start` and `stop` happen once; trying again takes another session. Nothing here throws.
 */
export class AccountSession {
  private readonly options: AccountSessionOptions
  private readonly timing: AccountTiming
  private readonly pacer: ConnectPacer
  private readonly intake: Intake
  private readonly symbols: AccountSymbols
  private readonly streams: StreamSet
  private readonly events: StreamEvents
  private readonly unread: Unread
  private readonly polls: Readonly<Record<PollKind, Poll>>
  private readonly snapshots: Snapshots
  private readonly downloads: Downloads
  private readonly audit: Audit
  private readonly rejections: Rejections
  private readonly stopping = new AbortController()
  private phase: 'idle' | 'running' | 'rejected' | 'stopped' = 'idle'
  private shown: { readonly state: AccountState; readonly since: EpochMs } = { state: 'connecting', since: Date.now() }
  private rejection: string | null = null
  private storageProblem: string | null = null
  private permissions: KeyPermissions | null = null
  private fees: readonly AccountFees[] = []
  private feeProblem: string | null = null
  private confirming = false
  /** By the clock that nobody sets. */
  private readonly begunAt = performance.now()
  /** Streams may be opened. */
  private hasTriedKey = false
  /** What is stored has been read, well or not. */
  private recalled: Promise<void> = Promise.resolve()
  /** The newest drift that made the streams doubtful. */
  private newestDoubted = 0

  constructor(options: AccountSessionOptions) {
    this.options = options
    const { account, connector, bus, logger, now } = options
    const timing = { ...usualAccountTiming, ...options.timing }
    this.timing = timing
    this.pacer = options.pacer ?? new ConnectPacer()
    this.symbols = new AccountSymbols(options.symbols, options.instrument)
    const startedAt = now()
    this.intake = new Intake({
      account: account.id,
      bus,
      nextDriftId: options.nextDriftId,
      symbols: this.symbols,
      startedAt,
      ...(connector.bookedDecimals === undefined ? {} : { bookedDecimals: connector.bookedDecimals }),
    })
    this.rejections = new Rejections((reason, sample, count) =>
      logger.warn({ reason, count, sample }, 'private frames were not understood'),
    )
    const { signal } = this.stopping
    const ask = this.askWith('interactive')
    const common = { connector, ask, now, intake: this.intake, symbols: this.symbols, timing }
    this.streams = new StreamSet({
      wanted: () => options.connector.streams,
      create: (stream) => this.createStream(stream),
      now,
      graceMs: timing.graceMs,
    })
    const wasTold = (at: EpochMs) => this.streams.wasTold(at)
    this.snapshots = new Snapshots({
      ...common,
      wasTold,
      signal,
      toldSince: () => this.streams.toldSince,
      onAgain: (kind) => this.polls[kind].repeat(timing.soonMs),
    })
    this.downloads = new Downloads({
      ...common,
      wasTold,
      account: account.id,
      askLater: this.askWith('history'),
      storage: options.storage,
      startedAt,
      logger,
      isStopped: () => signal.aborted,
      onDifference: (subject) => {
        for (const kind of ['orders', 'orderHistory'] as const) this.polls[kind].soon(timing.soonMs)
        if (subject === 'fill') this.polls.fills.soon(timing.soonMs)
      },
      onFill: (fill) => this.events.meet(fill),
    })
    this.audit = new Audit({
      intake: this.intake,
      timing,
      search: (since) => this.search(since),
      onAgain: () => this.polls.balances.soon(timing.soonMs),
    })
    this.polls = this.createPolls(ask)
    this.events = new StreamEvents(this.intake, this.polls, timing)
    this.unread = new Unread(this.polls, timing)
  }

  start(): void {
    if (this.phase !== 'idle') return
    this.phase = 'running'
    this.recalled = this.recall()
    void this.begin()
  }

  /** For good: closes every socket, cancels what is under way, and resolves when nothing of it is left. */
  async stop(): Promise<void> {
    this.phase = 'stopped'
    await this.end()
    this.noteStatus()
  }

  status(): Omit<AccountStatus, 'keySource'> {
    const { account, connector } = this.options
    const { state, reason } = this.judge()
    return {
      ...account,
      state,
      reason,
      since: this.shown.since,
      streams: this.streams.list().flatMap((stream) => stream.status()),
      polls: pollKinds.map((kind) => this.polls[kind].status()),
      permissions: this.permissions,
      fees: feeRanges(this.fees),
      openDrifts: this.intake.drifts.open().length,
      rejected: this.rejections.list(),
      notes: accountNotes({
        intake: this.intake,
        streams: this.streams.list(),
        untold: this.snapshots.untoldOrders(),
        passedOver: this.downloads.passedOver + this.snapshots.passedOver,
        passedSamples: this.downloads.passedSamples,
        isFillingBack: this.downloads.isFillingBack,
        isLedgerLate: !this.intake.ledger.isOpen && performance.now() - this.begunAt > this.timing.hourlyMs,
        unasked: connector.asksPerSymbol ? this.symbols.leftOut : 0,
        permissions: this.permissions,
        storageProblem: this.storageProblem,
        feeProblem: this.feeProblem,
        now: this.options.now(),
      }),
    }
  }

  balances(): readonly Balance[] {
    return this.intake.balances.rows()
  }

  /** Those too that have become zero. */
  toldBalances(): readonly Balance[] {
    return this.intake.balances.allRows()
  }

  /** None until the exchange has answered, and once its last answer is old: what is only remembered may be of another day. */
  confirmedBalances(): readonly Balance[] {
    const isConfirmed = this.isLately(this.snapshots.balancesTaken?.sentAt ?? null)
    const balances = this.phase === 'running' && isConfirmed ? this.balances() : []
    return balances.every((balance) => this.isSeen(balance)) ? balances : []
  }

  openOrders(): readonly Order[] {
    return this.intake.orders.open()
  }

  positions(): readonly Position[] {
    return this.intake.positions.rows()
  }

  /** The exchange has told of them lately. */
  arePositionsConfirmed(): boolean {
    return this.phase === 'running' && this.isLately(this.polls.positions.succeededAt)
  }

  openDrifts(): readonly Drift[] {
    return this.intake.drifts.open()
  }

  /** Asks for everything now; resolves when the answers are in, well or not. */
  async refresh(): Promise<void> {
    // Asked before what is stored has been read, everything of it would be news.
    await this.recalled
    if (this.phase !== 'running') return
    // Balances last, so that what the rest brings is in the ledger when it is checked.
    await Promise.all(pollKinds.filter((kind) => kind !== 'balances').map((kind) => this.polls[kind].demand()))
    await this.polls.balances.demand()
  }

  /** Every network of every asset as the exchange tells it to this account; null: it tells none, or the account does not run. */
  get networks(): (() => Promise<RestResult<readonly AssetNetwork[]>>) | null {
    const { connector } = this.options
    if (this.phase !== 'running' || !this.hasTriedKey || connector.assetNetworks === undefined) return null
    const ask = this.askWith('history')
    return async () => (await connector.assetNetworks?.(ask)) ?? { ok: true, value: [] }
  }

  /** Other symbols are watched: what is paid for them is asked soon where it must be asked one by one. */
  symbolsChanged(): void {
    if (!this.options.connector.asksPerSymbol || this.phase !== 'running') return
    const known = new Set(this.fees.flatMap(({ symbol }) => symbol ?? []))
    const usual = new Set(this.fees.flatMap(({ symbol, kind }) => (symbol === null ? [kind] : [])))
    const isUnknown = this.symbols.list().some(({ symbol, kind }) => !usual.has(kind) && !known.has(symbol))
    if (isUnknown) this.polls.fees.soon(this.timing.soonMs)
  }

  /** Balances were not confirmed lately, or a stream is not live. */
  isStale(): boolean {
    const { succeededAt } = this.polls.balances
    return this.phase !== 'running' || this.streams.liveSince === null || !this.isLately(succeededAt)
  }

  /** One of the newest snapshots may be of then. What comes from the future is of before this machine's clock was set back. */
  private isLately(at: EpochMs | null): boolean {
    const now = Date.now()
    return at !== null && at <= now && now - at <= intervalsToConfirm * this.timing.snapshotEveryMs
  }

  /** Another key saw its wallet, of which this one is told nothing: what was held then is all that is known. */
  private isSeen({ wallet }: Balance): boolean {
    return this.options.connector.wallets.includes(wallet)
  }

  /** How far the quantity of one of its balances can be relied on. */
  truthOf(balance: Balance): JudgedBalance {
    return judgeBalance({
      now: Date.now(),
      idle: this.phase === 'running' ? null : (this.rejection ?? 'its account is switched off'),
      liveSince: this.streams.liveSince,
      askedAt: this.snapshots.balancesTaken?.sentAt ?? null,
      everyMs: this.timing.snapshotEveryMs,
      isSeen: this.isSeen(balance),
      isUnread: this.snapshots.balancesTaken?.isUnread(balance) ?? false,
      drift: this.intake.drifts.find('balance', balanceItem(balance)),
    })
  }

  private async begin(): Promise<void> {
    await this.recalled
    if (this.phase !== 'running') return
    // The key is tried alone first, so that a wrong one costs one call; an exchange that does not answer holds nothing up for long.
    await Promise.race([this.polls.permissions.demand(), this.pause(this.timing.keyFirstMs)])
    if (this.phase !== 'running') return
    this.hasTriedKey = true
    this.matchStreams()
    await this.firstLive()
    for (const kind of pollKinds) {
      if (kind !== 'permissions' && this.phase === 'running') void this.polls[kind].demand()
    }
  }

  /** An account without a ledger waits a moment for its streams, so that the exchange's limits are left to what makes the start. */
  private async firstLive(): Promise<void> {
    const until = performance.now() + this.timing.keyFirstMs
    while (
      !this.intake.ledger.isOpen &&
      this.streams.liveSince === null &&
      this.phase === 'running' &&
      performance.now() < until
    )
      await this.pause(50)
  }

  private async recall(): Promise<void> {
    const { storage, account, now, logger } = this.options
    if (storage === null) return
    try {
      const { intake, downloads } = this
      await recall(storage, account.id, now() - this.timing.historyMs, { intake, downloads })
    } catch (error) {
      this.storageProblem = messageOf(error)
      logger.error({ err: error }, "an account's stored rows could not be read")
    }
  }

  private createPolls(ask: Ask): Record<PollKind, Poll> {
    const { timing } = this
    const { logger } = this.options
    const create = (kind: PollKind, permission: string, everyMs: () => number, run: () => Promise<RestResult<null>>) =>
      new Poll({
        kind,
        permission,
        everyMs,
        timing,
        logger,
        random: this.options.random ?? Math.random,
        onChange: () => this.noteStatus(),
        run: async () => {
          const offset = this.clockOffset()
          let result = await run()
          // Asked for a time that ended by a wrong clock: what happened last was left out.
          if (result.ok && Math.abs(this.clockOffset() - offset) > clockStepMs) result = await run()
          if (!result.ok && result.failure.kind === 'rejectedKey') this.keyRejected(kind, result.failure)
          // Every answer may tell of a product that the key may not see, or that was opened since, and of its stream with it.
          this.matchStreams()
          this.doubtStreams()
          return result
        },
      })
    const snapshotMs = () => timing.snapshotEveryMs
    const hourlyMs = () => timing.hourlyMs
    const ordersMs = () => (this.streams.liveSince === null ? timing.ordersWhileDownMs : timing.snapshotEveryMs)
    const fillsMs = () => (this.isUntold() ? timing.untoldMs : timing.hourlyMs)
    return {
      permissions: create(
        'permissions',
        'its own permissions',
        () => timing.permissionsEveryMs,
        () => this.askPermissions(ask),
      ),
      balances: create('balances', 'balances', snapshotMs, async () => {
        const result = await this.snapshots.balances()
        if (result.ok) this.checkLedger()
        return result
      }),
      orders: create('orders', 'open orders', ordersMs, () => this.snapshots.orders()),
      orderHistory: create('orderHistory', 'the order history', hourlyMs, () => this.downloads.orderHistory()),
      fills: create('fills', 'own trades', fillsMs, () => this.downloads.fills()),
      positions: create('positions', 'positions', snapshotMs, () => this.snapshots.positions()),
      transfers: create('transfers', 'deposits and withdrawals', hourlyMs, () => this.downloads.transfers()),
      funding: create('funding', 'funding payments', hourlyMs, () => this.downloads.funding()),
      fees: create(
        'fees',
        'its own fees',
        () => timing.feesEveryMs,
        () => this.askFees(),
      ),
    }
  }

  /** Exchange clock minus ours, as far as it is known. */
  private clockOffset(): number {
    return this.options.now() - Date.now()
  }

  private async askPermissions(ask: Ask): Promise<RestResult<null>> {
    const reply = await this.options.connector.permissions(ask)
    if (!reply.ok) return reply
    this.permissions = reply.value
    return done
  }

  /** A key that may not ask for its fees is as good as any for the rest: that is a note, and no failure of the account. */
  private async askFees(): Promise<RestResult<null>> {
    const reply = await this.options.connector.fees?.(this.askWith('history'), this.symbols.list())
    if (reply === undefined) return done
    if (!reply.ok && reply.failure.kind !== 'forbidden') return reply
    const rows = reply.ok ? reply.value : []
    this.fees = rows.filter(isPlausible)
    this.feeProblem = reply.ok
      ? this.fees.length === rows.length
        ? null
        : `${rows.length - this.fees.length} of the fees it is told are none that an exchange takes: they are left out`
      : `the key lacks permission to read its own fees (${reply.failure.message}): standard fees are computed with`
    this.options.onFees?.(this.fees)
    return done
  }

  /** Opens the connector's streams, and closes those that it has no longer. */
  private matchStreams(): void {
    if (this.phase !== 'running' || !this.hasTriedKey) return
    this.streams.match()
  }

  /** Differences that were found since the last look are news that the streams did not bring. */
  private doubtStreams(): void {
    const ids = this.intake.drifts.open().flatMap(({ id, subject }) => (subject === 'ledger' ? [] : [id]))
    const newest = Math.max(this.newestDoubted, ...ids)
    if (newest === this.newestDoubted) return
    this.newestDoubted = newest
    for (const stream of this.streams.list()) stream.doubt()
  }

  private createStream(stream: PrivateStream): AccountStream {
    const { now, origins, logger } = this.options
    const created: AccountStream = new AccountStream({
      stream,
      ask: this.askWith('interactive'),
      now,
      measureClock: this.options.measureClock ?? (() => Promise.resolve()),
      origins,
      pacer: this.pacer,
      logger,
      sessionTiming: this.options.sessionTiming ?? {},
      ticketRetry: this.timing.ticketRetry,
      random: this.options.random ?? Math.random,
      onEvents: (events) => {
        if (this.phase === 'running') this.events.take(events)
      },
      onUp: () => this.streamChanged(true),
      onDown: () => this.streamChanged(false),
      onRejectedKey: (code, message) => {
        created.suspend(`the key was not accepted${code === null ? '' : ` (${code})`}: ${message}`)
        this.keyRejected('stream', { kind: 'rejectedKey', code, message, retryAfterMs: null })
      },
      onRejectedFrame: (reason, detail, frame, isBinary, at) => {
        this.rejections.add(reason, detail, frame, isBinary, at)
        this.streams.noteUnread(at)
        if (this.phase === 'running') this.unread.note()
      },
      onStatus: () => this.noteStatus(),
    })
    return created
  }

  /** A stream begins or ceases to flow: what was missed is asked for, and open orders are asked for more often meanwhile. */
  private streamChanged(isUp: boolean): void {
    this.streams.noteLive()
    if (this.phase !== 'running') return
    if (isUp) for (const kind of repaired) this.polls[kind].nudge(this.timing.graceMs / 4)
    else this.polls.orders.reschedule()
  }

  /** Retention removed what happened up to `at`. */
  moveOpening(at: EpochMs): void {
    this.intake.ledger.moveOpening(at)
  }

  private checkLedger(): void {
    const { intake, polls, timing } = this
    if (intake.fillCount.missing().length > 0) polls.fills.soon(timing.soonMs)
    const taken = this.snapshots.balancesTaken
    const sources = [polls.fills, polls.transfers, polls.funding]
    const isComplete = sources.every((poll) => poll.hasSucceeded && !poll.isRunning && poll.lastFailure === null)
    if (taken === null || !taken.isWhole || !isComplete || this.streams.liveSince === null) return
    const isQuiet = intake.streamAt < taken.steadyAt - timing.quietMs && intake.fillCount.missing().length === 0
    if (isQuiet) this.audit.check()
    else polls.balances.repeat(timing.quietMs + timing.soonMs)
  }

  /** A fill of late has not told all, and the next download reaches back to it. */
  private isUntold(): boolean {
    const { intake, options, timing } = this
    return intake.ledger.uncheckable().size > 0 && options.now() - intake.untoldAt < timing.overlapMs
  }

  private async search(since: EpochMs | null): Promise<void> {
    const { polls } = this
    try {
      if (since !== null) await this.downloads.rewind(since)
    } catch (error) {
      this.options.logger.error({ err: error }, "an account's stored payments could not be read")
    }
    await Promise.all([polls.transfers.demand(), polls.funding.demand(), polls.fills.demand()])
  }

  /** One refusal may be about one permission: the key itself is judged by asking for its permissions. */
  private keyRejected(source: PollKind | 'stream', failure: RestFailure): void {
    if (this.phase !== 'running') return
    if (source === 'permissions') {
      this.reject(failure)
      return
    }
    if (this.confirming) return
    this.confirming = true
    void this.polls.permissions.demand().finally(() => {
      this.confirming = false
    })
  }

  private reject(failure: RestFailure): void {
    if (this.phase !== 'running') return
    const { account, logger } = this.options
    this.phase = 'rejected'
    this.rejection = rejectedText(exchangeTitle(account.exchange), account.label, failure)
    logger.warn({ code: failure.code }, this.rejection)
    void this.end()
    this.noteStatus()
  }

  private async end(): Promise<void> {
    this.stopping.abort()
    this.intake.close()
    this.events.stop()
    this.unread.stop()
    for (const kind of pollKinds) this.polls[kind].stop()
    await this.streams.stop()
  }

  private judge(): { readonly state: AccountState; readonly reason: string | null } {
    if (this.phase === 'stopped') return { state: 'stopped', reason: 'switched off' }
    if (this.phase === 'rejected') return { state: 'rejected', reason: this.rejection }
    return judgeRunning(
      this.streams.list(),
      pollKinds.map((kind) => this.polls[kind].status()),
      this.polls.balances.hasSucceeded && this.polls.orders.hasSucceeded,
    )
  }

  private noteStatus(): void {
    const { state } = this.judge()
    if (state !== this.shown.state) this.shown = { state, since: Date.now() }
    this.options.onStatus()
  }

  private askWith(priority: Priority): Ask {
    const { signal } = this.stopping
    return (call) => {
      if (!signal.aborted) return this.options.ask(call, { priority, signal })
      const failure = { kind: 'cancelled', code: null, message: 'cancelled', retryAfterMs: null } as const
      return Promise.resolve({ ok: false, failure })
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.stopping.signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      this.stopping.signal.addEventListener('abort', end)
    })
  }
}
