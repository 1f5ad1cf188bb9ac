/** What a socket session must be told about an exchange's feed: no exchange's name stands in net/. */
import type { EpochMs } from '../../shared/domain/index.ts'

/** One frame to send for some of the wanted topics. The ack names `id` or the wires, depending on the exchange. */
export interface WireRequest {
  readonly id: number
  readonly wires: readonly string[]
  readonly text: string
}

/** Housekeeping read out of a frame. */
export type Control =
  /** `wires` null: every wire of request `id`. `id` null: by wires alone. */
  | {
      readonly type: 'ack'
      readonly id: number | null
      readonly wires: readonly string[] | null
      /** What the exchange calls the one wire from now on, on this connection: its channel's number, by which it is unsubscribed. */
      readonly handle?: number
      /** Sent after it, as soon as the feed's pace allows: what a stream is asked for over its own socket once it flows. */
      readonly next?: string
    }
  /** The exchange will not serve these topics; in its own words. `wires` null: every wire of request `id`. */
  | {
      readonly type: 'refused'
      readonly id: number | null
      readonly wires: readonly string[] | null
      readonly message: string
    }
  | { readonly type: 'pong' }
  /** The exchange pings by text and wants this answer. */
  | { readonly type: 'ping'; readonly answer: string }
  /** The server says it will close soon: open a replacement first. */
  | { readonly type: 'closing'; readonly message: string }
  /** The answer to the feed's `login`: subscriptions follow. */
  | { readonly type: 'loggedIn' }
  /** The login was refused; the socket is replaced later, with backoff. What it means for the key, the owner decides. */
  | { readonly type: 'loginRefused'; readonly message: string }
  /** Understood and without consequence. */
  | { readonly type: 'ignored' }

/** A connection's last sign of life: a frame of any kind, protocol pings and pongs included. */
export interface ConnectionLife {
  /** Since then, ms. */
  readonly silentMs: number
  /** It is asked for one at least this often, ms. */
  readonly heartbeatMs: number
}

export interface FeedRules {
  /** `spot`, `perpetual-public` */
  readonly id: string
  /** The documented URL; net swaps its origin where settings say so. */
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  /** Topics one socket may carry; more are split over several sockets. */
  readonly topicsPerSocket: number
  /** Frames we may send a second on one socket, pings included; requests are paced below it. */
  readonly sendsPerSecond: number
  /**
   * Least time between two frames of a kind on one socket, ms: between two requests for topics, and between two of what follows their
   * acks (`next`). Heartbeats and pongs go at once. Not given: `sendsPerSecond` alone counts.
   */
  readonly spacingMs?: number
  /** Shortest time between two connection attempts to its host, over all sockets of all feeds that share a ConnectPacer. */
  readonly connectIntervalMs: number
  /** Text to send when idle so that the connection lives, answered by a `pong` control; null where protocol pings do. */
  readonly heartbeat: { readonly everyMs: number; text(now: EpochMs): string } | null
  /** After opening nothing is asked of the server for so long, ms: neither login nor subscriptions. Not given: at once. */
  readonly settleMs?: number
  /** Sent right after the socket opens; nothing is subscribed before it is answered with `loggedIn`. Not given: no login. */
  readonly login?: (now: EpochMs) => string
  /** The address alone subscribes (it holds a listen key): nothing is sent for the wires, they count as granted once it is open. */
  readonly subscribedByUrl?: boolean
  /** No frame of any kind (protocol pings count) for this long: the socket is replaced. */
  readonly silenceMs: number
  /** The exchange cuts connections of this age; the session rotates ahead of it. null: no such rule. */
  readonly lifetimeMs: number | null
  /** A subscription not acknowledged by then is asked for again. */
  readonly ackTimeoutMs: number
  /** The frames that subscribe to these wires, batched as the exchange allows. `nextId` gives request ids. */
  subscribe(wires: readonly string[], nextId: () => number, now: EpochMs): readonly WireRequest[]
  /** `handleOf`: what the ack of a wire called it; null: nothing. */
  unsubscribe(
    wires: readonly string[],
    nextId: () => number,
    now: EpochMs,
    handleOf: (wire: string) => number | null,
  ): readonly WireRequest[]
}
