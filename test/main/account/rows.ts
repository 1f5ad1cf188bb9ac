/** Rows of an invented account for tests. */
import type { Balance, Fill, Order, Position, Transfer } from '../../../src/shared/domain/index.ts'

const whose = { account: 'binance-main', exchange: 'binance' } as const

export const order = (more: Partial<Order> = {}): Order => ({
  ...whose,
  symbol: 'BTC_USDT',
  exchangeOrderId: '1',
  clientOrderId: null,
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '20000',
  stopPrice: null,
  quantity: '1',
  quoteQuantity: null,
  filledQuantity: '0',
  averagePrice: null,
  status: 'NEW',
  exchangeStatus: 'NEW',
  reduceOnly: null,
  createdAt: 1_000,
  updatedAt: 1_000,
  receivedAt: 1_010,
  ...more,
})

export const fill = (more: Partial<Fill> = {}): Fill => ({
  ...whose,
  symbol: 'BTC_USDT',
  tradeId: '1',
  exchangeOrderId: '1',
  side: 'BUY',
  price: '20000',
  quantity: '0.5',
  fee: '0.0005',
  feeAsset: 'BTC',
  liquidity: 'maker',
  realisedPnl: null,
  at: 2_000,
  receivedAt: 2_010,
  ...more,
})

export const balance = (more: Partial<Balance> = {}): Balance => ({
  ...whose,
  wallet: 'spot',
  asset: 'USDT',
  free: '100',
  locked: '0',
  total: '100',
  exchangeAt: 1_000,
  receivedAt: 1_010,
  ...more,
})

export const position = (more: Partial<Position> = {}): Position => ({
  ...whose,
  symbol: 'BTC_USDT_PERP',
  side: 'BOTH',
  quantity: '1',
  entryPrice: '20000',
  markPrice: null,
  unrealisedPnl: null,
  liquidationPrice: null,
  leverage: '5',
  marginMode: 'cross',
  settleAsset: 'USDT',
  exchangeAt: 1_000,
  receivedAt: 1_010,
  ...more,
})

export const transfer = (more: Partial<Transfer> = {}): Transfer => ({
  ...whose,
  transferId: '1',
  kind: 'deposit',
  asset: 'USDT',
  amount: '50',
  fee: null,
  feeAsset: null,
  network: null,
  address: null,
  transactionId: null,
  fromWallet: null,
  toWallet: null,
  status: 'completed',
  exchangeStatus: 'done',
  createdAt: 5_000,
  updatedAt: null,
  receivedAt: 5_010,
  ...more,
})
