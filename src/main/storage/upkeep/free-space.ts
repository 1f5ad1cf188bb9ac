import type { Database } from 'better-sqlite3'
import type { FreeSpaceReport } from '../upkeep-contract.ts'

const incremental = 2

/**
 * New files keep track of their pages (auto_vacuum = INCREMENTAL, database.ts), so that some can be given back at a time. A file begun
 * by an earlier Crossbook cannot: it only becomes such a file by VACUUM, which writes all of it anew.
 */
export function createFreeSpace(database: Database): (pages: number | 'vacuum') => FreeSpaceReport {
  const numberOf = (pragma: string): number => Number(database.pragma(pragma, { simple: true }))
  return (pages) => {
    const before = numberOf('page_count')
    const isIncremental = numberOf('auto_vacuum') === incremental
    if (pages === 'vacuum') {
      database.pragma('auto_vacuum = INCREMENTAL')
      database.exec('VACUUM')
      database.pragma('wal_checkpoint(TRUNCATE)')
    } else if (isIncremental && pages > 0) {
      database.pragma(`incremental_vacuum(${Math.floor(pages)})`)
      // The file itself shrinks when the WAL is written back.
      database.pragma('wal_checkpoint(PASSIVE)')
    }
    return {
      freedPages: before - numberOf('page_count'),
      freePages: numberOf('freelist_count'),
      isIncremental: numberOf('auto_vacuum') === incremental,
    }
  }
}
