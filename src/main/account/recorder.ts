/** Bus to storage, for the trader's accounts. */
import { type Alert, type Balance, balanceKey, type EpochMs, positionKey } from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import { StorageError } from '../storage/index.ts'
import { AccountQueue } from './recorder-queue.ts'

export interface AccountRecorderOptions {
  readonly bus: Bus
  /** null: what happens is counted, nothing is written. */
  readonly storage: Pick<AccountStorage, 'save'> | null
  /** All that is held now by the accounts whose exchange has confirmed it lately, for the snapshot of each UTC day. */
  readonly balances: () => readonly Balance[]
  readonly logger: Logger
  /** Once when writes begin to fail, once when they go through again, and whenever something is given up. */
  readonly onAlert: (alert: Pick<Alert, 'severity' | 'rule' | 'subject' | 'message'>) => void
  readonly now?: () => EpochMs
  /** The least time between two batches, ms. */
  readonly everyMs?: number
  /** Happenings that may wait for the disk. */
  readonly maximumHappenings?: number
  /** Rows of state that may wait for the disk before they are conflated. */
  readonly maximumState?: number
}

export interface AccountRecorderStatus {
  /** In words why nothing is written; null while writes go through. */
  readonly problem: string | null
  /** Not stored yet, the batch in flight included. */
  readonly waiting: number
  readonly rowsWritten: number
  readonly batches: number
  /** Happenings dropped because too many waited, and rows that storage will never take. */
  readonly givenUp: number
  /** Rows of state that a newer one replaced while too many waited. */
  readonly conflated: number
  readonly lastWriteMs: number | null
}

const defaultEveryMs = 200
/** Rows of one transaction, so that a large backfill holds up no snapshot for longer than about 100 ms. */
const batchRows = 2_000
const longestPauseMs = 60_000
const firstPauseMs = 1_000
const dailyEveryMs = 30_000

/**
 * Writes what accounts publish in batches, in order, at most every 200 ms, one at a time.
 *
 * A batch that fails (full, locked, unwritable disk) is kept and tried again with what came since, after 1 s, then 2 s, up to a
 * minute. Meanwhile at most 200,000 happenings wait (orders, fills, transfers, funding payments, drifts); beyond that the oldest
 * are given up, with an alert: the exchange still has them and the next start asks for them. Of state (balances, positions,
 * funding rates) at most 10,000 rows wait as they came; beyond that the newest per key. A row that storage refuses for good (which
 * would be a bug) is found by halving the batch and given up with an alert, so that it holds up nothing else.
 *
 * Once per UTC day all that an account holds is stored as the day's, at one moment: as soon as its exchange has confirmed it. What it
 * holds later that day is not added, since it was paid for with what is counted already. Of a symbol's funding rates one a minute is kept.
 */
export class AccountRecorder {
  private readonly options: AccountRecorderOptions
  private readonly now: () => EpochMs
  private readonly everyMs: number
  private readonly queue: AccountQueue
  private unsubscribe: (() => void)[] = []
  private timer: NodeJS.Timeout | null = null
  private dailyTimer: NodeJS.Timeout | null = null
  private saving: Promise<boolean> | null = null
  private lastSaveAt = Number.NEGATIVE_INFINITY
  private pauseMs = 0
  private limit = batchRows
  private problem: string | null = null
  private rowsWritten = 0
  private batches = 0
  private refused = 0
  private lastWriteMs: number | null = null
  private day = ''
  /** Accounts. */
  private readonly storedToday = new Set<string>()
  /** Minute of each symbol's last funding rate. */
  private readonly rateMinutes = new Map<string, number>()
  private toldGivenUp = 0

  constructor(options: AccountRecorderOptions) {
    this.options = options
    this.now = options.now ?? Date.now
    this.everyMs = options.everyMs ?? defaultEveryMs
    this.queue = new AccountQueue(options.maximumHappenings ?? 200_000, options.maximumState ?? 10_000)
  }

  start(): void {
    const { bus, storage } = this.options
    if (this.unsubscribe.length > 0 || storage === null) return
    const { queue } = this
    this.unsubscribe = [
      bus.on('order_update', ({ order, raw, source }) => {
        queue.happened({ list: 'orders', row: { order, raw, source } })
        this.schedule()
      }),
      bus.on('fill', ({ fill, raw }) => {
        queue.happened({ list: 'fills', row: { fill, raw } })
        this.schedule()
      }),
      bus.on('transfer', ({ transfer, raw }) => {
        queue.happened({ list: 'transfers', row: { transfer, raw } })
        this.schedule()
      }),
      bus.on('funding_payment', ({ payment }) => {
        queue.happened({ list: 'fundingPayments', row: payment })
        this.schedule()
      }),
      bus.on('ledger_opened', ({ account, at, totals }) => {
        queue.happened({ list: 'openings', row: { account, at, totals } })
        this.schedule()
      }),
      bus.on('account_downloaded', ({ account, list, until, symbols }) => {
        const row = { account, list, until }
        queue.happened({ list: 'downloads', row: symbols === undefined ? row : { ...row, symbols } })
        this.schedule()
      }),
      bus.on('drift', ({ drift }) => {
        queue.happened({ list: 'drifts', row: drift })
        this.schedule()
      }),
      bus.on('balance', ({ balance }) => {
        queue.changed({ list: 'balances', key: balanceKey(balance), row: balance })
        this.schedule()
      }),
      bus.on('position', ({ position }) => {
        queue.changed({ list: 'positions', key: positionKey(position), row: position })
        this.schedule()
      }),
      bus.on('funding_rate', ({ rate }) => {
        const key = `${rate.exchange} ${rate.symbol}`
        const minute = Math.floor(rate.receivedAt / 60_000)
        if (this.rateMinutes.get(key) === minute) return
        this.rateMinutes.set(key, minute)
        queue.changed({ list: 'fundingRates', key, row: rate })
        this.schedule()
      }),
    ]
    this.dailyTimer = setInterval(() => this.schedule(), dailyEveryMs)
    this.dailyTimer.unref()
  }

