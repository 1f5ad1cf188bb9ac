/** Whether a number can be relied on, in words and signs. */
import { type Truth, truthCode, truthOf, truths } from '../../shared/domain/index.ts'
import type { Tone } from './names.ts'
import { formatCount } from './number.ts'

export const truthWords: Readonly<
  Record<Truth, { readonly text: string; readonly tone: Tone; readonly hint: string }>
> = {
  live: { text: 'live', tone: 'good', hint: 'Nothing speaks against it' },
  suspect: { text: 'suspect', tone: 'warning', hint: 'Something contradicts it: a sequence, a crossed book, a clock' },
  stale: { text: 'stale', tone: 'warning', hint: 'Older than this market’s own rhythm explains' },
  gap: { text: 'gap', tone: 'bad', hint: 'Nothing that holds now is known: the feed is down or recovering' },
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
    .map((truth) => `${formatCount(counts[truthCode[truth]] ?? 0)} ${truthWords[truth].text}`)
    .join(', ')
}
