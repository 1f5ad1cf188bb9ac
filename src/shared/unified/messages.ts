/** From what the program works with to what leaves it (`schemas.ts`). */
import type {
  Alert,
  Balance,
  BookTicker,
  Candle,
  Drift,
  ExchangeId,
  Fill,
  FundingPayment,
  FundingRate,
  Gap,
  Instrument,
  KeptBook,
  Opportunity,
  Order,
  Period,
  Position,
  SpreadPair,
  SpreadVerdict,
  Trade,
  Transfer,
  Truth,
} from '../domain/index.ts'
import { type MessageOf, unifiedVersion as version } from './schemas.ts'

/** Shortest decimal text that reads back as the same number; no exponent. Throws a RangeError for what is no finite number. */
export function decimalText(value: number): string {
  const text = String(value)
  if (!/[eIN]/.test(text)) return text
  if (!Number.isFinite(value)) throw new RangeError(`${value} is no number that can be written`)
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text) ?? []
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  if (point >= digits.length) return `${sign}${digits}${'0'.repeat(point - digits.length)}`
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** null for null and for NaN, which is how columns say absent. */
export const optionalText = (value: number | null): string | null =>
  value === null || Number.isNaN(value) ? null : decimalText(value)

const exchangeName = (exchange: ExchangeId): string => exchange.toUpperCase()

/** `binance:BTC_USDT` */
function splitKey(key: string): { exchange: string; symbol: string } {
  const colon = key.indexOf(':')
  return { exchange: key.slice(0, colon).toUpperCase(), symbol: key.slice(colon + 1) }
}

/** `truth` is not `gap`: of that there is `deadBookTicker`. */
export const bookTickerMessage = (quote: BookTicker, truth: Truth): MessageOf<'book_ticker'> => ({
  event_type: 'book_ticker',
  version,
  exchange: exchangeName(quote.instrument.exchange),
  symbol: quote.instrument.symbol,
  bid_price: optionalText(quote.bidPrice),
  bid_quantity: optionalText(quote.bidQuantity),
  ask_price: optionalText(quote.askPrice),
  ask_quantity: optionalText(quote.askQuantity),
  exchange_time: quote.exchangeAt,
  received_time: quote.receivedAt,
  is_live: truth !== 'gap',
  truth,
})

/** What is said of an instrument whose feed is down. */
export const deadBookTicker = ({
  exchange,
  symbol,
}: Pick<Instrument, 'exchange' | 'symbol'>): MessageOf<'book_ticker'> => ({
  event_type: 'book_ticker',
  version,
  exchange: exchangeName(exchange),
  symbol,
  bid_price: null,
  bid_quantity: null,
  ask_price: null,
  ask_quantity: null,
  exchange_time: null,
  received_time: null,
  is_live: false,
  truth: 'gap',
})

/** Levels a side of a message that nobody asked for in particular. */
export const sentBookLevels = 50

/** A book that is kept, its best `levels` a side. */
export function orderBookMessage(kept: KeptBook, levels: number): MessageOf<'order_book'> {
  const { instrument, book, truth, updateId, exchangeAt, receivedAt } = kept
  const { bidPrice, bidQuantity, askPrice, askQuantity } = book.top(truth === 'gap' ? 0 : levels)
  const side = (prices: Float64Array, quantities: Float64Array): [string, string][] =>
    Array.from(prices, (price, level) => [decimalText(price), decimalText(quantities[level] ?? 0)])
  return {
    event_type: 'order_book',
    version,
    exchange: exchangeName(instrument.exchange),
    symbol: instrument.symbol,
    bids: side(bidPrice, bidQuantity),
    asks: side(askPrice, askQuantity),
    depth: levels,
    update_id: updateId,
    exchange_time: exchangeAt,
    received_time: receivedAt,
    is_live: truth !== 'gap',
    truth,
  }
}

/** Where no book is kept: its top, as far as the quote tells it. */
export function topOfBookMessage(quote: MessageOf<'book_ticker'>): MessageOf<'order_book'> {
  const side = (price: string | null, quantity: string | null): [string, string][] =>
    price === null || quantity === null ? [] : [[price, quantity]]
  return {
    event_type: 'order_book',
    version,
    exchange: quote.exchange,
    symbol: quote.symbol,
    bids: side(quote.bid_price, quote.bid_quantity),
    asks: side(quote.ask_price, quote.ask_quantity),
    depth: 1,
    update_id: null,
    exchange_time: quote.exchange_time,
    received_time: quote.received_time,
    is_live: quote.is_live,
    truth: quote.truth,
  }
}

export const tradeMessage = (trade: Trade): MessageOf<'trade'> => ({
  event_type: 'trade',
  version,
  exchange: exchangeName(trade.instrument.exchange),
  symbol: trade.instrument.symbol,
  trade_id: trade.tradeId,
  price: decimalText(trade.price),
  quantity: decimalText(trade.quantity),
  side: trade.side,
  exchange_time: trade.exchangeAt,
  received_time: trade.receivedAt,
})

