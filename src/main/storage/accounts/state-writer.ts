import type { Database } from 'better-sqlite3'
import { isSameAmount } from '../../../shared/amount.ts'
import type { Balance, FundingRate } from '../../../shared/domain/index.ts'
import * as columns from './columns.ts'

const isSame = (a: string | null, b: string | null): boolean =>
  a === b || (a !== null && b !== null && isSameAmount(a, b))
/** What a message does not tell is no change. */
const isSameOrUntold = (known: string | null, told: string | null): boolean => told === null || isSame(known, told)

/** Adds a balance unless it repeats the newest of its account, wallet and asset; returns the rows added. */
export function createBalanceWriter(database: Database): (balance: Balance) => number {
  const newest = database.prepare<[object], Pick<Balance, 'free' | 'locked' | 'total'>>(
    `SELECT free, locked, total FROM balances INDEXED BY balances_by_key
     WHERE account = @account AND wallet = @wallet AND asset = @asset ORDER BY id DESC LIMIT 1`,
  )
  const insert = database.prepare<[object]>(
    `INSERT INTO balances (${columns.balanceColumns.list}) VALUES (${columns.balanceColumns.values})`,
  )
  return (balance) => {
    const last = newest.get(balance)
    const repeats =
      last !== undefined &&
      isSame(last.total, balance.total) &&
      isSameOrUntold(last.free, balance.free) &&
      isSameOrUntold(last.locked, balance.locked)
    return repeats ? 0 : insert.run(balance).changes
  }
}

/**
 * Adds one of the balances that an account held at the moment taken for its day; returns the rows added. A day that an earlier run of the
 * program has written stays as it is: what is held at a restart is of another moment, and would count what was bought since beside what
 * paid for it.
 */
export function createDailyBalanceWriter(database: Database): (day: string, balance: Balance) => number {
  const written = database.prepare<[string, string]>(
    'SELECT 1 FROM daily_balances WHERE day = ? AND account = ? LIMIT 1',
  )
  const insert = database.prepare<[object]>(
    `INSERT INTO daily_balances (${columns.dailyBalanceColumns.list}) VALUES (${columns.dailyBalanceColumns.values})
     ON CONFLICT DO NOTHING`,
  )
  /** Days of accounts that this run began. */
  const own = new Set<string>()
  return (day, balance) => {
    const name = `${day} ${balance.account}`
    if (!own.has(name)) {
      if (written.get(day, balance.account) !== undefined) return 0
      own.add(name)
    }
    return insert.run({ day, ...balance }).changes
  }
}

/**
 * Adds a funding rate unless it repeats the newest of its symbol in rate and times; the mark price alone, which always moves, makes
 * no row. An interval that is not told repeats what is known. Returns the rows added.
 */
export function createFundingRateWriter(database: Database): (rate: FundingRate) => number {
  const newest = database.prepare<[object], Pick<FundingRate, 'rate' | 'nextFundingAt' | 'intervalHours'>>(
    `SELECT rate, next_funding_at AS nextFundingAt, interval_hours AS intervalHours FROM funding_rates
     WHERE exchange = @exchange AND symbol = @symbol ORDER BY id DESC LIMIT 1`,
  )
  const insert = database.prepare<[object]>(
    `INSERT INTO funding_rates (${columns.fundingRateColumns.list}) VALUES (${columns.fundingRateColumns.values})`,
  )
  return (rate) => {
    const last = newest.get(rate)
    const intervalHours = rate.intervalHours ?? last?.intervalHours ?? null
    const repeats =
      last !== undefined &&
      isSame(last.rate, rate.rate) &&
      last.nextFundingAt === rate.nextFundingAt &&
      last.intervalHours === intervalHours
    return repeats ? 0 : insert.run({ ...rate, intervalHours }).changes
  }
}
