/**
 * The shapes in which data leaves the program for the trader's own tools: Redis and the local API speak nothing else. Field names are
 * a promise to bots: they are added to, never changed or taken away without a new `version`. Every price, quantity and amount is
 * decimal text; every time is epoch ms; what is not known is null.
 */
import { z } from 'zod'
import { GapKind, Period, SpreadVerdict, Truth } from '../domain/index.ts'

/** Of every message. */
export const unifiedVersion = 1

const decimal = z.string().regex(/^-?\d+(\.\d+)?$/)
const time = z.number().int()
/** `BINANCE` */
const exchange = z.string()
const symbol = z.string()
const side = z.enum(['BUY', 'SELL'])
const level = z.tuple([decimal, decimal])

const message = <N extends string, S extends z.ZodRawShape>(name: N, shape: S) =>
  z.object({ event_type: z.literal(name), version: z.literal(unifiedVersion), ...shape })

export const BookTickerMessage = message('book_ticker', {
  exchange,
  symbol,
  bid_price: decimal.nullable(),
  bid_quantity: decimal.nullable(),
  ask_price: decimal.nullable(),
  ask_quantity: decimal.nullable(),
  exchange_time: time.nullable(),
  received_time: time.nullable(),
  /** false: nothing that holds now is known, and prices are null. True also of a doubtful or old quote: `truth` says so. */
  is_live: z.boolean(),
  /** `live`, `suspect` (something contradicts it), `stale` (older than usual here) or `gap` (nothing that holds now is known). */
  truth: Truth,
})

export const OrderBookMessage = message('order_book', {
  exchange,
  symbol,
  /** [price, quantity], best first. */
  bids: z.array(level),
  asks: z.array(level),
  /** Levels a side that are sent at most; 1: no full book is kept, these are the best bid and ask alone. */
  depth: z.number().int(),
  /** The exchange's id of the newest update in it; null: not told. */
  update_id: z.number().nullable(),
  exchange_time: time.nullable(),
  received_time: time.nullable(),
  is_live: z.boolean(),
  truth: Truth,
})

export const TradeMessage = message('trade', {
  exchange,
  symbol,
  trade_id: z.string().nullable(),
  price: decimal,
  quantity: decimal,
  /** the taker's */
  side,
  exchange_time: time.nullable(),
  received_time: time,
})

export const KlineMessage = message('kline', {
  exchange,
  symbol,
  period: Period,
  timestamp_open: time,
  open: decimal,
  high: decimal,
  low: decimal,
  close: decimal,
  /** base asset */
  volume: decimal,
  is_closed: z.boolean(),
})

export const FundingRateMessage = message('funding_rate', {
  exchange,
  symbol,
  rate: decimal,
  next_funding_time: time.nullable(),
  interval_hours: z.number().nullable(),
  mark_price: decimal.nullable(),
  exchange_time: time.nullable(),
  received_time: time,
})

export const BalanceMessage = message('balance', {
  exchange,
  account: z.string(),
  wallet: z.string(),
  asset: z.string(),
  free: decimal.nullable(),
  locked: decimal.nullable(),
  total: decimal,
  exchange_time: time.nullable(),
  received_time: time,
  truth: Truth,
})

export const PositionMessage = message('position', {
  exchange,
  account: z.string(),
  symbol,
  side: z.enum(['BOTH', 'LONG', 'SHORT']),
  /** base asset, negative for short; "0" once closed */
  quantity: decimal,
  entry_price: decimal.nullable(),
  mark_price: decimal.nullable(),
  unrealised_pnl: decimal.nullable(),
  liquidation_price: decimal.nullable(),
  leverage: decimal.nullable(),
  margin_mode: z.string().nullable(),
  settle_asset: z.string(),
  exchange_time: time.nullable(),
  received_time: time,
})

export const OrderUpdateMessage = message('order_update', {
  exchange,
  account: z.string(),
  symbol,
  client_order_id: z.string().nullable(),
  exchange_order_id: z.string(),
  side,
  type: z.string(),
  time_in_force: z.string().nullable(),
  price: decimal.nullable(),
  stop_price: decimal.nullable(),
  quantity: decimal.nullable(),
  quote_quantity: decimal.nullable(),
  filled_quantity: decimal,
  average_price: decimal.nullable(),
  status: z.enum(['NEW', 'PARTIALLY_FILLED', 'FILLED', 'CANCELED', 'REJECTED', 'EXPIRED']),
  exchange_status: z.string(),
  reduce_only: z.boolean().nullable(),
  create_time: time.nullable(),
  update_time: time,
  received_time: time,
})

export const FillMessage = message('fill', {
  exchange,
  account: z.string(),
  symbol,
  trade_id: z.string(),
  exchange_order_id: z.string(),
  side,
  price: decimal,
  quantity: decimal,
  fee: decimal.nullable(),
  fee_asset: z.string().nullable(),
  liquidity: z.enum(['maker', 'taker']).nullable(),
  realised_pnl: decimal.nullable(),
  time,
  received_time: time,
  /** true: it was sent before, without its fee or profit; count it once. */
  is_completion: z.boolean(),
})

