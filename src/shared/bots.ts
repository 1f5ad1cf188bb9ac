/** What the contract says about the doors for bots: the local API with its tokens, and the Redis bridge. */
import { z } from 'zod'

/** `market`: public data. `account`: balances, orders, fills and all else of the trader's own, and what the app itself may do. */
export const TokenScope = z.enum(['market', 'account'])
export type TokenScope = z.infer<typeof TokenScope>

/** A token as it is listed: never the token itself. */
export const ApiToken = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(TokenScope),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
})
export type ApiToken = Readonly<z.infer<typeof ApiToken>>

export const ApiStatus = z.object({
  /** `http://127.0.0.1:7373`; null while it is not open. */
  url: z.string().nullable(),
  /** In words, why it is not open; null when it is, or is switched off. */
  problem: z.string().nullable(),
  /** In words, when it can be reached from other machines. */
  warning: z.string().nullable(),
  /** WebSocket clients of the API now. */
  clients: z.number().int(),
  requests: z.number().int(),
  /** Refused: no or a wrong token, a foreign page, over the limits. */
  refused: z.number().int(),
})
export type ApiStatus = Readonly<z.infer<typeof ApiStatus>>

export const RedisStatus = z.object({
  /** `off`: not switched on. `waiting`: down, tried again at `nextAttemptAt`. */
  state: z.enum(['off', 'connecting', 'live', 'waiting']),
  /** In words; null when live or off. */
  reason: z.string().nullable(),
  /** Without user and password. */
  url: z.string().nullable(),
  since: z.number(),
  nextAttemptAt: z.number().nullable(),
  published: z.number().int(),
  messagesPerSecond: z.number(),
  /** State (quotes, books, balances) that a newer one replaced or the buffer had no room for. */
  droppedState: z.number().int(),
  /** Public trades that came while the server was away or too slow: they have no stream to wait for. */
  droppedTrades: z.number().int(),
  /** Happenings waiting in memory and on the disk for the server to come back. */
  waitingHappenings: z.number().int(),
  /** Of those, on the disk. */
  spilledHappenings: z.number().int(),
  /** Given up since neither memory nor disk had room. */
  lostHappenings: z.number().int(),
  reconnects: z.number().int(),
  /** A password for it lies in the keychain. */
  hasPassword: z.boolean(),
})
export type RedisStatus = Readonly<z.infer<typeof RedisStatus>>
