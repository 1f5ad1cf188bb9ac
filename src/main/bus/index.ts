import type { Alert, BookTicker, ExchangeId, Kline, Opportunity, Trade } from '../../shared/domain/index.ts'

/** Going down is data: it travels the same bus as prices, so whatever depends on a feed can say that it is stale. */
export interface ConnectionEvent {
  readonly kind: 'connection'
  readonly exchange: ExchangeId
  /** The feed whose sockets changed. */
  readonly feed: string
  /** `live`: every wanted topic of the feed flows. `down`: its quotes no longer count. */
  readonly state: 'live' | 'down'
  /** Instrument ids the change concerns. */
  readonly instrumentIds: readonly number[]
  /** Live again after having been down: what was missed in between wants repair. */
  readonly reconnected: boolean
  /** In words; empty for live. */
  readonly reason: string
  readonly at: number
}

export interface OpportunityEvent {
  readonly kind: 'opportunity'
  readonly opportunity: Opportunity
}

export interface AlertEvent {
  readonly kind: 'alert'
  readonly alert: Alert
}

export type BusEvent = BookTicker | Trade | Kline | ConnectionEvent | OpportunityEvent | AlertEvent
type Kind = BusEvent['kind']
export type EventOf<K extends Kind> = Extract<BusEvent, { kind: K }>

export interface Bus {
  publish(event: BusEvent): void
  /** Listeners run at once, in the order they came; the returned function ends it. */
  on<K extends Kind>(kind: K, listener: (event: EventOf<K>) => void): () => void
}

/**
 * The program's one event stream: synchronous and in order, so it needs no queue. A listener that throws is a bug: it is
 * reported to `onError` and the others still hear the event.
 */
export function createBus(onError: (error: unknown, event: BusEvent) => void): Bus {
  const listeners: { [K in Kind]: ((event: EventOf<K>) => void)[] } = {
    book_ticker: [],
    trade: [],
    kline: [],
    connection: [],
    opportunity: [],
    alert: [],
  }
  return {
    publish(event) {
      const list = listeners[event.kind] as ((event: BusEvent) => void)[]
      for (let i = 0; i < list.length; i++) {
        try {
          list[i]?.(event)
        } catch (error) {
          onError(error, event)
        }
      }
    },
    on(kind, listener) {
      listeners[kind] = [...listeners[kind], listener] as (typeof listeners)[typeof kind]
      return () => {
        listeners[kind] = listeners[kind].filter((other) => other !== listener) as (typeof listeners)[typeof kind]
      }
    },
  }
}
