import type { Database } from 'better-sqlite3'

export function createMetaWriter(
  database: Database,
): (entry: { readonly key: string; readonly value: string }) => void {
  const upsert = database.prepare<[string, string]>(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  return ({ key, value }) => {
    upsert.run(key, value)
  }
}

export function createMetaReader(database: Database): (key: string) => string | null {
  const value = database.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck()
  return (key) => value.get(key) ?? null
}
