import type { Acknowledged, AcknowledgeRequest, AlertFilter } from '../shared/alert-rules.ts'
import { type Alert, asksToBeSeen, type EpochMs, isKept } from '../shared/domain/index.ts'
import type { Finding } from './analytics/health.ts'
import type { AlertWays, Bus } from './bus/index.ts'
import { messageOf } from './errors.ts'
import type { Logger } from './log.ts'
import type { AlertStorage, StoredAlertPage } from './storage/alert-contract.ts'

const kept = 200
/** More of them wait for no database: the oldest are then missing from the history, and counted. */
const mostWaiting = 5_000
const writeAfterMs = 200
/** Crossbook's own that are about the program and not about a market. */
const ofProgram: ReadonlySet<Alert['rule']> = new Set(['storage', 'disk', 'backup', 'redis', 'webhook'])

/** Of one of the trader's own rules. */
export interface RuleOfAlert extends AlertWays {
  readonly id: string
}

/**
 * What was worth a line: each finding becomes a log line, an event on the bus and a row of the database. Ids are the time at which they
 * were raised, or one more than the id before: they go on over restarts, and need no database to be known.
 */
export class AlertLog {
  private readonly bus: Bus
  private readonly logger: Logger
  private readonly now: () => EpochMs
  private alerts: Alert[] = []
  private lastId = 0
  private storage: AlertStorage | null = null
  /** Over once it is known what the database has. */
  private beginning: Promise<void> = Promise.resolve()
  /** To be stored, in order. */
  private waiting: Alert[] = []
  private writing: Promise<void> | null = null
  private timer: NodeJS.Timeout | null = null
  private isFailing = false
  /** Of those stored before this run and those raised in it. */
  private unseen = 0

  constructor(bus: Bus, logger: Logger, now: () => EpochMs = Date.now) {
    this.bus = bus
    this.logger = logger
    this.now = now
  }

  raise(finding: Finding, rule?: RuleOfAlert): Alert {
    const { severity, rule: kind, subject, message } = finding
    const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warn' : 'info'
    this.logger[level]({ rule: kind, subject }, message)
    const at = this.now()
    this.lastId = Math.max(this.lastId + 1, at)
    const ruleId = rule?.id ?? null
    const alert: Alert = { id: this.lastId, at, severity, rule: kind, ruleId, subject, message, acknowledgedAt: null }
    this.alerts.push(alert)
    if (this.alerts.length > kept) this.alerts.shift()
    if (isKept(alert)) this.store(alert)
    if (asksToBeSeen(alert)) this.unseen++
    this.bus.publish(rule === undefined ? { kind: 'alert', alert } : { kind: 'alert', alert, ways: rule })
    return alert
  }

  /** Something about storage, as an error unless said otherwise. */
  raiseStorage(message: string, severity: Alert['severity'] = 'error'): void {
    this.raise({ severity, rule: 'storage', subject: 'storage', message })
  }

  /** The newest ones of this run, oldest first. */
  list(): readonly Alert[] {
    return this.alerts
  }

  /** How many ask to be acknowledged and are not. */
  get unacknowledged(): number {
    return this.unseen
  }

  // ---------------------------------------------------------------- what is stored

  /** From now on they are kept there, and so is what came before there was one. null: nothing is stored. */
  keepIn(storage: AlertStorage | null): Promise<void> {
    this.storage = null
    this.beginning = this.begin(storage)
    return this.beginning
  }

  private async begin(storage: AlertStorage | null): Promise<void> {
    if (storage === null) return
    try {
      // Nothing is written meanwhile: what waits then is what it does not count.
      const { unacknowledged, lastId } = await storage.state()
      this.lastId = Math.max(this.lastId, lastId)
      this.unseen = unacknowledged + this.waiting.filter(isUnseen).length
    } catch (error) {
      this.failed(error)
    }
    this.storage = storage
    void this.flush()
  }

  /** Another market begins, real or simulated: what was raised about the one before is kept in its database alone. */
  forgetMarket(): void {
    const stays = ({ rule, ruleId }: Alert): boolean => ruleId === null && ofProgram.has(rule)
    this.alerts = this.alerts.filter(stays)
    this.waiting = this.waiting.filter(stays)
    this.unseen = this.alerts.filter(isUnseen).length
  }

