import { describe, expect, it } from 'vitest'
import { collect } from '../../../support/account-rows.ts'
import { instrument } from '../../../support/instruments.ts'
import { type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams } from '../../../support/private-streams.ts'
import { timesTheLimits } from '../../../support/roomy.ts'

const spot = instrument('cryptocom', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const perpetual = instrument('cryptocom', 'perpetual', 'BTC', 'USD', 'BTCUSD-PERP')
const market = { exchange: 'cryptocom', symbols: ['BTC_USDT', 'ETH_USDT'], listed: [spot, perpetual] } as const
/** A stream here asks as soon as it is open. At the end of a calendar second the exchange's own limit, counted by what is left of it, would refuse that. */
const roomy = { limits: timesTheLimits }
const live = (options: LiveOptions = roomy) => liveConnector(market, options)
const usd = '5000'
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** An account with coins, money, a filled and a resting order, and a short perpetual. */
async function traded(options?: LiveOptions) {
  const from = await live(options)
  const { account, sim } = from
  for (const [asset, amount] of [
    ['USDT', '100000'],
    ['USD', usd],
    ['BTC', '2'],
  ] as const) {
    const { id } = account.deposit(asset, amount)
    account.advanceTransfer(id, 'completed')
  }
  const sold = account.place({ instrument: sim(spot), side: 'SELL', type: 'LIMIT', price: '90000', quantity: '0.5' })
  account.fill(sold.id, '0.2', { price: '90010', isMaker: true })
  const short = account.place({ instrument: sim(perpetual), side: 'SELL', type: 'MARKET', quantity: '0.01' })
  account.fill(short.id, '0.01', { price: '97000' })
  return { ...from, sold, short }
}

describe('an account at crypto.com', () => {
  it('is one wallet, with what orders reserve', async () => {
    const { account, connector, ask } = await traded()
    const balances = await connector.balances(ask)
    const truth = account.balances('spot').filter(({ total }) => Number(total) !== 0)
    expect(balances.ok && [...balances.value].sort((a, b) => a.asset.localeCompare(b.asset))).toEqual(
      truth
        .map(({ asset, total, free, locked }) => ({
          account: 'cryptocom-main',
          exchange: 'cryptocom',
          wallet: 'unified',
          asset,
          total,
          free,
          locked,
          exchangeAt: null,
          receivedAt: expect.any(Number),
        }))
        .sort((a, b) => a.asset.localeCompare(b.asset)),
    )
    expect(truth.map(({ asset }) => asset).sort()).toEqual(['BTC', 'USD', 'USDT'])
  })

  it('tells open orders, one order, and none that there is not', async () => {
    const { connector, ask, sold } = await traded()
    const order = {
      symbol: 'BTC_USDT',
      exchangeOrderId: sold.id,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      price: '90000',
      quantity: '0.5',
      filledQuantity: '0.2',
      averagePrice: '90010',
      status: 'PARTIALLY_FILLED',
      exchangeStatus: 'ACTIVE',
    }
    expect([
      await connector.openOrders(ask, []),
      await connector.order(ask, spot, sold.id),
      await connector.order(ask, spot, '5755600000000009999'),
    ]).toMatchObject([
      { ok: true, value: [{ row: order }] },
      { ok: true, value: { row: order } },
      { ok: true, value: null },
    ])
  })

  it('keeps every digit of ids beyond 2^53', async () => {
    const { connector, ask, sold } = await traded()
    const reply = await connector.openOrders(ask, [])
    expect(BigInt(sold.id)).toBeGreaterThan(BigInt(Number.MAX_SAFE_INTEGER))
    expect(reply.ok && reply.value.map(({ row }) => row.exchangeOrderId)).toEqual([sold.id])
  })

  it('tells more ended orders and fills than one page holds, each once', async () => {
    const { account, connector, ask, sim, clock } = await traded()
    const ended: string[] = []
    for (let n = 0; n < 230; n++) {
      const { id } = account.place({
        instrument: sim(spot),
        side: 'BUY',
        type: 'LIMIT',
        price: String(90_000 + n),
        quantity: '0.001',
      })
      if (n % 2 === 0) account.end(id, 'CANCELED')
      else account.fill(id, '0.001')
      ended.push(id)
      clock.shiftMs += 7
    }
    const range = { from: account.now() - dayMs, to: account.now() + hourMs }
    const orders = await collect(connector.orderHistory(ask, range, []))
    const shown = orders.map(({ row }) => row.exchangeOrderId)
    expect(ended.filter((id) => !shown.includes(id))).toEqual([])
    expect(new Set(shown).size).toBe(shown.length)
    const fills = await collect(connector.fills(ask, account.now() - dayMs, [], []))
    expect(fills.map(({ row }) => row.tradeId)).toEqual(
      [...account.fills('spot'), ...account.fills('perpetual')]
        .sort((a, b) => a.number - b.number)
        .map(({ tradeId }) => tradeId),
    )
    expect(fills[0]?.row).toMatchObject({
      symbol: 'BTC_USDT',
      side: 'SELL',
      price: '90010',
      quantity: '0.2',
      fee: account.fills('spot')[0]?.fee,
      feeAsset: 'USDT',
      liquidity: 'maker',
      realisedPnl: null,
    })
  })

  it('tells the fills, orders and funding of many days, of which it answers seven at once', async () => {
    const { account, connector, ask, sim, clock } = await traded({ ...roomy, shiftMs: -30 * dayMs })
    const from = account.now() - dayMs
    const ids = [...account.fills('spot'), ...account.fills('perpetual')].map(({ tradeId }) => tradeId)
    const ended: string[] = account.fills('perpetual').map(({ order }) => order.id)
    for (let n = 0; n < 8; n++) {
      clock.shiftMs += 3.5 * dayMs
      const { id } = account.place({
        ...{ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '90000', quantity: '0.001' },
      })
      ids.push(account.fill(id, '0.001').tradeId)
      ended.push(id)
      account.settleFunding(sim(perpetual))
    }
    const fills = await collect(connector.fills(ask, from, [], []))
    expect(fills.map(({ row }) => row.tradeId)).toEqual(ids)
    const range = { from, to: account.now() + hourMs }
    const orders = await collect(connector.orderHistory(ask, range, []))
    expect(orders.map(({ row }) => row.exchangeOrderId).sort()).toEqual(ended.sort())
    const payments = await collect(connector.fundingPayments(ask, range, []))
    expect(payments.map(({ paymentId }) => paymentId).sort()).toEqual(
      account
        .funding()
        .map(({ id }) => id)
        .sort(),
    )
    expect(payments).toHaveLength(8)
  })

  it('tells positions, transfers, funding and fees', async () => {
    const { account, connector, ask, sim } = await traded()
    const payment = account.settleFunding(sim(perpetual))
    const out = account.withdraw('USDT', '100')
    account.advanceTransfer(out.id, 'completed')
    const range = { from: account.now() - dayMs, to: account.now() + hourMs }
    expect(await connector.positions(ask)).toMatchObject({
      ok: true,
      value: [{ symbol: 'BTC_USD_PERP', side: 'BOTH', quantity: '-0.01', entryPrice: '97000', settleAsset: 'USD' }],
    })
    const transfers = (await collect(connector.transfers(ask, range))).map(({ row }) => row)
    expect(transfers.map(({ kind, asset, amount, status }) => [kind, asset, amount, status]).sort()).toEqual(
      [
        ['deposit', 'USDT', '100000', 'completed'],
        ['deposit', 'USD', usd, 'completed'],
        ['deposit', 'BTC', '2', 'completed'],
        ['withdrawal', 'USDT', '100', 'completed'],
      ].sort(),
    )
    expect(await collect(connector.fundingPayments(ask, range, []))).toMatchObject([
      { symbol: 'BTC_USD_PERP', paymentId: payment?.id, asset: 'USD', amount: payment?.amount, at: payment?.at },
    ])
    expect(await connector.fees?.(ask, [])).toMatchObject({
      ok: true,
      value: [
        { kind: 'spot', symbol: null, maker: '0.0025', taker: '0.005' },
        { kind: 'perpetual', symbol: null, maker: '0.0005', taker: '0.0007' },
      ],
    })
  })

  it('says that nobody tells what the key may do', async () => {
    const { connector, ask } = await live()
    expect(await connector.permissions(ask)).toMatchObject({
      ok: true,
      value: { canRead: true, canTrade: null, canWithdraw: null, ipRestricted: null },
    })
  })

  it('is closed to wrong keys, wrong secrets and wrong clocks, each in its own way', async () => {
    const { as } = await live()
    const failures = [as({ key: 'nobody' }), as({ secret: 'wrong' }), as({}, { wrongByMs: 120_000 })].map(
      async ({ connector, ask }) => {
        const reply = await connector.balances(ask)
        return reply.ok ? reply : [reply.failure.kind, reply.failure.code, reply.failure.message]
      },
    )
    expect(await Promise.all(failures)).toEqual([
      ['rejectedKey', '40101', 'key rejected (40101): check the key and the secret'],
      ['rejectedKey', '40101', 'key rejected (40101): check the key and the secret'],
      ['clock', '40102', '40102 INVALID_NONCE'],
    ])
  })
})

describe('the user stream of crypto.com', () => {
  it('tells orders, fills, balances and positions as they change', async () => {
    const from = await traded()
    const { account, sim, sold } = from
    const stream = await openedStreams(from)
    expect([stream.downs, stream.refusals, stream.others]).toEqual([[], [], []])
    const before = stream.events.length
    account.fill(sold.id, '0.3', { price: '90020' })
    const closing = account.place({ instrument: sim(perpetual), side: 'BUY', type: 'MARKET', quantity: '0.01' })
    account.fill(closing.id, '0.01', { price: '96000' })
    const ofPosition = () => stream.events.slice(before).filter(({ kind }) => kind === 'position')
    await until(() => ofPosition().length > 0, 'the position is told')
    const events = stream.events.slice(before)
    const told = events.flatMap((event) => {
      if (event.kind === 'order') return [[event.order.exchangeOrderId, event.order.status, event.order.filledQuantity]]
      if (event.kind === 'fill') return [[event.fill.exchangeOrderId, 'fill', event.fill.quantity]]
      return event.kind === 'position' ? [[event.position.symbol, 'position', event.position.quantity]] : []
    })
    expect(told).toEqual([
      [sold.id, 'FILLED', '0.5'],
      [sold.id, 'fill', '0.3'],
      [closing.id, 'NEW', '0'],
      [closing.id, 'FILLED', '0.01'],
      [closing.id, 'fill', '0.01'],
      ['BTC_USD_PERP', 'position', '0'],
    ])
    const newest = new Map(
      events.flatMap((event) =>
        event.kind === 'balance' ? [[event.balance.asset, event.balance.total] as const] : [],
      ),
    )
    expect(Object.fromEntries(newest)).toEqual(
      Object.fromEntries(
        account
          .balances('spot')
          .filter(({ total }) => Number(total) !== 0)
          .map(({ asset, total }) => [asset, total]),
      ),
    )
  })

  it('tells an asset that is spent as nothing', async () => {
    const from = await live()
    const { account, sim } = from
    const { id } = account.deposit('BTC', '1')
    account.advanceTransfer(id, 'completed')
    const stream = await openedStreams(from)
    const sale = account.place({ instrument: sim(spot), side: 'SELL', type: 'MARKET', quantity: '1' })
    account.fill(sale.id, '1', { price: '97000' })
    const spent = () =>
      stream.events.some(
        (event) => event.kind === 'balance' && event.balance.asset === 'BTC' && Number(event.balance.total) === 0,
      )
    await until(spent, 'BTC is told as nothing')
  })

  it('is refused to a wrong secret', async () => {
    const from = await live()
    const stream = await openStreams(from.as({ secret: 'wrong' }))
    await until(() => stream.others.length > 0, 'the login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: '40101' })
  })

  it('ends when its key is revoked', async () => {
    const from = await live()
    const stream = await openedStreams(from)
    from.account.revokeKey(from.simulator.keys.cryptocom?.key ?? '')
    await until(() => stream.downs.length > 0, 'the stream went down')
    expect(stream.downs[0]).toMatch(/1000/)
  })
})
