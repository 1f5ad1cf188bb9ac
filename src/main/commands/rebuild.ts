/** `crossbook rebuild`: kept raw frames into a fresh database, and what came out beside what was stored. */
import { existsSync, rmSync } from 'node:fs'
import { resolve } from 'node:path'
import type { EpochMs, ExchangeId } from '../../shared/domain/index.ts'
import { SettingsError } from '../config.ts'
import { messageOf } from '../errors.ts'
import { createLogger } from '../log.ts'
import { dataDirOf } from '../paths.ts'
import { LocalRawStore } from '../raw/store.ts'
import { rawFolder } from '../raw-recording.ts'
import { type RebuildReport, rebuild } from '../rebuild.ts'
import type { Difference } from '../rebuild-comparison.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'
import { untilAskedToStop } from './shutdown.ts'
import { whichDatabase } from './which-database.ts'

export interface RebuildFlags {
  readonly from: EpochMs
  readonly to?: EpochMs
  readonly exchange?: readonly ExchangeId[]
  readonly out?: string
  readonly raw?: string
  readonly json?: boolean
  readonly config?: string
  readonly data?: string
  readonly demo?: boolean
}

/** Prints what was rebuilt and what differs; exit 0 where nothing differs, 3 where something does. Throws a CommandError. */
export async function rebuildRows(flags: RebuildFlags): Promise<void> {
  const to = flags.to ?? Date.now()
  if (flags.from >= to) throw new SettingsError([`--from: ${iso(flags.from)} is not before --to ${iso(to)}`])
  const dataDir = dataDirOf(flags.data, process.env)
  const config = openConfig(dataDir, flags.config, { demo: flags.demo ? true : undefined })
  const { file } = whichDatabase(dataDir, config)
  const folder = resolve(flags.raw ?? rawFolder(dataDir, config.settings))
  const out = resolve(flags.out ?? `rebuilt-${iso(flags.from).replaceAll(':', '').slice(0, 15)}.db`)
  const wasThere = existsSync(out)
  /** Half a database looks like a whole one. */
  const giveUp = () => {
    if (!wasThere) for (const suffix of ['', '-wal', '-shm']) rmSync(out + suffix, { force: true })
  }
  const ending = new AbortController()
  void untilAskedToStop(createLogger('silent')).then(() => ending.abort(new CommandError('cancelled')))
  const showsProgress = process.stderr.isTTY === true
  let report: RebuildReport
  try {
    report = await rebuild({
      store: new LocalRawStore(folder),
      stored: file,
      out,
      from: flags.from,
      to,
      exchanges: flags.exchange ?? null,
      signal: ending.signal,
      onProgress: (at) => void (showsProgress && process.stderr.write(`\r\u001b[K${iso(at)}`)),
    })
  } catch (error) {
    giveUp()
    throw error instanceof CommandError ? error : new CommandError(messageOf(error))
  } finally {
    if (showsProgress) process.stderr.write('\r\u001b[K')
  }
  if (report.frames === 0) {
    giveUp()
    throw new CommandError(`no raw frames of that time lie in ${folder}`)
  }
  process.stdout.write(flags.json ? `${JSON.stringify({ out, ...report })}\n` : textOf(out, report))
  const { quotes, klines, trades } = report.comparison
  const differs = [quotes, klines, trades].some(
    ({ different, onlyStored, onlyRebuilt, notRebuilt }) =>
      different + onlyStored + onlyRebuilt + notRebuilt.length > 0,
  )
  process.exit(differs ? 3 : 0)
}

const iso = (time: EpochMs): string => new Date(time).toISOString()
const count = (value: number): string => value.toLocaleString('en-US')

function textOf(out: string, { frames, events, first, last, rejected, damaged, comparison }: RebuildReport): string {
  const lines = [
    `${out}: ${count(frames)} frames, ${count(events)} events, ${first === null ? '-' : iso(first)} to ${last === null ? '-' : iso(last)}`,
  ]
  for (const { exchange, reason, count: times } of rejected)
    lines.push(`${exchange}: ${count(times)} frames not understood (${reason})`)
  if (damaged.count > 0) lines.push(`${count(damaged.count)} files or lines could not be read:`, ...damaged.samples)
  lines.push('', `${'rows'.padEnd(10)}${['equal', 'different', 'only stored', 'only rebuilt'].map(cell).join('')}`)
  for (const [name, difference] of Object.entries(comparison)) lines.push(rowOf(name, difference))
  for (const [name, { notRebuilt }] of Object.entries(comparison)) {
    if (notRebuilt.length > 0) lines.push('', `${name}, nothing rebuilt of: ${notRebuilt.join(', ')}`)
  }
  for (const [name, { samples }] of Object.entries(comparison)) {
    if (samples.length > 0)
      lines.push('', `${name}, the first that differ:`, ...samples.map((line: string) => `  ${line}`))
  }
  return `${lines.join('\n')}\n`
}

const cell = (text: string): string => text.padStart(16)
const rowOf = (name: string, { equal, different, onlyStored, onlyRebuilt }: Difference): string =>
  name.padEnd(10) + [equal, different, onlyStored, onlyRebuilt].map((value) => cell(count(value))).join('')
