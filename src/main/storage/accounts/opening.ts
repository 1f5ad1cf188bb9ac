/** Where an account's ledger begins, and how that moves forward before old rows go. */
import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { sumAmounts } from '../../../shared/amount.ts'
import { Balance, type EpochMs } from '../../../shared/domain/index.ts'
import type { AccountMemory } from '../account-contract.ts'
import type { HeldAccount, MovedOpening } from '../upkeep-contract.ts'
import * as columns from './columns.ts'
import { createKeyWalk } from './key-walk.ts'
import { createLedgerReader } from './ledger.ts'
import { transferTime } from './transfer-time.ts'

/** Balances first stored within this of the account's first one belong to its opening, ms: wallets are asked one after another. */
const openingMs = 10_000

const Totals = z.record(z.string(), z.string())

/** As it was stored when the ledger began; else (that was not stored any more) as the first balances tell. */
export function createOpeningReader(database: Database): (account: string) => AccountMemory['opening'] {
  const balanceKeys = createKeyWalk(database, 'balances', ['account', 'wallet', 'asset'])
  const stored = database.prepare<[string], { at: number; totals: string }>(
    'SELECT at, totals FROM ledger_openings WHERE account = ?',
  )
  const balanceAt = database.prepare<[...string[], number], object>(
    `SELECT ${columns.balanceColumns.fields} FROM balances INDEXED BY balances_by_time
     WHERE account = ? AND wallet = ? AND asset = ? AND received_at <= ? ORDER BY received_at DESC, id DESC LIMIT 1`,
  )
  const firstBalanceAt = database
    .prepare<string[], number | null>(
      `SELECT min(received_at) FROM balances INDEXED BY balances_by_time WHERE account = ? AND wallet = ? AND asset = ?`,
    )
    .pluck()
  return (account) => {
    const opening = stored.get(account)
    if (opening) {
      const totals = Totals.parse(JSON.parse(opening.totals))
      return { at: opening.at, totals: Object.entries(totals).map(([asset, total]) => ({ asset, total })) }
    }
    const keys = balanceKeys(account)
    const firsts = keys.flatMap((key) => firstBalanceAt.get(...key) ?? [])
    if (firsts.length === 0) return null
    const begin = Math.min(...firsts)
    const at = Math.max(...firsts.filter((first) => first <= begin + openingMs))
    const amounts = new Map<string, string[]>()
    for (const key of keys) {
      const row = balanceAt.get(...key, at)
      if (row === undefined) continue
      const { asset, total } = Balance.parse(row)
      amounts.set(asset, [...(amounts.get(asset) ?? []), total])
    }
    return { at, totals: [...amounts].map(([asset, totals]) => ({ asset, total: sumAmounts(totals) })) }
  }
}

export type LedgerTable = 'fills' | 'transfers' | 'funding_payments'

/** SQL: the exchange has not told all that the ledger must know of the fill. */
export const isUntold = `(fee IS NULL OR (fee_asset IS NULL AND CAST(fee AS REAL) <> 0)
  OR (realised_pnl IS NULL AND symbol LIKE '%\\_PERP' ESCAPE '\\'))`

/** SQL of a table: the time by which the ledger counts a row. */
export const ledgerTime: Readonly<Record<LedgerTable, string>> = {
  fills: 'at',
  transfers: transferTime,
  funding_payments: 'at',
}

/** SQL: the index that has few rows to look at where the opening lies near. */
const byTime: Readonly<Record<LedgerTable, string>> = {
  fills: 'INDEXED BY fills_by_time',
  transfers: '',
  funding_payments: 'INDEXED BY funding_payments_by_time',
}

export interface OpeningMoves {
  readonly moved: readonly MovedOpening[]
  readonly held: readonly HeldAccount[]
  /** False: there is more to move, in another step. */
  readonly done: boolean
}

/**
 * Before rows older than `before` go, the openings of the accounts that have such rows take them in: everything up to a moment, of all
 * three tables, so that opening + what happened since stays the balance, whatever is removed from before that moment. The moment
 * never passes a fill that has not told all or a transfer still pending: what they are told later must count. A step takes in about
 * `limit` fills an account. Call inside a transaction.
 */
