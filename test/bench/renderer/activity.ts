/** What happened on the made-up accounts: orders, fills, positions, transfers, funding and PnL. The same every time but for the clock. */
import { Amount, addAmounts, amountText, multiplyAmounts, sumAmounts } from '../../../src/shared/amount.ts'
import type {
  ExchangeId,
  Fill,
  FundingPayment,
  FundingRate,
  Order,
  OrderEvent,
  OrderStatus,
  Position,
  Transfer,
  TransferStatus,
} from '../../../src/shared/domain/index.ts'
import { isFinalStatus } from '../../../src/shared/domain/index.ts'
import type { PnlReport } from '../../../src/shared/pnl.ts'
import type { FillFilter, OrderFilter, TransferFilter } from '../../../src/shared/portfolio.ts'
import { prices } from './accounts.ts'
import { createRandom } from './market.ts'

const places: readonly {
  readonly account: string
  readonly exchange: ExchangeId
  readonly symbols: readonly string[]
}[] = [
  { account: 'binance-main', exchange: 'binance', symbols: ['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP'] },
  { account: 'binance-hedge', exchange: 'binance', symbols: ['BTC_USDT_PERP', 'ETH_USDT_PERP'] },
  { account: 'okx-main', exchange: 'okx', symbols: ['SOL_USDT', 'SOL_USDT_PERP', 'BTC_USDT'] },
  { account: 'gate-alts', exchange: 'gate', symbols: ['LINK_USDT', 'DOGE_USDT', 'XRP_USDT'] },
]
const pick = <T>(items: readonly [T, ...T[]] | readonly T[], random: () => number, otherwise: T): T =>
  items[Math.floor(random() * items.length)] ?? otherwise

const baseOf = (symbol: string) => symbol.split('_')[0] ?? symbol
const text = (value: number, decimals: number) => amountText(new Amount(value.toFixed(decimals)))
/** About 2,000 USDT worth, in a round quantity. */
const quantityOf = (symbol: string, random: () => number) => {
  const price = Number(prices[baseOf(symbol)] ?? '1')
  const quantity = ((0.2 + random() * 1.8) * 2_000) / price
  return text(quantity, Math.max(0, Math.min(6, Math.ceil(-Math.log10(quantity)) + 2)))
}
const priceNear = (symbol: string, awayPercent: number) => {
  const price = prices[baseOf(symbol)] ?? '1'
  const decimals = price.split('.')[1]?.length ?? 0
  return amountText(new Amount(price).times(1 + awayPercent / 100).toDecimalPlaces(decimals))
}

type FilledOrder = Pick<Order, 'account' | 'exchange' | 'symbol' | 'exchangeOrderId' | 'side' | 'filledQuantity'>
const someOrder: FilledOrder = {
  account: 'binance-main',
  exchange: 'binance',
  symbol: 'BTC_USDT',
  exchangeOrderId: '1',
  side: 'BUY',
  filledQuantity: '0.1',
}

const endings: readonly OrderStatus[] = ['FILLED', 'FILLED', 'FILLED', 'CANCELED', 'CANCELED', 'EXPIRED', 'REJECTED']

