import { statSync } from 'node:fs'
import { sizeText } from '../files.ts'
import { damagesOf, nativeBindingOf, openForReading } from './database.ts'
import { damagedText, storageErrorOf } from './error.ts'
import { assertKnown } from './migrate.ts'

export interface DatabaseCheck {
  /** In words, with what to do; null when all is well. */
  readonly problem: string | null
  /** One line on what is in it; empty when it could not be read. */
  readonly summary: string
}

/** Looks at a database without changing it; it may be in use. For `crossbook doctor`. Never throws. */
export async function checkDatabase(file: string): Promise<DatabaseCheck> {
  try {
    const nativeBinding = nativeBindingOf(process.env)
    const database = openForReading({ file, busyTimeoutMs: 5_000, nativeBinding, maximumBytes: null })
    try {
      assertKnown(database, file)
      const bytes = statSync(file).size
      const [damage] = damagesOf(database, bytes)
      if (damage !== undefined) return { problem: damagedText(file, damage), summary: '' }
      return { problem: null, summary: `${file}, ${sizeText(bytes)}, sound` }
    } finally {
      database.close()
    }
  } catch (error) {
    return { problem: storageErrorOf(error, file).message, summary: '' }
  }
}
