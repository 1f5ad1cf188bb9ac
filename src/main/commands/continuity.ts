/** `crossbook continuity`: how whole the recording is, as a table or JSON, also while Crossbook runs. */
import type { Database } from 'better-sqlite3'
import type { ContinuityReport, ContinuityRequest } from '../../shared/data.ts'
import { type EpochMs, type ExchangeId, type GapKind, instrumentKey, type Period } from '../../shared/domain/index.ts'
import { SettingsError } from '../config.ts'
import { badContinuityRequest } from '../continuity.ts'
import { dataDirOf } from '../paths.ts'
import { continuityReport } from '../storage/continuity/report.ts'
import { nativeBindingOf, openForReading } from '../storage/database.ts'
import { StorageError, storageErrorOf } from '../storage/error.ts'
import { createInstrumentReader } from '../storage/instruments.ts'
import { CommandError } from './command-error.ts'
import { openConfig } from './open-config.ts'
import { whichDatabase } from './which-database.ts'

export interface ContinuityFlags {
  readonly kind: GapKind
  readonly period?: Period
  readonly exchange?: readonly ExchangeId[]
  readonly symbol?: readonly string[]
  /** A week ago unless given. */
  readonly from?: EpochMs
  readonly to?: EpochMs
  readonly json?: boolean
  readonly config?: string
  readonly data?: string
  readonly demo?: boolean
}

const busyTimeoutMs = 5_000
const weekMs = 7 * 86_400_000

/** Prints the report; days are of UTC, and `now` is what flags count back from. Throws a CommandError, or a SettingsError for bad flags. */
export function showContinuity(flags: ContinuityFlags, now: EpochMs): void {
  const to = Math.min(flags.to ?? now, now)
  const { kind, from = now - weekMs, period = kind === 'kline' ? '1m' : null } = flags
  const request = { instruments: null, kind, period, from, to, utcOffsetMinutes: 0 }
  const problem = badContinuityRequest(request)
  if (problem !== null) throw new SettingsError([`--${problem}`])
  const dataDir = dataDirOf(flags.data, process.env)
  const config = openConfig(dataDir, flags.config, { demo: flags.demo ? true : undefined })
  try {
    const { file } = whichDatabase(dataDir, config)
    const report = reportOf(file, request, flags, config.settings.symbols)
    process.stdout.write(flags.json === true ? `${JSON.stringify(report, null, 2)}\n` : tableOf(report))
  } catch (error) {
    throw error instanceof StorageError ? new CommandError(error.message) : error
  }
}

function reportOf(
  file: string,
  request: ContinuityRequest,
  flags: ContinuityFlags,
  watched: readonly string[],
): ContinuityReport {
  const database = openForReading({
    file,
    busyTimeoutMs,
    nativeBinding: nativeBindingOf(process.env),
    maximumBytes: null,
  })
  try {
    const { symbol = watched, exchange } = flags
    const instruments = createInstrumentReader(database)().filter(
      (one) => symbol.includes(one.symbol) && (exchange === undefined || exchange.includes(one.exchange)),
    )
    const unknown = (flags.symbol ?? []).filter((name) => !instruments.some((one) => one.symbol === name))
    if (unknown.length > 0) {
      throw new SettingsError([
        `--symbol: nothing is stored under "${unknown.join('", "')}"; symbols look like BTC_USDT`,
      ])
    }
    const { kind, period, from, to, utcOffsetMinutes } = request
    // What the file alone says: nobody is asked what runs at this moment.
    const asked = instruments.map(({ id }) => ({ id, isRecorded: false }))
    const stored = finished(database, { instruments: asked, kind, period, from, to, utcOffsetMinutes })
    const series = instruments.flatMap((one, index) => {
      const { instrumentId: _, ...numbers } = stored[index] ?? {
        instrumentId: 0,
        expected: 0,
        held: 0,
        missing: 0,
        days: [],
      }
      return numbers.expected === 0 ? [] : [{ instrument: instrumentKey(one.exchange, one.symbol), ...numbers }]
    })
    return { kind, period, from, to, series }
  } catch (error) {
    if (error instanceof SettingsError) throw error
    throw storageErrorOf(error, file)
  } finally {
    database.close()
  }
}

function finished(database: Database, question: Parameters<typeof continuityReport>[1]) {
  const work = continuityReport(database, question)
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

const count = (value: number): string => value.toLocaleString('en-US')

/** A line per instrument and day on which something is missing, then one per instrument. */
function tableOf({ kind, period, series }: ContinuityReport): string {
  if (series.length === 0) return `nothing of ${period ?? kind} was expected in that time\n`
  const header = ['instrument', 'day', 'expected', 'held', 'missing', 'causes']
  const row = (
    name: string,
    day: string,
    { expected, held, missing }: Record<'expected' | 'held' | 'missing', number>,
  ) => [...[name, day, count(expected), count(held), count(missing)]]
  const days = series.flatMap(({ instrument, days: all }) =>
    all
      .filter(({ missing }) => missing > 0)
      .map((day) => [
        ...row(instrument, new Date(day.at).toISOString().slice(0, 10), day),
        day.causes.map(({ cause, missing }) => `${cause} ${count(missing)}`).join(', '),
      ]),
  )
  const sums = series.map((one) => [...row(one.instrument, 'all', one), shareOf(one)])
  const lines = [header, ...days, ...sums]
  const widths = header.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  const isNumber = (column: number) => column >= 2 && column <= 4
  const cell = (text: string, column: number) =>
    isNumber(column) ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
  return `${lines.map((line) => line.map(cell).join('  ').trimEnd()).join('\n')}\n`
}

/** Never rounded up to whole. */
function shareOf({ expected, held }: { readonly expected: number; readonly held: number }): string {
  return `${(Math.floor((held / expected) * 100_000) / 1_000).toFixed(3)} % held`
}
