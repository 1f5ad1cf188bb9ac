/**
 * Tokens that open a socket each, public or private: KuCoin gives them in answer to a POST without a body. Nothing else is ever posted.
 * Docs: https://www.kucoin.com/docs-new/websocket-api/base-info/get-public-token-spot-margin
 */
import type { RestCall, Sign } from '../../net/rest.ts'
import { futuresOrigin, spotOrigin } from './endpoints.ts'
import { dataOf } from './replies.ts'
import { TokenReply } from './schemas.ts'

const tokenWeight = 10

/** The reply is read as the address to connect to. `sign`: for a private one. Spot and futures take only their own. */
export const tokenCall = (market: 'spot' | 'futures', sign: Sign | null): RestCall<string> => ({
  ...(sign === null ? {} : { sign }),
  method: 'POST',
  url: `${market === 'spot' ? spotOrigin : futuresOrigin}/api/v1/bullet-${sign === null ? 'public' : 'private'}`,
  query: [],
  pool: sign === null ? 'public' : market,
  weight: tokenWeight,
  parse: readAddress,
})

/** `{endpoint}?token={token}`; a `connectId` is optional, and KuCoin makes one up. */
const readAddress = (body: unknown) =>
  dataOf<typeof TokenReply, string>(TokenReply, body, ({ token, instanceServers }) => {
    const endpoint = instanceServers[0]?.endpoint ?? ''
    const address = URL.parse(endpoint)
    if (address === null || !/^wss?:$/.test(address.protocol))
      return { ok: false, problem: `instanceServers.0.endpoint: ${JSON.stringify(endpoint)}: no address of a socket` }
    address.searchParams.set('token', token)
    return { ok: true, value: address.href }
  })
