/** Stored data in words. */
import type { Backup, ExportFormat, ExportJob, ExportRequest, ExportSubject, PrunableTable } from '../../shared/data.ts'
import type { GapCause, GapKind } from '../../shared/domain/index.ts'
import type { DataPart } from '../stores/shell.ts'
import { exchangeTitle, formatSymbol, type Tone } from './names.ts'
import { formatAge, formatDateTime } from './time.ts'

export const dataPartTitles: Readonly<Record<DataPart, string>> = {
  export: 'Export',
  health: 'Health',
  storage: 'Storage',
  backups: 'Backups',
  gaps: 'Gaps',
}

export const subjectTitles: Readonly<Record<ExportSubject, string>> = {
  book_tickers: 'Quotes, one a second',
  klines: 'Candles',
  trades: 'Public trades',
  orders: 'My orders',
  fills: 'My fills',
  balances: 'My balances',
  transfers: 'My transfers',
  funding: 'My funding payments',
  funding_rates: 'Funding rates',
  opportunities: 'Opportunities',
}

export const formatTitles: Readonly<Record<ExportFormat, string>> = {
  csv: 'CSV',
  jsonl: 'JSON lines',
  parquet: 'Parquet',
  sqlite: 'SQLite',
}

/** What a file of that format is like, in a line. */
export const formatHints: Readonly<Record<ExportFormat, string>> = {
  csv: 'Prices as exact decimal text, times as ISO text and epoch ms. Gaps in a small file beside it.',
  jsonl: 'One JSON object a line, prices as exact decimal text. Gaps in a small file beside it.',
  parquet: 'For DuckDB, pandas and Polars. Gaps inside, as metadata of the file.',
  sqlite: 'A consistent copy of the whole database: every table and every row, taken while it records.',
}

export const tableTitles: Readonly<Record<PrunableTable, string>> = {
  book_tickers: 'Quotes, one a second',
  klines: 'Candles',
  trades: 'Public trades',
  opportunities: 'Opportunities',
  orders: 'My orders',
  fills: 'My fills',
  balances: 'My balances',
  transfers: 'My transfers',
  funding_payments: 'My funding payments',
  funding_rates: 'Funding rates',
  equity_samples: 'Equity',
  alerts: 'Alerts',
  depth_chunks: 'Depth of order books',
  exchange_hours: 'Exchanges by the hour',
}

export const gapKinds: Readonly<Record<GapKind, string>> = {
  book_ticker: 'Quotes',
  trade: 'Trades',
  kline: 'Candles',
  order_book: 'Order book',
}

export const gapCauses: Readonly<Record<GapCause, { readonly text: string; readonly hint: string }>> = {
  disconnect: { text: 'Feed was down', hint: 'The connection to the exchange was lost' },
  network: {
    text: 'No network',
    hint: 'This machine had no network: no names, a sign-in page, or the proxy did not answer',
  },
  outage: { text: 'Exchange outage', hint: 'The exchange was down or in maintenance' },
  blocked: { text: 'Blocked', hint: 'The exchange refused this address or region' },
  sleep: { text: 'Computer slept', hint: 'The computer slept' },
  clock: { text: 'Clock was set', hint: 'The clock of this computer was set' },
  resync: { text: 'Built anew', hint: 'A sequence broke, and the order book was built anew' },
  shutdown: { text: 'Not running', hint: 'Crossbook was closed' },
  update: { text: 'Updated', hint: 'Crossbook was being updated' },
  crash: { text: 'Ended abruptly', hint: 'Crossbook did not end cleanly: a crash, a power cut' },
  storage: { text: 'Disk', hint: 'The disk refused to write or did not keep up' },
  busy: { text: 'Program was late', hint: 'The program was too busy to write in time' },
  not_watched: { text: 'Not watched', hint: 'Nobody had asked for it then' },
  unknown: { text: 'Unknown', hint: 'Nothing that is recorded says why' },
}

export const backupReasons: Readonly<Record<Backup['reason'], string>> = {
  manual: 'By hand',
  scheduled: 'Scheduled',
  migration: 'Before an upgrade',
  restore: 'Before a restore',
}

export const backupStates: Readonly<
  Record<Backup['state'], { readonly text: string; readonly tone: Tone; readonly hint: string }>
> = {
  verified: { text: 'Verified', tone: 'good', hint: 'Opened, checked for integrity, and its rows counted' },
  unverified: { text: 'Not verified', tone: 'warning', hint: 'It does not count as a backup' },
  failed: { text: 'Failed', tone: 'bad', hint: 'It cannot be used' },
}

export const exportStates: Readonly<Record<ExportJob['state'], { readonly text: string; readonly tone: Tone }>> = {
  running: { text: 'Writing', tone: 'warning' },
  finished: { text: 'Finished', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  cancelled: { text: 'Cancelled', tone: 'idle' },
}

const listed = (names: readonly string[], all: string): string =>
  names.length === 0
    ? all
    : names.length <= 3
      ? names.join(', ')
      : `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`

/** `Candles 1m · BTC/USDT · Binance, OKX`; the whole database is just that. */
export function describeExport(request: ExportRequest): string {
  if (request.format === 'sqlite') return 'The whole database'
  const what = `${subjectTitles[request.what]}${request.period === null ? '' : ` ${request.period}`}`
  const symbols = listed(request.symbols.map(formatSymbol), 'all symbols')
  return `${what} · ${symbols} · ${listed(request.exchanges.map(exchangeTitle), 'all exchanges')}`
}

/** `2026-11-20 14:00:00 – now` */
export function describeRange({ format, from, to }: Pick<ExportRequest, 'format' | 'from' | 'to'>): string {
  if (format === 'sqlite') return 'Every row'
  if (from === null && to === null) return 'From the first row to the last'
  return `${from === null ? 'first row' : formatDateTime(from)} – ${to === null ? 'last row' : formatDateTime(to)}`
}

/** `90 days`, `1 day`, `for ever` */
export const formatRetention = (days: number | null): string =>
  days === null ? 'for ever' : `${days} day${days === 1 ? '' : 's'}`

/** How old a backup is; seconds of it tell nobody anything. */
export const formatBackupAge = (ms: number): string => (ms < 60_000 ? 'under 1m' : formatAge(ms))
