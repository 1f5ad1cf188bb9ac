import type { Database } from 'better-sqlite3'
import type { Migration } from '../migrate.ts'

/** What the arbitrage desk keeps. One entry per subject, in the order in which they run. */
const steps: readonly ((database: Database) => void)[] = []

export const migration: Migration = {
  version: 4,
  purpose: 'the arbitrage desk',
  up: (database) => {
    for (const step of steps) step(database)
  },
}
