/** Rows of accounts as tests need them: complete, with what matters given. */
import type {
  Balance,
  Drift,
  Fill,
  FundingPayment,
  FundingRate,
  Order,
  Position,
  Transfer,
} from '../../../src/shared/domain/index.ts'

/** 2023-11-14T22:13:20.000Z */
export const start = 1_700_000_000_000

const common = { account: 'binance-main', exchange: 'binance' } as const

export const order = (more: Partial<Order> = {}): Order => ({
  ...common,
  symbol: 'BTC_USDT',
  exchangeOrderId: '1001',
  clientOrderId: 'mine-1',
  side: 'BUY',
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: '30000.10',
  stopPrice: null,
  quantity: '1.50',
  quoteQuantity: null,
  filledQuantity: '0',
  averagePrice: null,
  status: 'NEW',
  exchangeStatus: 'NEW',
  reduceOnly: null,
  createdAt: start,
  updatedAt: start,
  receivedAt: start + 5,
  ...more,
})

export const fill = (more: Partial<Fill> = {}): Fill => ({
  ...common,
  symbol: 'BTC_USDT',
  tradeId: '1',
  exchangeOrderId: '1001',
  side: 'BUY',
  price: '30000.10',
  quantity: '0.50',
  fee: '0.0005',
  feeAsset: 'BTC',
  liquidity: 'maker',
  realisedPnl: null,
  at: start,
  receivedAt: start + 5,
  ...more,
})

export const balance = (more: Partial<Balance> = {}): Balance => ({
  ...common,
  wallet: 'spot',
  asset: 'BTC',
  free: '1.0',
  locked: '0.50',
  total: '1.50',
  exchangeAt: start,
  receivedAt: start + 5,
  ...more,
})

export const position = (more: Partial<Position> = {}): Position => ({
  ...common,
  symbol: 'BTC_USDT_PERP',
  side: 'BOTH',
  quantity: '-0.25',
  entryPrice: '30000',
  markPrice: '30010',
  unrealisedPnl: '-2.5',
  liquidationPrice: null,
  leverage: '5',
  marginMode: 'cross',
  settleAsset: 'USDT',
  exchangeAt: start,
  receivedAt: start + 5,
  ...more,
})

export const transfer = (more: Partial<Transfer> = {}): Transfer => ({
  ...common,
  transferId: 't1',
  kind: 'deposit',
  asset: 'USDT',
  amount: '1000.0',
  fee: null,
  feeAsset: null,
  network: 'TRX',
  address: 'TAddress',
  transactionId: 'hash',
  fromWallet: null,
  toWallet: null,
  status: 'pending',
  exchangeStatus: '0',
  createdAt: start,
  updatedAt: null,
  receivedAt: start + 5,
  ...more,
})

export const payment = (more: Partial<FundingPayment> = {}): FundingPayment => ({
  ...common,
  symbol: 'BTC_USDT_PERP',
  paymentId: 'p1',
  asset: 'USDT',
  amount: '-0.125',
  at: start,
  receivedAt: start + 5,
  ...more,
})

export const rate = (more: Partial<FundingRate> = {}): FundingRate => ({
  exchange: 'binance',
  symbol: 'BTC_USDT_PERP',
  rate: '0.00010000',
  nextFundingAt: start + 3_600_000,
  intervalHours: 8,
  markPrice: '30010.5',
  exchangeAt: start,
  receivedAt: start + 5,
  ...more,
})

export const drift = (more: Partial<Drift> = {}): Drift => ({
  id: 1,
  account: 'binance-main',
  subject: 'balance',
  item: 'spot BTC',
  field: 'total',
  expected: '1.5',
  got: '1.4',
  since: start - 60_000,
  foundAt: start,
  resolvedAt: null,
  resolution: null,
  ...more,
})
