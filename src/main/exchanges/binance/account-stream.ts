/** The two private feeds: spot subscribes over the WebSocket API with a signature, futures by a listen key in the address. */
import type { AccountConnectorOptions, PrivateStream, StreamTicket } from '../account-contract.ts'
import { createFuturesNormalizer, createSpotNormalizer } from './account-events.ts'
import { perpetualStreams, spotSocketApi } from './endpoints.ts'
import { subscriptionParameters } from './signing.ts'

const shared = {
  topicsPerSocket: 1,
  /** 300 attempts per 5 minutes and IP; one of these costs weight besides (2 and 5). */
  connectIntervalMs: 1_000,
  /** RFC 6455 pings, of either side. */
  heartbeat: null,
  lifetimeMs: 24 * 60 * 60_000,
  ackTimeoutMs: 10_000,
} as const

/**
 * `{"id":1,"method":"userDataStream.subscribe.signature","params":{"apiKey":...,"timestamp":...,"signature":...}}`, answered by
 * `{"id":1,"status":200,"result":{"subscriptionId":0}}`. Nothing keeps it alive but the connection.
 * Source: web-socket-api.md, "User Data Stream requests"
 */
export const spotStream = ({ account, credentials, lookup }: AccountConnectorOptions): PrivateStream => ({
  id: 'spot',
  wires: ['userData'],
  ticket: null,
  rules: (_ticket, now) => ({
    ...shared,
    id: 'spot-private',
    url: `${spotSocketApi}/ws-api/v3`,
    /** The limit is 5, pongs included. */
    sendsPerSecond: 4,
    /** The server pings every 20 s. */
    silenceMs: 25_000,
    subscribe(wires, nextId) {
      const id = nextId()
      const params = subscriptionParameters(credentials, now())
      return [{ id, wires, text: JSON.stringify({ id, method: 'userDataStream.subscribe.signature', params }) }]
    },
    unsubscribe(wires, nextId) {
      const id = nextId()
      return [{ id, wires, text: JSON.stringify({ id, method: 'userDataStream.unsubscribe' }) }]
    },
  }),
  createNormalizer: () => createSpotNormalizer(account, lookup),
})

/**
 * `/private/ws?listenKey=<key>`; frames are bare. A key that is no longer good opens a socket like any other, which then stays
 * silent: only the answer to an extension tells, and a `listenKeyExpired` frame where that was seen.
 * Source: USD-M documentation, "User Data Streams" and "Websocket Market Streams" (paths since 2026-04)
 */
export const futuresStream = ({ account, lookup }: AccountConnectorOptions, ticket: StreamTicket): PrivateStream => ({
  id: 'futures',
  wires: ['userData'],
  ticket,
  rules: (listenKey) => ({
    ...shared,
    id: 'futures-private',
    url: `${perpetualStreams}/private/ws?listenKey=${encodeURIComponent(listenKey ?? '')}`,
    /** The limit is 10. */
    sendsPerSecond: 8,
    /** The server pings every 3 minutes; ours, more often, are answered. */
    silenceMs: 60_000,
    subscribedByUrl: true,
    subscribe: () => [],
    unsubscribe: () => [],
  }),
  createNormalizer: () => createFuturesNormalizer(account, lookup),
})
