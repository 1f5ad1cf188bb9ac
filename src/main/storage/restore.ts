/** Putting a restored database in the place of the present one, in a way that the program may end at any moment of it. */
import { renameSync, rmSync } from 'node:fs'
import SqliteDatabase from 'better-sqlite3'
import { sizeOf } from '../files.ts'
import { nativeBindingOf } from './database.ts'
import { storageErrorOf } from './error.ts'
import { createMetaWriter } from './meta.ts'

/** Where the copy waits, complete and verified, until it takes the place of `file`. */
export const restoringOf = (file: string): string => `${file}.restoring`

/** In `meta`: why the time before the next start is missing, in words; empty where there is nothing to say. */
export const replacedKey = 'replaced'

/** Writes into the prepared copy why what came after it is missing. Throws a StorageError. */
export function noteReplacement(file: string, why: string): void {
  const restoring = restoringOf(file)
  const nativeBinding = nativeBindingOf(process.env)
  try {
    const database = new SqliteDatabase(restoring, {
      ...{ fileMustExist: true },
      ...(nativeBinding === null ? {} : { nativeBinding }),
    })
    try {
      createMetaWriter(database)({ key: replacedKey, value: why })
    } finally {
      database.close()
    }
  } catch (error) {
    throw storageErrorOf(error, restoring)
  }
}

/**
 * Puts the prepared copy in the place of `file`, which nobody may have open any more. What was there is kept under another name, which
 * is returned; null: there was nothing.
 */
export function finishRestore(file: string, now: number, label = 'before-restore'): string | null {
  const stamp = new Date(now).toISOString().replace(/[-:.Z]/g, '')
  const aside = `${file.replace(/\.db$/, '')}.${label}-${stamp}.db`
  const there = sizeOf(file) > 0
  for (const suffix of ['', '-wal', '-shm']) {
    if (sizeOf(`${file}${suffix}`) > 0) renameSync(`${file}${suffix}`, `${aside}${suffix}`)
    else rmSync(`${file}${suffix}`, { force: true })
  }
  renameSync(restoringOf(file), file)
  return there ? aside : null
}

/**
 * Before `file` is opened: a restore that ended between its two steps is finished, one that was only prepared is given up. Returns in
 * words what was done; null: there was none.
 */
export function settleRestore(file: string, now: number): string | null {
  if (sizeOf(restoringOf(file)) === 0) return null
  if (sizeOf(file) === 0) {
    finishRestore(file, now)
    return `A restore that was interrupted is finished: ${file} is the backup that was chosen`
  }
  rmSync(restoringOf(file), { force: true })
  return 'A restore was interrupted before it began: the database is as it was'
}