export function createOpeningMover(database: Database) {
  const openingOf = createOpeningReader(database)
  const sums = createLedgerReader(database)
  const accounts = createKeyWalk(database, 'balances', ['account'])
  const symbolKeys = createKeyWalk(database, 'fills', ['account', 'symbol'])
  const stored = database.prepare<[], string>('SELECT account FROM ledger_openings').pluck()
  const save = database.prepare<[string, EpochMs, string]>(
    `INSERT INTO ledger_openings (account, at, totals) VALUES (?, ?, ?)
     ON CONFLICT (account) DO UPDATE SET at = excluded.at, totals = excluded.totals`,
  )
  const hasRows = (table: LedgerTable) =>
    database
      .prepare<[string, EpochMs, EpochMs], number>(
        `SELECT 1 FROM ${table} ${byTime[table]} WHERE account = ? AND ${ledgerTime[table]} > ? AND ${ledgerTime[table]} < ? LIMIT 1`,
      )
      .pluck()
  const rowsBetween = {
    fills: hasRows('fills'),
    transfers: hasRows('transfers'),
    funding_payments: hasRows('funding_payments'),
  }
  const firstUntold = database
    .prepare<[string, string, EpochMs, EpochMs], EpochMs | null>(
      `SELECT min(at) FROM fills INDEXED BY fills_by_symbol
       WHERE account = ? AND symbol = ? AND at > ? AND at < ? AND ${isUntold}`,
    )
    .pluck()
  const firstPending = database
    .prepare<[string, EpochMs], EpochMs | null>(
      `SELECT min(min(created_at, coalesce(updated_at, created_at))) FROM transfers
       WHERE account = ? AND status = 'pending' AND min(created_at, coalesce(updated_at, created_at)) > ?`,
    )
    .pluck()
  const fillAfter = database
    .prepare<[string, EpochMs, EpochMs, number], EpochMs>(
      `SELECT at FROM fills INDEXED BY fills_by_time WHERE account = ? AND at > ? AND at < ? ORDER BY at LIMIT 1 OFFSET ?`,
    )
    .pluck()

  const write = (account: string, { at, totals }: NonNullable<AccountMemory['opening']>): void => {
    save.run(account, at, JSON.stringify(Object.fromEntries(totals.map(({ asset, total }) => [asset, total]))))
  }

  return {
    /** What only the first balances tell must be written down before rows of that time go. */
    keep(before: EpochMs): void {
      const known = new Set(stored.all())
      for (const [account = ''] of accounts()) {
        const opening = known.has(account) ? null : openingOf(account)
        // A young account is about to tell its own.
        if (opening !== null && opening.at < before) write(account, opening)
      }
    },

    move(table: LedgerTable, before: EpochMs, limit: number): OpeningMoves {
      const moved: MovedOpening[] = []
      const held: HeldAccount[] = []
      let done = true
      for (const account of stored.all()) {
        const opening = openingOf(account)
        if (opening === null || rowsBetween[table].get(account, opening.at, before) === undefined) continue
        const cut = fillAfter.get(account, opening.at, before, limit)
        const end = cut === undefined ? before : cut + 1
        const untold = symbolKeys(account).flatMap(
          ([, symbol = '']) => firstUntold.get(account, symbol, opening.at, end) ?? [],
        )
        const open = Math.min(...untold, firstPending.get(account, opening.at) ?? end)
        if (open < end) held.push({ account, since: open })
        else if (cut !== undefined) done = false
        const at = Math.min(open, end) - 1
        if (at <= opening.at) continue
        const amounts = new Map(opening.totals.map(({ asset, total }) => [asset, [total]]))
        for (const { asset, trades, fees, transfers, funding } of sums({ account, since: opening.at, until: at })) {
          amounts.set(asset, [...(amounts.get(asset) ?? []), trades, fees, transfers, funding])
        }
        write(account, { at, totals: [...amounts].map(([asset, all]) => ({ asset, total: sumAmounts(all) })) })
        moved.push({ account, at })
      }
      return { moved, held, done }
    },
  }
}
