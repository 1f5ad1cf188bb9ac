/**
 * The trader's own accounts. Amounts are decimal text as the exchange sent it (`shared/amount.ts` adds it up); absent is null,
 * never "0". Quantities are in base asset (contracts already multiplied out, exactly), prices in quote asset per base asset.
 * Times are epoch ms: `...At` of the exchange unless it says received.
 */
import { z } from 'zod'
import { ExchangeId } from './exchange.ts'
import { MarketKind } from './instrument.ts'
import { RejectedFrames, SocketStatus } from './status.ts'

/** Plain decimal text: an optional minus, digits, an optional fraction; no exponent. */
export const DecimalText = z.string().regex(/^-?\d+(\.\d+)?$/, 'decimal text such as 0.015')
export type DecimalText = z.infer<typeof DecimalText>

/** Identifies one account within Crossbook: `binance-main`. Not a secret. */
export const AccountId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, 'small letters, digits and hyphens')

/**
 * `spot` and `futures` are wallets of their own; `unified` is one that serves both; `funding` is apart from trading, for deposits and
 * withdrawals. Which an exchange has, docs/exchanges.md says.
 */
export const wallets = ['spot', 'futures', 'unified', 'funding'] as const
export const Wallet = z.enum(wallets)
export type Wallet = z.infer<typeof Wallet>

/** What is held of one asset in one wallet. `total` excludes unrealised profit. */
export const Balance = z.object({
  account: z.string(),
  exchange: ExchangeId,
  wallet: Wallet,
  asset: z.string(),
  /** null where the message told only the total (futures streams). */
  free: DecimalText.nullable(),
  locked: DecimalText.nullable(),
  total: DecimalText,
  exchangeAt: z.number().nullable(),
  receivedAt: z.number(),
})
export type Balance = Readonly<z.infer<typeof Balance>>
export const balanceKey = ({ account, wallet, asset }: Pick<Balance, 'account' | 'wallet' | 'asset'>): string =>
  `${account} ${wallet} ${asset}`

export const OrderStatus = z.enum(['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED'])
export type OrderStatus = z.infer<typeof OrderStatus>
/** No later message of the exchange changes an order in one of these. */
export const isFinalStatus = (status: OrderStatus): boolean => status !== 'NEW' && status !== 'PARTIALLY_FILLED'

export const OrderSide = z.enum(['BUY', 'SELL'])

export const Order = z.object({
  account: z.string(),
  exchange: ExchangeId,
  /** `BTC_USDT`, `BTC_USDT_PERP` */
  symbol: z.string(),
  exchangeOrderId: z.string(),
  clientOrderId: z.string().nullable(),
  side: OrderSide,
  /** LIMIT and MARKET are unified; others (STOP_LOSS_LIMIT, ...) are the exchange's own word in capitals. */
  type: z.string(),
  /** GTC, IOC, FOK, POST_ONLY or the exchange's own; null where it tells none. */
  timeInForce: z.string().nullable(),
  /** null for market orders */
  price: DecimalText.nullable(),
  /** Trigger price of a conditional order. */
  stopPrice: DecimalText.nullable(),
  /** base asset; null for market buys given in quote asset */
  quantity: DecimalText.nullable(),
  /** Of orders given in quote asset. */
  quoteQuantity: DecimalText.nullable(),
  filledQuantity: DecimalText,
  /** null while nothing is filled, or where the exchange does not tell */
  averagePrice: DecimalText.nullable(),
  status: OrderStatus,
  /** The exchange's own words: its status, and why it ended where it says. */
  exchangeStatus: z.string(),
  reduceOnly: z.boolean().nullable(),
  createdAt: z.number().nullable(),
  /** The exchange's time of this state; of two messages about an order the later one holds. */
  updatedAt: z.number(),
  receivedAt: z.number(),
})
export type Order = Readonly<z.infer<typeof Order>>
/** Unique over all accounts: some exchanges count order ids per symbol. */
export const orderKey = ({ account, symbol, exchangeOrderId }: Pick<Order, 'account' | 'symbol' | 'exchangeOrderId'>) =>
  `${account} ${symbol} ${exchangeOrderId}`

/** One state an order was seen in. */
export const OrderEvent = z.object({
  status: OrderStatus,
  exchangeStatus: z.string(),
  filledQuantity: DecimalText,
  price: DecimalText.nullable(),
  updatedAt: z.number(),
  receivedAt: z.number(),
  /** What told of it. */
  source: z.enum(['stream', 'rest']),
})
export type OrderEvent = Readonly<z.infer<typeof OrderEvent>>

