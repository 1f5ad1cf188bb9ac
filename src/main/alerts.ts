import type { Alert } from '../shared/domain/index.ts'
import type { Finding } from './analytics/health.ts'
import type { Bus } from './bus/index.ts'
import type { Logger } from './log.ts'

const kept = 200

/** What was worth a line since the program began: each finding becomes a log line, an event on the bus and an entry here. */
export class AlertLog {
  private readonly bus: Bus
  private readonly logger: Logger
  private readonly alerts: Alert[] = []
  private lastId = 0

  constructor(bus: Bus, logger: Logger) {
    this.bus = bus
    this.logger = logger
  }

  raise(finding: Finding): void {
    const { severity, rule, subject, message } = finding
    const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warn' : 'info'
    this.logger[level]({ rule, subject }, message)
    const alert: Alert = { id: ++this.lastId, at: Date.now(), severity, rule, subject, message }
    this.alerts.push(alert)
    if (this.alerts.length > kept) this.alerts.shift()
    this.bus.publish({ kind: 'alert', alert })
  }

  /** Something about storage, as an error unless said otherwise. */
  raiseStorage(message: string, severity: Alert['severity'] = 'error'): void {
    this.raise({ severity, rule: 'storage', subject: 'storage', message })
  }

  /** The newest ones, oldest first. */
  list(): readonly Alert[] {
    return this.alerts
  }
}
