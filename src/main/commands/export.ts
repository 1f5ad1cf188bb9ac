/** `crossbook export`: stored rows into a file or a pipe, also while Crossbook runs. */
import { extname, resolve } from 'node:path'
import { type ExportFormat, type ExportRequest, type ExportSubject, exportFormats } from '../../shared/data.ts'
import type { EpochMs, ExchangeId, Period } from '../../shared/domain/index.ts'
import { SettingsError } from '../config.ts'
import { sizeText } from '../files.ts'
import { createLogger } from '../log.ts'
import { dataDirOf } from '../paths.ts'
import { nativeBindingOf } from '../storage/database.ts'
import { StorageError } from '../storage/error.ts'
import {
  ExportError,
  type ExportProgress,
  type ExportSummary,
  gapsFileFor,
  startExport,
} from '../storage/export/index.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'
import { untilAskedToStop } from './shutdown.ts'
import { type WhichDatabase, whichDatabase } from './which-database.ts'

export interface ExportFlags {
  readonly what?: ExportSubject
  readonly exchange?: readonly ExchangeId[]
  readonly symbol?: readonly string[]
  readonly period?: Period
  readonly from?: EpochMs
  readonly to?: EpochMs
  readonly format?: ExportFormat
  readonly out: string
  readonly force?: boolean
  readonly config?: string
  readonly data?: string
  readonly demo?: boolean
}

/** Prints one line when it is done: rows, bytes, and how whole they are. Throws a CommandError, or a SettingsError for bad flags. */
export async function exportRows(flags: ExportFlags): Promise<void> {
  const request = requestOf(flags)
  const dataDir = dataDirOf(flags.data, process.env)
  const { file } = databaseOf(flags, dataDir)
  const out = flags.out === '-' ? null : resolve(flags.out)
  const showsProgress = process.stderr.isTTY === true
  const clear = () => void (showsProgress && process.stderr.write('\r\u001b[K'))
  const running = startExport(
    { request, database: file, nativeBinding: nativeBindingOf(process.env), out, overwrite: flags.force === true },
    (progress) => void (showsProgress && process.stderr.write(`\r\u001b[K${progressText(progress)}`)),
  )
  void untilAskedToStop(createLogger('silent')).then(() => running.cancel())
  try {
    const summary = await running.done
    clear()
    const told = out === null ? process.stderr : process.stdout
    told.write(`${summaryText(request, summary, out)}\n`)
  } catch (error) {
    clear()
    if (!(error instanceof ExportError)) throw error
    // `head` has seen enough: that is no failure.
    if (error.failure === 'pipe') process.exit(0)
    if (error.failure === 'request') throw new SettingsError([error.message])
    throw new CommandError(error.failure === 'cancelled' ? 'cancelled: nothing was kept' : error.message)
  }
  process.exit(0)
}

function databaseOf(flags: ExportFlags, dataDir: string): WhichDatabase {
  const config = openConfig(dataDir, flags.config, { demo: flags.demo ? true : undefined })
  try {
    return whichDatabase(dataDir, config)
  } catch (error) {
    throw error instanceof StorageError ? new CommandError(error.message) : error
  }
}

/** Throws a SettingsError that names the flag. */
export function requestOf(flags: Omit<ExportFlags, 'force' | 'config' | 'data' | 'demo'>): ExportRequest {
  const { out, exchange = [], symbol = [], period = null, from = null, to = null } = flags
  const format = flags.format ?? formatOf(out)
  if (format === null) {
    throw new SettingsError([`--format: "${out}" does not tell it; give one of ${exportFormats.join(', ')}`])
  }
  if (out === '-' && (format === 'parquet' || format === 'sqlite')) {
    throw new SettingsError([`--out: ${format} needs a file; only csv and jsonl can go to standard output`])
  }
  const { what } = flags
  if (format !== 'sqlite' && what === undefined)
    throw new SettingsError(['--what: say which rows; `crossbook help export` lists them'])
  if (period !== null && what !== 'klines')
    throw new SettingsError([`--period: only klines have one, not ${what ?? 'a copy of the database'}`])
  if (from !== null && to !== null && from >= to) {
    throw new SettingsError([`--from: ${iso(from)} is not before --to ${iso(to)}`])
  }
  return {
    what: what ?? 'book_tickers',
    exchanges: [...exchange],
    symbols: [...symbol],
    period,
    from,
    to,
    format,
  }
}

const iso = (time: EpochMs): string => new Date(time).toISOString()

/** By the file's ending. */
function formatOf(out: string): ExportFormat | null {
  const ending = extname(out).slice(1).toLowerCase()
  if (ending === 'db') return 'sqlite'
  if (ending === 'ndjson') return 'jsonl'
  return exportFormats.find((format) => format === ending) ?? null
}

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const
const agoText = /^(\d{1,6})([mhdw])$/
/** With or without a time, which without a zone is UTC like all of Crossbook's times. */
const isoText = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?$/
/** Epoch seconds have ten digits and are not meant. */
const epochText = /^\d{12,14}$/

/** `2026-11-21`, `2026-11-21T10:00:00Z`, epoch ms, or `24h` and `7d`: so long before `now`. null: it is none of them. */
export function parseTime(text: string, now: EpochMs): EpochMs | null {
  const [, count, unit] = agoText.exec(text) ?? []
  if (count !== undefined && (unit === 'm' || unit === 'h' || unit === 'd' || unit === 'w')) {
    return now - Number(count) * unitMs[unit]
  }
  if (epochText.test(text)) return Number(text)
  const parts = isoText.exec(text)
  if (parts === null) return null
  const time = Date.parse(text.includes('T') && parts[1] === undefined ? `${text}Z` : text)
  // February 30th would be taken for March 2nd.
  const isRealDay = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON()?.startsWith(text.slice(0, 10)) === true
  return Number.isNaN(time) || !isRealDay ? null : time
}

const count = (value: number): string => value.toLocaleString('en-US')

function progressText({ rows, totalRows, bytes }: ExportProgress): string {
  const share = totalRows === 0 ? 100 : Math.floor((rows / totalRows) * 100)
  return `${share} %, ${sizeText(bytes)}`
}

function summaryText(
  request: ExportRequest,
  { rows, bytes, expectedRows, gaps }: ExportSummary,
  out: string | null,
): string {
  const where = out ?? 'standard output'
  if (request.format === 'sqlite') return `${where}: a copy of the whole database, ${sizeText(bytes)}`
  const written = `${where}: ${count(rows)} rows, ${sizeText(bytes)}`
  if (expectedRows === null || gaps === null) return written
  const beside = gapsFileFor(request, out)
  const listed = gaps > 0 && beside !== null ? `, listed in ${beside}` : ''
  return `${written}; ${count(expectedRows)} expected, ${count(gaps)} ${gaps === 1 ? 'gap' : 'gaps'}${listed}`
}