export const klineMessage = (
  { exchange, symbol }: Pick<Instrument, 'exchange' | 'symbol'>,
  period: Period,
  candle: Omit<Candle, 'quoteVolume'>,
  isClosed: boolean,
): MessageOf<'kline'> => ({
  event_type: 'kline',
  version,
  exchange: exchangeName(exchange),
  symbol,
  period,
  timestamp_open: candle.openTime,
  open: decimalText(candle.open),
  high: decimalText(candle.high),
  low: decimalText(candle.low),
  close: decimalText(candle.close),
  volume: decimalText(candle.volume),
  is_closed: isClosed,
})

export const fundingRateMessage = (rate: FundingRate): MessageOf<'funding_rate'> => ({
  event_type: 'funding_rate',
  version,
  exchange: exchangeName(rate.exchange),
  symbol: rate.symbol,
  rate: rate.rate,
  next_funding_time: rate.nextFundingAt,
  interval_hours: rate.intervalHours,
  mark_price: rate.markPrice,
  exchange_time: rate.exchangeAt,
  received_time: rate.receivedAt,
})

export const balanceMessage = (balance: Balance, truth: Truth): MessageOf<'balance'> => ({
  event_type: 'balance',
  version,
  exchange: exchangeName(balance.exchange),
  account: balance.account,
  wallet: balance.wallet,
  asset: balance.asset,
  free: balance.free,
  locked: balance.locked,
  total: balance.total,
  exchange_time: balance.exchangeAt,
  received_time: balance.receivedAt,
  truth,
})

export const positionMessage = (position: Position): MessageOf<'position'> => ({
  event_type: 'position',
  version,
  exchange: exchangeName(position.exchange),
  account: position.account,
  symbol: position.symbol,
  side: position.side,
  quantity: position.quantity,
  entry_price: position.entryPrice,
  mark_price: position.markPrice,
  unrealised_pnl: position.unrealisedPnl,
  liquidation_price: position.liquidationPrice,
  leverage: position.leverage,
  margin_mode: position.marginMode,
  settle_asset: position.settleAsset,
  exchange_time: position.exchangeAt,
  received_time: position.receivedAt,
})

export const orderUpdateMessage = (order: Order): MessageOf<'order_update'> => ({
  event_type: 'order_update',
  version,
  exchange: exchangeName(order.exchange),
  account: order.account,
  symbol: order.symbol,
  client_order_id: order.clientOrderId,
  exchange_order_id: order.exchangeOrderId,
  side: order.side,
  type: order.type,
  time_in_force: order.timeInForce,
  price: order.price,
  stop_price: order.stopPrice,
  quantity: order.quantity,
  quote_quantity: order.quoteQuantity,
  filled_quantity: order.filledQuantity,
  average_price: order.averagePrice,
  status: order.status,
  exchange_status: order.exchangeStatus,
  reduce_only: order.reduceOnly,
  create_time: order.createdAt,
  update_time: order.updatedAt,
  received_time: order.receivedAt,
})

export const fillMessage = (fill: Fill, isCompletion: boolean): MessageOf<'fill'> => ({
  event_type: 'fill',
  version,
  exchange: exchangeName(fill.exchange),
  account: fill.account,
  symbol: fill.symbol,
  trade_id: fill.tradeId,
  exchange_order_id: fill.exchangeOrderId,
  side: fill.side,
  price: fill.price,
  quantity: fill.quantity,
  fee: fill.fee,
  fee_asset: fill.feeAsset,
  liquidity: fill.liquidity,
  realised_pnl: fill.realisedPnl,
  time: fill.at,
  received_time: fill.receivedAt,
  is_completion: isCompletion,
})

export const transferMessage = (transfer: Transfer): MessageOf<'transfer'> => ({
  event_type: 'transfer',
  version,
  exchange: exchangeName(transfer.exchange),
  account: transfer.account,
  transfer_id: transfer.transferId,
  kind: transfer.kind,
  asset: transfer.asset,
  amount: transfer.amount,
  fee: transfer.fee,
  fee_asset: transfer.feeAsset,
  network: transfer.network,
  address: transfer.address,
  transaction_id: transfer.transactionId,
  from_wallet: transfer.fromWallet,
  to_wallet: transfer.toWallet,
  status: transfer.status,
  exchange_status: transfer.exchangeStatus,
  create_time: transfer.createdAt,
  update_time: transfer.updatedAt,
  received_time: transfer.receivedAt,
})

export const fundingPaymentMessage = (payment: FundingPayment): MessageOf<'funding_payment'> => ({
  event_type: 'funding_payment',
  version,
  exchange: exchangeName(payment.exchange),
  account: payment.account,
  symbol: payment.symbol,
  payment_id: payment.paymentId,
  asset: payment.asset,
  amount: payment.amount,
  time: payment.at,
  received_time: payment.receivedAt,
})

