/**
 * The private side of a venue: one trader's account whose balances, orders, fills, fees, positions and funding agree with each
 * other and with the market. Venues render it in their exchange's words; the engine (`engine.ts`) keeps it. Amounts are decimal
 * text, plain and exact; quantities in base asset; times on the venue's clock, epoch ms.
 */
import type {
  EpochMs,
  ExchangeId,
  MarketKind,
  OrderStatus,
  TransferKind,
  TransferStatus,
} from '../../../shared/domain/index.ts'
import type { KeyShape } from '../keys.ts'
import type { SimInstrument } from '../venue.ts'

/** `spot` and `futures`; on OKX `spot` holds what its unified trading account holds, and `funding` is its wallet for transfers. */
export type SimWallet = 'spot' | 'futures' | 'funding'

/** What one venue lets an account do; the engine asks it for rules that differ between exchanges. */
export interface SimAccountRules {
  readonly wallets: readonly SimWallet[]
  /** Wallets that moves come from and go to and that the venue's endpoints do not show; none when absent. */
  readonly hiddenWallets?: readonly SimWallet[]
  /** Where perpetuals settle: `futures`, or `spot` for OKX's unified account. */
  readonly futuresWallet: SimWallet
  /** Where deposits arrive and withdrawals leave: `spot` or `funding`. */
  readonly transferWallet: SimWallet
  /** Hours between two payments of funding; eight when absent. */
  readonly fundingHours?: number
  /** Fees as decimal text fractions of notional, charged in the received asset (spot) or the settlement asset (perpetual). */
  readonly fees: Readonly<Record<MarketKind, { readonly maker: string; readonly taker: string }>>
  /** Of an account that has traded for sixty days; the same when absent. By how much they are lower is the simulator's own word. */
  readonly tradersFees?: SimAccountRules['fees']
  /** True: fees of spot come in quote asset either way, and buys lock theirs as well. */
  readonly feesInQuote?: boolean
  /** A venue-shaped id for the n-th thing of a kind; n grows by 1 from 1. Ids of orders and fills ascend in the venue's order. */
  orderId(n: number, instrument: SimInstrument): string
  tradeId(n: number, instrument: SimInstrument): string
  transferId(n: number, kind: TransferKind): string
  /** What its API keys look like. */
  readonly keyShape: KeyShape
}

export interface SimApiKey {
  readonly key: string
  readonly secret: string
  readonly passphrase: string | null
  readonly canTrade: boolean
  readonly canWithdraw: boolean
  /** Permissions to read that it was not given, in the exchange's own words (`SPOT_DEAL_READ`); absent: it may read everything. */
  readonly lacks?: readonly string[]
  /** Empty: any address. */
  readonly ipAddresses: readonly string[]
  readonly expiresAt: EpochMs | null
}

export interface SimBalance {
  readonly wallet: SimWallet
  readonly asset: string
  readonly free: string
  /** By resting orders, pending withdrawals and the margin of open positions; at most the total. */
  readonly locked: string
  /** free + locked; unrealised profit is not in it */
  readonly total: string
  readonly updatedAt: EpochMs
}

export type SimOrderType = 'LIMIT' | 'MARKET'
export type SimTimeInForce = 'GTC' | 'IOC' | 'FOK' | 'POST_ONLY'

export interface SimOrder {
  readonly id: string
  /** Ascends over all orders of the account. */
  readonly number: number
  readonly clientOrderId: string
  readonly instrument: SimInstrument
  readonly side: 'BUY' | 'SELL'
  readonly type: SimOrderType
  readonly timeInForce: SimTimeInForce
  /** null for market orders */
  readonly price: string | null
  readonly quantity: string
  readonly filledQuantity: string
  /** price times quantity over its fills, quote asset */
  readonly filledQuote: string
  /** over its fills; in `feeAsset` */
  readonly fee: string
  readonly feeAsset: string
  readonly status: OrderStatus
  readonly reduceOnly: boolean
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
  /** Of the account's changes; every change of the order takes a higher one. */
  readonly revision: number
}

export interface SimFill {
  readonly tradeId: string
  readonly number: number
  readonly order: SimOrder
  readonly instrument: SimInstrument
  readonly side: 'BUY' | 'SELL'
  readonly price: string
  readonly quantity: string
  readonly quoteQuantity: string
  /** positive: paid */
  readonly fee: string
  readonly feeAsset: string
  readonly isMaker: boolean
  /** perpetuals: settlement asset, fee not deducted; "0" for spot */
  readonly realisedPnl: string
  readonly at: EpochMs
}

export interface SimPosition {
  readonly instrument: SimInstrument
  /** base asset, negative for short; "0" once closed */
  readonly quantity: string
  readonly entryPrice: string
  readonly leverage: string
  /** All of it since it opened, fees not deducted; starts anew when it crosses zero. */
  readonly realisedPnl: string
  readonly updatedAt: EpochMs
}

/** With the market's prices of this moment. */
export interface SimPositionView extends SimPosition {
  readonly markPrice: string
  readonly unrealisedPnl: string
  readonly liquidationPrice: string
}

export interface SimTransfer {
  readonly id: string
  readonly number: number
  readonly kind: TransferKind
  readonly asset: string
  readonly amount: string
  /** of withdrawals; "0" else */
  readonly fee: string
  /** '' of what goes over none. */
  readonly network: string
  readonly address: string
  readonly transactionId: string
  readonly status: TransferStatus
  /** of internal ones */
  readonly fromWallet: SimWallet | null
  readonly toWallet: SimWallet | null
  readonly createdAt: EpochMs
  readonly updatedAt: EpochMs
}

