/** Bybit's envelope, which REST wraps around everything, errors included. */
import type { EpochMs } from '../../../../shared/domain/index.ts'
import type { VenueReply } from '../../venue.ts'

export type Row = Readonly<Record<string, unknown>>

/** `result` of a reply, or the reply that says why there is none. */
export type Answer = { readonly result: Row } | { readonly reply: VenueReply } | Refused

export interface Refused {
  readonly retCode: number
  readonly retMsg: string
}

export const answered = (result: Row): Answer => ({ result })
export const refused = (retCode: number, retMsg: string): Refused => ({ retCode, retMsg })
export const wrong = (what: string): Refused => refused(10001, `params error: ${what}`)

/** HTTP 200 whatever the code says. */
export function replyOf(answer: Answer, now: EpochMs, headers: Readonly<Record<string, string>> = {}): VenueReply {
  if ('reply' in answer) return answer.reply
  const { retCode, retMsg, result } =
    'result' in answer ? { retCode: 0, retMsg: 'OK', ...answer } : { ...answer, result: {} }
  return { status: 200, headers, body: { retCode, retMsg, result, retExtInfo: {}, time: now } }
}

/** A count from 1 to `most`; null where it is none. */
export function limitIn(query: URLSearchParams, standard: number, most: number): number | null {
  const text = query.get('limit')
  if (text === null || text === '') return standard
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return limit >= 1 && limit <= most ? limit : null
}

/** undefined where it is not given, null where it is no time. */
export function timeIn(query: URLSearchParams, name: string): EpochMs | null | undefined {
  const text = query.get(name)
  if (text === null || text === '') return undefined
  return /^\d{1,16}$/.test(text) ? Number(text) : null
}

/** undefined where the text is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
