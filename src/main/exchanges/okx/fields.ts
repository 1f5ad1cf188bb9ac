/** Reading rows whose numbers are text: a field that is wrong names itself. */
import type { Parsed } from '../../net/rest.ts'
import { Envelope } from './schemas.ts'

/** The rows of a reply. */
export function rowsOf(body: unknown): Parsed<readonly unknown[]> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return { ok: false, problem: envelope.error.message }
  const { code, msg, data } = envelope.data
  if (code !== '0') return { ok: false, problem: `code ${code} ${msg ?? ''}` }
  return data ? { ok: true, value: data } : { ok: false, problem: 'no data' }
}
