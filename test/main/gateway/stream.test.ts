import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { GatewayHub } from '../../../src/main/gateway/index.ts'
import { truthCode } from '../../../src/shared/domain/index.ts'
import { keptBook } from '../../support/kept-book.ts'
import { until } from '../../support/loopback.ts'
import { ask, bearer, echoHub, openTestGateway, streamBot } from './support/gateway.ts'
import { btc, eth, quietHub } from './support/quiet-hub.ts'

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

  it('sends what one turn brings in order', async () => {
    const { hub, quote, trade } = quietHub()
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker', 'trade'], interval_ms: 0 })
    await until(() => bot.ofType('snapshot').length === 1, 'a snapshot')
    for (let n = 1; n <= 50; n++) {
      quote(btc, n)
      trade(1_000 + n)
    }
    await until(() => bot.events('trade').length === 50, 'all')
    const sent = bot.received.filter(({ event_type }) => event_type !== undefined)
    expect(sent.map((one) => one.bid_price ?? one.trade_id)).toEqual(
      Array.from({ length: 50 }, (_, n) => [String(n + 1), String(n + 1_001)]).flat(),
    )
  })

  it('skips steps of one turn that brings too many, and ends at what holds', async () => {
    const { hub, quote, trade } = quietHub()
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker', 'trade'], interval_ms: 0 })
    await until(() => bot.ofType('snapshot').length === 1, 'a snapshot')
    for (let n = 1; n <= 2_000; n++) {
      quote(btc, n)
      trade(n)
    }
    await until(() => bot.events('book_ticker').at(-1)?.bid_price === '2000', 'the newest')
    expect(bot.events('trade')).toHaveLength(2_000)
    const prices = bot.events('book_ticker').map((one) => Number(one.bid_price))
    expect(prices.length).toBeLessThan(300)
    expect(prices).toEqual([...prices].sort((a, b) => a - b))
    quote(btc, 2_001)
    await until(() => bot.events('book_ticker').at(-1)?.bid_price === '2001', 'the next turn')
  })

  it('tells a change of truth alone, and the book that is kept', async () => {
    const kept = keptBook(eth, 60)
    const { hub, board, quote } = quietHub({ orderBook: (id) => (id === eth.id ? kept : undefined) })
    quote(btc, 1)
    quote(eth, 2)
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    await bot.ask({ type: 'subscribe', topics: ['book_ticker', 'order_book'], interval_ms: 0 })
    await until(() => bot.ofType('snapshot').length === 2, 'the snapshots')
    board.truth[0] = truthCode.stale
    hub.bus.publish({ kind: 'quote_truth', instrument: btc, truth: 'stale' })
    hub.bus.publish({ kind: 'order_book', book: kept })
    await until(() => bot.events('order_book').length === 2, 'both books')
    expect(bot.events('book_ticker')).toMatchObject([
      { symbol: 'BTC_USDT', bid_price: '1', truth: 'stale', is_live: true },
    ])
    expect(bot.events('order_book')).toMatchObject([
      { symbol: 'BTC_USDT', depth: 1, truth: 'stale' },
      { symbol: 'ETH_USDT', depth: 50, update_id: 7, truth: 'live' },
    ])
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
      cause: 'disconnect',
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
          alert: {
            ...{ id: ++id, at: 1, severity: 'info', rule: 'storage', ruleId: null },
            ...{ subject: 's', message, acknowledgedAt: null },
          },
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
