/** What every bench returns: titled tables of plain values, printed for people and written as JSON for machines. */
export type Row = Readonly<Record<string, string | number>>
export interface Table {
  readonly title: string
  readonly rows: readonly Row[]
}

const text = (value: string | number | undefined) =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? value.toLocaleString('en-US')
      : value.toPrecision(3)
    : (value ?? '')

export function formatTable({ title, rows }: Table): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  const cells = rows.map((row) => names.map((name) => text(row[name])))
  const widths = names.map((name, i) => Math.max(name.length, ...cells.map((line) => line[i]?.length ?? 0)))
  const numeric = names.map((name) => rows.every((row) => typeof row[name] !== 'string'))
  const line = (values: readonly string[]) =>
    values.map((value, i) => (numeric[i] ? value.padStart(widths[i] ?? 0) : value.padEnd(widths[i] ?? 0))).join('  ')
  return [title, line(names), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n')
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
