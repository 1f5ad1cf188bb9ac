import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { z } from 'zod'
import type { GatewayHub } from '../../../src/main/gateway/index.ts'
import { ServerMessage } from '../../../src/main/gateway/stream/messages.ts'
import { parseTopic } from '../../../src/main/gateway/stream/topics.ts'
import { QuoteBoard } from '../../../src/main/market/quotes.ts'
import type { Kline } from '../../../src/shared/domain/index.ts'
import { orderUpdateMessage } from '../../../src/shared/unified/messages.ts'
import { BookTickerMessage, UnifiedMessage } from '../../../src/shared/unified/schemas.ts'
import { startHub } from '../../support/hub.ts'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import {
  apiHub,
  ask,
  bearer,
  echoHub,
  openTestGateway,
  read,
  type StreamMessage,
  streamBot,
} from './support/gateway.ts'

const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')

/** A hub without exchanges: the test is the market. */
function quietHub(parts: Partial<GatewayHub> = {}) {
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

describe('a topic', () => {
  const address = { event: 'kline', exchanges: ['BINANCE'], name: 'BTC_USDT', period: '1m' } as const
  it.each([
    ['kline', true],
    ['kline:*', true],
    ['kline:binance', true],
    ['kline:BINANCE:BTC_USDT:1m', true],
    ['kline:*:*_USDT:*', true],
    ['kline:B*:BTC*:1m', true],
    ['kline:OKX', false],
    ['kline:*:BTC_USD', false],
    ['kline:*:.*', false],
    ['kline:*:*:5m', false],
    ['trade', false],
  ])('%s takes the candle or not: %s', (text, matches) => {
    const topic = parseTopic(text)
    if ('problem' in topic) throw new Error(topic.problem)
    expect(topic.matches(address)).toBe(matches)
  })

  it.each([
    ['quotes', 'unknown event type'],
    ['', 'unknown event type'],
    ['kline:FTX', 'unknown exchange'],
    ['kline:OKX:BTC_USDT:2m', 'unknown period'],
    ['alert:OKX', 'at most 0 parts'],
    ['fill::BTC_USDT', 'a part is empty'],
    ['fill:*:B C', 'a blank'],
    ['fill:*:****', 'more than 3 *'],
    [`fill:*:${'A'.repeat(200)}`, 'longer than'],
  ])('%j is refused: %s', (text, why) => {
    expect(parseTopic(text)).toEqual({ problem: expect.stringContaining(why) })
  })

  it('of a pair is that of either leg', () => {
    const topic = parseTopic('spread:OKX:BTC_USDT')
    if ('problem' in topic) throw new Error(topic.problem)
    const pair = (...exchanges: string[]) => ({ event: 'spread', exchanges, name: 'BTC_USDT', period: '' }) as const
    expect([topic.matches(pair('GATE', 'OKX')), topic.matches(pair('GATE', 'MEXC'))]).toEqual([true, false])
  })
})

describe('the stream', () => {
  it('selects its own subprotocol alone, and demands a token', async () => {
    const gateway = await openTestGateway(echoHub())
    const address = `${gateway.url.replace('http', 'ws')}/api/v1/stream`
    const good = new WebSocket(address, ['crossbook.v1', `token.${gateway.token}`])
    await new Promise((resolve) => good.on('open', resolve))
    expect(good.protocol).toBe('crossbook.v1')
    good.terminate()
    const failure = (protocols: string[]) =>
      new Promise((resolve) => new WebSocket(address, protocols).on('error', ({ message }) => resolve(message)))
    expect(await failure(['crossbook.v1'])).toContain('401')
    expect(await failure(['crossbook.v1', 'token.guess'])).toContain('401')
    expect(await failure([`token.${gateway.token}`])).toContain('400')
    expect(await failure(['crossbook.v1', `token.${gateway.tokenOf('account')}`])).toContain('403')
    expect((await ask(gateway, '/api/v1/stream', { headers: bearer(gateway.token) })).status).toBe(400)
  })

  it('tells first what holds, then each change, and after the end of a subscription nothing', async () => {
    const { hub, quote } = quietHub()
    quote(btc, 1)
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    expect(
      await bot.ask({ type: 'subscribe', topics: ['book_ticker:binance:BTC_USDT', 'book_ticker:OKX'] }),
    ).toMatchObject({
      type: 'subscribed',
      topics: ['book_ticker:BINANCE:BTC_USDT', 'book_ticker:OKX'],
    })
    await until(() => bot.ofType('snapshot').length === 2, 'snapshots')
    expect(bot.ofType('snapshot')).toMatchObject([
      {
        topic: 'book_ticker:BINANCE:BTC_USDT',
        data: [{ exchange: 'BINANCE', bid_price: '1', ask_price: '2', is_live: true }],
      },
      { topic: 'book_ticker:OKX', data: [{ exchange: 'OKX', bid_price: null, is_live: false }] },
    ])
    quote(eth, 5)
    await until(() => bot.events('book_ticker').length === 1, 'a quote')
    expect(bot.events('book_ticker')[0]).toMatchObject({ symbol: 'ETH_USDT', bid_price: '5' })
    expect(await bot.ask({ type: 'unsubscribe', topics: ['book_ticker:OKX', 'fill'] })).toMatchObject({
      topics: ['book_ticker:OKX'],
    })
    quote(eth, 6)
    quote(btc, 2)
    await until(() => bot.events('book_ticker').length === 2, 'another')
    expect(bot.events('book_ticker')[1]).toMatchObject({ symbol: 'BTC_USDT', bid_price: '2' })
  })

  it('says that quotes do not hold when their feed is down, and gives everything anew when the watch list changes', async () => {
    const clients = new Set<Parameters<GatewayHub['connect']>[0]>()
    const { hub, board, quote } = quietHub({ connect: (client) => void clients.add(client) })
    quote(btc, 1)
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker', 'connection'], interval_ms: 0 })
    await until(() => bot.ofType('snapshot').length === 1, 'a snapshot')
    board.clearLive([btc.id])
    const event = {
      exchange: 'binance',
      feed: 'spot',
      state: 'down',
      instrumentIds: [btc.id],
      reconnected: false,
      reason: 'gone',
      at: 5,
    } as const
    hub.bus.publish({ kind: 'connection', ...event })
    await until(() => bot.events('connection').length === 1, 'the connection')
    expect(bot.events('book_ticker')).toMatchObject([{ symbol: 'BTC_USDT', is_live: false, bid_price: null }])
    expect(bot.events('connection')).toMatchObject([{ state: 'down', symbols: ['BTC_USDT'], reason: 'gone' }])
    for (const client of clients) client.send('market.watched', [])
    await until(() => bot.ofType('snapshot').length === 2, 'a snapshot anew')
    expect(bot.ofType('snapshot')[1]).toMatchObject({ topic: 'book_ticker', data: [{}, {}] })
  })

  it('conflates quotes to the newest per key and interval, but no closed candle and no trade', async () => {
    const { hub, quote, trade, kline } = quietHub()
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker:BINANCE', 'trade', 'kline'], interval_ms: 200 })
    const started = Date.now()
    for (let i = 1; i <= 500; i++) {
      quote(btc, i)
      trade(i)
      kline(Math.ceil(i / 10) * 60_000, i, i % 10 === 0)
    }
    await until(() => bot.events('trade').length === 500, 'every trade')
    await until(() => bot.events('book_ticker').at(-1)?.bid_price === '500', 'the newest quote')
    expect(bot.events('trade').map(({ trade_id: id }) => id)).toEqual(
      Array.from({ length: 500 }, (_, i) => String(i + 1)),
    )
    expect(bot.events('book_ticker').length).toBeLessThanOrEqual(2 + (Date.now() - started) / 200)
    const closed = bot.events('kline').filter(({ is_closed: isClosed }) => isClosed)
    expect(closed.map(({ close }) => close)).toEqual(Array.from({ length: 50 }, (_, i) => String((i + 1) * 10)))
  })

  it('sends a message once, whatever topics it fits', async () => {
    const { hub, trade } = quietHub()
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['trade', 'trade:BINANCE', 'trade:*:BTC*'] })
    trade(1)
    await bot.ask({ type: 'ping' })
    expect(bot.events('trade')).toHaveLength(1)
  })

  it.each([
    ['{', 'a message is JSON text'],
    ['null', 'Invalid input'],
    ['{"type":"buy"}', 'Invalid'],
    ['{"type":"subscribe","topics":[]}', 'topics: []'],
    ['{"type":"subscribe","topics":["nope"]}', 'unknown event type'],
    ['{"type":"subscribe","topics":["fill"],"colour":1}', 'unknown "colour"'],
    ['{"type":"subscribe","topics":["fill"],"interval_ms":-1}', 'interval_ms: -1'],
    ['{"type":"cancel","id":"x"}', 'no request of this id'],
    [
      '{"type":"request_current_timestamp","id":1,"exchange":"OKX","symbol":"NO_COIN","period":"1m"}',
      'OKX lists no "NO_COIN"',
    ],
    [
      '{"type":"request_historical","id":1,"exchange":"FTX","symbol":"A_B","period":"1m","from":0,"to":1}',
      'expected one of BINANCE',
    ],
    [JSON.stringify({ type: 'subscribe', topics: Array.from({ length: 201 }, () => 'fill') }), 'topics'],
  ])('answers %s with what is wrong, and goes on', async (text, why) => {
    const bot = streamBot(await openTestGateway(echoHub()))
    await bot.opened
    bot.socket.send(text)
    await until(() => bot.ofType('error_response').length === 1, 'a refusal')
    expect(bot.ofType('error_response')[0]?.message).toContain(why)
    expect(await bot.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  it('takes all of a subscription or nothing, and only what the token may see', async () => {
    const { hub, quote } = quietHub()
    const gateway = await openTestGateway(hub)
    const bot = streamBot(gateway, { token: gateway.tokenOf('market') })
    await bot.opened
    expect(await bot.ask({ type: 'subscribe', topics: ['book_ticker', 'fill'] })).toMatchObject({
      type: 'error_response',
      code: 'forbidden',
      message: 'topic fill: this token has the scope market; this needs account',
    })
    quote(btc, 1)
    await bot.ask({ type: 'ping' })
    expect(bot.events('book_ticker')).toEqual([])
    const topics = (from: number) => Array.from({ length: 150 }, (_, i) => `trade:*:C${from + i}_USDT`)
    expect(await bot.ask({ type: 'subscribe', topics: topics(0) })).toMatchObject({ type: 'subscribed' })
    expect(await bot.ask({ type: 'subscribe', topics: topics(150) })).toMatchObject({
      message: expect.stringContaining('more than 200 in all'),
    })
  })

  it('is closed for a message that is too large', async () => {
    const bot = streamBot(await openTestGateway(echoHub()))
    await bot.opened
    bot.socket.send(`"${'x'.repeat(70_000)}"`)
    expect(await bot.closed).toEqual({ code: 1009, reason: 'a message is larger than 65536 bytes' })
  })

  it('cuts a client off that does not read, in words, while others get everything', async () => {
    const { hub, quote } = quietHub()
    const gateway = await openTestGateway(hub)
    const [slow, fast] = [streamBot(gateway), streamBot(gateway)]
    await Promise.all([slow.opened, fast.opened])
    for (const bot of [slow, fast])
      await bot.ask({ type: 'subscribe', topics: ['alert', 'book_ticker'], interval_ms: 0 })
    slow.socket.pause()
    const message = 'x'.repeat(10_000)
    let id = 0
    // Sockets hold some megabytes on their way; what is beyond that and the bound is lost to the slow one.
    for (let round = 0; round < 60; round++) {
      for (let i = 0; i < 50; i++) {
        hub.bus.publish({
          kind: 'alert',
          alert: { id: ++id, at: 1, severity: 'info', rule: 'storage', subject: 's', message },
        })
        quote(btc, id)
      }
      await until(() => fast.received.at(-1)?.bid_price === String(id), 'the fast one has all of it')
    }
    slow.socket.resume()
    const { code, reason } = await slow.closed
    // Its connection may have been dropped before it read that far, the words with it.
    expect([1006, 4408]).toContain(code)
    if (code === 4408) expect(reason).toContain('too slow')
    const ids = slow.events('alert').map((alert) => alert.id)
    expect(ids.length).toBeLessThan(3_000)
    expect(ids).toEqual(ids.map((_, place) => place + 1))
    expect(fast.events('alert')).toHaveLength(3_000)
  })

  it('cuts a client off that answers no ping', async () => {
    const { hub } = quietHub()
    const bot = streamBot(await openTestGateway(hub, { timing: { pingMs: 30 } }))
    await bot.opened
    bot.socket.pause()
    await new Promise((resolve) => setTimeout(resolve, 250))
    bot.socket.resume()
    expect([1006, 4408]).toContain((await bot.closed).code)
    const lively = streamBot(await openTestGateway(hub, { timing: { pingMs: 30 } }))
    await lively.opened
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(await lively.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })
})

describe('history over the stream', () => {
  const klines = (from: number, count: number) => ({
    instrumentId: btc.id,
    period: '1m' as const,
    openTime: Float64Array.from({ length: count }, (_, i) => from + i * 60_000),
    open: new Float64Array(count).fill(1),
    high: new Float64Array(count).fill(2),
    low: new Float64Array(count).fill(0.5),
    close: new Float64Array(count).fill(1.5),
    volume: new Float64Array(count).fill(0),
    isClosed: new Uint8Array(count).fill(1),
  })
  const request = {
    type: 'request_historical',
    exchange: 'BINANCE',
    symbol: 'BTC_USDT',
    period: '1m',
    from: 0,
    to: 240_000,
  }

  it('comes in chunks, in order, and says when it is complete', async () => {
    const { hub } = quietHub({
      async *streamHistory({ instrument: key, from }) {
        expect(key).toBe('binance:BTC_USDT')
        yield { kind: 'chunk', klines: klines(from, 2), done: 2, total: 4 }
        yield { kind: 'chunk', klines: klines(from + 120_000, 1), done: 3, total: 4 }
        yield {
          kind: 'complete',
          result: { candles: 3, fetched: 1, missing: [{ from: 180_000, to: 240_000, reason: 'halted' }], error: null },
        }
      },
    })
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    bot.send({ ...request, id: 'h' })
    await until(() => bot.ofType('historical_data_complete').length === 1, 'complete')
    expect(bot.ofType('historical_data_chunk')).toMatchObject([
      {
        id: 'h',
        sequence: 0,
        done: 2,
        total: 4,
        data: [{ timestamp_open: 0, close: '1.5' }, { timestamp_open: 60_000 }],
      },
      { id: 'h', sequence: 1, done: 3, total: 4, data: [{ timestamp_open: 120_000 }] },
    ])
    expect(bot.ofType('historical_data_complete')[0]).toEqual({
      type: 'historical_data_complete',
      id: 'h',
      candles: 3,
      fetched: 1,
      missing: [{ from: 180_000, to: 240_000, reason: 'halted' }],
    })
    for (const message of bot.received) ServerMessage.parse(message)
  })

  it('is bounded, can be cancelled, ends with its client, and tells a failure', async () => {
    const ended: string[] = []
    const { hub } = quietHub({
      async *streamHistory({ from }, signal) {
        if (from === 1) {
          yield {
            kind: 'complete',
            result: { candles: 0, fetched: 0, missing: [], error: { code: 'outage', message: 'down' } },
          }
          return
        }
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        ended.push('aborted')
        yield {
          kind: 'complete',
          result: { candles: 0, fetched: 0, missing: [], error: { code: 'cancelled', message: 'ended' } },
        }
      },
    })
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    for (let i = 0; i < 4; i++) bot.send({ ...request, id: i })
    expect(await bot.ask({ ...request, id: 'fifth' })).toMatchObject({
      type: 'error_response',
      code: 'too_many_requests',
    })
    bot.send({ type: 'cancel', id: 2 })
    await until(() => bot.ofType('error_response').length === 2, 'cancelled')
    expect(bot.ofType('error_response')[1]).toEqual({
      type: 'error_response',
      id: 2,
      code: 'cancelled',
      message: 'ended',
    })
    expect(await bot.ask({ ...request, from: 1, id: 'bad' })).toMatchObject({
      type: 'error_response',
      code: 'outage',
      message: 'down',
    })
    expect(await bot.ask({ ...request, id: 3 })).toMatchObject({ message: expect.stringContaining('under way') })
    bot.socket.close()
    await until(() => ended.length === 4, 'the others end with it')
  })
})

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
