/**
 * What Crossbook asks of an exchange on behalf of one account: again plain data and pure functions. `account/session.ts` brings
 * sockets, timers and the log. Nothing here can place, change or cancel an order: calls are GETs, but for listen keys and tokens of sockets;
 * where an exchange answers readings to POST only, `signing.ts` signs those of its list and nothing else.
 */
import type {
  AccountFees,
  AssetNetwork,
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Instrument,
  KeyPermissions,
  Order,
  Position,
  RejectReason,
  Transfer,
  Wallet,
} from '../../shared/domain/index.ts'
import type { Control, FeedRules } from '../net/feed.ts'
import type { RestCall, RestResult } from '../net/rest.ts'
import type { InstrumentLookup } from './contract.ts'

/** An account's secrets. They live in the keychain, and in memory only inside the closures that sign. */
export interface Credentials {
  readonly key: string
  readonly secret: string
  /** null where the exchange asks for none. */
  readonly passphrase: string | null
}

/** A row with the JSON it was read from, so that a mapping mistake can be repaired later. */
export interface WithRaw<T> {
  readonly row: T
  /** JSON text of the exchange's own object; never holds a key or a signature. */
  readonly raw: string
}

/** What a private stream tells, in the order it came. */
export type AccountEvent =
  /** Absolute, not a change. */
  | { readonly kind: 'balance'; readonly balance: Balance }
  | { readonly kind: 'order'; readonly order: Order; readonly raw: string }
  | { readonly kind: 'fill'; readonly fill: Fill; readonly raw: string }
  | { readonly kind: 'position'; readonly position: Position }
  | { readonly kind: 'transfer'; readonly transfer: Transfer; readonly raw: string }
  | { readonly kind: 'funding_payment'; readonly payment: FundingPayment }
  /** Something changed that only REST tells in full: ask soon. */
  | { readonly kind: 'hint'; readonly poll: 'balances' | 'positions' | 'orders' | 'fills' | 'transfers' | 'funding' }

/** A private frame never throws. */
export type AccountNormalized =
  /** `control`: the frame also answers something (a snapshot that comes as the ack). */
  | {
      readonly kind: 'events'
      readonly events: readonly AccountEvent[]
      readonly control?: Control
      /** The first of the frame's rows that could not be read while the others could: counted and shown like a rejected frame. */
      readonly rejected?: { readonly reason: RejectReason; readonly detail: string }
    }
  | { readonly kind: 'control'; readonly control: Control }
  /** The stream's ticket (listen key, subscription) is no longer good: a new one and a new socket are needed. In words. */
  | { readonly kind: 'expired'; readonly reason: string; readonly control?: Control }
  /** The exchange refuses the key on this stream: the account stops. */
  | { readonly kind: 'rejectedKey'; readonly code: string | null; readonly message: string; readonly control?: Control }
  /** A time stamp lay outside the exchange's window: its clock is measured, and what `control` refuses asked for once more. */
  | { readonly kind: 'clock'; readonly control: Control }
  | { readonly kind: 'rejected'; readonly reason: RejectReason; readonly detail: string }

export type AccountNormalizer = (data: Buffer, isBinary: boolean, receivedAt: EpochMs) => AccountNormalized

/** Sends one call within the exchange's limits, by its clock, retried where that may help. */
export type Ask = <T>(call: RestCall<T>) => Promise<RestResult<T>>

/**
 * What a private stream must be given before it can open: a listen key (Binance futures, MEXC), the user's number (Gate futures).
 */
export interface StreamTicket {
  obtain(ask: Ask): Promise<RestResult<string>>
  /** Keeps it good; a result that is not ok with kind `invalid` means that it is no longer known: obtain another. null: it lasts. */
  readonly extend: ((ask: Ask, ticket: string) => Promise<RestResult<null>>) | null
  readonly extendEveryMs: number
}

/** One private feed. All its wires are always wanted. */
export interface PrivateStream {
  /** `spot`, `futures`, `private` */
  readonly id: string
  readonly wires: readonly string[]
  readonly ticket: StreamTicket | null
  /**
   * `ticket` null where the stream needs none. `now` is the exchange's clock, for what the rules sign (the one passed to `login`
   * and `subscribe` is this machine's).
   */
  rules(ticket: string | null, now: () => EpochMs): FeedRules
  /** A fresh one per connection. */
  createNormalizer(): AccountNormalizer
}

/** One reply of a list that comes in pages; a page that failed ends the list. */
export type Page<T> = RestResult<readonly T[]>

/** Where a download of fills goes on. Both null: from `from` on. */
export interface FillCursor {
  readonly instrument: Instrument
  /** Newest stored one. */
  readonly tradeId: string | null
  readonly at: EpochMs | null
}

