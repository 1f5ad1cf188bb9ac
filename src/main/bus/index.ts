import type { AlertRule } from '../../shared/alert-rules.ts'
import type {
  Alert,
  Balance,
  BookTicker,
  DownCause,
  Drift,
  ExchangeId,
  Fill,
  FundingPayment,
  FundingRateEvent,
  Gap,
  Instrument,
  KeptBook,
  Kline,
  Opportunity,
  Order,
  Position,
  Trade,
  Transfer,
  Truth,
} from '../../shared/domain/index.ts'

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
  /** null for live. */
  readonly cause: DownCause | null
  readonly at: number
}

/** How far the newest quote of an instrument can be relied on changed, though no quote came. */
export interface QuoteTruthEvent {
  readonly kind: 'quote_truth'
  readonly instrument: Instrument
  readonly truth: Truth
}

/** A book changed, or its truth did: state, to be read from it when it is wanted. The same object each time. */
export interface OrderBookEvent {
  readonly kind: 'order_book'
  readonly book: KeptBook
}

export interface OpportunityEvent {
  readonly kind: 'opportunity'
  readonly opportunity: Opportunity
}

export type AlertWays = Pick<AlertRule, 'notification' | 'redis' | 'webhook'>

export interface AlertEvent {
  readonly kind: 'alert'
  readonly alert: Alert
  /** Where the trader's own rule wants it told; absent of Crossbook's own alerts, which go everywhere as they always did. */
  readonly ways?: AlertWays
}

type Source = 'stream' | 'rest'

/** Account events carry what is new only: what was known already is not published again. `raw` is the exchange's own JSON. */
export interface BalanceEvent {
  readonly kind: 'balance'
  readonly balance: Balance
}
/** How far a balance can be relied on changed, though nothing of it did. */
export interface BalanceTruthEvent {
  readonly kind: 'balance_truth'
  readonly balance: Balance
  readonly truth: Truth
}
export interface OrderUpdateEvent {
  readonly kind: 'order_update'
  readonly order: Order
  readonly raw: string
  readonly source: Source
}
export interface FillEvent {
  readonly kind: 'fill'
  readonly fill: Fill
  /** It was published before, with a fee or a profit that its message had not told. */
  readonly completes: boolean
  readonly raw: string
  readonly source: Source
}
/** An account's ledger begins: what is held of each asset over all wallets. Once in an account's life. */
export interface LedgerOpenedEvent {
  readonly kind: 'ledger_opened'
  readonly account: string
  readonly at: number
  readonly totals: readonly { readonly asset: string; readonly total: string }[]
}
/** Everything of an account's list up to a time has been downloaded, and told before this. */
export interface DownloadedEvent {
  readonly kind: 'account_downloaded'
  readonly account: string
  /** `past`: what lies before the account was first connected, orders and fills alike. */
  readonly list: 'orders' | 'fills' | 'transfers' | 'funding' | 'past'
  /** The exchange's clock. */
  readonly until: number
  /** With `past`, where the exchange is asked symbol by symbol: those whose past is whole. They replace those told before. */
  readonly symbols?: readonly string[]
}
export interface PositionEvent {
  readonly kind: 'position'
  readonly position: Position
}
export interface TransferEvent {
  readonly kind: 'transfer'
  readonly transfer: Transfer
  readonly raw: string
}
export interface FundingPaymentEvent {
  readonly kind: 'funding_payment'
  readonly payment: FundingPayment
}
/** A difference was found, or is resolved. */
export interface DriftEvent {
  readonly kind: 'drift'
  readonly drift: Drift
}

/** A hole in what is recorded began, ended, or was filled: the same id each time. */
export interface GapEvent {
  readonly kind: 'gap'
  readonly gap: Gap
}

export type AccountBusEvent =
  | BalanceEvent
  | BalanceTruthEvent
  | LedgerOpenedEvent
  | DownloadedEvent
  | OrderUpdateEvent
  | FillEvent
  | PositionEvent
  | TransferEvent
  | FundingPaymentEvent
  | FundingRateEvent
  | DriftEvent

export type BusEvent =
  | BookTicker
  | Trade
  | Kline
  | ConnectionEvent
  | OpportunityEvent
  | AlertEvent
  | GapEvent
  | OrderBookEvent
  | QuoteTruthEvent
  | AccountBusEvent
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
    gap: [],
    order_book: [],
    quote_truth: [],
    balance: [],
    balance_truth: [],
    ledger_opened: [],
    account_downloaded: [],
    order_update: [],
    fill: [],
    position: [],
    transfer: [],
    funding_payment: [],
    funding_rate: [],
    drift: [],
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