export function createActivity(now: number, fillCount: number) {
  const random = createRandom(7)
  const place = () => pick(places, random, { account: 'binance-main', exchange: 'binance' as const, symbols: [] })

  const orders: Order[] = Array.from({ length: 26 + Math.round(fillCount / 3) }, (_, i) => {
    const { account, exchange, symbols } = place()
    const symbol = pick(symbols, random, 'BTC_USDT')
    const side = random() < 0.5 ? ('BUY' as const) : ('SELL' as const)
    const isOpen = i < 26
    const quantity = quantityOf(symbol, random)
    const part = isOpen ? (i % 3 === 0 ? random() : 0) : 1
    const status: OrderStatus = isOpen ? (part > 0 ? 'PARTIALLY_FILLED' : 'NEW') : pick(endings, random, 'FILLED')
    const isMarket = !isOpen && random() < 0.2
    const price = priceNear(symbol, (side === 'BUY' ? -1 : 1) * (0.05 + random() * (isOpen ? 4 : 0.4)))
    const filled =
      status === 'FILLED' ? quantity : status === 'PARTIALLY_FILLED' ? text(Number(quantity) * part, 6) : '0'
    const createdAt = now - 40_000 - i * (isOpen ? 1_740_000 : 620_000) - Math.floor(random() * 500_000)
    return {
      account,
      exchange,
      symbol,
      exchangeOrderId: String(48_120_990 - i),
      clientOrderId: i % 4 === 0 ? null : `bot-${(9_000_000 - i * 37).toString(36)}`,
      side,
      type: isMarket ? 'MARKET' : i % 11 === 5 ? 'STOP_LOSS_LIMIT' : 'LIMIT',
      timeInForce: isMarket ? null : i % 5 === 0 ? 'POST_ONLY' : 'GTC',
      price: isMarket ? null : price,
      stopPrice: i % 11 === 5 ? priceNear(symbol, side === 'BUY' ? 2 : -2) : null,
      quantity,
      quoteQuantity: null,
      filledQuantity: filled,
      averagePrice: filled === '0' ? null : price,
      status,
      exchangeStatus: status === 'CANCELED' ? 'CANCELED (by the user)' : status,
      reduceOnly: symbol.endsWith('_PERP') ? i % 7 === 0 : null,
      createdAt,
      updatedAt: createdAt + (isOpen && part === 0 ? 0 : Math.floor(random() * 400_000)),
      receivedAt: createdAt + 40,
    }
  })

  let lastTrade = 71_000_000
  const done = orders.filter(({ filledQuantity }) => filledQuantity !== '0')
  const fillOf = (at: number, of: FilledOrder = pick(done, random, someOrder)): Fill => {
    const { account, exchange, symbol, exchangeOrderId, side, filledQuantity: quantity } = of
    const isPerpetual = symbol.endsWith('_PERP')
    const price = priceNear(symbol, (random() - 0.5) * 3)
    const isMaker = random() < 0.6
    const feeInBase = !isPerpetual && exchange === 'okx' && side === 'BUY'
    const notional = multiplyAmounts(price, quantity)
    return {
      account,
      exchange,
      symbol,
      tradeId: String(++lastTrade),
      exchangeOrderId,
      side,
      price,
      quantity,
      fee: multiplyAmounts(feeInBase ? quantity : notional, isMaker ? (isPerpetual ? '-0.00005' : '0.0008') : '0.001'),
      feeAsset: feeInBase ? baseOf(symbol) : exchange === 'binance' && !isPerpetual && random() < 0.3 ? 'BNB' : 'USDT',
      liquidity: isMaker ? 'maker' : 'taker',
      realisedPnl: isPerpetual && side === 'SELL' ? text((random() - 0.42) * 180, 4) : null,
      at,
      receivedAt: at + 38,
    }
  }
  const fills: Fill[] = Array.from({ length: fillCount }, (_, i) => fillOf(now - (fillCount - i) * 211_000)).reverse()

  const position = (
    account: string,
    exchange: ExchangeId,
    symbol: string,
    quantity: string,
    entry: number,
    leverage: string,
  ): Position => {
    const mark = prices[baseOf(symbol)] ?? '1'
    const entryPrice = priceNear(symbol, entry)
    return {
      account,
      exchange,
      symbol,
      side: account === 'okx-main' ? (quantity.startsWith('-') ? 'SHORT' : 'LONG') : 'BOTH',
      quantity,
      entryPrice,
      markPrice: mark,
      unrealisedPnl: amountText(new Amount(mark).minus(entryPrice).times(quantity).toDecimalPlaces(8)),
      liquidationPrice:
        Number(leverage) > 3 ? priceNear(symbol, (quantity.startsWith('-') ? 1 : -1) * (80 / Number(leverage))) : null,
      leverage,
      marginMode: account === 'okx-main' ? 'isolated' : 'cross',
      settleAsset: 'USDT',
      exchangeAt: now - 2_000,
      receivedAt: now - 1_900,
    }
  }
  const closed = (open: Position): Position => ({
    ...open,
    entryPrice: null,
    markPrice: null,
    unrealisedPnl: null,
    liquidationPrice: null,
  })
  const positions = [
    position('binance-hedge', 'binance', 'BTC_USDT_PERP', '-0.75', 1.8, '5'),
    position('binance-hedge', 'binance', 'ETH_USDT_PERP', '4.2', -0.6, '10'),
    position('binance-main', 'binance', 'BTC_USDT_PERP', '0.12', 0.4, '3'),
    position('okx-main', 'okx', 'SOL_USDT_PERP', '-60', -2.4, '8'),
    position('okx-main', 'okx', 'SOL_USDT_PERP', '25', -1.1, '20'),
    closed(position('binance-main', 'binance', 'ETH_USDT_PERP', '0', 0, '3')),
  ]

  const transferStatuses: readonly TransferStatus[] = [
    'completed',
    'completed',
    'completed',
    'failed',
    'cancelled',
    'refunded',
  ]
  const transfers: Transfer[] = Array.from({ length: 64 }, (_, i) => {
    const { account, exchange } = place()
    const kind = (['deposit', 'withdrawal', 'internal'] as const)[i % 3] ?? 'deposit'
    const asset = pick(['USDT', 'BTC', 'ETH', 'SOL'], random, 'USDT')
    const createdAt = now - 1_200_000 - i * 31_000_000
    const isPending = i < 3 && kind !== 'internal'
    return {
      account,
      exchange,
      transferId: `t${9_400 - i}`,
      kind,
      asset,
      amount: asset === 'USDT' ? text(200 + random() * 4_000, 2) : text(random() * 3, 6),
      fee: kind === 'withdrawal' ? (asset === 'USDT' ? '1' : '0.0005') : null,
      feeAsset: kind === 'withdrawal' ? asset : null,
      network: kind === 'internal' ? null : asset === 'USDT' ? 'TRC20' : asset,
      address: kind === 'internal' ? null : `T${(random() * 1e17).toString(36)}${(random() * 1e17).toString(36)}`,
      transactionId:
        kind === 'internal' || isPending ? null : `${(random() * 1e17).toString(16)}${(random() * 1e17).toString(16)}`,
      fromWallet: kind === 'internal' ? 'spot' : null,
      toWallet: kind === 'internal' ? 'futures' : null,
      status: isPending ? 'pending' : kind === 'internal' ? 'completed' : pick(transferStatuses, random, 'completed'),
      exchangeStatus: isPending ? 'confirming (7 of 12)' : 'success',
      createdAt,
      updatedAt: isPending ? now - 240_000 : createdAt + 900_000,
      receivedAt: createdAt + 1_000_000,
    }
  })

  const payments: FundingPayment[] = Array.from({ length: 120 }, (_, i) => ({
    account: positions[i % positions.length]?.account ?? '',
    exchange: positions[i % positions.length]?.exchange ?? 'binance',
    symbol: positions[i % positions.length]?.symbol ?? '',
    paymentId: `f${88_000 - i}`,
    asset: 'USDT',
    amount: text((random() - 0.45) * 9, 6),
    at: Math.floor(now / 28_800_000) * 28_800_000 - Math.floor(i / positions.length) * 28_800_000,
    receivedAt: now,
  }))
  const rates = (at: number): FundingRate[] =>
    positions.slice(0, 4).map(({ exchange, symbol, markPrice }, i) => ({
      exchange,
      symbol,
      rate: ['0.0001', '-0.000042', '0.00031', '0.000087'][i] ?? '0.0001',
      nextFundingAt: Math.ceil(at / 28_800_000) * 28_800_000,
      intervalHours: 8,
      markPrice,
      exchangeAt: at,
      receivedAt: at,
    }))

  return { orders, fills, positions, transfers, payments, rates, fillOf }
}
export type Activity = ReturnType<typeof createActivity>

