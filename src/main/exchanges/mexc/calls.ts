/** How every REST call to MEXC is made. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall } from '../../net/rest.ts'
import { type Endpoint, restHeaders, restUrls, weights } from './endpoints.ts'
import { TimeReply } from './schemas.ts'

export function call<T>(
  endpoint: Endpoint,
  query: RestCall<T>['query'],
  parse: (body: unknown) => Parsed<T>,
): RestCall<T> {
  return { url: restUrls[endpoint], query, headers: restHeaders, pool: endpoint, weight: weights[endpoint], parse }
}

export const unreadable = (problem: string): { ok: false; problem: string } => ({ ok: false, problem })

/** GET /api/v3/time. Fixture rest_time.json. */
export const serverTime = (): RestCall<EpochMs> => call('time', [], parseTime)

function parseTime(body: unknown): Parsed<EpochMs> {
  const reply = TimeReply.safeParse(body)
  return reply.success ? { ok: true, value: reply.data.serverTime } : unreadable('serverTime: not epoch ms')
}
