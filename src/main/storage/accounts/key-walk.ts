import type { Database } from 'better-sqlite3'

/**
 * The distinct keys of a table by jumping through an index from key to key, which takes a few microseconds a key however many
 * rows there are. `columns` begin an index.
 */
export function createKeyWalk(database: Database, table: string, columns: readonly string[]) {
  const list = columns.join(', ')
  const next = (prefix: number) => {
    const fixed = columns.slice(0, prefix)
    const moving = columns.slice(prefix)
    const equalities = fixed.map((column) => `${column} = ?`)
    const beyond = `(${moving.join(', ')}) > (${moving.map(() => '?').join(', ')})`
    return database
      .prepare<string[], string[]>(
        `SELECT ${list} FROM ${table} WHERE ${[...equalities, beyond].join(' AND ')} ORDER BY ${list} LIMIT 1`,
      )
      .raw()
  }
  const statements = columns.map((_, prefix) => next(prefix))
  /** Of the keys that begin with `prefix` (fewer values than columns). */
  return (...prefix: readonly string[]): readonly (readonly string[])[] => {
    const statement = statements[prefix.length]
    if (statement === undefined) throw new Error(`${table} has ${columns.length} key columns`)
    const keys: string[][] = []
    // No text sorts before ''; and no key column is empty.
    let key: readonly string[] | undefined = [...prefix, ...columns.slice(prefix.length).map(() => '')]
    for (;;) {
      const found: string[] | undefined = statement.get(...key)
      if (found === undefined) return keys
      keys.push(found)
      key = found
    }
  }
}