/** By the exchange's clock, both ends included. */
export interface TimeRange {
  readonly from: EpochMs
  /** Of what goes on until now: minutes ahead, since our idea of that clock may be behind it. */
  readonly to: EpochMs
}

/**
 * One account at one exchange. REST methods ask for what they need through `ask` and give rows already normalised; rows of
 * instruments that the exchange no longer lists are passed over and named in `passedOver`. `symbols` are the instruments this
 * account is known or likely to have traded, for exchanges that answer per symbol only; the others ignore it.
 */
export interface AccountConnector {
  /**
   * Orders or fills are answered for one symbol at a time, so that one that joins `symbols` has a past of its own to download. False:
   * one answer covers every symbol there is.
   */
  readonly asksPerSymbol: boolean
  readonly wallets: readonly Wallet[]
  readonly streams: readonly PrivateStream[]
  /** Wallets of whose balances no stream tells, so that their changes are news, not differences. Not given: `funding`. */
  readonly untoldWallets?: readonly Wallet[]
  /** Wallets of whose balances streams tell the total alone, so that what of it is free is news, not a difference. Not given: none. */
  readonly totalsOnlyWallets?: readonly Wallet[]
  /** No stream tells fills, so that those downloaded are news, not differences. Not given: false. */
  readonly untoldFills?: boolean
  /** No stream tells positions, so that what REST says of them is news, not differences. Not given: false. */
  readonly untoldPositions?: boolean
  /**
   * Decimals to which the exchange books what a trade cost and its fee: price times quantity has more. null: not known (yet). Not given:
   * it books them exactly.
   */
  readonly bookedDecimals?: (asset: string) => number | null
  /** What the key may do. Not ok with kind `rejectedKey`: the key is not good. */
  permissions(ask: Ask): Promise<RestResult<KeyPermissions>>
  /** Every balance that is not zero, of every wallet the key can see. */
  balances(ask: Ask): Promise<RestResult<readonly Balance[]>>
  /** Every open order, spot and perpetual. */
  openOrders(ask: Ask, symbols: readonly Instrument[]): Promise<RestResult<readonly WithRaw<Order>[]>>
  /** The exchange's word on one order; null: it says that there is no such order (any more). */
  order(ask: Ask, instrument: Instrument, exchangeOrderId: string): Promise<RestResult<WithRaw<Order> | null>>
  /** Orders that changed within the range, as far back as the exchange keeps them; any order of rows and pages. */
  orderHistory(ask: Ask, range: TimeRange, symbols: readonly Instrument[]): AsyncIterable<Page<WithRaw<Order>>>
  /**
   * Own trades since `from`, or per symbol since its cursor where that is later; a row may repeat what is known. Any order of
   * symbols; ascending within one where the exchange allows, so that an interrupted download goes on where it stopped.
   */
  fills(
    ask: Ask,
    from: EpochMs,
    cursors: readonly FillCursor[],
    symbols: readonly Instrument[],
  ): AsyncIterable<Page<WithRaw<Fill>>>
  /** Every open position; empty where there are no perpetuals. */
  positions(ask: Ask): Promise<RestResult<readonly Position[]>>
  /** Deposits, withdrawals and internal transfers created in the range. */
  transfers(ask: Ask, range: TimeRange): AsyncIterable<Page<WithRaw<Transfer>>>
  fundingPayments(ask: Ask, range: TimeRange, symbols: readonly Instrument[]): AsyncIterable<Page<FundingPayment>>
  /**
   * What this account pays, without discounts for paying in the exchange's own coin, since they end with the coin: of each kind one
   * row for all symbols, or one for each, of exchanges that answer per symbol only those of `symbols`. A symbol's own row holds
   * before the one for all; what has neither was not told. Not given: the exchange does not tell.
   */
  fees?(ask: Ask, symbols: readonly Instrument[]): Promise<RestResult<readonly AccountFees[]>>
  /** Every network of every asset, with what is told to the holder of a key only. Not given: the exchange does not tell. */
  assetNetworks?(ask: Ask): Promise<RestResult<readonly AssetNetwork[]>>
}

export interface AccountConnectorOptions {
  /** Crossbook's id of the account, for the rows. */
  readonly account: string
  readonly credentials: Credentials
  /** The exchange's listed instruments; one pair of maps for good, filled as lists arrive. */
  readonly lookup: InstrumentLookup
}

/** A connector's private half. */
export interface AccountSupport {
  readonly needsPassphrase: boolean
  /** How to make a read-only key there, in a few words, with the page's address: shown where keys are added. */
  readonly keyAdvice: string
  create(options: AccountConnectorOptions): AccountConnector
}
