import { describe, expect, it } from 'vitest'
import type { AccountEvent, Ask } from '../../../../src/main/exchanges/account-contract.ts'
import type { Order } from '../../../../src/shared/domain/index.ts'
import { collect, fillRow, valueIn } from '../../../support/account-rows.ts'
import { instrument } from '../../../support/instruments.ts'
import { type LiveConnector, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams } from '../../../support/private-streams.ts'
import { timesTheLimits } from '../../../support/roomy.ts'

const btc = instrument('kraken', 'spot', 'BTC', 'USDT', 'BTC/USDT')
const doge = instrument('kraken', 'spot', 'DOGE', 'USD', 'DOGE/USD')
const listed = [btc, doge]
const live = () =>
  liveConnector({ exchange: 'kraken', symbols: ['BTC_USDT', 'DOGE_USD'], listed }, { limits: timesTheLimits })

const hour = 3_600_000

const fund = ({ account }: LiveConnector, asset: string, amount: string) =>
  account.advanceTransfer(account.deposit(asset, amount).id, 'completed')

const shown = ({ exchangeOrderId, status, filledQuantity }: Order) => [exchangeOrderId, status, Number(filledQuantity)]
const lastOrders = (events: readonly AccountEvent[]) => {
  const newest = new Map<string, Order>()
  for (const event of events) if (event.kind === 'order') newest.set(event.order.exchangeOrderId, event.order)
  return [...newest.values()].map(shown)
}

