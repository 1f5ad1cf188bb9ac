import { balanceKey, type EpochMs } from '../../shared/domain/index.ts'
import type { Logger } from '../log.ts'
import type { AccountStorage } from '../storage/account-contract.ts'

interface Baseline {
  /** By `balanceKey`; null: not known (yet). */
  readonly totals: ReadonlyMap<string, string> | null
  /** Accounts that had balances stored by then. */
  readonly accounts: ReadonlySet<string>
}

const retryMs = 60_000

const unknown: Baseline = { totals: null, accounts: new Set() }

/** What was held at the last midnight of this machine's time zone, read from storage once a day. */
export class Midnight {
  private readonly storage: AccountStorage | null
  private readonly flush: () => Promise<void>
  private readonly logger: Logger
  private day: EpochMs | null = null
  /** After a read that failed. */
  private notBefore: EpochMs = 0
  private baseline: Baseline = unknown

  /** `flush` stores all that was told until now. Never rejects. */
  constructor(storage: AccountStorage | null, flush: () => Promise<void>, logger: Logger) {
    this.storage = storage
    this.flush = flush
    this.logger = logger
  }

  /** Unknown until the first read is through, a moment after the day began. */
  at(now: EpochMs): Baseline {
    const midnight = new Date(now).setHours(0, 0, 0, 0)
    if (midnight !== this.day && now >= this.notBefore) {
      this.day = midnight
      this.baseline = unknown
      void this.read(midnight)
    }
    return this.baseline
  }

  private async read(midnight: EpochMs): Promise<void> {
    try {
      // The day has just begun: what was told in its last moment may still be on its way.
      await this.flush()
      // Where nothing ran at midnight, what was held then is not known: the last row may be from long before.
      const ran = (await this.storage?.ranAt(midnight)) ?? false
      // Nor of an account that was not live then, though Crossbook ran.
      const absent = new Set(await this.storage?.absentAt(midnight))
      const all = ran ? ((await this.storage?.balancesAt(midnight)) ?? []) : []
      const balances = all.filter(({ account }) => !absent.has(account))
      if (this.day !== midnight) return
      this.baseline = {
        totals: new Map(balances.map((balance) => [balanceKey(balance), balance.total])),
        accounts: new Set(balances.map(({ account }) => account)),
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'the balances at midnight could not be read')
      this.day = null
      this.notBefore = Date.now() + retryMs
    }
  }
}
