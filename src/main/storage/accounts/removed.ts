/** What retention removed of an account: the time of the newest row that went, kept in `meta`. */
import type { Database } from 'better-sqlite3'
import type { EpochMs } from '../../../shared/domain/index.ts'

type RemovedTable = 'fills' | 'funding_payments'

export const removedUntilKey = (table: RemovedTable, account: string): string => `removed_until:${table}:${account}`

const words: Readonly<Record<RemovedTable, { readonly what: string; readonly so: string }>> = {
  fills: { what: 'fills', so: 'the cost of what was bought by then is unknown' },
  funding_payments: { what: 'funding payments', so: 'they are missing from the sums' },
}

/** Notes of profit and loss, of one account or of all. */
export function createRemovalNotes(database: Database): (account: string | null) => readonly string[] {
  const removed = database
    .prepare<[string, string], [key: string, value: string]>(
      'SELECT key, value FROM meta WHERE key >= ? AND key < ? ORDER BY key',
    )
    .raw()
  const notesOf = (table: RemovedTable, asked: string | null): readonly string[] => {
    const prefix = removedUntilKey(table, '')
    const { what, so } = words[table]
    return removed.all(prefix, `${prefix}\u{10ffff}`).flatMap(([key, value]) => {
      const account = key.slice(prefix.length)
      if (asked !== null && account !== asked) return []
      const until: EpochMs = Number(value)
      return `${account}: ${what} up to ${new Date(until).toISOString()} were removed by retention: ${so}`
    })
  }
  return (account) => [...notesOf('fills', account), ...notesOf('funding_payments', account)]
}
