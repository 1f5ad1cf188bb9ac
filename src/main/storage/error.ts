import { codeOf, messageOf } from '../errors.ts'
import type { StorageProblem } from './contract.ts'

/** Why storage could not do as asked; `message` is one line for the trader, with a way on. */
export class StorageError extends Error {
  readonly kind: StorageProblem

  constructor(kind: StorageProblem, message: string) {
    super(message)
    this.name = 'StorageError'
    this.kind = kind
  }
}

/** What is said wherever a damaged file is found: what may be done about it, none of which deletes anything. */
export const damagedText = (file: string, detail: string): string =>
  `${file} is damaged (${detail.replace(/\s+/g, ' ').trim()}): restore the newest backup, salvage what can be read, or begin a new one (in the program, or with ` +
  '`crossbook backup restore`, `backup salvage`, `backup begin-anew`); the damaged file is kept'

/** True where SQLite finds no database in the file at all, or cannot read its schema. */
export const isUnreadable = (error: unknown): boolean => /^SQLITE_(NOTADB|CORRUPT)/.test(codeOf(error))

/**
 * SQLite's result code (https://www.sqlite.org/rescode.html) or the file system's error code, as a StorageError in words.
 */
export function storageErrorOf(error: unknown, file: string): StorageError {
  if (error instanceof StorageError) return error
  const code = codeOf(error)
  const detail = messageOf(error)
  // SHMSIZE: the index of the WAL, a file too, could not grow.
  if (['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC'].includes(code)) {
    return new StorageError(
      'full',
      `the disk is full, so ${file} cannot grow: make room, recording then goes on by itself`,
    )
  }
  if (/^SQLITE_(BUSY|LOCKED)/.test(code)) {
    return new StorageError('locked', `another program keeps ${file} locked: end its transaction or close it`)
  }
  if (/^SQLITE_(READONLY|PERM)/.test(code) || ['EACCES', 'EPERM', 'EROFS'].includes(code)) {
    return new StorageError('readonly', `${file} cannot be written: check its permissions and those of its folder`)
  }
  if (isUnreadable(error)) {
    return new StorageError('corrupt', damagedText(file, detail))
  }
  if (code === 'SQLITE_CONSTRAINT_FOREIGNKEY') {
    return new StorageError('other', 'rows of an instrument that is not in the database were refused')
  }
  return new StorageError('other', `${file}: ${detail}${code === '' ? '' : ` (${code})`}`)
}
