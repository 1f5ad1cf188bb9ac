/** What the local API needs of the program, and what it tells of itself. */
import type { Hub } from '../hub.ts'
import type { Logger } from '../log.ts'

/** What the door needs of the hub. */
export type GatewayHub = Pick<
  Hub,
  | 'call'
  | 'connect'
  | 'disconnect'
  | 'bus'
  | 'board'
  | 'orderBook'
  | 'truthOfBalance'
  | 'spreads'
  | 'instrument'
  | 'instrumentById'
  | 'streamHistory'
  | 'reserve'
  | 'connections'
  | 'settings'
  | 'tokens'
  | 'useApi'
  | 'info'
  | 'metrics'
  | 'readiness'
>

export interface GatewayTiming {
  /** A request's head must be there after this long, and the whole request after `requestMs`. */
  readonly headersMs: number
  readonly requestMs: number
  /** A client that answers no ping for two of these is cut off. */
  readonly pingMs: number
  /** Within this long a revoked token's sockets are closed. */
  readonly revocationMs: number
}

export const usualTiming: GatewayTiming = { headersMs: 10_000, requestMs: 20_000, pingMs: 30_000, revocationMs: 250 }

export interface GatewayOptions {
  readonly hub: GatewayHub
  /** Where links, sessions and the address of the running door are kept: beside the tokens. */
  readonly dataDir: string
  /** Folder of the built renderer; null: the interface is not served. */
  readonly rendererDir: string | null
  readonly logger: Logger
  readonly timing?: Partial<GatewayTiming>
}

export interface Gateway {
  /** `http://127.0.0.1:7373` */
  readonly url: string
  /** This run's own, with every scope: for programs and tests, in a header or as a subprotocol only. */
  readonly token: string
  /** In words, when other machines can reach it; else null. */
  readonly warning: string | null
  /** A new one-time address that signs a browser in. */
  link(): string
  close(): Promise<void>
}
