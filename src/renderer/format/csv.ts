/** Comma-separated text (RFC 4180): lines end in CR LF, fields with commas, quotes or line breaks are quoted. */

const needsQuotes = /[",\r\n]/
const isNumber = /^-?\d+(\.\d+)?$/

/** A spreadsheet takes text that begins like this for a formula and runs it; numbers stay as they are. */
const looksLikeFormula = /^[=+\-@\t\r]/

function field(value: string | null): string {
  if (value === null) return ''
  const text = looksLikeFormula.test(value) && !isNumber.test(value) ? `'${value}` : value
  return needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Absent (null) is an empty field. */
export const csvText = (header: readonly string[], rows: readonly (readonly (string | null)[])[]): string =>
  [header, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('')

/** A time for a machine to read: `2026-11-21T14:05:09.120Z`; null stays absent. */
export const csvTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
