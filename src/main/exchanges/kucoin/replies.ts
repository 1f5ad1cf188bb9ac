/** Reading what stands in a reply's envelope, `{"code":"200000","data":…}`. */
import type { z } from 'zod'
import type { Parsed } from '../../net/rest.ts'
import { Envelope, problemOf, Rows } from './schemas.ts'

export const success = '200000'

export function dataOf<S extends z.ZodType, T>(
  schema: S,
  body: unknown,
  then: (data: z.output<S>) => Parsed<T>,
): Parsed<T> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return { ok: false, problem: problemOf(envelope.error) }
  const { code, msg, data } = envelope.data
  if (code !== success) return { ok: false, problem: `code ${code} ${msg ?? ''}` }
  const parsed = schema.safeParse(data)
  return parsed.success ? then(parsed.data) : { ok: false, problem: `data.${problemOf(parsed.error)}` }
}

export const rowsOf = <T>(body: unknown, then: (rows: readonly unknown[]) => Parsed<T>): Parsed<T> =>
  dataOf(Rows, body, then)
