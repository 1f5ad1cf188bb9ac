/** The data folder: who may write it, and which database belongs to which kind of market. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf, messageOf } from './errors.ts'

/** The folder cannot be used; the message says why and what to do. */
export class DataFolderError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'DataFolderError'
  }
}

export const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it lives but is somebody else's.
    return codeOf(error) === 'EPERM'
  }
}

/**
 * One Crossbook per folder, since two would write one database. The lock names its process, so that a lock left behind by a
 * crash is recognised and taken over. Returns the release.
 */
export function lockDataFolder(dataDir: string): () => void {
  try {
    mkdirSync(dataDir, { recursive: true })
  } catch (error) {
    throw new DataFolderError(`cannot make the data folder ${dataDir}: ${messageOf(error)}`)
  }
  const file = join(dataDir, 'crossbook.lock')
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' })
      return () => rmSync(file, { force: true })
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        throw new DataFolderError(`cannot write to the data folder ${dataDir}: ${messageOf(error)}`)
      }
      const pid = Number(readFileSync(file, 'utf8'))
      if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
        throw new DataFolderError(
          `another Crossbook (process ${pid}) uses the data folder ${dataDir}: close it, or give this one its own with --data`,
        )
      }
      rmSync(file, { force: true })
    }
  }
  throw new DataFolderError(`cannot take the lock ${file}`)
}

export const databaseFile = (dataDir: string): string => join(dataDir, 'crossbook.db')

/**
 * Moves a database (with its WAL) out of the way, so that demo rows and real ones never share a file.
 * Returns the new name. Throws a DataFolderError.
 */
export function setDatabaseAside(dataDir: string, label: string, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, '').slice(0, 15)
  const target = join(dataDir, `crossbook.${label}-${stamp}.db`)
  for (const suffix of ['', '-wal', '-shm']) {
    const from = `${databaseFile(dataDir)}${suffix}`
    if (!existsSync(from)) continue
    try {
      renameSync(from, `${target}${suffix}`)
    } catch (error) {
      throw new DataFolderError(`cannot move ${from} to ${target}${suffix}: ${messageOf(error)}`)
    }
  }
  return target
}
