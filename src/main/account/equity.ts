/** Stores what each account is worth, every five minutes. */
import { Amount, amountText } from '../../shared/amount.ts'
import type { AccountStatus, EpochMs } from '../../shared/domain/index.ts'
import type { BalanceRow, Portfolio } from '../../shared/portfolio.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'
import type { AccountStorage } from '../storage/account-contract.ts'
import type { EquitySample } from '../storage/history-contract.ts'

export interface EquityRecorderOptions {
  /** null: nothing is stored. */
  readonly storage: Pick<AccountStorage, 'save'> | null
  readonly accounts: () => readonly AccountStatus[]
  readonly portfolio: () => Portfolio
  readonly logger: Logger
  readonly now?: () => EpochMs
}

export const sampleEveryMs = 300_000
const minuteMs = 60_000

/**
 * A sample for each account at a moment when the exchange confirms all its balances: of others nothing is stored, so that the curve has a
 * gap there instead of a wrong number. Assets without a price are left out of the sum and named. What a key may not read beside balances
 * (transfers, say) has its account called degraded, and changes nothing of this; one without any balance must be live to be worth nothing.
 */
export function equitySamples(
  at: EpochMs,
  accounts: readonly Pick<AccountStatus, 'id' | 'state'>[],
  { currency, rows }: Pick<Portfolio, 'currency' | 'rows'>,
): readonly EquitySample[] {
  return accounts.flatMap(({ id, state }) => {
    const held = rows.filter(({ account }) => account === id)
    if ((state !== 'live' && (state !== 'degraded' || held.length === 0)) || held.some(isUnconfirmed)) return []
    const value = held.reduce((sum, row) => (row.value === null ? sum : sum.plus(row.value)), new Amount(0))
    return {
      account: id,
      at,
      currency,
      value: amountText(value),
      leftOut: assetsIn(held, 'missing'),
      oldPrices: assetsIn(held, 'stale'),
    }
  })
}

const isUnconfirmed = ({ truth, isStale }: BalanceRow): boolean => isStale || truth === 'gap' || truth === 'stale'

const assetsIn = (rows: readonly BalanceRow[], state: BalanceRow['priceState']): string[] => {
  // What is held no more at the moment needs no price.
  const assets = rows.flatMap(({ asset, priceState, total }) =>
    priceState === state && !new Amount(total).isZero() ? [asset] : [],
  )
  return [...new Set(assets)].sort()
}

/** On the full five minutes, and at the first full minute after the start. A sample that cannot be stored is missing, and logged. */
export class EquityRecorder {
  private readonly options: EquityRecorderOptions
  private readonly now: () => EpochMs
  private timer: NodeJS.Timeout | null = null
  private saving: Promise<void> = Promise.resolve()

  constructor(options: EquityRecorderOptions) {
    this.options = options
    this.now = options.now ?? Date.now
  }

  start(): void {
    if (this.options.storage !== null) this.wait(minuteMs)
  }

  /** Resolves once what is under way is stored. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    await this.saving
  }

  private wait(everyMs: number): void {
    const now = this.now()
    const due = Math.floor(now / everyMs) * everyMs + everyMs
    this.timer = setTimeout(() => {
      this.wait(sampleEveryMs)
      this.saving = this.take(due)
    }, due - now)
    this.timer.unref()
  }

  private async take(at: EpochMs): Promise<void> {
    const { storage, accounts, portfolio, logger } = this.options
    try {
      // A machine that slept wakes late, and a clock that was set tells another time: what is known now is not of then.
      if (Math.abs(this.now() - at) > minuteMs) return
      const equity = equitySamples(at, accounts(), portfolio())
      if (equity.length > 0) await storage?.save({ equity })
    } catch (error) {
      logger.warn({ reason: messageOf(error) }, 'what the accounts are worth could not be stored')
    }
  }
}