export const TransferMessage = message('transfer', {
  exchange,
  account: z.string(),
  transfer_id: z.string(),
  kind: z.enum(['deposit', 'withdrawal', 'internal']),
  asset: z.string(),
  amount: decimal,
  fee: decimal.nullable(),
  fee_asset: z.string().nullable(),
  network: z.string().nullable(),
  address: z.string().nullable(),
  transaction_id: z.string().nullable(),
  from_wallet: z.string().nullable(),
  to_wallet: z.string().nullable(),
  status: z.enum(['pending', 'completed', 'failed', 'cancelled', 'refunded']),
  exchange_status: z.string(),
  create_time: time,
  update_time: time.nullable(),
  received_time: time,
})

export const FundingPaymentMessage = message('funding_payment', {
  exchange,
  account: z.string(),
  symbol,
  payment_id: z.string(),
  asset: z.string(),
  /** positive: received */
  amount: decimal,
  time,
  received_time: time,
})

export const OpportunityMessage = message('opportunity', {
  id: z.number().int(),
  kind: z.enum(['cross', 'basis']),
  symbol,
  buy_exchange: exchange,
  buy_symbol: symbol,
  sell_exchange: exchange,
  sell_symbol: symbol,
  /** `open`, then once `closed`. */
  state: z.enum(['open', 'closed']),
  open_time: time,
  close_time: time.nullable(),
  close_reason: z.string().nullable(),
  /** At its best moment so far; percent of the buy price, quantity in base, profit in quote asset. */
  best_time: time,
  best_gross_percent: decimal,
  best_net_percent: decimal,
  best_buy_price: decimal,
  best_sell_price: decimal,
  best_quantity: decimal,
  best_profit: decimal,
  /** Why it is none to act on; null: it is one. All that follows is null for what was stored before verdicts were. */
  rejection: z.string().nullable(),
  rejection_words: z.string().nullable(),
  /** Taker fees, fractions of notional. */
  buy_fee: decimal.nullable(),
  sell_fee: decimal.nullable(),
  best_verdict: z.string().nullable(),
  best_low_net_percent: decimal.nullable(),
  best_high_net_percent: decimal.nullable(),
  /** Both books walked as far as it pays; null also: not known. */
  best_executable_quantity: decimal.nullable(),
  best_executable_profit: decimal.nullable(),
})

export const SpreadMessage = message('spread', {
  kind: z.enum(['cross', 'basis']),
  symbol,
  buy_exchange: exchange,
  buy_symbol: symbol,
  sell_exchange: exchange,
  sell_symbol: symbol,
  /** null while one of the legs is missing, too old or down */
  gross_percent: decimal.nullable(),
  net_percent: decimal.nullable(),
  buy_price: decimal.nullable(),
  sell_price: decimal.nullable(),
  quantity: decimal.nullable(),
  profit: decimal.nullable(),
  /** Whether it counts, and if not why. */
  verdict: SpreadVerdict,
  /** What net may be in truth. */
  low_net_percent: decimal.nullable(),
  high_net_percent: decimal.nullable(),
  /** Both books walked as far as it pays; null also: not known. */
  executable_quantity: decimal.nullable(),
  executable_profit: decimal.nullable(),
  /** Of the next settlement, part of net; positive: received. null also: no leg is a perpetual, or not known. */
  funding_percent: decimal.nullable(),
  /** Of basis pairs, a year of funding. */
  carry_percent: decimal.nullable(),
  buy_received_time: time.nullable(),
  sell_received_time: time.nullable(),
  /** Of the worse leg; the numbers are null where it is not live. */
  truth: Truth,
})

export const AlertMessage = message('alert', {
  id: z.number().int(),
  time,
  severity: z.enum(['info', 'warning', 'error']),
  rule: z.string(),
  /** Of the trader's own rule that fired; null: one of Crossbook's. */
  rule_id: z.string().nullable(),
  subject: z.string(),
  message: z.string(),
})

export const ConnectionMessage = message('connection', {
  exchange,
  feed: z.string(),
  /** `down`: quotes of these symbols no longer count. */
  state: z.enum(['live', 'down']),
  symbols: z.array(symbol),
  is_reconnect: z.boolean(),
  reason: z.string(),
  time,
})

export const GapMessage = message('gap', {
  id: z.number().int(),
  exchange,
  symbol,
  kind: GapKind,
  period: Period.nullable(),
  from_time: time,
  to_time: time.nullable(),
  cause: z.string(),
  detail: z.string(),
  filled_time: time.nullable(),
  why_not_filled: z.string().nullable(),
})

export const DriftMessage = message('drift', {
  id: z.number().int(),
  account: z.string(),
  subject: z.string(),
  item: z.string(),
  field: z.string(),
  expected: z.string().nullable(),
  got: z.string().nullable(),
  found_time: time,
  resolved_time: time.nullable(),
  resolution: z.string().nullable(),
})

export const UnifiedMessage = z.discriminatedUnion('event_type', [
  BookTickerMessage,
  OrderBookMessage,
  TradeMessage,
  KlineMessage,
  FundingRateMessage,
  BalanceMessage,
  PositionMessage,
  OrderUpdateMessage,
  FillMessage,
  TransferMessage,
  FundingPaymentMessage,
  OpportunityMessage,
  SpreadMessage,
  AlertMessage,
  ConnectionMessage,
  GapMessage,
  DriftMessage,
])
export type UnifiedMessage = z.infer<typeof UnifiedMessage>
export type MessageOf<T extends UnifiedMessage['event_type']> = Extract<UnifiedMessage, { event_type: T }>
