/** The vocabulary of REST calls: what a connector declares and the client carries out. The client joins below. */

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

/** One idempotent GET. */
export interface RestCall<T> {
  /** Documented URL without the query; its origin may be swapped. */
  readonly url: string
  /** Sent in this order, percent-encoded. */
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly headers?: Readonly<Record<string, string>>
  readonly pool: string
  readonly weight: number
  /** Reads the JSON body; `problem` names the field and the value. Never throws. */
  parse(body: unknown): Parsed<T>
}

export interface RestFailure {
  /**
   * `rateLimited` wait and retry · `banned` wait long · `unavailable` the exchange's fault, retry · `invalid` our fault, do not
   * retry · `denied` region or address blocked · `network` no answer · `unreadable` an answer that does not parse · `cancelled`
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
}

/** How an exchange tells of limits and errors in its replies. Pure. */
export interface RestDialect {
  /** The pool's state as the reply's headers tell it; null where they do not. */
  usage(
    call: RestCall<unknown>,
    head: ReplyHead,
  ): { readonly used: number; readonly limit?: number; readonly resetAt?: number } | null
  /** null: the reply is a success. `body` is the parsed JSON, or the text where it is none. */
  failure(head: ReplyHead, body: unknown, now: number): RestFailure | null
}
