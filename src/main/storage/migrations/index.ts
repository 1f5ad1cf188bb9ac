import type { Migration } from '../migrate.ts'
import { migration as firstTables } from './0001-first-tables.ts'
import { migration as accounts } from './0002-accounts.ts'
import { migration as notebooksAndBots } from './0003-notebooks-and-bots.ts'
import { migration as arbitrageDesk } from './0004-arbitrage-desk.ts'

/** Every migration, in order. They are only ever added; one that has been released never changes. */
export const migrations: readonly Migration[] = [firstTables, accounts, notebooksAndBots, arbitrageDesk]
