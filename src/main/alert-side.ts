/**
 * The trader's own alert rules as one part of the hub: what happens comes in, firings go out as alerts, and from there to screens, the
 * database, notifications, Redis and the webhook. Every firing is judged in the moment its cause is known; only holds wait for a sweep.
 */
import type {
  Acknowledged,
  AcknowledgeRequest,
  AlertFilter,
  AlertRuleStatus,
  BacktestRequest,
  BacktestResult,
  WebhookStatus,
} from '../shared/alert-rules.ts'
import { isZeroAmount } from '../shared/amount.ts'
import type { Progress } from '../shared/contract.ts'
import { type Balance, type EpochMs, type ExchangeId, type ExchangeStatus, truthCode } from '../shared/domain/index.ts'
import type { Settings } from '../shared/settings.ts'
import { Backtests } from './alerts/backtests.ts'
import type { BalanceNow } from './alerts/balance-history.ts'
import { AlertEngine, type Firing } from './alerts/engine.ts'
import type { Observed } from './alerts/hold.ts'
import type { StandingFile } from './alerts/standing.ts'
import { Webhook, type WebhookTiming } from './alerts/webhook.ts'
import type { AlertLog } from './alerts.ts'
import type { PairJudge } from './analytics/contract.ts'
import type { Desk } from './analytics/desk.ts'
import type { Broadcaster } from './broadcaster.ts'
import type { Bus } from './bus/index.ts'
import { readDisk } from './disk.ts'
import { messageOf } from './errors.ts'
import { loadPassword, savePassword } from './keychain.ts'
import type { Logger } from './log.ts'
import type { MarketRun } from './market-run.ts'
import type { Network } from './net/network.ts'
import type { StoredAlertPage } from './storage/alert-contract.ts'

export interface AlertSideOptions {
  readonly settings: () => Settings
  readonly bus: Bus
  readonly alerts: AlertLog
  readonly desk: () => Pick<Desk, 'board' | 'spreads'>
  /** The one in force; another one each time a market begins. */
  readonly run: () => MarketRun
  /** Whether two instruments are one asset; not given: one ticker is one asset. */
  readonly judge?: PairJudge
  readonly network: Network
  readonly environment: NodeJS.ProcessEnv
  /** The data folder, whose disk rules may watch. */
  readonly dataDir: string
  /** What stands over a restart; null: nothing does, as on a dry run. */
  readonly standing: StandingFile | null
  readonly tell: Broadcaster['tell']
  readonly onProgress: (progress: Progress) => void
  readonly logger: Logger
  readonly webhookTiming?: Partial<WebhookTiming>
  /** Not given: the disk itself is asked. */
  readonly readDisk?: typeof readDisk
}

/** Where a machine has no keychain. */
const secretVariable = 'CROSSBOOK_WEBHOOK_SECRET'
const sweepEveryMs = 100
/** What is looked at less often: exchanges, funding feeds, the disk. */
const lookEveryMs = 1_000
const diskEveryMs = 10_000
const keepEveryMs = 5_000
/** Asked for the time later than this (ms): the machine slept or stood still, or its clock was set forward. */
const latePauseMs = 3_000
/** An exchange that was never live since its market began, or since it was switched on, is down only after this. */
const connectGraceMs = 30_000

export class AlertSide {
  private readonly options: AlertSideOptions
  private readonly engine: AlertEngine
  private readonly webhook: Webhook
  private readonly backtests: Backtests
  private unsubscribe: (() => void)[] = []
  private timer: NodeJS.Timeout | null = null
  private lookedAt: EpochMs = 0
  private diskLookedAt: EpochMs = 0
  private keptAt: EpochMs = 0
  private lastRun: MarketRun | null = null
  private runSince: EpochMs = 0
  /** The time as it was asked for last. */
  private askedAt: EpochMs | null = null
  /** Exchanges of the run, and since when they are there; null: they were not looked at yet. */
  private feedsSince: Map<ExchangeId, EpochMs> | null = null
  private readonly wasLive = new Set<ExchangeId>()
  /** Accounts of the run, as they were looked at last. */
  private accountIds: ReadonlySet<string> = new Set()
  /** Balances told while those of before the start are being read: they come after them. null: nothing is being read. */
  private waitingBalances: (() => void)[] | null = null
  private rulesText = ''

