/** What the hub's calls ask of the parts that serve the trader's bots. */
import type { ApiStatus, ApiToken, RedisStatus, TokenScope } from '../shared/bots.ts'

/** The tokens of the local API, kept hashed in the data folder. */
export interface TokenStore {
  list(): readonly ApiToken[]
  create(name: string, scopes: readonly TokenScope[]): { readonly token: string; readonly info: ApiToken }
  /** False: there is none of that id. */
  revoke(id: string): boolean
  /** Constant time in the token; null: it is none of ours. Notes the use. */
  verify(token: string): ApiToken | null
}

export interface RedisBridge {
  start(): void
  /** Spills what could not be delivered; resolves when nothing is left open. */
  stop(): Promise<void>
  status(): RedisStatus
  /** Its settings or its password changed. */
  restart(): Promise<void>
}

/** The door's own account of itself; the hub asks it, since it cannot know its doors. */
export type ApiStatusSource = () => ApiStatus
