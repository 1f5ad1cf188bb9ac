/** Names of exported files: what is allowed, what Crossbook makes up, and what lies beside a sheet. */
import { extname } from 'node:path'
import type { ExportFormat, ExportRequest, ExportSubject } from '../../../shared/data.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'

const endings: Readonly<Record<ExportFormat, string>> = {
  csv: '.csv',
  jsonl: '.jsonl',
  parquet: '.parquet',
  sqlite: '.db',
}

const reservedOnWindows = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i
const mostBytes = 200

/** Why this is no plain name of a file, in words; null where it is one. */
export function nameProblem(name: string): string | null {
  if (name === '') return 'it is empty'
  if (/[/\\]/.test(name)) return 'it names a folder: a plain file name goes into the folder of exports'
  if (name.startsWith('.')) return 'it begins with a dot'
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[<>:"|?*\u0000-\u001f\u007f]/.test(name)) return 'it has characters that file systems do not take'
  if (/[. ]$/.test(name)) return 'it ends with a dot or a space'
  if (reservedOnWindows.test(name)) return 'Windows keeps that name for itself'
  if (Buffer.byteLength(name) > mostBytes) return `it is longer than ${mostBytes} bytes`
  return null
}

/** The name with its format's ending, which is added where it has none. */
export const withEnding = (name: string, format: ExportFormat): string =>
  extname(name) === '' ? `${name}${endings[format]}` : name

const day = (time: EpochMs): string => new Date(time).toISOString().slice(0, 10).replaceAll('-', '')

/** A few names, or how many there are. */
const few = (names: readonly string[], kind: string): string[] => {
  if (names.length === 0) return []
  return [names.length <= 3 ? names.join('+').replace(/[^A-Za-z0-9_+.-]/g, '_') : `${names.length}-${kind}`]
}

/** `book_tickers-binance-BTC_USDT-20261120-20261121.parquet`: the days are the first and the last one of the range (UTC). */
export function madeUpName(request: ExportRequest, now: EpochMs): string {
  const { what, exchanges, symbols, period, from, to, format } = request
  if (format === 'sqlite')
    return `crossbook-${day(now)}-${new Date(now).toISOString().slice(11, 19).replaceAll(':', '')}.db`
  const parts = [
    what,
    ...few(exchanges, 'exchanges'),
    ...few(symbols, 'symbols'),
    ...(what === 'klines' && period !== null ? [period] : []),
    ...(from === null ? ['until'] : [day(from)]),
    day(to === null ? now : Math.max(from ?? 0, to - 1)),
  ]
  return `${parts.join('-')}${endings[format]}`
}

/** `prices.csv` -> `prices_2.csv` */
export function numbered(name: string, number: number): string {
  const ending = extname(name)
  return `${name.slice(0, name.length - ending.length)}_${number}${ending}`
}

/** Subjects whose rows come in a rhythm, so that a hole is one. */
export const hasRhythm = (what: ExportSubject): boolean => what === 'book_tickers' || what === 'klines'

/** Where the continuity lies: `prices.csv` -> `prices_gaps.csv`, also of full paths; null where none does. */
export function gapsFileFor({ what, format }: ExportRequest, out: string | null): string | null {
  if (out === null || !hasRhythm(what) || (format !== 'csv' && format !== 'jsonl')) return null
  const ending = extname(out)
  return `${out.slice(0, out.length - ending.length)}_gaps${ending === '' ? endings[format] : ending}`
}
