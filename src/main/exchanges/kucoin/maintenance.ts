/** What KuCoin tells of its service: whether it is open now. Docs: https://www.kucoin.com/docs-new/rest/spot-trading/market-data/get-service-status */
import type { RestCall } from '../../net/rest.ts'
import type { Maintenance } from '../contract.ts'
import { urls } from './endpoints.ts'
import { dataOf } from './replies.ts'
import { ServiceStatus } from './schemas.ts'

/**
 * In      {"status":"open","msg":""}; `close` nothing is traded, `cancelonly` orders can only be cancelled
 * Out     nothing while it is open; else one that is under way, whose times nobody tells
 */
export const maintenance = (): RestCall<readonly Maintenance[]> => ({
  url: urls.status,
  query: [],
  pool: 'public',
  weight: 3,
  parse: (body) =>
    dataOf(ServiceStatus, body, ({ status, msg }) => ({
      ok: true,
      value: status === 'open' ? [] : [{ title: msg || `service ${status}`, from: null, until: null, isOngoing: true }],
    })),
})
