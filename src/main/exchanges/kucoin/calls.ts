/** The calls that several files make. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed, RestCall, Sign } from '../../net/rest.ts'
import { urls } from './endpoints.ts'
import { dataOf } from './replies.ts'
import { ServerTime } from './schemas.ts'

export type Query = RestCall<unknown>['query']

export const serverTime = (): RestCall<EpochMs> => ({
  url: urls.time,
  query: [],
  pool: 'public',
  weight: 3,
  parse: (body) => dataOf(ServerTime, body, (value) => ({ ok: true, value })),
})

/** Weight and pool of each call that a key signs. All are GETs. */
const costs = {
  apiKey: ['management', 20],
  accounts: ['management', 5],
  spotOpenOrders: ['spot', 2],
  spotOpenSymbols: ['spot', 2],
  spotDoneOrders: ['spot', 2],
  spotOrder: ['spot', 2],
  spotFills: ['spot', 2],
  spotFees: ['spot', 3],
  deposits: ['management', 5],
  withdrawals: ['management', 20],
  ledgers: ['management', 2],
  spotLedgers: ['spot', 2],
  futuresOverview: ['futures', 5],
  positions: ['futures', 2],
  futuresOrders: ['futures', 2],
  futuresOrder: ['futures', 5],
  futuresFills: ['futures', 5],
  futuresLedgers: ['futures', 2],
  fundingHistory: ['futures', 5],
  futuresFees: ['futures', 3],
} as const satisfies Partial<Record<keyof typeof urls, readonly [pool: string, weight: number]>>
export type SignedEndpoint = keyof typeof costs

/** `tail` goes behind the address: an order's id. */
export function signedCall<T>(
  sign: Sign,
  endpoint: SignedEndpoint,
  query: Query,
  parse: (body: unknown) => Parsed<T>,
  tail = '',
): RestCall<T> {
  const [pool, weight] = costs[endpoint]
  return { url: `${urls[endpoint]}${tail}`, query, pool, weight, sign, exactIntegers: true, parse }
}
