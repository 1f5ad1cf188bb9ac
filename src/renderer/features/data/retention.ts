/** How long rows are kept, as changes of the settings file. Pure. */

import type { PrunableTable, StoredTable } from '../../../shared/data.ts'
import { Settings, type SettingsChange } from '../../../shared/settings.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('data')

export type Retention = Settings['storage']['retentionDays']

const path = ['storage', 'retentionDays']
export const retentionPath = (table: PrunableTable): readonly string[] => [...path, table]

/** `90` -> 90, '' -> null: for ever. `invalid`: in words, what is wrong. */
export function parseDays(text: string): { readonly days: number | null } | { readonly invalid: string } {
  const trimmed = text.trim()
  if (trimmed === '') return { days: null }
  const days = Number(trimmed)
  if (!/^\d+$/.test(trimmed) || days < 1 || days > 36_500) return { invalid: t('tables.days.invalid') }
  return { days }
}

/**
 * null in a change takes a key out of the file, so that its default holds again; where that default is a number of days, "for ever"
 * has to be written with the whole of what is kept.
 */
export function retentionChange(retention: Retention, table: PrunableTable, days: number | null): SettingsChange {
  const standard = Settings.parse({}).storage.retentionDays
  if (days !== null || standard[table] === null) return { path: [...retentionPath(table)], value: days }
  const next = { ...retention, [table]: days }
  const differing = Object.entries(next).filter(([name, value]) => value !== standard[name as PrunableTable])
  return { path: [...path], value: Object.fromEntries(differing) }
}

const dayMs = 86_400_000

/** Up to when rows would go that are kept now; null: none would. */
export function removedBefore(table: Pick<StoredTable, 'oldest'>, days: number | null, now: number): number | null {
  if (days === null || table.oldest === null) return null
  const before = now - days * dayMs
  return table.oldest < before ? before : null
}
