import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Database } from 'better-sqlite3'

const backupsKept = 3

export const backupName = (file: string, version: number): string => `${file}.before-v${version}.bak`

/**
 * Copies the database to `crossbook.db.before-v<version>.bak` beside it, complete or not at all, and removes all but the last
 * few such copies. Throws SQLite's error when there is no room.
 */
export function backUpBefore(database: Database, file: string, version: number): void {
  const target = backupName(file, version)
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  database.prepare('VACUUM INTO ?').run(partial)
  // VACUUM INTO does not wait for the disk; a migration must not begin before its backup is safe.
  const descriptor = openSync(partial, 'r+')
  fsyncSync(descriptor)
  closeSync(descriptor)
  renameSync(partial, target)
  removeOldBackups(file)
}

function removeOldBackups(file: string): void {
  const prefix = `${basename(file)}.before-v`
  const versions = readdirSync(dirname(file))
    .filter((name) => name.startsWith(prefix) && name.endsWith('.bak'))
    .map((name) => Number(name.slice(prefix.length, -'.bak'.length)))
    .filter(Number.isInteger)
    .sort((a, b) => b - a)
  for (const version of versions.slice(backupsKept)) {
    rmSync(join(dirname(file), basename(backupName(file, version))), { force: true })
  }
}
