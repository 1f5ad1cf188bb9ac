/** Calls that need no key, and how every reply is opened. */
import type { z } from 'zod'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import type { Maintenance } from '../contract.ts'
import { urls } from './endpoints.ts'
import { Envelope, SystemStatusReply, TimeReply } from './schemas.ts'
import { millisecondsOfSeconds } from './times.ts'

/** Reads `result` of a reply by its schema; a field that is wrong is named. */
export function readResult<S extends z.ZodType, T>(
  schema: S,
  body: unknown,
  then: (result: z.output<S>) => Parsed<T>,
): Parsed<T> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return unreadable(envelope.error)
  const result = schema.safeParse(envelope.data.result)
  return result.success ? then(result.data) : unreadable(result.error)
}

function unreadable({ issues: [issue] }: z.ZodError): Parsed<never> {
  const field = issue?.path.map(String).join('.') || 'reply'
  return { ok: false, problem: `${field}: ${issue?.message ?? 'another shape'}` }
}

/** The middle of the second that is told: no clock of Kraken's by REST is finer. */
export const serverTime = (): RestCall<EpochMs> => ({
  url: urls.time,
  query: [],
  pool: 'public',
  weight: 1,
  parse: (body) =>
    readResult(TimeReply, body, ({ unixtime }) => {
      const at = millisecondsOfSeconds(unixtime)
      return at > 0 ? { ok: true, value: at + 500 } : { ok: false, problem: `unixtime: ${unixtime}` }
    }),
})

/** `cancel_only`, `post_only` and `limit_only` restrict orders; what Crossbook receives goes on. */
export const maintenance = (): RestCall<readonly Maintenance[]> => ({
  url: urls.systemStatus,
  query: [],
  pool: 'public',
  weight: 1,
  parse: (body) =>
    readResult(SystemStatusReply, body, ({ status }) => ({
      ok: true,
      value: status === 'maintenance' ? [{ title: '', from: null, until: null, isOngoing: true }] : [],
    })),
})