export function opportunityMessage(opportunity: Opportunity): MessageOf<'opportunity'> {
  const buy = splitKey(opportunity.buy)
  const sell = splitKey(opportunity.sell)
  const { best } = opportunity
  return {
    event_type: 'opportunity',
    version,
    id: opportunity.id,
    kind: opportunity.kind,
    symbol: opportunity.symbol,
    buy_exchange: buy.exchange,
    buy_symbol: buy.symbol,
    sell_exchange: sell.exchange,
    sell_symbol: sell.symbol,
    state: opportunity.closedAt === null ? 'open' : 'closed',
    open_time: opportunity.openedAt,
    close_time: opportunity.closedAt,
    close_reason: opportunity.closeReason,
    best_time: opportunity.bestAt,
    best_gross_percent: decimalText(opportunity.bestGrossPercent),
    best_net_percent: decimalText(opportunity.bestNetPercent),
    best_buy_price: decimalText(opportunity.bestBuyPrice),
    best_sell_price: decimalText(opportunity.bestSellPrice),
    best_quantity: decimalText(opportunity.bestQuantity),
    best_profit: decimalText(opportunity.bestProfit),
    rejection: opportunity.rejection,
    rejection_words: opportunity.rejectionWords,
    buy_fee: optionalText(opportunity.buyFee),
    sell_fee: optionalText(opportunity.sellFee),
    best_verdict: best?.verdict ?? null,
    best_low_net_percent: optionalText(best?.lowNetPercent ?? null),
    best_high_net_percent: optionalText(best?.highNetPercent ?? null),
    best_executable_quantity: optionalText(best?.executableQuantity ?? null),
    best_executable_profit: optionalText(best?.executableProfit ?? null),
  }
}

/** Numbers as the spread columns have them: NaN while one of the legs is not live, has no price, or is older than the settings allow. */
export function spreadMessage(
  pair: SpreadPair,
  numbers: {
    readonly grossPercent: number
    readonly netPercent: number
    readonly buyPrice: number
    readonly sellPrice: number
    readonly quantity: number
    readonly profit: number
    readonly verdict: SpreadVerdict
    readonly lowNetPercent: number
    readonly highNetPercent: number
    readonly executableQuantity: number
    readonly executableProfit: number
    readonly fundingPercent: number
    readonly carryPercent: number
    readonly buyReceivedAt: number
    readonly sellReceivedAt: number
    /** Of the worse leg. */
    readonly truth: Truth
  },
): MessageOf<'spread'> {
  const buy = splitKey(pair.buy)
  const sell = splitKey(pair.sell)
  return {
    event_type: 'spread',
    version,
    kind: pair.kind,
    symbol: pair.symbol,
    buy_exchange: buy.exchange,
    buy_symbol: buy.symbol,
    sell_exchange: sell.exchange,
    sell_symbol: sell.symbol,
    gross_percent: optionalText(numbers.grossPercent),
    net_percent: optionalText(numbers.netPercent),
    buy_price: optionalText(numbers.buyPrice),
    sell_price: optionalText(numbers.sellPrice),
    quantity: optionalText(numbers.quantity),
    profit: optionalText(numbers.profit),
    verdict: numbers.verdict,
    low_net_percent: optionalText(numbers.lowNetPercent),
    high_net_percent: optionalText(numbers.highNetPercent),
    executable_quantity: optionalText(numbers.executableQuantity),
    executable_profit: optionalText(numbers.executableProfit),
    funding_percent: optionalText(numbers.fundingPercent),
    carry_percent: optionalText(numbers.carryPercent),
    buy_received_time: Number.isNaN(numbers.buyReceivedAt) ? null : numbers.buyReceivedAt,
    sell_received_time: Number.isNaN(numbers.sellReceivedAt) ? null : numbers.sellReceivedAt,
    truth: numbers.truth,
  }
}

export const alertMessage = (alert: Alert): MessageOf<'alert'> => ({
  event_type: 'alert',
  version,
  id: alert.id,
  time: alert.at,
  severity: alert.severity,
  rule: alert.rule,
  rule_id: alert.ruleId,
  subject: alert.subject,
  message: alert.message,
})

export const connectionMessage = (
  event: {
    readonly exchange: ExchangeId
    readonly feed: string
    readonly state: 'live' | 'down'
    readonly reconnected: boolean
    readonly reason: string
    readonly at: number
  },
  symbols: readonly string[],
): MessageOf<'connection'> => ({
  event_type: 'connection',
  version,
  exchange: exchangeName(event.exchange),
  feed: event.feed,
  state: event.state,
  symbols: [...symbols],
  is_reconnect: event.reconnected,
  reason: event.reason,
  time: event.at,
})

export const gapMessage = (gap: Gap): MessageOf<'gap'> => ({
  event_type: 'gap',
  version,
  id: gap.id,
  exchange: exchangeName(gap.exchange),
  symbol: gap.symbol,
  kind: gap.kind,
  period: gap.period,
  from_time: gap.from,
  to_time: gap.to,
  cause: gap.cause,
  detail: gap.detail,
  filled_time: gap.filledAt,
  why_not_filled: gap.whyNotFilled,
})

export const driftMessage = (drift: Drift): MessageOf<'drift'> => ({
  event_type: 'drift',
  version,
  id: drift.id,
  account: drift.account,
  subject: drift.subject,
  item: drift.item,
  field: drift.field,
  expected: drift.expected,
  got: drift.got,
  found_time: drift.foundAt,
  resolved_time: drift.resolvedAt,
  resolution: drift.resolution,
})
