/** Rows of accounts as the hub sends them; a test says what matters to it. */
import type { Fill, FundingPayment, FundingRate, Order, Position } from '../../../src/shared/domain/index.ts'

export const order = (part: Partial<Order> = {}): Order => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  exchangeOrderId: '1',
  clientOrderId: 'bot-1',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '100',
  stopPrice: null,
  quantity: '2',
  quoteQuantity: null,
  filledQuantity: '0',
  averagePrice: null,
  status: 'NEW',
  exchangeStatus: 'NEW',
  reduceOnly: null,
  createdAt: 1_000,
  updatedAt: 1_000,
  receivedAt: 1_010,
  ...part,
})

export const fill = (part: Partial<Fill> = {}): Fill => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  tradeId: '1',
  exchangeOrderId: '1',
  side: 'BUY',
  price: '100',
  quantity: '2',
  fee: '0.1',
  feeAsset: 'USDT',
  liquidity: 'maker',
  realisedPnl: null,
  at: 1_000,
  receivedAt: 1_010,
  ...part,
})

export const position = (part: Partial<Position> = {}): Position => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  side: 'BOTH',
  quantity: '2',
  entryPrice: '100',
  markPrice: '110',
  unrealisedPnl: '20',
  liquidationPrice: '55',
  leverage: '2',
  marginMode: 'cross',
  settleAsset: 'USDT',
  exchangeAt: 1_000,
  receivedAt: 1_010,
  ...part,
})

export const fundingRate = (part: Partial<FundingRate> = {}): FundingRate => ({
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  rate: '0.0001',
  nextFundingAt: 9_000,
  intervalHours: 8,
  markPrice: '120',
  exchangeAt: 2_000,
  receivedAt: 2_000,
  ...part,
})

export const payment = (part: Partial<FundingPayment> = {}): FundingPayment => ({
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  paymentId: '1',
  asset: 'USDT',
  amount: '0.5',
  at: 1_000,
  receivedAt: 1_010,
  ...part,
})