/** One own trade. */
export const Fill = z.object({
  account: z.string(),
  exchange: ExchangeId,
  symbol: z.string(),
  /** The exchange's; unique together with account, symbol and order. */
  tradeId: z.string(),
  exchangeOrderId: z.string(),
  side: OrderSide,
  price: DecimalText,
  quantity: DecimalText,
  /** Positive: paid. Negative: a rebate. null: the message did not tell. */
  fee: DecimalText.nullable(),
  feeAsset: z.string().nullable(),
  liquidity: z.enum(['maker', 'taker']).nullable(),
  /** Settlement asset, fee not deducted; null for spot and where the exchange does not tell. */
  realisedPnl: DecimalText.nullable(),
  at: z.number(),
  receivedAt: z.number(),
})
export type Fill = Readonly<z.infer<typeof Fill>>
export const fillKey = ({
  account,
  symbol,
  tradeId,
  exchangeOrderId,
}: Pick<Fill, 'account' | 'symbol' | 'tradeId' | 'exchangeOrderId'>): string =>
  `${account} ${symbol} ${tradeId} ${exchangeOrderId}`

/** One perpetual position. `side` BOTH: one-way mode, where the sign of `quantity` tells the direction. */
export const Position = z.object({
  account: z.string(),
  exchange: ExchangeId,
  symbol: z.string(),
  side: z.enum(['BOTH', 'LONG', 'SHORT']),
  /** base asset, negative for short; "0" once closed */
  quantity: DecimalText,
  entryPrice: DecimalText.nullable(),
  markPrice: DecimalText.nullable(),
  unrealisedPnl: DecimalText.nullable(),
  liquidationPrice: DecimalText.nullable(),
  leverage: DecimalText.nullable(),
  marginMode: z.enum(['cross', 'isolated']).nullable(),
  settleAsset: z.string(),
  exchangeAt: z.number().nullable(),
  receivedAt: z.number(),
})
export type Position = Readonly<z.infer<typeof Position>>
export const positionKey = ({ account, symbol, side }: Pick<Position, 'account' | 'symbol' | 'side'>): string =>
  `${account} ${symbol} ${side}`

export const TransferKind = z.enum(['deposit', 'withdrawal', 'internal'])
export type TransferKind = z.infer<typeof TransferKind>
export const TransferStatus = z.enum(['pending', 'completed', 'failed', 'cancelled', 'refunded'])
export type TransferStatus = z.infer<typeof TransferStatus>

/** A deposit, a withdrawal, or a move between wallets of the same account or of its owner's accounts. */
export const Transfer = z.object({
  account: z.string(),
  exchange: ExchangeId,
  /** The exchange's, or made of its other fields where it gives none; unique with account and kind. */
  transferId: z.string(),
  kind: TransferKind,
  asset: z.string(),
  /** What arrived (deposit, internal) or left without the fee (withdrawal); never negative. */
  amount: DecimalText,
  fee: DecimalText.nullable(),
  feeAsset: z.string().nullable(),
  network: z.string().nullable(),
  address: z.string().nullable(),
  transactionId: z.string().nullable(),
  /** Of internal ones; null: outside what this account's key can see. */
  fromWallet: Wallet.nullable(),
  toWallet: Wallet.nullable(),
  status: TransferStatus,
  /** The exchange's own words. */
  exchangeStatus: z.string(),
  createdAt: z.number(),
  updatedAt: z.number().nullable(),
  receivedAt: z.number(),
})
export type Transfer = Readonly<z.infer<typeof Transfer>>
export const transferKey = ({ account, kind, transferId }: Pick<Transfer, 'account' | 'kind' | 'transferId'>): string =>
  `${account} ${kind} ${transferId}`

export const FundingPayment = z.object({
  account: z.string(),
  exchange: ExchangeId,
  symbol: z.string(),
  /** Unique with account and symbol. */
  paymentId: z.string(),
  asset: z.string(),
  /** Positive: received. Negative: paid. */
  amount: DecimalText,
  at: z.number(),
  receivedAt: z.number(),
})
export type FundingPayment = Readonly<z.infer<typeof FundingPayment>>

