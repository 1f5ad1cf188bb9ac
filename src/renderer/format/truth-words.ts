/** Whether a number can be relied on, in words and signs. */
import { type Truth, truthCode, truthOf, truths } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'
import type { Tone } from './names.ts'

const t = textsOf('format')

export const truthWords: Readonly<
  Record<Truth, { readonly text: string; readonly tone: Tone; readonly hint: string }>
> = {
  live: { text: t('truths.live.text'), tone: 'good', hint: t('truths.live.hint') },
  suspect: { text: t('truths.suspect.text'), tone: 'warning', hint: t('truths.suspect.hint') },
  stale: { text: t('truths.stale.text'), tone: 'warning', hint: t('truths.stale.hint') },
  gap: { text: t('truths.gap.text'), tone: 'bad', hint: t('truths.gap.hint') },
}

/** `suspect`; empty for what is live. */
export const truthText = (code: number): string => {
  const truth = truthOf(code)
  return truth === 'live' ? '' : truthWords[truth].text
}

/** Of many, how many are not live: `3 suspect, 14 gap`; empty when all are. */
export function doubtWords(codes: Uint8Array): string {
  const counts = new Uint32Array(truths.length)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  return (['suspect', 'stale', 'gap'] as const)
    .filter((truth) => (counts[truthCode[truth]] ?? 0) > 0)
    .map((truth) => t(`doubts.${truth}`, { count: counts[truthCode[truth]] ?? 0 }))
    .join(', ')
}
