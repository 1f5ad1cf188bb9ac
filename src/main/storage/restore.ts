/** Putting a restored database in the place of the present one, in a way that the program may end at any moment of it. */
import { renameSync, rmSync } from 'node:fs'
import { sizeOf } from '../files.ts'

/** Where the copy waits, complete and verified, until it takes the place of `file`. */
export const restoringOf = (file: string): string => `${file}.restoring`

/**
 * Puts the prepared copy in the place of `file`, which nobody may have open any more. What was there is kept under another name, which
 * is returned; null: there was nothing.
 */
export function finishRestore(file: string, now: number): string | null {
  const stamp = new Date(now).toISOString().replace(/[-:.Z]/g, '')
  const aside = `${file.replace(/\.db$/, '')}.before-restore-${stamp}.db`
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
