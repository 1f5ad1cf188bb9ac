import type { Migration } from '../migrate.ts'
import { migration as firstTables } from './0001-first-tables.ts'

/** Every migration, in order. They are only ever added; one that has been released never changes. */
export const migrations: readonly Migration[] = [firstTables]
