/** `crossbook backup salvage` and `begin-anew`: the ways out of a damaged database that bring no backup back. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SalvageReport } from '../../shared/data.ts'
import { databaseFile, lockDataFolder, setDatabaseAside } from '../data-folder.ts'
import { newestVerified, salvageWords } from '../database-desk.ts'
import { salvageDatabase } from '../storage/copy.ts'
import { finishRestore, noteReplacement, restoringOf } from '../storage/restore.ts'
import { type BackupFlags, openBackups, plainly } from './backup.ts'
import { CommandError } from './command-error.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)

export interface SalvageFlags extends BackupFlags {
  /** Where the salvaged database goes; not given: in the place of the damaged one. */
  readonly out?: string
}

/** Also of a file that was set aside. Without `--out` only while Crossbook does not run. */
export async function salvageFile(name: string | undefined, flags: SalvageFlags): Promise<void> {
  const { backups, database, dataDir, mode } = openBackups(flags)
  const inUse = database?.file ?? databaseFile(dataDir)
  const file = name === undefined ? inUse : resolve(name)
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}`)
  const backup = newestVerified(await plainly(() => backups.list()), mode, Date.now())
  const read = (target: string): Promise<SalvageReport> =>
    plainly(() => salvageDatabase(file, target, { backup: backup?.file ?? null, mode, now: Date.now() }))
  if (flags.out !== undefined) {
    const target = resolve(flags.out)
    if (existsSync(target)) throw new CommandError(`${target} exists: name another file with --out`)
    tell(await read(target))
    say(`${target} holds what could be read; ${file} is as it was`)
    return
  }
  const release = lockDataFolder(dataDir)
  try {
    const report = await read(restoringOf(inUse))
    noteReplacement(inUse, 'the database was damaged; what could be read of it was salvaged')
    const aside = finishRestore(inUse, Date.now(), 'before-salvage')
    tell(report)
    if (aside !== null) say(`kept what was there as ${aside}`)
    say(`${inUse} holds what could be read`)
  } finally {
    release()
  }
}

/** Only while Crossbook does not run. */
export async function beginAnew(flags: BackupFlags): Promise<void> {
  const { database, dataDir } = openBackups(flags)
  const file = database?.file ?? databaseFile(dataDir)
  if (!existsSync(file)) throw new CommandError(`there is no file ${file}: a new one is begun at the next start anyway`)
  const release = lockDataFolder(dataDir)
  try {
    const aside = setDatabaseAside(resolve(file, '..'), 'set-aside', new Date())
    say(`kept what was there as ${aside}; a new database is begun at the next start`)
  } finally {
    release()
  }
}

function tell(report: SalvageReport): void {
  for (const { table, rows, lostPages, doubtfulRows, fromBackup } of report.tables) {
    const losses = [
      ...(lostPages > 0 ? [`${lostPages} pages unreadable`] : []),
      ...(doubtfulRows > 0 ? [`${doubtfulRows} rows left out as doubtful`] : []),
      ...(fromBackup > 0 ? [`${fromBackup} rows from the backup`] : []),
    ]
    say(`${table}\t${rows} rows${losses.length === 0 ? '' : `\t${losses.join(', ')}`}`)
  }
  say(salvageWords(report))
}