interface Common {
  readonly account?: string | null
  readonly exchange?: string | null
  readonly text?: string | null
  readonly from?: number | null
  readonly to?: number | null
  readonly side?: string | null
}
/** Rows as the hub's handlers filter them. */
const passes = (
  row: { account: string; exchange: string },
  at: number,
  words: string,
  side: string | null,
  filter: Common,
) =>
  (filter.account == null || row.account === filter.account) &&
  (filter.exchange == null || row.exchange === filter.exchange) &&
  (filter.side == null || side === filter.side) &&
  (filter.from == null || at >= filter.from) &&
  (filter.to == null || at < filter.to) &&
  (filter.text == null || words.toLowerCase().includes(filter.text.toLowerCase()))

export const filterOrders = (orders: readonly Order[], filter: Partial<OrderFilter>) =>
  orders
    .filter((order) =>
      passes(
        order,
        order.createdAt ?? 0,
        `${order.symbol} ${order.exchangeOrderId} ${order.clientOrderId}`,
        order.side,
        filter,
      ),
    )
    .filter(({ status }) => filter.statuses == null || filter.statuses.includes(status))
export const filterFills = (fills: readonly Fill[], filter: Partial<FillFilter>) =>
  fills.filter((fill) =>
    passes(fill, fill.at, `${fill.symbol} ${fill.tradeId} ${fill.exchangeOrderId}`, fill.side, filter),
  )
