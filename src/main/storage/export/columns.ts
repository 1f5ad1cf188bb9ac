/** What sources of rows hand to the sheets that write them: columns, in batches of bounded size. */

/**
 * `time` epoch ms · `number` float64 · `integer` · `boolean` 1 or 0 · `text` · `amount` a decimal as text, exactly as an exchange sent it
 */
export type ColumnKind = 'time' | 'number' | 'integer' | 'boolean' | 'text' | 'amount'

export interface Column {
  readonly name: string
  readonly kind: ColumnKind
  /** False: every row has a value. */
  readonly isNullable: boolean
}

/** Absent is NaN in numbers, null in text. */
export type Values = Float64Array | readonly (string | null)[]

/** Rows as columns: `values[i]` belongs to the i-th column, a Float64Array unless that is of text. */
export interface Batch {
  readonly length: number
  readonly values: readonly Values[]
}

/** Takes all it is given before it returns, or throws the file system's error: that is the backpressure. */
export interface Sink {
  write(bytes: Uint8Array): void
}

/** A file being written, row after row. */
export interface Sheet {
  write(batch: Batch): void
  /** Nothing comes after it. `metadata` goes into formats that have a place for it. */
  end(metadata: ReadonlyMap<string, string>): void
}

export const isText = (kind: ColumnKind): boolean => kind === 'text' || kind === 'amount'

export const column = (name: string, kind: ColumnKind, isNullable = false): Column => ({ name, kind, isNullable })

export function numbersAt(values: Values | undefined): Float64Array {
  if (values instanceof Float64Array) return values
  throw new TypeError('a column of numbers holds a Float64Array')
}

export function textAt(values: Values | undefined): readonly (string | null)[] {
  if (values !== undefined && !(values instanceof Float64Array)) return values
  throw new TypeError('a column of text holds an array')
}

/** Rows of values (as SQLite's raw rows are) into a batch. */
export function batchOf(columns: readonly Column[], rows: readonly (readonly unknown[])[]): Batch {
  const values = columns.map(({ kind }, index): Values => {
    if (isText(kind)) {
      return rows.map((row) => {
        const value = row[index]
        return value === null || value === undefined ? null : String(value)
      })
    }
    const numbers = new Float64Array(rows.length)
    for (let at = 0; at < rows.length; at++) {
      const value = rows[at]?.[index]
      numbers[at] = typeof value === 'number' ? value : Number.NaN
    }
    return numbers
  })
  return { length: rows.length, values }
}
