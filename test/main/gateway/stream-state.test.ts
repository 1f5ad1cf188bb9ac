import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { z } from 'zod'
import { ServerMessage } from '../../../src/main/gateway/stream/messages.ts'
import { orderUpdateMessage } from '../../../src/shared/unified/messages.ts'
import { BookTickerMessage, UnifiedMessage } from '../../../src/shared/unified/schemas.ts'
import { startHub } from '../../support/hub.ts'
import { until } from '../../support/loopback.ts'
import { apiHub, openTestGateway, read, type StreamMessage, streamBot } from './support/gateway.ts'
import { btc, eth, quietHub } from './support/quiet-hub.ts'

describe('a bot on the demo', () => {
  it('holds what the hub holds, from the snapshot and what followed', async () => {
    const { hub, folder } = await startHub({
      settings: {
        mode: 'demo',
        symbols: ['BTC_USDT', 'ETH_USDT_PERP'],
        periods: ['1m'],
        history: { backfillCandles: 5 },
        simulator: { rate: 2_000 },
        gateway: { port: 0 },
      },
      dryRun: true,
    })
    const api = apiHub(hub, folder)
    const gateway = await openTestGateway(api)
    // From the very start: the lists of instruments are not even there yet.
    const bot = streamBot(gateway)
    await bot.opened
    bot.send({
      type: 'subscribe',
      topics: ['book_ticker', 'order_update', 'balance', 'position', 'spread', 'kline', 'trade'],
      id: 1,
    })
    await until(
      () => hub.connections().every(({ state }) => state === 'live') && bot.events('order_update').length > 3,
      'alive',
      20_000,
    )
    await until(() => bot.events('spread').length > 100 && bot.events('kline').length > 10, 'spreads and candles')
    for (const message of bot.received) {
      if ('event_type' in message) UnifiedMessage.parse(message)
      else ServerMessage.parse(message)
    }
    // What a bot makes of it: a snapshot replaces a topic, an event its key.
    const held = new Map<string, StreamMessage>()
    const keyOf = (m: StreamMessage) =>
      [
        m.event_type,
        m.exchange,
        m.account,
        m.wallet,
        m.symbol ?? m.asset,
        m.exchange_order_id,
        m.side,
        m.buy_exchange,
        m.buy_symbol,
        m.sell_exchange,
        m.sell_symbol,
      ].join(' ')
    const orderKey = ({ account, symbol, exchange_order_id: id }: StreamMessage) =>
      `order_update ${account} ${symbol} ${id}`
    const take = (message: StreamMessage) => {
      if (message.event_type !== 'order_update') return void held.set(keyOf(message), message)
      if (message.status === 'NEW' || message.status === 'PARTIALLY_FILLED') held.set(orderKey(message), message)
      else held.delete(orderKey(message))
    }
    const replay = () => {
      held.clear()
      for (const message of bot.received) {
        if (message.type === 'snapshot') {
          for (const [key, one] of held) if (one.event_type === String(message.topic)) held.delete(key)
          for (const one of message.data as StreamMessage[]) take(one)
        } else if ('event_type' in message) take(message)
      }
      return held
    }
    const orders = async () => {
      const reply = await hub.call({ send: () => undefined, keepsUp: () => false }, 'orders.open', {})
      return new Set(
        (reply.ok ? (reply.value as Parameters<typeof orderUpdateMessage>[0][]) : []).map(
          (order) => `${orderKey(orderUpdateMessage(order))} ${order.filledQuantity}`,
        ),
      )
    }
    // The market moves on while it is compared: at some moment without a frame on the way both must be the same.
    const agree = async () => {
      const open = await orders()
      const mine = new Set(
        [...replay()]
          .filter(([key]) => key.startsWith('order_update'))
          .map(([key, one]) => `${key} ${one.filled_quantity}`),
      )
      return open.size > 0 && open.size === mine.size && [...open].every((one) => mine.has(one))
    }
    let agreed = 0
    for (let i = 0; i < 400 && agreed < 5; i++) {
      if (await agree()) agreed++
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(agreed).toBe(5)
    // Quotes: once the exchanges fall silent, the newest is what the bot holds.
    await hub.stop()
    await until(
      () =>
        bot
          .ofType('snapshot')
          .some((m, i, all) => m.topic === 'book_ticker' && i > all.length - 8 && (m.data as unknown[]).length === 0),
      'nothing is watched any more',
    )
    expect([...replay().values()].filter((m) => m.event_type === 'book_ticker' || m.event_type === 'spread')).toEqual(
      [],
    )
  }, 40_000)

  it('is told what changes though the clock of the machine was set back', async () => {
    const { hub, quote } = quietHub()
    const gateway = await openTestGateway(hub)
    const bot = streamBot(gateway)
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker'], interval_ms: 20 })
    quote(btc, 1)
    await until(() => bot.events('book_ticker').length === 1, 'the first')
    const real = Date.now.bind(Date)
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => real() - 3_600_000)
    onTestFinished(() => clock.mockRestore())
    quote(btc, 2)
    await until(() => bot.events('book_ticker').at(-1)?.bid_price === '2', 'the next')
  })

  it('is told a funding rate that came before the first quote of its feed once that is there', async () => {
    const { hub, board, quote } = quietHub()
    const gateway = await openTestGateway(hub)
    const bot = streamBot(gateway)
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['funding_rate', 'book_ticker'], interval_ms: 0 })
    const tell = (rate: string) =>
      hub.bus.publish({
        kind: 'funding_rate',
        rate: {
          ...{ exchange: btc.exchange, symbol: btc.symbol, rate, nextFundingAt: null, intervalHours: 8 },
          ...{ markPrice: null, exchangeAt: null, receivedAt: 1 },
        },
      })
    tell('0.0001')
    quote(btc, 1)
    quote(btc, 2)
    await until(() => bot.events('book_ticker').length === 2, 'the quotes')
    board.clearLive([btc.id])
    tell('0.0002')
    quote(btc, 3)
    await until(() => bot.events('book_ticker').length === 3, 'the quote after the feed was down')
    await bot.ask({ type: 'ping' })
    expect(bot.events('funding_rate').map(({ rate }) => rate)).toEqual(['0.0001', '0.0002'])
  })

  it('sees the quotes that REST gives, at the same moment', async () => {
    const { hub, quote } = quietHub()
    const gateway = await openTestGateway(hub)
    const bot = streamBot(gateway)
    await bot.opened
    // Quotes keep coming while it subscribes again and again; afterwards the bot's newest is the board's.
    let price = 0
    const timer = setInterval(() => {
      for (const of of [btc, eth]) quote(of, ++price)
    }, 1)
    for (let i = 0; i < 20; i++) {
      await bot.ask({ type: 'subscribe', topics: ['book_ticker'], interval_ms: i % 2 === 0 ? 0 : 50 })
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    clearInterval(timer)
    const { data } = await read(
      gateway,
      '/quotes',
      z.strictObject({ data: z.array(BookTickerMessage), next: z.null() }),
    )
    const newest = () => {
      const held = new Map<unknown, unknown>()
      for (const message of bot.received) {
        if (message.type === 'snapshot')
          for (const one of message.data as StreamMessage[]) held.set(one.exchange, one.bid_price)
        else if (message.event_type === 'book_ticker') held.set(message.exchange, message.bid_price)
      }
      return held
    }
    await until(() => data.every(({ exchange, bid_price: bid }) => newest().get(exchange) === bid), 'the same')
  })
})
