/** A hub without exchanges: the test is the market. */
import type { GatewayHub } from '../../../../src/main/gateway/index.ts'
import { QuoteBoard } from '../../../../src/main/market/quotes.ts'
import type { Kline } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'
import { echoHub } from './gateway.ts'

export const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
export const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')

export function quietHub(parts: Partial<GatewayHub> = {}) {
  const board = new QuoteBoard([btc, eth])
  const hub = echoHub(
    { requestsPerMinute: 100_000 },
    {
      board,
      instrument: (key) => [btc, eth].find((one) => one.key === key),
      instrumentById: (id) => [btc, eth].find((one) => one.id === id),
      ...parts,
    },
  )
  const quote = (of: typeof btc, bidPrice: number) => {
    const event = {
      kind: 'book_ticker',
      instrument: of,
      bidPrice,
      bidQuantity: 1,
      askPrice: bidPrice + 1,
      askQuantity: 1,
      exchangeAt: null,
      receivedAt: Date.now(),
    } as const
    board.applyBookTicker(event)
    hub.bus.publish(event)
  }
  const trade = (tradeId: number) =>
    hub.bus.publish({
      kind: 'trade',
      instrument: btc,
      tradeId: String(tradeId),
      price: 1,
      quantity: 1,
      side: 'BUY',
      exchangeAt: null,
      receivedAt: 1,
    })
  const kline = (openTime: number, close: number, isClosed: boolean) => {
    const event: Kline = {
      kind: 'kline',
      instrument: btc,
      period: '1m',
      openTime,
      open: 1,
      high: 1,
      low: 1,
      close,
      volume: 1,
      quoteVolume: null,
      isClosed,
      exchangeAt: null,
      receivedAt: 1,
    }
    hub.bus.publish(event)
  }
  return { hub, board, quote, trade, kline }
}