export interface SimFunding {
  readonly id: string
  readonly number: number
  readonly instrument: SimInstrument
  readonly rate: string
  readonly markPrice: string
  /** position at that moment, base asset, signed */
  readonly quantity: string
  /** positive: received */
  readonly amount: string
  readonly asset: string
  readonly at: EpochMs
}

/** One change of one balance and why: what exchanges call bills, income or account book. */
export interface SimLedgerEntry {
  readonly number: number
  readonly wallet: SimWallet
  readonly asset: string
  /** signed change of the total */
  readonly change: string
  /** total after it */
  readonly total: string
  readonly reason:
    | 'trade'
    | 'fee'
    | 'realised_pnl'
    | 'funding'
    | 'deposit'
    | 'withdrawal'
    | 'withdrawal_fee'
    | 'internal'
  readonly instrument: SimInstrument | null
  readonly order: SimOrder | null
  readonly fill: SimFill | null
  readonly funding: SimFunding | null
  readonly transfer: SimTransfer | null
  readonly at: EpochMs
}

/**
 * What a change of the account tells its private streams, in the order it happened. `balances` holds every balance that the
 * change touched, as it is now.
 */
export type SimAccountEvent =
  | {
      readonly kind: 'order'
      readonly order: SimOrder
      readonly fill: SimFill | null
      readonly balances: readonly SimBalance[]
      readonly position: SimPositionView | null
      readonly at: EpochMs
    }
  | {
      readonly kind: 'transfer'
      readonly transfer: SimTransfer
      readonly balances: readonly SimBalance[]
      /** Signed, of the total: "0" unless it was completed, the fee included in a withdrawal's; what was moved of internal ones. */
      readonly change: string
      readonly at: EpochMs
    }
  | {
      readonly kind: 'funding'
      readonly funding: SimFunding
      readonly balances: readonly SimBalance[]
      readonly position: SimPositionView
      readonly at: EpochMs
    }
  /** Streams opened with it are to end as the exchange ends them, REST answers as for an unknown key. */
  | { readonly kind: 'key_revoked'; readonly key: string; readonly at: EpochMs }
  /** Listen keys (and subscriptions that last like them) made until now are no longer good. */
  | { readonly kind: 'listen_keys_expired'; readonly at: EpochMs }

/** What venues read. Lists are ascending by number and hold everything since the account began (its seeded history included). */
export interface SimAccount {
  readonly exchange: ExchangeId
  /** Numeric text. */
  readonly userId: string
  readonly rules: SimAccountRules
  now(): EpochMs
  /** undefined: nobody knows this key, or it was revoked or has expired. */
  key(key: string): SimApiKey | undefined
  /** Every balance that ever was not zero. */
  balances(wallet: SimWallet): readonly SimBalance[]
  openOrders(kind: MarketKind): readonly SimOrder[]
  orders(kind: MarketKind): readonly SimOrder[]
  order(id: string): SimOrder | undefined
  fills(kind: MarketKind): readonly SimFill[]
  /** Those not zero. */
  positions(): readonly SimPositionView[]
  transfers(kind: TransferKind): readonly SimTransfer[]
  funding(): readonly SimFunding[]
  ledger(wallet: SimWallet): readonly SimLedgerEntry[]
  /** Current rate of a perpetual and when it falls due: the same for every caller at the same time. */
  fundingRate(instrument: SimInstrument): {
    readonly rate: string
    readonly markPrice: string
    readonly nextAt: EpochMs
    readonly intervalHours: number
  }
  /** The returned function ends it. */
  onEvent(listener: (event: SimAccountEvent) => void): () => void
}

export interface PlaceOrder {
  readonly instrument: SimInstrument
  readonly side: 'BUY' | 'SELL'
  readonly type: SimOrderType
  readonly timeInForce?: SimTimeInForce
  readonly price?: string
  readonly quantity: string
  readonly reduceOnly?: boolean
  readonly clientOrderId?: string
}

/** What the simulator's own trader and tests do with the account; no venue offers it to its clients. Throws SimulatorError. */
export interface SimAccountControl extends SimAccount {
  /** What it can trade. */
  readonly instruments: readonly SimInstrument[]
  /** Locks what it needs. Rests until filled, cancelled or expired: nothing fills by itself unless the auto trader runs. */
  place(order: PlaceOrder): SimOrder
  /** `price` defaults to the order's, or the market's for market orders. The last fill that completes it makes it FILLED. */
  fill(orderId: string, quantity: string, options?: { readonly price?: string; readonly isMaker?: boolean }): SimFill
  /** CANCELED, REJECTED or EXPIRED; what was locked is free again. */
  end(orderId: string, status: 'CANCELED' | 'REJECTED' | 'EXPIRED'): SimOrder
  /** `isOnChain` false: from another user of the exchange, over no network. Default true. */
  deposit(asset: string, amount: string, isOnChain?: boolean): SimTransfer
  withdraw(asset: string, amount: string): SimTransfer
  /** To its next state; deposits credit when completed, withdrawals lock at once and leave when completed. */
  advanceTransfer(id: string, status: TransferStatus): SimTransfer
  move(asset: string, amount: string, from: SimWallet, to: SimWallet): SimTransfer
  /**
   * Pays by the rate that falls due at `dueAt`, or now at the current rate. Null without a position. An account without the means
   * pays what it has.
   */
  settleFunding(instrument: SimInstrument, dueAt?: EpochMs): SimFunding | null
  revokeKey(key: string): void
  addKey(key: SimApiKey): void
  expireListenKeys(): void
  /** What `ledger` no longer holds of a balance, summed: opening + entries = total. */
  opening(wallet: SimWallet, asset: string): string
  /** Drops what ended before `before`; open orders and pending transfers stay. */
  forget(before: EpochMs): void
}
