import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { databaseFile } from '../data-folder.ts'
import { nativeBindingOf, openForReading } from '../storage/database.ts'
import { storageErrorOf } from '../storage/error.ts'
import { createMetaReader } from '../storage/meta.ts'
import { CommandError } from './command-error.ts'

export interface WhichDatabase {
  readonly file: string
  readonly mode: 'demo' | 'live'
}

/**
 * The database that Crossbook would use with these settings: the data folder's, or in the demo the one of its `demo` folder when the
 * other holds real data. Throws a CommandError where there is none, a StorageError where it cannot be read.
 */
export function whichDatabase(dataDir: string, { mode }: Pick<Config, 'mode'>): WhichDatabase {
  const candidates = [databaseFile(dataDir), databaseFile(join(dataDir, 'demo'))].filter((file) => existsSync(file))
  for (const file of candidates) if (modeOf(file) === mode) return { file, mode }
  const [other] = candidates
  if (other === undefined) throw new CommandError(`there is no database in ${dataDir}: nothing was recorded yet`)
  const wanted = mode === 'demo' ? 'demo' : 'real'
  const hint = mode === 'demo' ? 'leave --demo out' : 'give --demo'
  throw new CommandError(`there is no ${wanted} data in ${dataDir}, and ${other} holds the other kind: ${hint}`)
}

/** null: the file does not say. */
function modeOf(file: string): string | null {
  const nativeBinding = nativeBindingOf(process.env)
  const database = openForReading({ file, busyTimeoutMs: 5_000, nativeBinding, maximumBytes: null })
  try {
    return createMetaReader(database)('mode')
  } catch (error) {
    throw storageErrorOf(error, file)
  } finally {
    database.close()
  }
}
