import type { CSSProperties } from 'react'

/** Class names that are there, joined. */
export const classes = (...names: readonly (string | false | null | undefined)[]): string =>
  names.filter(Boolean).join(' ')

/** The custom property that gives every row of a data table its columns. */
export const columnsStyle = (columns: string, rest: CSSProperties = {}): CSSProperties => {
  const property: Record<string, string> = { '--columns': columns }
  return { ...property, ...rest }
}