export const filterTransfers = (transfers: readonly Transfer[], filter: Partial<TransferFilter>) =>
  transfers
    .filter((transfer) =>
      passes(
        transfer,
        transfer.createdAt,
        `${transfer.asset} ${transfer.address} ${transfer.transactionId}`,
        null,
        filter,
      ),
    )
    .filter(
      ({ kind, status }) =>
        (filter.kind == null || kind === filter.kind) && (filter.status == null || status === filter.status),
    )

export function paged<T>(rows: readonly T[], { cursor, limit }: { cursor: string | null; limit: number }) {
  const from = Number(cursor ?? '0')
  return { rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null }
}

export function eventsOf(order: Order): OrderEvent[] {
  const event = (status: OrderStatus, filledQuantity: string, updatedAt: number): OrderEvent => ({
    status,
    exchangeStatus: status,
    filledQuantity,
    price: order.price,
    updatedAt,
    receivedAt: updatedAt + 40,
    source: 'stream',
  })
  const first = event('NEW', '0', order.createdAt ?? order.updatedAt)
  if (order.status === 'NEW') return [first]
  const last = event(order.status, order.filledQuantity, order.updatedAt)
  if (!isFinalStatus(order.status) || order.filledQuantity === '0') return [first, last]
  const half = amountText(new Amount(order.filledQuantity).dividedBy(2).toDecimalPlaces(6))
  return [first, event('PARTIALLY_FILLED', half, (first.updatedAt + last.updatedAt) / 2), last]
}

/** PnL that looks like two months of trading; fees and funding from what is there, the rest made up. */
export function pnlReport(
  activity: Activity,
  method: PnlReport['method'],
  account: string | null,
  from: number | null,
  now: number,
): PnlReport {
  const random = createRandom(method === 'fifo' ? 12 : 11)
  const dayMs = 86_400_000
  const days = Array.from({ length: 62 }, (_, i) => now - (61 - i) * dayMs)
    .filter((at) => from === null || at >= from)
    .map((at) => {
      const realised = text((random() - 0.44) * 620, 4)
      const fees = text(random() * 38, 6)
      const funding = text((random() - 0.4) * 24, 6)
      return {
        day: new Date(at).toISOString().slice(0, 10),
        asset: 'USDT',
        realised,
        fees,
        funding,
        net: sumAmounts([realised, amountText(new Amount(fees).negated()), funding]),
        fills: 4 + Math.floor(random() * 60),
      }
    })
  const symbols = places
    .filter((place) => account === null || place.account === account)
    .flatMap(({ account: owner, exchange, symbols: names }) =>
      names.map((symbol, i) => {
        const realised = text((random() - 0.4) * 2_400, 4)
        const fees = text(random() * 120, 6)
        const funding = symbol.endsWith('_PERP') ? text((random() - 0.4) * 90, 6) : '0'
        const openQuantity = quantityOf(symbol, random)
        return {
          account: owner,
          exchange,
          symbol,
          asset: 'USDT',
          realised,
          fees,
          funding,
          net: addAmounts(amountText(new Amount(realised).minus(fees)), funding),
          openQuantity,
          openCost: multiplyAmounts(openQuantity, priceNear(symbol, -2)),
          unrealised: i === 2 ? null : text((random() - 0.4) * 300, 4),
          fills: 40 + Math.floor(random() * 400),
          uncoveredQuantity: symbol === 'XRP_USDT' ? '1250' : '0',
        }
      }),
    )
  // A little of it in another asset, which stands by itself.
  const inBitcoin = { asset: 'BTC', realised: '0.00412', fees: '0.0000318', funding: '0', net: '0.0040882', fills: 3 }
  const other = account === null || account === 'binance-main'
  return {
    method,
    days: other ? [...days, ...days.slice(-9, -7).map(({ day }) => ({ ...inBitcoin, day }))] : days,
    symbols: other
      ? [
          ...symbols,
          {
            ...inBitcoin,
            account: 'binance-main',
            exchange: 'binance',
            symbol: 'ETH_BTC',
            openQuantity: '0',
            openCost: null,
            unrealised: null,
            uncoveredQuantity: '0',
          },
        ]
      : symbols,
    feesElsewhere: [{ asset: 'BNB', amount: '0.04182214' }],
    firstFillAt: activity.fills.at(-1)?.at ?? null,
    notes: [
      '1,250 XRP sold on Gate were bought before the oldest stored fill: their cost is not known and they are left out.',
    ],
  }
}