/** Public. Rates as fractions of notional a settlement: "0.0001" is 0.01 %. */
export const FundingRate = z.object({
  exchange: ExchangeId,
  symbol: z.string(),
  /** Current (predicted) rate, due at `nextFundingAt`. */
  rate: DecimalText,
  nextFundingAt: z.number().nullable(),
  intervalHours: z.number().nullable(),
  markPrice: DecimalText.nullable(),
  exchangeAt: z.number().nullable(),
  receivedAt: z.number(),
})
export type FundingRate = Readonly<z.infer<typeof FundingRate>>

/**
 * A difference between what the streams led to (`expected`) and what the exchange's REST answer said (`got`). Kept for good; open
 * until a later answer of the exchange agrees with what Crossbook shows.
 */
export const Drift = z.object({
  id: z.number().int(),
  account: z.string(),
  /** `ledger`: opening + fills - fees + transfers + funding is not the balance. */
  subject: z.enum(['balance', 'order', 'fill', 'position', 'ledger']),
  /** What of it: `spot BTC`, an order's symbol and id, `BTC_USDT_PERP`. */
  item: z.string(),
  field: z.string(),
  expected: z.string().nullable(),
  got: z.string().nullable(),
  /** When both last agreed; null: never since the start. */
  since: z.number().nullable(),
  foundAt: z.number(),
  resolvedAt: z.number().nullable(),
  /** In words, once resolved. */
  resolution: z.string().nullable(),
})
export type Drift = Readonly<z.infer<typeof Drift>>

/** What an API key may do, as far as its exchange tells; null: it does not tell. */
export const KeyPermissions = z.object({
  canRead: z.boolean(),
  canTrade: z.boolean().nullable(),
  canWithdraw: z.boolean().nullable(),
  ipRestricted: z.boolean().nullable(),
  ipAddresses: z.array(z.string()),
  expiresAt: z.number().nullable(),
  /** What else the trader should know, in words: an expiry by inactivity, a permission that could not be asked. */
  notes: z.array(z.string()),
})
export type KeyPermissions = Readonly<z.infer<typeof KeyPermissions>>

/** What an account asks its exchange for, again and again. */
export const pollKinds = [
  'permissions',
  'balances',
  'orders',
  'orderHistory',
  'fills',
  'positions',
  'transfers',
  'funding',
  'fees',
] as const
export const PollKind = z.enum(pollKinds)
export type PollKind = z.infer<typeof PollKind>

export const PollStatus = z.object({
  kind: PollKind,
  state: z.enum(['waiting', 'running', 'ok', 'failed']),
  lastSuccessAt: z.number().nullable(),
  nextAt: z.number().nullable(),
  /** In words, while failed. */
  problem: z.string().nullable(),
})
export type PollStatus = Readonly<z.infer<typeof PollStatus>>

/**
 * `connecting`   first snapshot or a stream is not there yet
 * `live`         streams flow, snapshots succeed
 * `degraded`     a stream is down or a poll fails: what it brings may be out of date
 * `rejected`     the exchange refuses the key: nothing is asked until it is changed or tried again by hand
 * `no_key`       the keychain is missing or locked, holds no such key, or the named environment variables are not set
 * `stopped`      switched off, or its exchange is
 */
export const AccountState = z.enum(['connecting', 'live', 'degraded', 'rejected', 'no_key', 'stopped'])
export type AccountState = z.infer<typeof AccountState>

const FeeSpan = z.object({ from: z.number(), to: z.number() })
/** What an account pays on one kind of market, from its cheapest symbol to its dearest; fractions of notional. */
export const AccountFeeRange = z.object({ kind: MarketKind, maker: FeeSpan, taker: FeeSpan, receivedAt: z.number() })
export type AccountFeeRange = Readonly<z.infer<typeof AccountFeeRange>>

export const AccountStatus = z.object({
  id: z.string(),
  exchange: ExchangeId,
  label: z.string(),
  /** Where its key lies. `demo`: the simulator's own. */
  keySource: z.enum(['keychain', 'environment', 'demo']),
  state: AccountState,
  /** In words: "Binance 'main': key rejected (-2015): check IP allow-list"; null when live. */
  reason: z.string().nullable(),
  since: z.number(),
  streams: z.array(SocketStatus),
  polls: z.array(PollStatus),
  permissions: KeyPermissions.nullable(),
  /** Empty: not told. */
  fees: z.array(AccountFeeRange),
  openDrifts: z.number().int(),
  rejected: z.array(RejectedFrames),
  /** Standing complaints, in words. */
  notes: z.array(z.string()),
})
export type AccountStatus = Readonly<z.infer<typeof AccountStatus>>