describe('a Kraken account over real sockets', () => {
  it('is told by stream and by REST alike, and as the exchange keeps it', async () => {
    const run = await live()
    const { account, connector, ask } = run
    fund(run, 'USDT', '100000')
    fund(run, 'USD', '5000')
    const before = account.place({
      ...{ instrument: run.sim(btc), side: 'BUY', type: 'LIMIT', price: '49000', quantity: '0.1' },
    })
    const { events, others } = await openedStreams(run)
    const from = account.now()

    const bought = account.place({
      instrument: run.sim(btc),
      side: 'BUY',
      type: 'LIMIT',
      price: '50000',
      quantity: '0.5',
    })
    const fills = [
      account.fill(bought.id, '0.2', { isMaker: true }),
      account.fill(bought.id, '0.3'),
      account.fill(before.id, '0.05'),
    ]
    account.end(before.id, 'CANCELED')
    const market = account.place({ instrument: run.sim(doge), side: 'BUY', type: 'MARKET', quantity: '100' })
    fills.push(account.fill(market.id, '100'))
    const never = account.place({ instrument: run.sim(btc), side: 'BUY', type: 'LIMIT', price: '10', quantity: '1' })
    account.end(never.id, 'EXPIRED')
    const open = account.place({
      ...{ instrument: run.sim(btc), side: 'SELL', type: 'LIMIT', timeInForce: 'POST_ONLY', price: '90000' },
      ...{ quantity: '0.1', clientOrderId: 'mine-1' },
    })
    account.advanceTransfer(account.withdraw('USDT', '1000').id, 'completed')
    account.deposit('SOL', '7')

    await until(
      () => lastOrders(events).length === 5 && events.filter(({ kind }) => kind === 'fill').length === 4,
      'all by stream',
    )
    const byId = (a: readonly unknown[], b: readonly unknown[]) => String(a[0]).localeCompare(String(b[0]))
    const truth = [before, bought, market, never, open].map(({ id }) => {
      const order = account.order(id)
      return [id, order?.status, Number(order?.filledQuantity)]
    })
    expect(lastOrders(events).sort(byId)).toEqual([...truth].sort(byId))
    const told = events.flatMap((event) => (event.kind === 'fill' ? [event.fill] : []))
    expect(told).toMatchObject(fills.map(fillRow))
    expect(events.filter((event) => event.kind === 'hint' && event.poll === 'transfers').length).toBeGreaterThan(0)
    expect(others).toEqual([])

    const openOrders = valueIn(await connector.openOrders(ask, listed)).map(({ row }) => row)
    expect(openOrders).toMatchObject([{ exchangeOrderId: open.id, clientOrderId: 'mine-1', timeInForce: 'POST_ONLY' }])
    const history = await collect(connector.orderHistory(ask, { from, to: account.now() + hour }, listed))
    const restOrders = [...openOrders, ...history.map(({ row }) => row)]
    const ours = new Set(truth.map(([id]) => id))
    expect(
      restOrders
        .filter((row) => ours.has(row.exchangeOrderId))
        .map(shown)
        .sort(byId),
    ).toEqual([...truth].sort(byId))

    const downloaded = await collect(connector.fills(ask, from, [], listed))
    const rows = downloaded.map(({ row }) => row).filter(({ exchangeOrderId }) => ours.has(exchangeOrderId))
    expect([...rows].sort((a, b) => byId([a.tradeId], [b.tradeId]))).toMatchObject(
      fills.map(fillRow).sort((a, b) => byId([a.tradeId], [b.tradeId])),
    )

    const balances = valueIn(await connector.balances(ask))
    expect(
      balances.map(({ asset, free, locked, total }) => [asset, Number(free), Number(locked), Number(total)]).sort(byId),
    ).toEqual(
      account
        .balances('spot')
        .filter(({ total }) => total !== '0')
        .map(({ asset, free, locked, total }) => [asset, Number(free), Number(locked), Number(total)])
        .sort(byId),
    )
    const streamed = new Map<string, string>()
    for (const event of events) if (event.kind === 'balance') streamed.set(event.balance.asset, event.balance.total)
    expect([...streamed].filter(([, total]) => Number(total) !== 0).sort(byId)).toEqual(
      balances.map(({ asset, total }) => [asset, total]).sort(byId),
    )

    const transfers = await collect(connector.transfers(ask, { from: from - hour, to: account.now() + hour }))
    const newest = transfers.map(({ row }) => [row.kind, row.asset, row.status])
    expect(newest).toEqual(
      expect.arrayContaining([
        ['withdrawal', 'USDT', 'completed'],
        ['deposit', 'SOL', 'pending'],
      ]),
    )
  }, 30_000)

  it('is told of assets by their names, those of old ids too that no list tells of', async () => {
    const run = await live()
    for (const asset of ['ETH', 'BTC', 'EUR', 'SOL']) fund(run, asset, '10')
    const withoutAssets: Ask = async (call) => {
      const result = await run.ask(call)
      if (!call.url.endsWith('/Assets') || !result.ok) return result
      const empty = call.parse({ error: [], result: {} })
      if (!empty.ok) throw new Error(empty.problem)
      return { ok: true, value: empty.value }
    }
    for (const ask of [run.ask, withoutAssets]) {
      const { connector } = run.as({})
      const names = ['BTC', 'ETH', 'EUR', 'SOL']
      const balances = valueIn(await connector.balances(ask)).map(({ asset }) => asset)
      expect(balances).toEqual(expect.arrayContaining(names))
      expect(balances.filter((asset) => /^[XZ]/.test(asset))).toEqual([])
      const now = run.account.now()
      const transfers = await collect(connector.transfers(ask, { from: now - hour, to: now + hour }))
      expect(transfers.map(({ row }) => row.asset).sort()).toEqual(names)
    }
  }, 30_000)

  it('tells to how many decimals Kraken books what trades cost, once it has heard of it', async () => {
    const run = await live()
    const { connector } = run.as({})
    const told = () => ['USD', 'BTC', 'NONE'].map((asset) => connector.bookedDecimals?.(asset))
    expect(told()).toEqual([null, null, null])
    valueIn(await connector.balances(run.ask))
    expect(told()).toEqual([4, 10, null])
  }, 30_000)

  it('pages through what is longer than a page, and leaves nothing out', async () => {
    const run = await live()
    const { account, connector, ask } = run
    fund(run, 'USDT', '1000000')
    const from = account.now()
    const ids: string[] = []
    for (let at = 0; at < 120; at++) {
      const order = account.place({
        instrument: run.sim(btc),
        side: 'BUY',
        type: 'LIMIT',
        price: '50000',
        quantity: '0.01',
      })
      ids.push(account.fill(order.id, '0.01').tradeId)
    }
    for (let at = 0; at < 60; at++) account.deposit('SOL', '1')
    const range = { from, to: account.now() + hour }
    const fills = await collect(connector.fills(ask, from, [], listed))
    expect(new Set(fills.map(({ row }) => row.tradeId))).toEqual(new Set(ids))
    expect(fills.map(({ row }) => row.at)).toEqual(fills.map(({ row }) => row.at).sort((a, b) => a - b))
    const orders = await collect(connector.orderHistory(ask, range, listed))
    expect(new Set(orders.map(({ row }) => row.exchangeOrderId)).size).toBe(120)
    const transfers = await collect(connector.transfers(ask, { ...range, from: from - 1_000 }))
    expect(transfers.filter(({ row }) => row.asset === 'SOL' && row.kind === 'deposit').length).toBeGreaterThanOrEqual(
      60,
    )
  }, 30_000)

  it('tells the fees it pays, and one order, or that there is none', async () => {
    const run = await live()
    const { account, connector, ask } = run
    expect(valueIn((await connector.fees?.(ask, listed)) ?? { ok: true, value: [] })).toMatchObject([
      { kind: 'spot', symbol: 'BTC_USDT', maker: '0.0025', taker: '0.004' },
      { kind: 'spot', symbol: 'DOGE_USD', maker: '0.0025', taker: '0.004' },
    ])
    fund(run, 'USDT', '1000')
    const order = account.place({
      instrument: run.sim(btc),
      side: 'BUY',
      type: 'LIMIT',
      price: '50000',
      quantity: '0.01',
    })
    expect(valueIn(await connector.order(ask, btc, order.id))?.row).toMatchObject({
      exchangeOrderId: order.id,
      status: 'NEW',
    })
    expect(valueIn(await connector.order(ask, btc, 'OAAAAA-AAAAA-AAAAAA'))).toBeNull()
  })

  it('answers calls that are made at once, each with a nonce of its own', async () => {
    const { connector, ask } = await live()
    const results = await Promise.all(Array.from({ length: 12 }, () => connector.balances(ask)))
    expect(results.map(({ ok }) => ok)).not.toContain(false)
  })
})

