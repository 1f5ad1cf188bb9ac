import { createStore } from 'zustand/vanilla'
import type { ApiStatus, ApiToken, RedisStatus } from '../../shared/bots.ts'
import type { CrossbookApi } from '../../shared/contract.ts'

/** The doors for bots. A token itself is never in here: the dialog that makes one shows it and forgets it. */
export interface Bots {
  /** Each null until first read. */
  readonly apiStatus: ApiStatus | null
  readonly tokens: readonly ApiToken[] | null
  readonly redis: RedisStatus | null
  /** Why the last reading of each failed; what was read before stays. */
  readonly apiProblem: string | null
  readonly tokensProblem: string | null
  readonly redisProblem: string | null
  load(): Promise<void>
  setApi(status: ApiStatus): void
  setTokens(tokens: readonly ApiToken[]): void
  setRedis(status: RedisStatus): void
}

const newestFirst = (tokens: readonly ApiToken[]): readonly ApiToken[] =>
  [...tokens].sort((a, b) => b.createdAt - a.createdAt)

export function createBotsStore(api: CrossbookApi) {
  // What is told while a reading is under way is newer than its reply.
  const told = { api: 0, tokens: 0, redis: 0 }
  return createStore<Bots>()((set) => {
    const readApi = async () => {
      const turn = ++told.api
      const reply = await api.call('api.status', {})
      if (turn === told.api)
        set(reply.ok ? { apiStatus: reply.value, apiProblem: null } : { apiProblem: reply.message })
    }
    const readTokens = async () => {
      const turn = ++told.tokens
      const reply = await api.call('tokens.list', {})
      if (turn === told.tokens)
        set(reply.ok ? { tokens: newestFirst(reply.value), tokensProblem: null } : { tokensProblem: reply.message })
    }
    const readRedis = async () => {
      const turn = ++told.redis
      const reply = await api.call('redis.status', {})
      if (turn === told.redis)
        set(reply.ok ? { redis: reply.value, redisProblem: null } : { redisProblem: reply.message })
    }
    return {
      apiStatus: null,
      tokens: null,
      redis: null,
      apiProblem: null,
      tokensProblem: null,
      redisProblem: null,
      async load() {
        await Promise.all([readApi(), readTokens(), readRedis()])
      },
      setApi(apiStatus) {
        told.api++
        set({ apiStatus, apiProblem: null })
      },
      setTokens(tokens) {
        told.tokens++
        set({ tokens: newestFirst(tokens), tokensProblem: null })
      },
      setRedis(redis) {
        told.redis++
        set({ redis, redisProblem: null })
      },
    }
  })
}
export type BotsStore = ReturnType<typeof createBotsStore>