  /** Listens no longer, writes what waits once more and resolves; what even then could not be stored is logged. Never rejects. */
  async stop(): Promise<void> {
    if (this.unsubscribe.length === 0) return
    for (const off of this.unsubscribe) off()
    this.unsubscribe = []
    if (this.dailyTimer) clearInterval(this.dailyTimer)
    await this.flush()
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const lost = this.queue.size
    if (lost > 0) this.options.logger.error({ rows: lost }, 'lost: account rows could not be stored')
  }

  /** Writes now what waits. Resolves once all of it is stored, or a batch has failed. Never rejects. */
  async flush(): Promise<void> {
    const { storage } = this.options
    if (storage === null) return
    await this.saving
    this.addDaily()
    while (this.queue.size > 0) {
      if (!(await this.save(storage))) return
    }
  }

  status(): AccountRecorderStatus {
    return {
      problem: this.problem,
      waiting: this.queue.size,
      rowsWritten: this.rowsWritten,
      batches: this.batches,
      givenUp: this.queue.dropped + this.refused,
      conflated: this.queue.conflated,
      lastWriteMs: this.lastWriteMs,
    }
  }

  // ---------------------------------------------------------------- writing

  private schedule(): void {
    const { storage } = this.options
    if (this.timer !== null || this.saving !== null || storage === null) return
    const pause = this.problem === null ? this.everyMs : this.pauseMs
    const wait = Math.max(0, Math.min(pause, this.lastSaveAt + pause - performance.now()))
    this.timer = setTimeout(() => {
      this.timer = null
      this.addDaily()
      if (this.queue.size > 0) void this.save(storage)
    }, wait)
  }

  /** Resolves to false where nothing more should be tried before a pause. */
  private save(storage: Pick<AccountStorage, 'save'>): Promise<boolean> {
    this.saving ??= this.saveBatch(storage).finally(() => {
      this.saving = null
      this.lastSaveAt = performance.now()
      if (this.queue.size > 0 && this.unsubscribe.length > 0) this.schedule()
    })
    return this.saving
  }

  private async saveBatch(storage: Pick<AccountStorage, 'save'>): Promise<boolean> {
    const { batch, rows } = this.queue.take(this.limit)
    try {
      const report = await storage.save(batch)
      this.queue.saved()
      this.batches++
      this.rowsWritten += report.rows
      this.lastWriteMs = report.writeMs
      this.limit = Math.min(batchRows, this.limit * 2)
      this.recovered()
      return true
    } catch (error) {
      return this.failed(error, rows)
    } finally {
      this.tellGivenUp()
    }
  }

  private failed(error: unknown, rows: number): boolean {
    const message = messageOf(error)
    if (error instanceof StorageError && error.kind === 'refused') {
      if (rows === 1) this.refuse(message)
      else this.queue.putBack()
      this.limit = Math.max(1, Math.floor(rows / 2))
      return true
    }
    this.queue.putBack()
    this.pauseMs = this.problem === null ? firstPauseMs : Math.min(this.pauseMs * 2, longestPauseMs)
    if (this.problem === null) this.alert('error', `What happens on the accounts is not recorded for now: ${message}`)
    this.problem = message
    return false
  }

  private recovered(): void {
    if (this.problem === null) return
    this.problem = null
    this.alert('info', 'What happens on the accounts is recorded again, with what waited meanwhile')
  }

  private refuse(message: string): void {
    this.queue.saved()
    this.queue.noteLost()
    this.refused++
    this.alert('error', `A row of an account could not be stored and was given up: ${message}`)
  }

  private tellGivenUp(): void {
    const count = this.queue.dropped - this.toldGivenUp
    if (count === 0) return
    this.toldGivenUp = this.queue.dropped
    const message =
      `${count} orders, fills or transfers were given up unrecorded, since the database could not be written for so long: ` +
      'the exchange still has them, and Crossbook asks for them at its next start'
    this.alert('error', message)
  }

  private alert(severity: Alert['severity'], message: string): void {
    this.options.onAlert({ severity, rule: 'storage', subject: 'accounts', message })
  }

  /** The day's balances of the accounts that have none yet. */
  private addDaily(): void {
    const day = new Date(this.now()).toISOString().slice(0, 10)
    if (day !== this.day) {
      this.day = day
      this.storedToday.clear()
    }
    const held = this.options.balances().filter(({ account }) => !this.storedToday.has(account))
    for (const balance of held) {
      this.storedToday.add(balance.account)
      this.queue.changed({ list: 'dailyBalances', key: `${day} ${balanceKey(balance)}`, row: { day, balance } })
    }
  }
}