  constructor(options: AlertSideOptions) {
    this.options = options
    const { alerts, environment, settings, run, logger } = options
    this.engine = new AlertEngine((firing) => this.fire(firing))
    this.webhook = new Webhook({
      settings: () => settings().alerts.webhook,
      mode: () => run().mode,
      secret: async () => environment[secretVariable] || (await loadPassword('webhook secret')),
      network: options.network,
      logger: logger.child({ part: 'webhook' }),
      onTrouble: (words) =>
        alerts.raise(
          words === null
            ? { severity: 'info', rule: 'webhook', subject: 'webhook', message: 'The webhook takes alerts again' }
            : {
                ...{ severity: 'warning', rule: 'webhook', subject: 'webhook' },
                message: `Alerts do not reach the webhook: ${words}. Alerts > Rules counts what is lost.`,
              },
        ),
      ...(options.webhookTiming === undefined ? {} : { timing: options.webhookTiming }),
    })
    this.backtests = new Backtests({
      file: () => run().database.storage?.file ?? null,
      whyNoFile: () => run().database.problem,
      watched: () => options.desk().board.instruments,
      find: (key) => run().catalog.get(key),
      takerFee: ({ id }) => options.desk().spreads.takerFeeOf(options.desk().board.slotOf(id)),
      judge: options.judge ?? null,
      maximumAgeMs: () => settings().arbitrage.maximumAgeMs,
      onProgress: options.onProgress,
      logger,
    })
  }

  start(): void {
    const { bus, run } = this.options
    this.settingsChanged()
    this.unsubscribe = [
      bus.on('funding_rate', ({ rate }) => this.engine.funding(rate, this.now())),
      bus.on('balance', ({ balance }) =>
        this.balance({ ...balance, isLive: run().accounts.desk.truthOf(balance).truth === 'live' }),
      ),
      bus.on('balance_truth', ({ balance, truth }) => this.balance({ ...balance, isLive: truth === 'live' })),
      bus.on('fill', ({ fill, completes }) => {
        if (!completes) this.engine.fill(fill, this.now())
      }),
      bus.on('drift', ({ drift }) => this.engine.drift(drift, this.now())),
      bus.on('connection', () => this.lookAtFeeds(this.now())),
    ]
    this.timer = setInterval(() => this.sweep(), sweepEveryMs)
  }

  async stop(): Promise<void> {
    for (const end of this.unsubscribe) end()
    this.unsubscribe = []
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
    this.keepStanding(Date.now())
    await this.options.standing?.settle()
    await this.backtests.stop()
    await this.webhook.stop()
  }

  /** Before the database is closed: nothing reads it afterwards. */
  endBacktests(): Promise<void> {
    return this.backtests.stop()
  }

  // ---------------------------------------------------------------- what the desk tells

  quoteChanged(slot: number): void {
    if (this.engine.watchesSlot(slot)) this.engine.quote(slot, this.now())
  }

  pairChanged(index: number): void {
    if (this.engine.watchesPair(index)) this.engine.pair(index, this.now())
  }

  boardsChanged(): void {
    const { board, spreads } = this.options.desk()
    this.engine.useBoards(board, spreads, this.clock())
  }

  settingsChanged(): void {
    const { rules, webhook } = this.options.settings().alerts
    const text = JSON.stringify([rules, webhook])
    if (text === this.rulesText) return
    this.rulesText = text
    this.webhook.forget()
    this.engine.setRules(rules, this.clock())
  }

  // ---------------------------------------------------------------- calls

  ruleStatus(): readonly AlertRuleStatus[] {
    return this.engine.status(Date.now())
  }

  history(filter: AlertFilter, cursor: string | null, limit: number): Promise<StoredAlertPage> {
    return this.options.alerts.page(filter, cursor, limit)
  }

  get unacknowledged(): number {
    return this.options.alerts.unacknowledged
  }

  async acknowledge(request: AcknowledgeRequest): Promise<Acknowledged> {
    const done = await this.options.alerts.acknowledge(request)
    this.options.tell('alerts.acknowledged', done)
    return done
  }

