import type { Database } from 'better-sqlite3'

/**
 * The distinct keys of a table by jumping through an index from one value to the next, which takes a few microseconds a key however
 * many rows it has. (Comparing several columns at once, `(a, b) > (?, ?)`, would read every row of the key it stands on.)
 * @param columns begin an index; none is null or empty
 * @returns the keys that begin with the values given, in order
 */
export function createKeyWalk(
  database: Database,
  table: string,
  columns: readonly string[],
): (...prefix: readonly string[]) => readonly (readonly string[])[] {
  const nextValues = columns.map((column, index) =>
    database
      .prepare<string[], string | null>(
        `SELECT min(${column}) FROM ${table} WHERE ${[
          ...columns.slice(0, index).map((before) => `${before} = ?`),
          `${column} > ?`,
        ].join(' AND ')}`,
      )
      .pluck(),
  )
  const walk = (...prefix: readonly string[]): readonly (readonly string[])[] => {
    const nextValue = nextValues[prefix.length]
    if (nextValue === undefined) return [prefix]
    const keys: (readonly string[])[] = []
    for (let value = nextValue.get(...prefix, ''); typeof value === 'string'; value = nextValue.get(...prefix, value)) {
      keys.push(...walk(...prefix, value))
    }
    return keys
  }
  return walk
}
