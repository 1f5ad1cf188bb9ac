/** `crossbook backup`: verified copies of the database, and the way back. */
import { join } from 'node:path'
import type { Backup } from '../../shared/data.ts'
import { Backups, prepareRestore } from '../backups.ts'
import { databaseFile, lockDataFolder } from '../data-folder.ts'
import { sizeText } from '../files.ts'
import { CallError } from '../handlers.ts'
import { createLogger } from '../log.ts'
import { dataDirOf } from '../paths.ts'
import { StorageError } from '../storage/error.ts'
import { finishRestore, noteReplacement } from '../storage/restore.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'
import { type WhichDatabase, whichDatabase } from './which-database.ts'

export interface BackupFlags {
  readonly config?: string
  readonly data?: string
  readonly demo?: boolean
}

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const complain = (text: string): void => void process.stderr.write(`crossbook: ${text}\n`)

interface Opened {
  readonly backups: Backups
  readonly database: WhichDatabase | null
  readonly dataDir: string
  readonly mode: 'demo' | 'live'
}

/** `database` null: there is none yet, and what is restored becomes it. */
export function openBackups(flags: BackupFlags): Opened {
  const dataDir = dataDirOf(flags.data, process.env)
  const config = openConfig(dataDir, flags.config, { demo: flags.demo ? true : undefined })
  let database: WhichDatabase | null = null
  let problem: string | null = null
  try {
    database = whichDatabase(dataDir, config)
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof StorageError)) throw error
    problem = error.message
  }
  const backups = new Backups({
    database: () => database,
    problem: () => problem,
    folder: () => config.settings.backup.folder ?? join(dataDir, 'backups'),
    settings: () => config.settings.backup,
    logger: createLogger('silent'),
    onAlert: () => undefined,
    onProgress: () => undefined,
    onChanged: () => undefined,
  })
  return { backups, database, dataDir, mode: config.mode }
}

/** What may go wrong with files, as a CommandError. */
export async function plainly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CallError || error instanceof StorageError) throw new CommandError(error.message)
    throw error
  }
}

/** Also while Crossbook runs. */
export async function createBackup(flags: BackupFlags): Promise<void> {
  const { backups } = openBackups(flags)
  const made = await plainly(() => backups.create('manual'))
  say(`${made.file}: ${describe(made)}`)
}

export async function listBackups(flags: BackupFlags): Promise<void> {
  const { backups } = openBackups(flags)
  const list = await plainly(() => backups.list())
  for (const backup of list) say(`${backup.id}\t${describe(backup)}`)
  if (list.length === 0) complain(`there is no backup in ${backups.folder} yet`)
}

/** Only while Crossbook does not run. */
export async function restoreFrom(id: string, flags: BackupFlags): Promise<void> {
  const { backups, database, dataDir, mode } = openBackups(flags)
  const release = lockDataFolder(dataDir)
  try {
    await plainly(async () => {
      const backup = backups.find(id)
      const file = database?.file ?? databaseFile(dataDir)
      await prepareRestore(backup, file, mode)
      noteReplacement(file, `the backup of ${new Date(backup.at).toISOString()} was restored`)
      const aside = finishRestore(file, Date.now())
      if (aside !== null) say(`kept what was there as ${aside}`)
      say(`${file} is now what it was at ${new Date(backup.at).toISOString()}`)
    })
  } finally {
    release()
  }
}

function describe({ at, state, problem, bytes, rows, mode }: Backup): string {
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0)
  const what = state === 'verified' ? `verified, ${total} rows` : `${state}: ${problem ?? ''}`
  return `${new Date(at).toISOString()}  ${mode ?? 'unknown'}  ${sizeText(bytes)}  ${what}`
}
