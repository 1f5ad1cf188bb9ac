/** The contract's calls about what serves the trader's bots: the local API, its tokens, the Redis bridge. */
import type { ApiStatusSource, RedisBridge, TokenStore } from './bots-contract.ts'
import { CallError, type Handlers } from './handlers.ts'

export interface BotCallParts {
  readonly tokens: TokenStore
  readonly apiStatus: ApiStatusSource
  redis(): RedisBridge
  /** Keeps it in the keychain, or removes it, and uses it; rejects with a KeychainError. */
  setRedisPassword(password: string | null): Promise<void>
  /** Quotes' age when a client showed them, ms. */
  onScreenLatency(samples: readonly number[]): void
  /** After a change. */
  tokensChanged(): void
}

export type BotCall = Extract<
  keyof Handlers,
  `api.${string}` | `tokens.${string}` | `redis.${string}` | 'metrics.screenLatency'
>

export const createBotHandlers = (parts: BotCallParts): Pick<Handlers, BotCall> => ({
  'api.status': () => parts.apiStatus(),
  'tokens.list': () => [...parts.tokens.list()],
  'tokens.create': ({ name, scopes }) => {
    const created = parts.tokens.create(name, scopes)
    parts.tokensChanged()
    return created
  },
  'tokens.revoke': ({ id }) => {
    if (!parts.tokens.revoke(id)) throw new CallError('badRequest', `there is no token "${id}"`)
    parts.tokensChanged()
    return null
  },
  'redis.status': () => parts.redis().status(),
  'redis.setPassword': async ({ password }) => {
    await parts.setRedisPassword(password)
    return null
  },
  'metrics.screenLatency': ({ samples }) => {
    parts.onScreenLatency(samples)
    return null
  },
})