  /** Rejects with a CallError. */
  backtest(request: BacktestRequest): Promise<BacktestResult> {
    return this.backtests.run(request)
  }

  /** A back-test by the id of its progress; nothing where it is another's. */
  cancel(id: string): void {
    this.backtests.cancel(id)
  }

  webhookStatus(): Promise<WebhookStatus> {
    return this.webhook.status()
  }

  testWebhook(): Promise<string | null> {
    return this.webhook.test()
  }

  /** null removes it. Rejects with a KeychainError. */
  async setWebhookSecret(secret: string | null): Promise<void> {
    await savePassword('webhook secret', secret)
    this.webhook.forget()
  }

  // ---------------------------------------------------------------- the engine

  private fire({ ruleId, rule, subject, words }: Firing): void {
    const { name, severity, kind, notification, redis, webhook } = rule
    const alert = this.options.alerts.raise(
      { severity, rule: kind, subject, message: `${name}: ${words}` },
      { id: ruleId, notification, redis, webhook },
    )
    if (webhook) this.webhook.send(alert)
  }

  private sweep(): void {
    const now = this.now()
    // A clock that was set back must not keep anything from being looked at.
    if (Math.abs(now - this.lookedAt) >= lookEveryMs) {
      this.lookedAt = now
      this.lookAtFeeds(now)
      this.lookAtFunding(now)
      this.lookForAccounts(now)
      this.lookAtAccounts(now)
      this.lookAtBalances()
      if (Math.abs(now - this.diskLookedAt) >= diskEveryMs) this.lookAtDisk(now)
    }
    this.engine.sweep(now)
    if (Math.abs(now - this.keptAt) >= keepEveryMs) this.keepStanding(now)
  }

  private keepStanding(now: EpochMs): void {
    this.keptAt = now
    if (this.lastRun !== null) this.options.standing?.keep(this.lastRun.mode, this.engine.standing(now))
  }

  /** For whatever is told to the engine: a time that comes late follows a pause, in which nobody looked. */
  private clock(): EpochMs {
    const now = Date.now()
    const before = this.askedAt ?? now
    this.askedAt = now
    if (now - before > latePauseMs) this.engine.away(before, now)
    return now
  }

  /** Asked before anything is told to the engine: of another market, nothing known of the one before holds. */
  private now(): EpochMs {
    const now = this.clock()
    const run = this.options.run()
    if (run === this.lastRun) return now
    const isSameMarket = run.mode === this.lastRun?.mode
    this.keepStanding(now)
    this.engine.begin(isSameMarket, now)
    if (!isSameMarket) this.engine.recall(this.options.standing?.of(run.mode) ?? [], now)
    this.lastRun = run
    this.runSince = now
    this.feedsSince = null
    this.wasLive.clear()
    this.accountIds = new Set()
    this.recallBalances(run, now)
    return now
  }

  /** What was held before the start stands until something else is told: what left meanwhile is a drop, too. */
  private recallBalances(run: MarketRun, now: EpochMs): void {
    const { storage } = run.database
    // What waits for the run before is nobody's any more.
    this.waitingBalances = null
    if (storage === null) return
    const waiting: (() => void)[] = []
    this.waitingBalances = waiting
    const go = (stored: readonly Balance[]): void => {
      if (this.lastRun !== run) return
      this.waitingBalances = null
      // Of a wallet that was empty its exchange may never speak again, which would leave the others waiting for it.
      this.engine.recallBalances(stored.filter(({ total }) => !isZeroAmount(total)))
      for (const tell of waiting) tell()
    }
    storage.accounts.balancesAt(now).then(go, (error: unknown) => {
      this.options.logger.debug({ problem: messageOf(error) }, 'balances of before the start are not known to rules')
      go([])
    })
  }

  private balance(balance: BalanceNow): void {
    const at = this.now()
    const tell = () => this.engine.balance(balance, at)
    if (this.waitingBalances === null) tell()
    else this.waitingBalances.push(tell)
  }

  private asksFor(kind: string): boolean {
    return Object.values(this.options.settings().alerts.rules).some((rule) => rule.enabled && rule.kind === kind)
  }

