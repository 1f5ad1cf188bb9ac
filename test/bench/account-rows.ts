/** Accounts as an active trader's: what the benches of storage and of profit and loss fill a database with. */
import type { AccountBatch } from '../../src/main/storage/account-contract.ts'
import type { ExchangeId, Fill, Order } from '../../src/shared/domain/index.ts'

export const start = 1_700_000_000_000

/** The same numbers in every run (Lehmer's generator). */
export function random(): () => number {
  let state = 48_271
  return () => {
    state = (state * 16_807) % 2_147_483_647
    return state / 2_147_483_647
  }
}

const accounts: readonly { id: string; exchange: ExchangeId }[] = [
  { id: 'binance-main', exchange: 'binance' },
  { id: 'okx-main', exchange: 'okx' },
]
const markets = [
  { symbol: 'BTC_USDT', price: 37_000, digits: 2 },
  { symbol: 'ETH_USDT', price: 2_000, digits: 2 },
  { symbol: 'SOL_USDT', price: 60, digits: 3 },
  { symbol: 'BTC_USDT_PERP', price: 37_000, digits: 1 },
  { symbol: 'ETH_USDT_PERP', price: 2_000, digits: 2 },
]

/** `count` fills of two accounts in five markets, one a second; positions open and close, perpetuals flip. */
export function fillsOf(count: number): Fill[] {
  const next = random()
  return Array.from({ length: count }, (_, index) => {
    const account = accounts[next() < 0.8 ? 0 : 1] ?? { id: '', exchange: 'binance' }
    const market = markets[Math.floor(next() * markets.length)] ?? { symbol: '', price: 1, digits: 2 }
    const isPerpetual = market.symbol.endsWith('_PERP')
    const isBuy = next() < 0.505
    const quantity = (0.001 + next() * 0.5).toFixed(5)
    const price = (market.price * (0.9 + next() * 0.2)).toFixed(market.digits)
    const inBase = !isPerpetual && isBuy && account.exchange === 'okx'
    const fee = (Number(quantity) * (inBase ? 1 : Number(price)) * 0.00075).toFixed(8)
    return {
      account: account.id,
      exchange: account.exchange,
      symbol: market.symbol,
      tradeId: String(3_000_000_000 + index),
      exchangeOrderId: String(22_000_000_000 + Math.floor(index / 3)),
      side: isBuy ? 'BUY' : 'SELL',
      price,
      quantity,
      fee,
      feeAsset: inBase ? market.symbol.slice(0, 3) : index % 50 === 0 ? 'BNB' : 'USDT',
      liquidity: index % 2 === 0 ? 'maker' : 'taker',
      realisedPnl: null,
      at: start + index * 1_000,
      receivedAt: start + index * 1_000 + 50,
    }
  })
}

/** As long as Binance's execution report. */
export const rawOf = (fill: Fill): string =>
  JSON.stringify({
    e: 'executionReport',
    E: fill.at,
    s: fill.symbol,
    c: `web_${fill.exchangeOrderId}`,
    S: fill.side,
    o: 'LIMIT',
    f: 'GTC',
    q: fill.quantity,
    p: fill.price,
    P: '0.00000000',
    F: '0.00000000',
    g: -1,
    C: '',
    x: 'TRADE',
    X: 'PARTIALLY_FILLED',
    r: 'NONE',
    i: Number(fill.exchangeOrderId),
    l: fill.quantity,
    z: fill.quantity,
    L: fill.price,
    n: fill.fee,
    N: fill.feeAsset,
    T: fill.at,
    t: Number(fill.tradeId),
    w: false,
    m: fill.liquidity === 'maker',
    M: true,
    O: fill.at,
    Z: '0',
    Y: '0',
    Q: '0',
  })

export const orderOf = (fill: Fill, filled: boolean): Order => ({
  account: fill.account,
  exchange: fill.exchange,
  symbol: fill.symbol,
  exchangeOrderId: fill.exchangeOrderId,
  clientOrderId: `web_${fill.exchangeOrderId}`,
  side: fill.side,
  type: 'LIMIT',
  timeInForce: 'GTC',
  price: fill.price,
  stopPrice: null,
  quantity: fill.quantity,
  quoteQuantity: null,
  filledQuantity: filled ? fill.quantity : '0',
  averagePrice: filled ? fill.price : null,
  status: filled ? 'FILLED' : 'NEW',
  exchangeStatus: filled ? 'FILLED' : 'NEW',
  reduceOnly: null,
  createdAt: fill.at - 5_000,
  updatedAt: fill.at,
  receivedAt: fill.receivedAt,
})

/** One trade as the streams tell it: the order new and filled, its fill, both balances. */
export function batchOf(fills: readonly Fill[]): AccountBatch {
  return {
    orders: fills.flatMap((fill) => [
      { order: orderOf(fill, false), raw: rawOf(fill), source: 'stream' as const },
      { order: orderOf(fill, true), raw: rawOf(fill), source: 'stream' as const },
    ]),
    fills: fills.map((fill) => ({ fill, raw: rawOf(fill) })),
    balances: fills.flatMap(({ account, exchange, tradeId, symbol, at, receivedAt }) =>
      ['USDT', symbol.slice(0, 3)].map((asset) => ({
        account,
        exchange,
        wallet: 'spot' as const,
        asset,
        free: `1${tradeId}.12345678`,
        locked: '0.00000000',
        total: `1${tradeId}.12345678`,
        exchangeAt: at,
        receivedAt,
      })),
    ),
  }
}
