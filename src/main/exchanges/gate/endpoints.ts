/**
 * Gate's addresses, limits and fees. API V4; Gate's developer pages: https://www.gate.com/docs/developers/apiv4/ (REST),
 * /apiv4/ws/ (spot streams), /futures/ws/ (perpetual streams).
 */
import type { ExchangeFees } from '../../../shared/settings.ts'
import type { RateLimitPool } from '../../net/rest.ts'

export const restOrigin = 'https://api.gateio.ws'
export const spotSocketOrigin = 'wss://api.gateio.ws'
export const perpetualSocketOrigin = 'wss://fx-ws.gateio.ws'

const rest = `${restOrigin}/api/v4`
export const urls = {
  time: `${rest}/spot/time`,
  currencyPairs: `${rest}/spot/currency_pairs`,
  currencies: `${rest}/spot/currencies`,
  spotCandles: `${rest}/spot/candlesticks`,
  contracts: `${rest}/futures/usdt/contracts`,
  perpetualCandles: `${rest}/futures/usdt/candlesticks`,
  paidRates: `${rest}/futures/usdt/funding_rate`,
  spotSocket: `${spotSocketOrigin}/ws/v4/`,
  perpetualSocket: `${perpetualSocketOrigin}/v4/ws/usdt`,
  // With a key
  spotAccounts: `${rest}/spot/accounts`,
  spotOpenOrders: `${rest}/spot/open_orders`,
  spotOrders: `${rest}/spot/orders`,
  spotTrades: `${rest}/spot/my_trades`,
  deposits: `${rest}/wallet/deposits`,
  withdrawals: `${rest}/wallet/withdrawals`,
  subAccountTransfers: `${rest}/wallet/sub_account_transfers`,
  withdrawStatus: `${rest}/wallet/withdraw_status`,
  fee: `${rest}/wallet/fee`,
  accountDetail: `${rest}/account/detail`,
  keys: `${rest}/account/main_keys`,
  futuresAccount: `${rest}/futures/usdt/accounts`,
  positions: `${rest}/futures/usdt/positions`,
  futuresOrders: `${rest}/futures/usdt/orders`,
  futuresOrdersByTime: `${rest}/futures/usdt/orders_timerange`,
  futuresTradesByTime: `${rest}/futures/usdt/my_trades_timerange`,
  futuresLedger: `${rest}/futures/usdt/account_book`,
} as const

/**
 * Without it futures sizes are integers truncated toward zero, wrong for contracts that trade in fractions
 * (`enable_decimal`: ETH, SOL, XRP...). With it sizes are strings. Goes with REST calls and the stream's handshake.
 */
export const decimalSizes = { 'X-Gate-Size-Decimal': '1' } as const

/** Public REST: 200 requests in 10 s per endpoint and address ("Frequency limit rule"), so each endpoint is its own pool. */
const endpointPool = (id: string): RateLimitPool => ({ id, limit: 200, intervalMs: 10_000 })
const publicPools = [
  'spot/time',
  'spot/currency_pairs',
  'spot/currencies',
  'spot/candlesticks',
  'futures/contracts',
  'futures/candlesticks',
  'futures/funding_rate',
] as const
/** Private reads: the same limit per endpoint and user id. */
const privatePools = [
  'spot/accounts',
  'spot/open_orders',
  'spot/orders',
  'spot/orders/id',
  'spot/my_trades',
  'wallet/deposits',
  'wallet/withdrawals',
  'wallet/sub_account_transfers',
  'wallet/withdraw_status',
  'wallet/fee',
  'account/detail',
  'account/main_keys',
  'futures/accounts',
  'futures/positions',
  'futures/orders',
  'futures/orders/id',
  'futures/orders_timerange',
  'futures/my_trades_timerange',
  'futures/account_book',
] as const
export type PrivatePool = (typeof privatePools)[number]
export const pools = [...publicPools, ...privatePools].map(endpointPool)

/** Lists of the account. Windows may span 30 days at most, both ends given; a page of fills reaches 100,000 rows deep. */
export const longestWindowMs = 30 * 86_400_000
/** The futures side forgets orders and trades after 6 months. */
export const futuresMemoryMs = 180 * 86_400_000
export const openOrdersPerPage = 100
export const rowsPerPage = 1_000
export const transfersPerPage = 500
export const positionsPerPage = 100
/** Of moves to and from sub-accounts; the most is not documented. */
export const movesPerPage = 100
export const deepestRow = 100_000

/** Points in one `from`..`to` window, both ends counted; more is 400 INVALID_PARAM_VALUE. */
export const spotCandlesPerCall = 1_000
/** Documented maximum 2000; one less because whether both ends count is not documented. */
export const perpetualCandlesPerCall = 1_999

/**
 * VIP 0, without any GT or points discount. Spot 0.1 % / 0.1 % and perpetual taker 0.05 %: Gate's fee page
 * (https://www.gate.com/fee) and its announcement 50390 of 2026-03-25. Perpetual maker 0.02 %: the long-standing VIP 0 rate,
 * not confirmed there. The list's own figures (`fee` "0.2" of a currency pair, `maker_fee_rate` -0.0001 and `taker_fee_rate`
 * 0.00075 of a contract) are base rates that no VIP level pays, so they are not used. Settings override all of this.
 */
export const standardFees: ExchangeFees = {
  spot: { maker: 0.001, taker: 0.001 },
  perpetual: { maker: 0.0002, taker: 0.0005 },
}
