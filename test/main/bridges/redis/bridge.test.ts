import { describe, expect, it } from 'vitest'
import { type MessageOf, UnifiedMessage } from '../../../../src/shared/unified/schemas.ts'
import { keptBook } from '../../../support/kept-book.ts'
import { toolPath } from '../../../support/tools.ts'
import {
  bitcoin,
  entries,
  ether,
  feed,
  fill,
  heard,
  live,
  publishFill,
  publishOrder,
  quote,
  redis,
  rig,
  until,
} from './support.ts'

describe.skipIf(!toolPath('redis'))('a Redis bridge', { timeout: 30_000 }, () => {
  it('publishes every event in its unified shape on a channel of its own', async () => {
    const server = await redis()
    const all = await heard(server, 'crossbook:*')
    const client = server.client()
    const one = rig({ url: server.url })
    one.bridge.start()
    await live(one)
    const { bus } = one
    const kline = { openTime: 60_000, open: 1, high: 2, low: 0.5, close: 1.5, volume: 9, quoteVolume: null }
    const times = { exchangeAt: 1, receivedAt: 2 }
    feed(bus, 'live')
    bus.publish(quote(bitcoin, 50_000))
    bus.publish({ kind: 'trade', instrument: bitcoin, tradeId: '7', price: 1e-7, quantity: 3, side: 'SELL', ...times })
    bus.publish({ kind: 'kline', instrument: ether, period: '1m', isClosed: true, ...kline, ...times })
    bus.publish({
      kind: 'kline',
      instrument: ether,
      period: '1m',
      isClosed: false,
      ...kline,
      openTime: 120_000,
      ...times,
    })
    publishOrder(bus, 1)
    publishFill(bus, 1)
    const account = { account: 'binance-main', exchange: 'binance' } as const
    bus.publish({
      kind: 'balance',
      balance: { ...account, wallet: 'spot', asset: 'A:B *', free: '1', locked: '0', total: '1', ...times },
    })
    bus.publish({
      kind: 'position',
      position: {
        ...{ ...account, symbol: 'BTC_USDT_PERP', side: 'BOTH', quantity: '-1', entryPrice: '1', markPrice: null },
        ...{
          unrealisedPnl: null,
          liquidationPrice: null,
          leverage: null,
          marginMode: 'cross',
          settleAsset: 'USDT',
          ...times,
        },
      },
    })
    const rate = { rate: '0.0001', nextFundingAt: 3, intervalHours: 8, markPrice: '2', ...times }
    bus.publish({ kind: 'funding_rate', rate: { exchange: 'okx', symbol: 'ETH_USDT_PERP', ...rate } })
    bus.publish({
      kind: 'transfer',
      raw: '{}',
      transfer: {
        ...{
          ...account,
          transferId: 'x',
          kind: 'deposit',
          asset: 'BTC',
          amount: '1',
          fee: null,
          feeAsset: null,
          network: null,
        },
        ...{
          address: null,
          transactionId: null,
          fromWallet: null,
          toWallet: null,
          status: 'completed',
          exchangeStatus: '1',
        },
        ...{ createdAt: 1, updatedAt: null, receivedAt: 2 },
      },
    })
    const payment = { symbol: 'BTC_USDT_PERP', paymentId: 'p', asset: 'USDT', amount: '-0.5', at: 1, receivedAt: 2 }
    bus.publish({ kind: 'funding_payment', payment: { ...account, ...payment } })
    bus.publish({
      kind: 'opportunity',
      opportunity: {
        ...{
          id: 1,
          kind: 'cross',
          symbol: 'BTC_USDT',
          buy: 'binance:BTC_USDT',
          sell: 'okx:BTC_USDT',
          openedAt: 1,
          closedAt: null,
        },
        ...{
          closeReason: null,
          bestAt: 1,
          bestGrossPercent: 0.1,
          bestNetPercent: -0.1,
          bestBuyPrice: 1,
          bestSellPrice: 2,
        },
        ...{ bestQuantity: 1, bestProfit: 0.5 },
        ...{ rejection: null, rejectionWords: null, buyFee: null, sellFee: null, opening: null, best: null },
      },
    })
    bus.publish({
      kind: 'alert',
      alert: {
        ...{ id: 1, at: 1, severity: 'info', rule: 'storage', ruleId: null },
        ...{ subject: 's', message: 'm', acknowledgedAt: null },
      },
    })
    // A rule of the trader's that is not for bots.
    bus.publish({
      kind: 'alert',
      alert: {
        ...{ id: 2, at: 1, severity: 'info', rule: 'price', ruleId: 'mine' },
        ...{ subject: 's', message: 'm', acknowledgedAt: null },
      },
      ways: { notification: true, redis: false, webhook: true },
    })
    bus.publish({
      kind: 'gap',
      gap: {
        ...{
          id: 1,
          instrument: 'binance:BTC_USDT',
          exchange: 'binance',
          symbol: 'BTC_USDT',
          kind: 'kline',
          period: '1m',
        },
        ...{ from: 1, to: 2, cause: 'disconnect', detail: '', filledAt: null, whyNotFilled: null },
      },
    })
    bus.publish({
      kind: 'drift',
      drift: {
        ...{
          id: 1,
          account: 'binance-main',
          subject: 'balance',
          item: 'spot BTC',
          field: 'total',
          expected: '1',
          got: '2',
        },
        ...{ since: null, foundAt: 1, resolvedAt: null, resolution: null },
      },
    })
    await until(() => all.length >= 16, 'all have come')
    expect(all.map(({ channel }) => channel).sort()).toEqual([
      'crossbook:alert:CROSSBOOK:storage',
      'crossbook:balance:BINANCE:A_B__',
      'crossbook:book_ticker:BINANCE:BTC_USDT',
      'crossbook:connection:BINANCE:spot',
      'crossbook:drift:binance-main:balance',
      'crossbook:fill:BINANCE:BTC_USDT',
      'crossbook:funding_payment:BINANCE:BTC_USDT_PERP',
      'crossbook:funding_rate:OKX:ETH_USDT_PERP',
      'crossbook:gap:BINANCE:BTC_USDT',
      'crossbook:kline:OKX:ETH_USDT_PERP',
      'crossbook:kline:OKX:ETH_USDT_PERP',
      'crossbook:opportunity:BINANCE-OKX:BTC_USDT',
      'crossbook:order_update:BINANCE:BTC_USDT',
      'crossbook:position:BINANCE:BTC_USDT_PERP',
      'crossbook:trade:BINANCE:BTC_USDT',
      'crossbook:transfer:BINANCE:BTC',
    ])
    for (const { message } of all) UnifiedMessage.parse(message)
    expect(new Set(all.map(({ message }) => message.version))).toEqual(new Set([1]))
    expect((await client.keys('crossbook:stream:*')).sort()).toEqual([
      'crossbook:stream:alert',
      'crossbook:stream:connection',
      'crossbook:stream:drift',
      'crossbook:stream:fill',
      'crossbook:stream:funding_payment',
      'crossbook:stream:gap',
      'crossbook:stream:kline',
      'crossbook:stream:opportunity',
      'crossbook:stream:order_update',
      'crossbook:stream:transfer',
    ])
    expect((await client.keys('crossbook:latest:*')).sort()).toEqual([
      'crossbook:latest:balance:BINANCE:binance-main:spot:A_B__',
      'crossbook:latest:book_ticker:BINANCE:BTC_USDT',
      'crossbook:latest:funding_rate:OKX:ETH_USDT_PERP',
      'crossbook:latest:health',
      'crossbook:latest:order_book:BINANCE:BTC_USDT',
      'crossbook:latest:position:BINANCE:binance-main:BTC_USDT_PERP:BOTH',
    ])
    expect(JSON.parse((await client.get('crossbook:latest:order_book:BINANCE:BTC_USDT')) ?? '')).toMatchObject({
      event_type: 'order_book',
      bids: [['50000', '1.5']],
      asks: [['50000.5', '2']],
      depth: 1,
      is_live: true,
    })
    const [stored] = await entries(client, 'crossbook:stream:fill')
    expect(stored).toMatchObject({ message: { event_type: 'fill', trade_id: 't1', time: fill(1).at } })
    expect(JSON.parse((await client.get('crossbook:latest:health')) ?? '')).toMatchObject({
      event_type: 'health',
      version: 1,
      exchanges: { BINANCE: 'live' },
    })
  })

  it('takes the keys of a feed that goes down out of the server at once, and says so on the channel', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url })
    one.bridge.start()
    await live(one)
    const quotes = await heard(server, 'crossbook:book_ticker:*')
    one.bus.publish(quote(bitcoin, 1))
    one.bus.publish(quote(ether, 2))
    const keys = async () => (await client.keys('crossbook:latest:*:*')).sort()
    await until(async () => (await keys()).length === 4, 'both have their keys')
    // A quote that still waits for its turn must not come after the end.
    one.bus.publish(quote(bitcoin, 3))
    feed(one.bus, 'down')
    await until(async () => (await keys()).length === 2, 'one has none')
    expect(await keys()).toEqual([
      'crossbook:latest:book_ticker:OKX:ETH_USDT_PERP',
      'crossbook:latest:order_book:OKX:ETH_USDT_PERP',
    ])
    await until(() => quotes.length === 3, 'its end was told')
    expect(
      quotes
        .filter(({ channel }) => channel.includes('BINANCE'))
        .map(({ message }) => [message.bid_price, message.is_live]),
    ).toEqual([
      ['1', true],
      [null, false],
    ])
    one.bus.publish(quote(bitcoin, 4))
    await until(async () => (await keys()).length === 4, 'it is back')
    await one.bridge.stop()
    expect(await client.keys('crossbook:latest:*')).toEqual([])
  })

  it('keeps latest-value keys alive while nothing changes', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url, timeToLiveSeconds: 1 })
    one.bridge.start()
    await live(one)
    one.bus.publish(quote(bitcoin, 1))
    const key = 'crossbook:latest:book_ticker:BINANCE:BTC_USDT'
    await until(async () => (await client.exists(key)) === 1, 'it is there')
    const missing: number[] = []
    for (let at = 0; at < 25; at++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      if ((await client.exists(key)) === 0) missing.push(at)
    }
    expect(missing).toEqual([])
    expect(await client.pttl(key)).toBeGreaterThan(0)
  })

  it('conflates quotes to so many a second, and sends every one when told so', async () => {
    const server = await redis()
    const one = rig({ url: server.url, quotesPerSecond: 5 })
    one.bridge.start()
    await live(one)
    const quotes = await heard(server, 'crossbook:book_ticker:*')
    const started = Date.now()
    for (let at = 1; at <= 40; at++) {
      one.bus.publish(quote(bitcoin, at))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    await until(() => quotes.at(-1)?.message.bid_price === '40', 'the newest has come')
    expect(quotes.length).toBeLessThanOrEqual(Math.ceil((Date.now() - started) / 200) + 1)
    expect(one.bridge.status().droppedState).toBe(40 - quotes.length)
    one.settings = { ...one.settings, quotesPerSecond: 0 }
    await one.bridge.restart()
    await live(one)
    quotes.length = 0
    for (let at = 1; at <= 500; at++) one.bus.publish(quote(bitcoin, at))
    await until(() => quotes.length >= 500, 'all have come')
    expect(quotes.map(({ message }) => Number(message.bid_price))).toEqual(
      Array.from({ length: 500 }, (_, at) => at + 1),
    )
  })

  it('goes on with quotes, keys and health when the clock is set back', async () => {
    const server = await redis()
    const client = server.client()
    let setBackMs = 0
    const now = () => Date.now() - setBackMs
    const one = rig({ url: server.url, quotesPerSecond: 5, timeToLiveSeconds: 2 }, { now })
    one.bridge.start()
    await live(one)
    const quotes = await heard(server, 'crossbook:book_ticker:*')
    one.bus.publish(quote(bitcoin, 1))
    await until(() => quotes.length === 1, 'the first')
    const health = async () =>
      (JSON.parse((await client.get('crossbook:latest:health')) ?? '{}') as { time?: number }).time
    const hourMs = 3_600_000
    const before = Date.now()
    setBackMs = hourMs
    one.bus.publish(quote(bitcoin, 2))
    await until(() => quotes.at(-1)?.message.bid_price === '2', 'the next')
    await until(async () => ((await health()) ?? before) < before - hourMs / 2, 'health by the new clock')
    // Longer than the key lives by itself.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await client.exists('crossbook:latest:book_ticker:BINANCE:BTC_USDT')).toBe(1)
  })

  it('says nothing of what is not watched, and opens no candle again that is closed', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url }, { truthOfQuote: (id) => (id === bitcoin.id ? 'live' : null) })
    one.bridge.start()
    await live(one)
    const told = await heard(server, 'crossbook:*')
    const candle = (openTime: number, isClosed: boolean) =>
      one.bus.publish({
        ...{
          kind: 'kline',
          instrument: bitcoin,
          period: '1m',
          openTime,
          open: 1,
          high: 2,
          low: 1,
          close: 2,
          volume: 3,
        },
        ...{ quoteVolume: null, isClosed, exchangeAt: null, receivedAt: 1 },
      })
    candle(60_000, true)
    candle(60_000, false)
    one.bus.publish(quote(ether, 1))
    one.bus.publish({ kind: 'quote_truth', instrument: ether, truth: 'stale' })
    one.bus.publish(quote(bitcoin, 2))
    candle(120_000, false)
    await until(() => told.length >= 3, 'what is said')
    // State goes out after the happenings of its batch: nothing else was made of this.
    await until(async () => (await client.exists('crossbook:latest:book_ticker:BINANCE:BTC_USDT')) === 1, 'the key')
    expect(
      told.map(({ channel, message }) => [channel.split(':')[1], message.timestamp_open ?? message.bid_price]).sort(),
    ).toEqual([
      ['book_ticker', '2'],
      ['kline', 120_000],
      ['kline', 60_000],
    ])
    expect(await client.keys('crossbook:latest:*:OKX:*')).toEqual([])
  })

  it('keeps simulated data apart, also what waited', async () => {
    const server = await redis()
    const client = server.client()
    await server.kill()
    const one = rig({ url: server.url })
    one.mode = 'demo'
    await one.bridge.restart()
    await until(() => one.bridge.status().state === 'waiting', 'it waits')
    publishFill(one.bus, 1)
    one.mode = 'live'
    publishFill(one.bus, 99)
    await one.bridge.restart()
    publishFill(one.bus, 2)
    await server.restart()
    const trades = async (prefix: string) =>
      (await entries(client, `${prefix}:stream:fill`)).map(({ message }) => message.trade_id)
    await until(
      () => one.bridge.status().state === 'live' && one.bridge.status().waitingHappenings === 0,
      'nothing waits',
    )
    expect([await trades('crossbook'), await trades('crossbook.demo')]).toEqual([['t2'], []])
    one.mode = 'demo'
    await one.bridge.restart()
    await until(async () => (await trades('crossbook.demo')).length > 0, 'the demo goes on')
    expect([await trades('crossbook'), await trades('crossbook.demo')]).toEqual([['t2'], ['t1']])
  })

  it('applies a new prefix on restart, and keeps what accounts hold', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url, enabled: false })
    one.bridge.start()
    const balance = { account: 'binance-main', exchange: 'binance', wallet: 'spot', asset: 'BTC' } as const
    const amounts = { free: '1', locked: '0', total: '1', exchangeAt: null, receivedAt: 1 }
    await until(() => one.bridge.status().state === 'off', 'it is off')
    one.bus.publish({ kind: 'balance', balance: { ...balance, ...amounts } })
    for (const prefix of ['first', 'second']) {
      one.settings = { ...one.settings, enabled: true, prefix }
      await one.bridge.restart()
      await live(one)
      await until(
        async () => (await client.exists(`${prefix}:latest:balance:BINANCE:binance-main:spot:BTC`)) === 1,
        'it is there',
      )
    }
    expect((await client.keys('*:latest:*')).sort()).toEqual([
      'second:latest:balance:BINANCE:binance-main:spot:BTC',
      'second:latest:health',
    ])
  })

  it('publishes a change of truth alone, of quotes and of balances', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url }, { truthOfBalance: () => 'gap' })
    one.bridge.start()
    await live(one)
    const told = await heard(server, 'crossbook:b*')
    const truths = () =>
      told.map(({ message: { event_type, bid_price, total, truth, is_live } }) => [
        event_type,
        bid_price ?? total,
        truth,
        is_live,
      ])
    one.bus.publish(quote(bitcoin, 1))
    await until(() => told.length === 1, 'the quote')
    one.bus.publish({ kind: 'quote_truth', instrument: bitcoin, truth: 'stale' })
    await until(() => told.length === 2, 'its truth')
    const balance = { account: 'binance-main', exchange: 'binance', wallet: 'spot', asset: 'BTC' } as const
    const amounts = { free: '1', locked: '0', total: '2', exchangeAt: null, receivedAt: 1 }
    one.bus.publish({ kind: 'balance', balance: { ...balance, ...amounts } })
    await until(() => told.length === 3, 'the balance')
    one.bus.publish({ kind: 'balance_truth', balance: { ...balance, ...amounts }, truth: 'live' })
    await until(() => told.length === 4, 'its truth')
    expect(truths()).toEqual([
      ['book_ticker', '1', 'live', true],
      ['book_ticker', '1', 'stale', true],
      ['balance', '2', 'gap', undefined],
      ['balance', '2', 'live', undefined],
    ])
    expect(JSON.parse((await client.get('crossbook:latest:book_ticker:BINANCE:BTC_USDT')) ?? '')).toMatchObject({
      bid_price: '1',
      truth: 'stale',
    })
    // Nothing is known of an instrument whose feed is down: no word on its truth brings a price back.
    feed(one.bus, 'down')
    one.bus.publish({ kind: 'quote_truth', instrument: bitcoin, truth: 'live' })
    await until(() => told.length === 5, 'its end')
    expect(truths()[4]).toEqual(['book_ticker', undefined, 'gap', false])
  })

  it('gives the book that is kept, on its channel and under its key, and the top alone once it is not known', async () => {
    const server = await redis()
    const client = server.client()
    const one = rig({ url: server.url, quotesPerSecond: 0 })
    one.bridge.start()
    await live(one)
    const books = await heard(server, 'crossbook:order_book:*')
    const key = async () => JSON.parse((await client.get('crossbook:latest:order_book:BINANCE:BTC_USDT')) ?? '{}')
    one.bus.publish(quote(bitcoin, 50_000))
    await until(async () => (await key()).depth === 1, 'the top')
    expect(books).toEqual([])
    const kept = keptBook(bitcoin, 60)
    one.bus.publish({ kind: 'order_book', book: kept })
    await until(() => books.length === 1, 'the book')
    expect(books[0]?.message).toMatchObject({ depth: 50, update_id: 7, truth: 'live', is_live: true })
    await until(async () => (await key()).depth === 50, 'its key')
    const { bids, asks } = UnifiedMessage.parse(await key()) as MessageOf<'order_book'>
    expect([bids.length, asks.length, bids[0], bids[49], asks[0]]).toEqual([
      50,
      50,
      ['50000', '1.5'],
      ['49951', '1.5'],
      ['50001', '1.5'],
    ])
    one.bus.publish({ kind: 'order_book', book: { ...kept, truth: 'gap', reason: 'an update is missing' } })
    await until(() => books.length === 2, 'its end')
    expect(books[1]?.message).toMatchObject({ bids: [], asks: [], truth: 'gap', is_live: false })
    one.bus.publish(quote(bitcoin, 49_999))
    await until(async () => (await key()).bids?.[0]?.[0] === '49999', 'the top of the quote')
  })
})
