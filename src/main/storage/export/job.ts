/** One export, or the estimate of one, from beginning to end in the calling thread. */
import { rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from 'better-sqlite3'
import type { ExportFormat } from '../../../shared/data.ts'
import { freeBytesOf, sizeText } from '../../files.ts'
import { openForReading } from '../database.ts'
import { StorageError } from '../error.ts'
import { assertKnown, versionOf } from '../migrate.ts'
import { copyVerified } from '../verified-copy.ts'
import type { Column, Sheet, Sink } from './columns.ts'
import { gapsFileFor, hasRhythm } from './file-name.ts'
import { GapMetadata, type GapReport, GapSheet, gapColumns } from './gap-report.ts'
import type { ExportEstimateOfFile, ExportPlan, ExportProgress, ExportSummary } from './messages.ts'
import { DecimalMisfit, ParquetSheet } from './parquet.ts'
import { assertWritable, PartialFile, removeLeftovers, StandardOutput } from './partial-file.ts'
import { RequestError } from './request-error.ts'
import { openSource, type Source } from './source.ts'
import { CsvSheet, JsonLinesSheet } from './text-sheets.ts'

/** Asked to stop. */
export class ExportCancelled extends Error {
  override readonly name = 'ExportCancelled'
}

export interface JobHooks {
  onStarted(totalRows: number): void
  onProgress(progress: ExportProgress): void
  isCancelled(): boolean
}

const progressMs = 200
const busyTimeoutMs = 5_000
/** First version with all the tables that exports read, and with all the columns of opportunities. */
const oldestVersion = 3
const oldestVersionOfOpportunities = 4

const requestKey = 'crossbook.export'

/**
 * Writes what the plan asks for. Throws a RequestError, an ExportCancelled, or the error of the file system or of SQLite; then nothing of
 * it is left.
 */
export async function runExport(plan: ExportPlan, hooks: JobHooks): Promise<ExportSummary> {
  const { request, out, overwrite } = plan
  if (out === null && (request.format === 'parquet' || request.format === 'sqlite')) {
    throw new RequestError(`out: ${request.format} needs a file; standard output takes csv and jsonl`)
  }
  const gapsFile = gapsFileFor(request, out)
  for (const file of [out, gapsFile]) if (file !== null) assertWritable(file, overwrite, plan.database)
  const database = open(plan)
  try {
    if (out !== null) removeLeftovers(dirname(out))
    if (request.format === 'sqlite') return await runCopy(plan, database, hooks)
    const asText = new Set<string>()
    for (;;) {
      try {
        return runRows(plan, gapsFile, database, asText, hooks)
      } catch (error) {
        if (!(error instanceof DecimalMisfit)) throw error
        asText.add(error.column)
      }
    }
  } finally {
    database.close()
  }
}

/** Rows, first and last of what would be written; its size from a sample put through the same writer. Throws as `runExport` does. */
export function estimateExport(plan: ExportPlan): ExportEstimateOfFile {
  const database = open(plan)
  try {
    const { request } = plan
    if (request.format === 'sqlite') {
      const bytes = Number(database.pragma('page_count', { simple: true })) * pageSizeOf(database)
      return { rows: 0, bytes, first: null, last: null, isExact: true }
    }
    const source = openSource({ database, request, onGap: () => undefined })
    const { rows, isExact, first, last } = source.extents
    return { rows, bytes: Math.round(rows * bytesPerRow(source, request.format)), first, last, isExact }
  } finally {
    database.close()
  }
}

function bytesPerRow(source: Source, format: ExportFormat): number {
  let bytes = 0
  const sink: Sink = {
    write: (content) => {
      bytes += content.length
    },
  }
  const amounts = source.columns.flatMap(({ name, kind }) => (kind === 'amount' ? [name] : []))
  const sheet = sheetOf(format, sink, source.columns, new Set(amounts))
  for (const batch of source.batches()) {
    if (batch.length === 0) continue
    sheet.write(batch)
    sheet.end(new Map())
    return bytes / batch.length
  }
  return 0
}

function runRows(
  { request, out, overwrite }: ExportPlan,
  gapsFile: string | null,
  database: Database,
  asText: ReadonlySet<string>,
  hooks: JobHooks,
): ExportSummary {
  const files: PartialFile[] = []
  const begin = (file: string): PartialFile => {
    const partial = new PartialFile(file)
    files.push(partial)
    return partial
  }
  try {
    const target = out === null ? new StandardOutput() : begin(out)
    const gapsTarget = gapsFile === null ? null : begin(gapsFile)
    const report: GapReport | null =
      gapsTarget !== null
        ? new GapSheet(sheetOf(request.format, gapsTarget, gapColumns, new Set()))
        : hasRhythm(request.what) && request.format === 'parquet'
          ? new GapMetadata()
          : null
    const source = openSource({ database, request, onGap: (gap) => report?.add(gap) })
    const totalRows = source.extents.rows
    hooks.onStarted(totalRows)
    const sheet = sheetOf(request.format, target, source.columns, asText)
    let rows = 0
    let toldAt = performance.now()
    for (const batch of source.batches()) {
      if (hooks.isCancelled()) throw new ExportCancelled('cancelled')
      sheet.write(batch)
      rows += batch.length
      const now = performance.now()
      if (now - toldAt < progressMs) continue
      toldAt = now
      hooks.onProgress({ rows, totalRows: Math.max(rows, totalRows), bytes: target.bytes })
    }
    const totals = source.continuity()
    const metadata = new Map([[requestKey, JSON.stringify(request)]])
    if (totals !== null) for (const [key, value] of report?.end(totals) ?? []) metadata.set(key, value)
    sheet.end(metadata)
    if (hooks.isCancelled()) throw new ExportCancelled('cancelled')
    publishAll(files, overwrite)
    const bytes = target.bytes
    return { rows, bytes, expectedRows: totals?.expectedRows ?? null, gaps: totals?.gaps ?? null }
  } catch (error) {
    for (const file of files) file.discard()
    throw error
  }
}

/** What lies beside it first: whoever sees the rows' file finds the rest there. */
function publishAll(files: readonly PartialFile[], overwrite: boolean): void {
  for (const file of files) file.settle()
  const published: PartialFile[] = []
  try {
    for (const file of files.toReversed()) {
      file.publish(overwrite)
      published.push(file)
    }
  } catch (error) {
    // What it took the place of is gone either way.
    for (const { file } of published) rmSync(file, { force: true })
    throw error
  }
}

/** The copy is opened again and checked before it gets its name. */
async function runCopy(
  { out, overwrite, nativeBinding, database: file }: ExportPlan,
  database: Database,
  hooks: JobHooks,
): Promise<ExportSummary> {
  if (out === null) throw new RequestError('out: sqlite needs a file')
  const bytesPerPage = pageSizeOf(database)
  const pages = Number(database.pragma('page_count', { simple: true }))
  assertRoom(dirname(out), pages * bytesPerPage)
  const partial = new PartialFile(out, 'named only')
  try {
    hooks.onStarted(pages)
    const { bytes } = await copyVerified(
      { file, busyTimeoutMs, nativeBinding },
      partial.temporary,
      (done, total) => hooks.onProgress({ rows: done, totalRows: total, bytes: done * bytesPerPage }),
      hooks.isCancelled,
    )
    if (hooks.isCancelled()) throw new ExportCancelled('cancelled')
    partial.publish(overwrite)
    return { rows: Math.round(bytes / bytesPerPage), bytes, expectedRows: null, gaps: null }
  } catch (error) {
    partial.discard()
    throw hooks.isCancelled() ? new ExportCancelled('cancelled') : error
  }
}

function sheetOf(format: ExportFormat, sink: Sink, columns: readonly Column[], asText: ReadonlySet<string>): Sheet {
  switch (format) {
    case 'csv':
      return new CsvSheet(sink, columns)
    case 'jsonl':
      return new JsonLinesSheet(sink, columns)
    case 'parquet':
      return new ParquetSheet(sink, columns, asText)
    case 'sqlite':
      throw new RequestError('format: sqlite copies the whole database, so it has no sheet')
  }
}

function open({ database: file, nativeBinding, request }: ExportPlan): Database {
  const database = openForReading({ file, busyTimeoutMs, nativeBinding, maximumBytes: null })
  try {
    assertKnown(database, file)
    const version = versionOf(database)
    const isOpportunities = request.what === 'opportunities' && request.format !== 'sqlite'
    if (version < (isOpportunities ? oldestVersionOfOpportunities : oldestVersion)) {
      throw new StorageError(
        'other',
        `${file} is of an older Crossbook (version ${version} of the file): start Crossbook once, which brings it up to date`,
      )
    }
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

const pageSizeOf = (database: Database): number => Number(database.pragma('page_size', { simple: true }))

function assertRoom(folder: string, bytes: number): void {
  const free = freeBytesOf(folder)
  if (free >= bytes) return
  throw new StorageError(
    'full',
    `the disk of ${folder} is full: the copy takes ${sizeText(bytes)}, and ${sizeText(free)} are free`,
  )
}
