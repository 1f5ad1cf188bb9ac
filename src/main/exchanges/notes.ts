/** What is worth a line beside an exchange's state, in words. */
import type { PassedOver } from '../net/rest.ts'
import type { Topic } from './contract.ts'

/** A larger offset than this is worth a note: ages and candle closes would look wrong by it. */
const largestQuietOffsetMs = 1_000

export const nameOf = (topic: Topic): string =>
  `${topic.instrument.symbol} ${topic.channel}${topic.period === null ? '' : ` ${topic.period}`}`

export function unreadNote({ count, samples }: PassedOver): string {
  const named = samples.slice(0, 3)
  const more = count > named.length ? ` and ${count - named.length} more` : ''
  return `${count} listed ${count === 1 ? 'instrument' : 'instruments'} could not be read: ${named.join('; ')}${more}`
}

/** null: it is small, or not known. */
export function clockNote(offsetMs: number | null): string | null {
  if (offsetMs === null || Math.abs(offsetMs) <= largestQuietOffsetMs) return null
  const seconds = (Math.abs(offsetMs) / 1_000).toFixed(1)
  return `this machine's clock is ${seconds} s ${offsetMs > 0 ? 'behind' : 'ahead of'} the exchange's`
}
