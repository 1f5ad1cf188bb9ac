/** What keeps an export from being begun, and how fast one goes. Pure. */

import type { ExportJob } from '../../../shared/data.ts'
import { formatBytes } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import type { FormReading } from '../../stores/export-form.ts'
import type { Estimate } from '../../stores/exports.ts'

const t = textsOf('data')

interface Circumstances {
  readonly reading: FormReading
  readonly estimate: Estimate
  readonly isLinked: boolean
}

/** In words, why Export cannot be pressed; null: it can. An estimate that is under way or failed does not keep from exporting. */
export function whyNotExport({ reading, estimate, isLinked }: Circumstances): string | null {
  if (!isLinked) return t('export.whyNot.link')
  if (!reading.ok) return reading.problem
  const { known, isWaiting } = estimate
  if (known === null || isWaiting) return null
  if (known.rows === 0 && known.isExact) return t('export.whyNot.nothing')
  if (known.freeBytes !== null && known.bytes > known.freeBytes) {
    return t('export.whyNot.disk', { free: formatBytes(known.freeBytes), needed: formatBytes(known.bytes) })
  }
  return null
}

/**
 * Whether a refusal says that the file is there and might be overwritten; other refusals of the same code need another name. The words
 * are those of storage/export (a test holds them together).
 */
export const saysFileIsThere = (refusal: string): boolean => / is there already\b/.test(refusal)

export interface Pace {
  readonly rowsPerSecond: number
  /** null: not known yet. */
  readonly msLeft: number | null
  /** 0 to 1; null: how much it will be is not known. */
  readonly part: number | null
}

/** Averages since the start: an export keeps a steady pace. */
export function paceOf(job: Pick<ExportJob, 'rows' | 'totalRows' | 'startedAt' | 'finishedAt'>, now: number): Pace {
  const ms = Math.max(1, (job.finishedAt ?? now) - job.startedAt)
  const rowsPerSecond = (job.rows / ms) * 1_000
  const part = job.totalRows > 0 ? Math.min(1, job.rows / job.totalRows) : null
  const left = Math.max(0, job.totalRows - job.rows)
  return { rowsPerSecond, part, msLeft: part === null || rowsPerSecond === 0 ? null : (left / rowsPerSecond) * 1_000 }
}
