/** Stored data in words. */
import type { Backup, ExportFormat, ExportJob, ExportRequest, ExportSubject, PrunableTable } from '../../shared/data.ts'
import type { GapCause, GapKind } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'
import type { DataPart } from '../stores/shell.ts'
import { exchangeTitle, formatSymbol, type Tone } from './names.ts'
import { formatAge, formatDateTime } from './time.ts'

const t = textsOf('format')

export const dataPartTitles: Readonly<Record<DataPart, string>> = {
  export: t('dataParts.export'),
  health: t('dataParts.health'),
  storage: t('dataParts.storage'),
  backups: t('dataParts.backups'),
  gaps: t('dataParts.gaps'),
}

export const subjectTitles: Readonly<Record<ExportSubject, string>> = {
  book_tickers: t('subjects.book_tickers'),
  klines: t('subjects.klines'),
  trades: t('subjects.trades'),
  orders: t('subjects.orders'),
  fills: t('subjects.fills'),
  balances: t('subjects.balances'),
  transfers: t('subjects.transfers'),
  funding: t('subjects.funding'),
  funding_rates: t('subjects.funding_rates'),
  opportunities: t('subjects.opportunities'),
}

export const formatTitles: Readonly<Record<ExportFormat, string>> = {
  csv: 'CSV',
  jsonl: 'JSON lines',
  parquet: 'Parquet',
  sqlite: 'SQLite',
}

/** What a file of that format is like, in a line. */
export const formatHints: Readonly<Record<ExportFormat, string>> = {
  csv: t('formatHints.csv'),
  jsonl: t('formatHints.jsonl'),
  parquet: t('formatHints.parquet'),
  sqlite: t('formatHints.sqlite'),
}

export const tableTitles: Readonly<Record<PrunableTable, string>> = {
  book_tickers: t('tables.book_tickers'),
  klines: t('tables.klines'),
  trades: t('tables.trades'),
  opportunities: t('tables.opportunities'),
  orders: t('tables.orders'),
  fills: t('tables.fills'),
  balances: t('tables.balances'),
  transfers: t('tables.transfers'),
  funding_payments: t('tables.funding_payments'),
  funding_rates: t('tables.funding_rates'),
  equity_samples: t('tables.equity_samples'),
  alerts: t('tables.alerts'),
  depth_chunks: t('tables.depth_chunks'),
  exchange_hours: t('tables.exchange_hours'),
}

export const gapKinds: Readonly<Record<GapKind, string>> = {
  book_ticker: t('gapKinds.book_ticker'),
  trade: t('gapKinds.trade'),
  kline: t('gapKinds.kline'),
  order_book: t('gapKinds.order_book'),
}

export const gapCauses: Readonly<Record<GapCause, { readonly text: string; readonly hint: string }>> = {
  disconnect: { text: t('gapCauses.disconnect.text'), hint: t('gapCauses.disconnect.hint') },
  network: {
    text: t('gapCauses.network.text'),
    hint: t('gapCauses.network.hint'),
  },
  outage: { text: t('gapCauses.outage.text'), hint: t('gapCauses.outage.hint') },
  blocked: { text: t('gapCauses.blocked.text'), hint: t('gapCauses.blocked.hint') },
  sleep: { text: t('gapCauses.sleep.text'), hint: t('gapCauses.sleep.hint') },
  clock: { text: t('gapCauses.clock.text'), hint: t('gapCauses.clock.hint') },
  resync: { text: t('gapCauses.resync.text'), hint: t('gapCauses.resync.hint') },
  shutdown: { text: t('gapCauses.shutdown.text'), hint: t('gapCauses.shutdown.hint') },
  update: { text: t('gapCauses.update.text'), hint: t('gapCauses.update.hint') },
  crash: { text: t('gapCauses.crash.text'), hint: t('gapCauses.crash.hint') },
  storage: { text: t('gapCauses.storage.text'), hint: t('gapCauses.storage.hint') },
  busy: { text: t('gapCauses.busy.text'), hint: t('gapCauses.busy.hint') },
  not_watched: { text: t('gapCauses.not_watched.text'), hint: t('gapCauses.not_watched.hint') },
  unknown: { text: t('gapCauses.unknown.text'), hint: t('gapCauses.unknown.hint') },
}

export const backupReasons: Readonly<Record<Backup['reason'], string>> = {
  manual: t('backupReasons.manual'),
  scheduled: t('backupReasons.scheduled'),
  migration: t('backupReasons.migration'),
  restore: t('backupReasons.restore'),
}

export const backupStates: Readonly<
  Record<Backup['state'], { readonly text: string; readonly tone: Tone; readonly hint: string }>
> = {
  verified: { text: t('backupStates.verified.text'), tone: 'good', hint: t('backupStates.verified.hint') },
  unverified: { text: t('backupStates.unverified.text'), tone: 'warning', hint: t('backupStates.unverified.hint') },
  failed: { text: t('backupStates.failed.text'), tone: 'bad', hint: t('backupStates.failed.hint') },
}

export const exportStates: Readonly<Record<ExportJob['state'], { readonly text: string; readonly tone: Tone }>> = {
  running: { text: t('exportStates.running'), tone: 'warning' },
  finished: { text: t('exportStates.finished'), tone: 'good' },
  failed: { text: t('exportStates.failed'), tone: 'bad' },
  cancelled: { text: t('exportStates.cancelled'), tone: 'idle' },
}

const listed = (names: readonly string[], all: string): string =>
  names.length === 0
    ? all
    : names.length <= 3
      ? names.join(', ')
      : t('exportRequest.more', { names: names.slice(0, 2).join(', '), count: names.length - 2 })

/** `Candles 1m · BTC/USDT · Binance, OKX`; the whole database is just that. */
export function describeExport(request: ExportRequest): string {
  if (request.format === 'sqlite') return t('exportRequest.everything')
  const what = `${subjectTitles[request.what]}${request.period === null ? '' : ` ${request.period}`}`
  const symbols = listed(request.symbols.map(formatSymbol), t('exportRequest.allSymbols'))
  return `${what} · ${symbols} · ${listed(request.exchanges.map(exchangeTitle), t('exportRequest.allExchanges'))}`
}

/** `2026-11-20 14:00:00 – now` */
export function describeRange({ format, from, to }: Pick<ExportRequest, 'format' | 'from' | 'to'>): string {
  if (format === 'sqlite') return t('exportRange.everything')
  if (from !== null && to !== null) return `${formatDateTime(from)} – ${formatDateTime(to)}`
  if (from !== null) return t('exportRange.from', { from: formatDateTime(from) })
  return to === null ? t('exportRange.open') : t('exportRange.to', { to: formatDateTime(to) })
}

/** `90 days`, `1 day`, `for ever` */
export const formatRetention = (days: number | null): string =>
  days === null ? t('retention.ever') : t('retention.days', { count: days })

/** How old a backup is; seconds of it tell nobody anything. */
export const formatBackupAge = (ms: number): string => (ms < 60_000 ? t('backupAge.young') : formatAge(ms))