  private lookAtFeeds(now: EpochMs): void {
    if (!this.asksFor('feed_down')) {
      this.forgetFeeds(now)
      return
    }
    const run = this.options.run()
    // A market that stops takes its feeds down by itself.
    if (!run.isRunning) return
    const statuses = run.connections()
    const before = this.feedsSince
    this.feedsSince = new Map(
      statuses.map(({ exchange }) => [exchange, before === null ? this.runSince : (before.get(exchange) ?? now)]),
    )
    for (const exchange of before?.keys() ?? []) {
      if (this.feedsSince.has(exchange)) continue
      this.wasLive.delete(exchange)
      this.engine.feedGone(exchange, now)
    }
    for (const status of statuses) {
      if (status.state === 'live') this.wasLive.add(status.exchange)
      this.engine.feed(status.exchange, this.observedOf(status, now), status.reason ?? '', now)
    }
  }

  /** Nobody looks at them, so that a rule that is switched on later would be judged by how they were. */
  private forgetFeeds(now: EpochMs): void {
    for (const exchange of this.feedsSince?.keys() ?? []) this.engine.feedGone(exchange, now)
    this.feedsSince = null
    this.wasLive.clear()
  }

  private observedOf({ exchange, state, watched }: ExchangeStatus, now: EpochMs): Observed {
    if (state === 'live') return 'clear'
    if (state === 'stopped' || (watched === 0 && state === 'connecting')) return 'unknown'
    const since = this.feedsSince?.get(exchange) ?? now
    return this.wasLive.has(exchange) || now - since >= connectGraceMs ? 'holds' : 'unknown'
  }

  /** Rates come whether a rule asks for them or not, and so must the word on how far they can be relied on. */
  private lookAtFunding(now: EpochMs): void {
    const { board } = this.options.desk()
    const live = new Set<string>()
    board.instruments.forEach(({ kind, key }, slot) => {
      if (kind === 'perpetual' && board.truth[slot] !== truthCode.gap) live.add(key)
    })
    // Of what is watched no more, nobody tells another rate.
    for (const key of this.engine.fundingKeys()) this.engine.fundingLive(key, live.has(key), now)
  }

  private lookForAccounts(now: EpochMs): void {
    const { isRunning, accounts } = this.options.run()
    // A market that stops lets go of its accounts by itself.
    if (!isRunning) return
    const there = new Set(accounts.desk.list().map(({ id }) => id))
    for (const id of this.accountIds) if (!there.has(id)) this.engine.accountGone(id, now)
    this.accountIds = there
  }

  private lookAtAccounts(now: EpochMs): void {
    if (!this.asksFor('drift') && !this.asksFor('order_fill')) return
    const { desk } = this.options.run().accounts
    const accounts = desk.list()
    const tell = (isLive: boolean) => {
      for (const { id, state } of accounts) if ((state === 'live') === isLive) this.engine.account(id, isLive, now)
    }
    tell(false)
    // Differences of before the start are told by nobody as long as nothing of them changes.
    for (const drift of desk.openDrifts()) this.engine.drift(drift, now)
    tell(true)
  }

  /** Those that did not change tell nothing by themselves, and their account may be live by now. */
  private lookAtBalances(): void {
    if (!this.asksFor('balance_drop')) return
    const { desk } = this.options.run().accounts
    for (const balance of desk.balances()) this.balance({ ...balance, isLive: desk.truthOf(balance).truth === 'live' })
  }

  private lookAtDisk(now: EpochMs): void {
    // Nobody looks at it, so that a rule that is switched on later would be judged by what was free then.
    if (!this.asksFor('disk')) {
      this.engine.disk(null, now)
      return
    }
    this.diskLookedAt = now
    const { dataDir, logger, readDisk: read = readDisk } = this.options
    read(dataDir).then(
      ({ freeBytes }) => this.engine.disk(freeBytes, this.clock()),
      (error: unknown) => {
        logger.debug({ problem: messageOf(error) }, 'the free space of the disk could not be read')
        this.engine.disk(null, this.clock())
      },
    )
  }
}
