/** What the exchanges' lists of networks have in common: a row per asset, a list of networks in it. */
import { decimalTextOf } from '../../shared/amount.ts'
import type { Parsed } from '../net/rest.ts'
import { type RowReading, readRows } from './rows.ts'

/** One network of one asset, or what is wrong with the asset's row. `asset` is null where the row does not even name it. */
export interface NetworkEntry<T> {
  readonly asset: string | null
  readonly reading: RowReading<T>
}

/** Read network by network: an odd one does not lose its asset's others. A list without assets is taken for no answer. */
export function readNetworks<T>(
  what: string,
  rows: readonly unknown[],
  entriesOf: (row: unknown) => readonly NetworkEntry<T>[],
): Parsed<readonly T[]> {
  if (rows.length === 0) return { ok: false, problem: `${what}: the list is empty` }
  return readRows(what, rows.flatMap(entriesOf), 'asset', ({ reading }) => reading)
}

/** Exchanges write '' or null, or nothing at all, where an asset has no contract. */
export const contractOf = (text: string | null | undefined): string | null =>
  text === undefined || text === null || text.trim() === '' ? null : text.trim()

/** An amount that may be absent or ''; null too for what is no amount that can be paid. */
export function amountOf(value: string | number | null | undefined): string | null {
  const text = decimalTextOf(value)
  return text === null || text.startsWith('-') ? null : text
}
