/** Times and lengths of buckets in words. */
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('history')

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Start of a bucket: to the second where it is shorter than a minute, else to the minute, as `2026-11-21 14:05`. */
export const bucketTimeText = (at: number, stepMs: number): string =>
  stepMs < minute ? formatDateTime(at) : formatDateTime(at).slice(0, '2026-11-21 14:05'.length)

/** `10 s`, `5 min`, `4 h`, `1 day` */
export function stepText(stepMs: number): string {
  if (stepMs < minute) return `${stepMs / 1_000} s`
  if (stepMs < hour) return `${stepMs / minute} min`
  return stepMs < day ? `${stepMs / hour} h` : t('days', { count: stepMs / day })
}
