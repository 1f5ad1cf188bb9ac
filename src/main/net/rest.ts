/** The vocabulary of REST calls: what a connector declares and the client carries out. The client joins below. */

import type { EpochMs } from '../../shared/domain/index.ts'

/** A pool of request weight that refills each interval. Several calls share it. */
export interface RateLimitPool {
  readonly id: string
  readonly limit: number
  readonly intervalMs: number
}

/** Rows of a reply that could not be read while the rest could. */
export interface PassedOver {
  readonly count: number
  /** Name, field and value of the first few, in words. */
  readonly samples: readonly string[]
  /** The exchange's own name of every one that has one. */
  readonly names: readonly string[]
}

export type Parsed<T> =
  | { readonly ok: true; readonly value: T; readonly passedOver?: PassedOver }
  | { readonly ok: false; readonly problem: string }

/** What is about to be sent, as signatures are made over it. */
export interface UnsignedRequest {
  readonly method: RestMethod
  /** Path of the URL, `/api/v3/account`. */
  readonly path: string
  readonly query: RestCall<unknown>['query']
  /** The same, percent-encoded and joined, without `?`; '' when there is none. */
  readonly queryString: string
  /** The exchange's clock as far as it is known, epoch ms. */
  readonly now: EpochMs
}

/**
 * Adds to a request what proves whose it is: the query string to send (signature included) and headers; `body` where the exchange takes
 * the whole of a request in it. Pure.
 */
export type Sign = (request: UnsignedRequest) => {
  readonly queryString: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

/**
 * POST and PUT exist for the listen keys and tokens of streams, and POST for exchanges that want it for reading, whose connectors list the
 * paths that they may sign: nothing else in Crossbook changes anything at an exchange.
 */
export type RestMethod = 'GET' | 'POST' | 'PUT'

/** One idempotent request. */
export interface RestCall<T> {
  /** GET unless said otherwise. */
  readonly method?: RestMethod
  /** Called right before each attempt is sent, so that a wait for the rate limit does not make its time stamp old. */
  readonly sign?: Sign
  /** Documented URL without the query; its origin may be swapped. */
  readonly url: string
  /** Sent in this order, percent-encoded. */
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers?: Readonly<Record<string, string>>
  readonly pool: string
  readonly weight: number
  /** Integers beyond 2^53 reach `parse` as text instead of rounded: for replies that write 64-bit ids as JSON numbers. */
  readonly exactIntegers?: true
  /** Reads the JSON body; `problem` names the field and the value. Never throws. `head` is for what only headers tell, as the time. */
  parse(body: unknown, head?: ReplyHead): Parsed<T>
}

export interface RestFailure {
  /**
   * `rateLimited` wait and retry · `banned` wait long · `unavailable` the exchange's fault, retry · `invalid` our fault, do not
   * retry · `denied` region or address blocked · `network` no answer · `unreadable` an answer that does not parse · `cancelled`
   * Of signed calls: `rejectedKey` key, secret, passphrase or address not accepted: nothing signed by it will succeed ·
   * `forbidden` the key is good but lacks this call's permission · `clock` the time stamp lies outside the exchange's window:
   * measure its clock and try again
   */
  readonly kind:
    | 'rateLimited'
    | 'banned'
    | 'unavailable'
    | 'invalid'
    | 'denied'
    | 'network'
    | 'unreadable'
    | 'cancelled'
    | 'rejectedKey'
    | 'forbidden'
    | 'clock'
  /** The exchange's own code, where it gave one. */
  readonly code: string | null
  readonly message: string
  /** What the reply asked us to wait; null where it said nothing. */
  readonly retryAfterMs: number | null
}

export type RestResult<T> =
  | { readonly ok: true; readonly value: T; readonly passedOver?: PassedOver }
  | { readonly ok: false; readonly failure: RestFailure }

export interface ReplyHead {
  readonly status: number
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The exchange's clock that the request was signed by; not given: it was not signed. */
  readonly signedAt?: EpochMs
}

/** How an exchange tells of limits and errors in its replies. Pure. */
export interface RestDialect {
  /** The pool's state as the reply's headers tell it; null where they do not. */
  usage(
    call: RestCall<unknown>,
    head: ReplyHead,
  ): { readonly used: number; readonly limit?: number; readonly resetAt?: number } | null
  /** null: the reply is a success. `body` is the parsed JSON, or the text where it is none; `now` the exchange's clock as far as it is known. */
  failure(head: ReplyHead, body: unknown, now: number): RestFailure | null
  /** A failed reply that tells of maintenance in the exchange's own words; null: it does not. `body` as text. */
  maintenance?(head: ReplyHead, body: string): { readonly words: string; readonly until: EpochMs | null } | null
}
