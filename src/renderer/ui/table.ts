/** Columns of a table of plain rows: how they sort, and what of them goes into a file. Pure. */
import type { ReactNode } from 'react'
import { Amount } from '../../shared/amount.ts'
import { csvText } from '../format/csv.ts'

export interface Column<T> {
  readonly id: string
  readonly title: string
  /** Said of the title on hover, where a word needs more. */
  readonly hint?: string
  /** A CSS grid track: `92px`, `minmax(96px,1fr)`. */
  readonly width: string
  readonly isNumber?: boolean
  /** A line before it. */
  readonly isFirstOfGroup?: boolean
  readonly className?: string
  cell(row: T): ReactNode
  /** What it sorts by: text and times. null stands last in either direction. */
  sortValue?(row: T): string | number | null
  /** What it sorts by: decimal text, compared exactly. */
  sortAmount?(row: T): string | null
  /** The first click sorts from the greatest down; default: for numbers. */
  readonly descendsFirst?: boolean
  /** Raw text of the file; without it the column is not in the file. null: an empty field. */
  csv?(row: T): string | null
  /** Its heading in the file; default: the id. */
  readonly csvTitle?: string
}

export interface TableSort {
  readonly by: string
  readonly descending: boolean
}

export const isSortable = <T>(column: Column<T>): boolean =>
  column.sortValue !== undefined || column.sortAmount !== undefined

/** What a click on a column's title makes of the order. */
export function nextSort<T>(sort: TableSort, column: Column<T>): TableSort {
  if (sort.by === column.id) return { by: column.id, descending: !sort.descending }
  return { by: column.id, descending: column.descendsFirst ?? column.isNumber ?? false }
}

type Key = string | number | Amount | null

function compareKeys(a: Key, b: Key): number {
  if (a instanceof Amount && b instanceof Amount) return a.comparedTo(b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true, sensitivity: 'base' })
}

/** Rows in order; absent values last in either direction, equal ones as they came. */
export function sortRows<T>(rows: readonly T[], columns: readonly Column<T>[], sort: TableSort): readonly T[] {
  const column = columns.find(({ id }) => id === sort.by)
  if (!column || !isSortable(column)) return rows
  const keyOf = (row: T): Key => {
    if (!column.sortAmount) return column.sortValue?.(row) ?? null
    const text = column.sortAmount(row)
    return text === null ? null : new Amount(text)
  }
  const sign = sort.descending ? -1 : 1
  return rows
    .map((row) => ({ row, key: keyOf(row) }))
    .sort((a, b) => {
      if (a.key === null || b.key === null) return Number(a.key === null) - Number(b.key === null)
      return sign * compareKeys(a.key, b.key)
    })
    .map(({ row }) => row)
}

/** What of a column a file is made of; a file may hold more than the screen has room for. */
export type FileColumn<T> = Pick<Column<T>, 'id' | 'csv' | 'csvTitle'>

/** The file of what is shown: the same rows in the same order, raw. */
export function tableCsv<T>(columns: readonly FileColumn<T>[], rows: readonly T[]): string {
  const written = columns.filter(({ csv }) => csv !== undefined)
  return csvText(
    written.map(({ id, csvTitle }) => csvTitle ?? id),
    rows.map((row) => written.map(({ csv }) => csv?.(row) ?? null)),
  )
}
