/** What the trader chose to export, and what is asked of the hub for it. Pure. */
import type { ExportFormat, ExportRequest, ExportSubject } from '../../shared/data.ts'
import type { ExchangeId, Period } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('stores')

export const rangePresets = ['hour', 'day', 'week', 'month', 'all', 'custom'] as const
export type RangePreset = (typeof rangePresets)[number]

/** Which clock the two fields of a range of one's own are read by. */
export type Zone = 'local' | 'utc'

export interface ExportForm {
  readonly what: ExportSubject
  /** Empty: all. */
  readonly exchanges: readonly ExchangeId[]
  /** Empty: all. */
  readonly symbols: readonly string[]
  /** Of klines; null: all. */
  readonly period: Period | null
  readonly preset: RangePreset
  /** Of a range of one's own, as a date field writes it: `2026-11-21T14:05`; '' is open on that side. */
  readonly from: string
  readonly to: string
  readonly zone: Zone
  readonly format: ExportFormat
  /** '' lets the hub make one up. */
  readonly fileName: string
}

export const firstExportForm: ExportForm = {
  what: 'book_tickers',
  exchanges: [],
  symbols: [],
  period: null,
  preset: 'day',
  from: '',
  to: '',
  zone: 'local',
  format: 'csv',
  fileName: '',
}

const hourMs = 3_600_000
const presetMs: Readonly<Record<Exclude<RangePreset, 'all' | 'custom'>, number>> = {
  hour: hourMs,
  day: 24 * hourMs,
  week: 7 * 24 * hourMs,
  month: 30 * 24 * hourMs,
}

const two = (value: number) => String(value).padStart(2, '0')

/** `2026-11-21T14:05` -> epoch ms by that zone's clock; null where it is no time, such as the 30th of February. */
export function parseZoned(text: string, zone: Zone): number | null {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)
  if (!found) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1)
    .map((part) => Number(part ?? 0))
  if (hour > 23 || minute > 59 || second > 59) return null
  const at =
    zone === 'utc'
      ? Date.UTC(year, month - 1, day, hour, minute, second)
      : new Date(year, month - 1, day, hour, minute, second).getTime()
  const date = new Date(at)
  const isSameDay = zone === 'utc' ? date.getUTCDate() === day : date.getDate() === day
  return month >= 1 && month <= 12 && isSameDay ? at : null
}

/** The inverse, to the minute. */
export function writeZoned(at: number, zone: Zone): string {
  const date = new Date(at)
  return zone === 'utc'
    ? date.toISOString().slice(0, 16)
    : `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${two(date.getHours())}:${two(date.getMinutes())}`
}

/** The same moments by the other clock. */
export function withZone(form: ExportForm, zone: Zone): ExportForm {
  const rewrite = (text: string) => {
    const at = parseZoned(text, form.zone)
    return at === null ? text : writeZoned(at, zone)
  }
  return { ...form, zone, from: rewrite(form.from), to: rewrite(form.to) }
}

/** A range of one's own that begins as the one that was chosen by name. */
export function withPreset(form: ExportForm, preset: RangePreset, now: number): ExportForm {
  if (preset !== 'custom' || form.preset === 'custom' || form.from !== '' || form.to !== '') return { ...form, preset }
  const from = form.preset === 'all' ? '' : writeZoned(now - presetMs[form.preset], form.zone)
  return { ...form, preset, from, to: writeZoned(now, form.zone) }
}

/** `eth/usdt perp` -> ETH_USDT_PERP; '' where nothing is left. */
export const normaliseSymbol = (text: string): string =>
  text
    .trim()
    .toUpperCase()
    .replace(/[\s/-]+/g, '_')
    .replace(/^_+|_+$/g, '')

export type FormField = 'from' | 'to' | 'fileName'
export type FormReading =
  | { readonly ok: true; readonly request: ExportRequest }
  | { readonly ok: false; readonly field: FormField; readonly problem: string }

const badFileName = /[/\\:*?"<>|]|^\.+$/

/** In words, why a file cannot be called that; null: it can. */
export function fileNameProblem(name: string): string | null {
  const text = name.trim()
  if (text.length > 200) return t('export.nameTooLong')
  const found = badFileName.exec(text)?.[0]
  return found === undefined ? null : t('export.nameNotPlain', { found })
}

/** What is asked of the hub at `now`, or the field that keeps it from being asked. */
export function readForm(form: ExportForm, now: number): FormReading {
  const nameProblem = fileNameProblem(form.fileName)
  if (nameProblem !== null) return { ok: false, field: 'fileName', problem: nameProblem }
  const isWhole = form.format === 'sqlite'
  let range: { from: number | null; to: number | null } = { from: null, to: null }
  if (form.preset === 'custom' && !isWhole) {
    const from = parseZoned(form.from, form.zone)
    const to = parseZoned(form.to, form.zone)
    if (form.from !== '' && from === null) return { ok: false, field: 'from', problem: t('export.noTime') }
    if (form.to !== '' && to === null) return { ok: false, field: 'to', problem: t('export.noTime') }
    if (from !== null && to !== null && from >= to) {
      return { ok: false, field: 'to', problem: t('export.turnedRound') }
    }
    range = { from, to }
  } else if (form.preset !== 'all' && form.preset !== 'custom' && !isWhole) {
    range = { from: now - presetMs[form.preset], to: null }
  }
  return {
    ok: true,
    request: {
      what: form.what,
      exchanges: isWhole ? [] : [...form.exchanges],
      symbols: isWhole ? [] : [...form.symbols],
      period: form.what === 'klines' && !isWhole ? form.period : null,
      ...range,
      format: form.format,
    },
  }
}
