/** The continuity of an export: a sheet beside CSV and JSON Lines, JSON in the metadata of Parquet. */
import type { Continuity as ContinuityRecord } from '../../../shared/data.ts'
import type { Series, SeriesGap } from '../continuity/holes.ts'
import { batchOf, column, type Sheet } from './columns.ts'
import type { ContinuityTotals } from './source.ts'

/** Takes gaps as they are found, and the totals at the end. */
export interface GapReport {
  add(gap: SeriesGap): void
  /** What goes into the metadata of the rows' own file. */
  end(totals: ContinuityTotals): ReadonlyMap<string, string>
}

export const gapColumns = [
  column('record', 'text'),
  column('exchange', 'text'),
  column('symbol', 'text'),
  column('period', 'text', true),
  column('from', 'time'),
  column('to', 'time'),
  column('expected_rows', 'integer', true),
  column('held_rows', 'integer', true),
  column('missing_rows', 'integer'),
  column('cause', 'text', true),
  column('detail', 'text', true),
]

const rowsAtOnce = 500

/** One line per gap as it is found, then one per series. */
export class GapSheet implements GapReport {
  private readonly sheet: Sheet
  private rows: unknown[][] = []

  constructor(sheet: Sheet) {
    this.sheet = sheet
  }

  add({ series, from, to, missingRows, cause, detail }: SeriesGap): void {
    this.push(['gap', ...nameOf(series), from, to, null, null, missingRows, cause, detail])
  }

  end({ series }: ContinuityTotals): ReadonlyMap<string, string> {
    for (const { series: one, from, to, expectedRows, heldRows } of series) {
      this.push(['series', ...nameOf(one), from, to, expectedRows, heldRows, expectedRows - heldRows, null, null])
    }
    this.flush()
    this.sheet.end(new Map())
    return new Map()
  }

  private push(row: unknown[]): void {
    if (this.rows.push(row) >= rowsAtOnce) this.flush()
  }

  private flush(): void {
    this.sheet.write(batchOf(gapColumns, this.rows))
    this.rows = []
  }
}

/** A file of rows whose footer no reader wants to be larger than this many gaps; the longest stay, so the memory has a bound too. */
const mostGapsInMetadata = 10_000

const continuityKey = 'crossbook.continuity'
const gapsLeftOutKey = 'crossbook.continuity_gaps_left_out'

/** `Continuity[]` of shared/data.ts as JSON. */
export class GapMetadata implements GapReport {
  private gaps: SeriesGap[] = []
  private leftOut = 0

  add(gap: SeriesGap): void {
    this.gaps.push(gap)
    if (this.gaps.length >= 2 * mostGapsInMetadata) this.keepLongest()
  }

  end({ series }: ContinuityTotals): ReadonlyMap<string, string> {
    if (this.gaps.length > mostGapsInMetadata) this.keepLongest()
    const bySeries = new Map<string, SeriesGap[]>()
    for (const gap of this.gaps.sort((a, b) => a.from - b.from)) {
      const key = keyOf(gap.series)
      const list = bySeries.get(key) ?? []
      list.push(gap)
      bySeries.set(key, list)
    }
    const records = series.map(
      ({ series: one, from, to, expectedRows, heldRows }): ContinuityRecord => ({
        instrument: `${one.exchange}:${one.symbol}`,
        period: one.period,
        from,
        to,
        expectedRows,
        heldRows,
        gaps: (bySeries.get(keyOf(one)) ?? []).map((gap) => ({
          from: gap.from,
          to: gap.to,
          missingRows: gap.missingRows,
          cause: gap.cause,
          detail: gap.detail,
        })),
      }),
    )
    const metadata = new Map([[continuityKey, JSON.stringify(records)]])
    if (this.leftOut > 0) metadata.set(gapsLeftOutKey, String(this.leftOut))
    return metadata
  }

  private keepLongest(): void {
    this.gaps.sort((a, b) => b.missingRows - a.missingRows)
    this.leftOut += this.gaps.length - mostGapsInMetadata
    this.gaps.length = mostGapsInMetadata
  }
}

const nameOf = ({ exchange, symbol, period }: Series) => [exchange, symbol, period]
const keyOf = ({ instrumentId, period }: Series): string => `${instrumentId} ${period ?? ''}`