  /** The database is about to be closed: what waits is written, and what comes waits for the next one. Never rejects. */
  async release(): Promise<void> {
    await this.beginning
    await this.flush()
    this.storage = null
  }

  /** Newest first. Rejects with a StorageError. */
  async page(filter: AlertFilter, cursor: string | null, limit: number): Promise<StoredAlertPage> {
    await this.beginning
    await this.flush()
    const { storage } = this
    if (storage === null) {
      const rows = this.alerts.filter((alert) => isKept(alert) && passes(filter, alert)).reverse()
      return { rows, next: null }
    }
    const page = await storage.list(filter, cursor, limit)
    if (cursor !== null || this.waiting.length === 0) return page
    // What the database does not take now is shown all the same.
    const stored = new Set(page.rows.map(({ id }) => id))
    const others = this.waiting.filter((alert) => !stored.has(alert.id) && passes(filter, alert))
    return { ...page, rows: [...others.reverse(), ...page.rows] }
  }

  /** Those of them that ask for it. Rejects with a StorageError. */
  async acknowledge(request: AcknowledgeRequest): Promise<Acknowledged> {
    const at = this.now()
    await this.beginning
    await this.flush()
    if (this.storage !== null) await this.storage.acknowledge(request, at)
    const isMeant = ({ id }: Alert) => ('ids' in request ? request.ids.includes(id) : id <= request.upTo)
    const seen = (alert: Alert): Alert => (isUnseen(alert) && isMeant(alert) ? { ...alert, acknowledgedAt: at } : alert)
    this.alerts = this.alerts.map(seen)
    this.waiting = this.waiting.map(seen)
    const stored = await this.storage?.state()
    // Of those that came meanwhile, some are written by now that it does not count.
    const isOther = ({ id }: Alert) => stored === undefined || id > stored.lastId
    const here = new Map([...this.alerts, ...this.waiting].map((alert) => [alert.id, alert]))
    const others = [...here.values()].filter((alert) => isOther(alert) && isUnseen(alert))
    this.unseen = (stored?.unacknowledged ?? 0) + others.length
    const which = 'ids' in request ? { ids: [...request.ids], upTo: null } : { ids: null, upTo: request.upTo }
    return { ...which, at, unacknowledged: this.unseen }
  }

  private store(alert: Alert): void {
    this.waiting.push(alert)
    if (this.waiting.length > mostWaiting) {
      this.waiting.shift()
      this.logger.debug({ mostWaiting }, 'an alert that could not be stored in time is missing from the history')
    }
    this.timer ??= setTimeout(() => void this.flush(), writeAfterMs)
  }

  /** Never rejects: what cannot be stored now is tried again with the next one. */
  private flush(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.writing ??= this.write().finally(() => {
      this.writing = null
    })
    return this.writing
  }

  private async write(): Promise<void> {
    while (this.storage !== null && this.waiting.length > 0) {
      // A copy: what comes while it is written is not in it.
      const batch = [...this.waiting]
      try {
        await this.storage.save(batch)
      } catch (error) {
        this.failed(error)
        return
      }
      this.isFailing = false
      const last = batch.at(-1)?.id ?? 0
      this.waiting = this.waiting.filter(({ id }) => id > last)
    }
  }

  /** Not as an alert: it would have to be stored itself. The recorder tells of the same database. */
  private failed(error: unknown): void {
    if (!this.isFailing) this.logger.warn({ problem: messageOf(error) }, 'alerts cannot be stored now')
    this.isFailing = true
  }
}

const isUnseen = (alert: Alert): boolean => alert.acknowledgedAt === null && asksToBeSeen(alert)

const passes = ({ severity, rule, ruleId, text, unacknowledged }: AlertFilter, alert: Alert): boolean =>
  (severity === null || alert.severity === severity) &&
  (rule === null || alert.rule === rule) &&
  (ruleId === null || alert.ruleId === ruleId) &&
  (!unacknowledged || isUnseen(alert)) &&
  (text === null || `${alert.subject}\n${alert.message}`.toLowerCase().includes(text.toLowerCase()))
