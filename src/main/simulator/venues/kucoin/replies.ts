import type { VenueReply } from '../../venue.ts'

/** `{"code":"200000","data":…}`; text is written as it is, for numbers that JSON.stringify cannot write. */
export const ok = (data: unknown): VenueReply => ({ status: 200, body: { code: '200000', data } })
export const okText = (data: string): VenueReply => ({ status: 200, body: `{"code":"200000","data":${data}}` })

export const failed = (status: number, code: string, msg: string): VenueReply => ({ status, body: { code, msg } })
/** A parameter that is none. */
export const wrong = (name: string): VenueReply => failed(400, '400100', `Parameter error: ${name}`)
export const unknownSymbol = failed(400, '900001', 'The symbol is not found')
export const notFound = failed(404, '404000', 'URL Not Found')
export const notAllowed = failed(405, '405000', 'Method Not Allowed')

/** null where absent, NaN where it is no whole number. */
export function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null || text === '') return null
  return /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
}