describe("a Kraken key's permissions", () => {
  it('are what the key may do, and what is missing by it', async () => {
    const run = await live()
    const { account, credentials: own } = run
    const reading = valueIn(await run.connector.permissions(run.ask))
    expect(reading).toEqual({
      ...{ canRead: true, canTrade: false, canWithdraw: false, ipRestricted: false, ipAddresses: [], expiresAt: null },
      notes: [],
    })
    const base = { ...own, canTrade: true, canWithdraw: true, expiresAt: null }
    account.addKey({ ...base, key: 'everything', ipAddresses: ['127.0.0.1'] })
    account.addKey({
      ...base,
      key: 'little',
      canTrade: false,
      canWithdraw: false,
      ipAddresses: [],
      lacks: ['query-closed-trades', 'create-ws-token', 'query-ledger'],
    })
    const everything = run.as({ key: 'everything' })
    expect(valueIn(await everything.connector.permissions(everything.ask))).toMatchObject({
      ...{ canRead: true, canTrade: true, canWithdraw: true, ipRestricted: true, ipAddresses: ['127.0.0.1'] },
    })
    const little = run.as({ key: 'little' })
    expect(valueIn(await little.connector.permissions(little.ask)).notes).toEqual([
      'the key lacks query-closed-trades: no orders that ended and fills',
      'the key lacks create-ws-token: no live stream',
      'the key lacks query-ledger: no withdrawals',
    ])
    const refused = { ok: false, failure: { kind: 'forbidden' } }
    expect(await little.connector.streams[0]?.ticket?.obtain(little.ask)).toMatchObject(refused)
    const range = { from: 0, to: Date.now() }
    for await (const page of little.connector.orderHistory(little.ask, range, listed))
      expect(page).toMatchObject(refused)
  })

  it('are refused to a wrong key, a wrong secret and a strange address, in words of our own', async () => {
    const run = await live()
    run.account.addKey({
      ...run.credentials,
      key: 'elsewhere',
      canTrade: false,
      canWithdraw: false,
      expiresAt: null,
      ipAddresses: ['192.0.2.7'],
    })
    const said = async (credentials: { key?: string; secret?: string }) => {
      const { connector, ask } = run.as(credentials)
      const result = await connector.permissions(ask)
      return result.ok ? 'ok' : [result.failure.kind, result.failure.code, result.failure.message.includes('check the')]
    }
    expect(await said({ key: 'unknown' })).toEqual(['rejectedKey', 'EAPI:Invalid key', true])
    expect(await said({ key: 'elsewhere' })).toEqual(['rejectedKey', 'EAPI:Invalid key', true])
    expect(await said({ secret: 'bm9uZQ==' })).toEqual(['rejectedKey', 'EAPI:Invalid signature', true])
  })

  it('open no stream with a token that nobody made', async () => {
    const run = await live()
    const { others } = await openStreams(run, { ticket: 'made-up' })
    await until(() => others.length > 0, 'the token is refused')
    expect(others[0]).toMatchObject({ kind: 'expired' })
  })
})
