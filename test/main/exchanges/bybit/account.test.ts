import { describe, expect, it } from 'vitest'
import type { AccountEvent, Ask } from '../../../../src/main/exchanges/account-contract.ts'
import { bybit } from '../../../../src/main/exchanges/bybit/index.ts'
import type { SimOrder } from '../../../../src/main/simulator/account/contract.ts'
import { fillKey, isFinalStatus, orderKey } from '../../../../src/shared/domain/index.ts'
import { collect, fillRow, plain, rowsOf, valueIn } from '../../../support/account-rows.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { type LiveConnector, type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams } from '../../../support/private-streams.ts'
import { timesTheLimits } from '../../../support/roomy.ts'

const spot = instrument('bybit', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpetual = instrument('bybit', 'perpetual', 'BTC', 'USDT', 'BTCUSDT')
const ethSpot = instrument('bybit', 'spot', 'ETH', 'USDT', 'ETHUSDT')
const ethPerpetual = instrument('bybit', 'perpetual', 'ETH', 'USDT', 'ETHUSDT')
const listed = [spot, perpetual, ethSpot, ethPerpetual]
const live = (options?: LiveOptions) =>
  liveConnector({ exchange: 'bybit', symbols: ['BTC_USDT', 'ETH_USDT'], listed }, options)
/** For what is asked more often than in the exchange's time. */
const roomy = { limits: timesTheLimits }

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const kinds = ['spot', 'perpetual'] as const
const sorted = (ids: readonly string[]) => [...ids].sort()

const exchangeStatusOf = ({ status, instrument, filledQuantity }: SimOrder): string => {
  if (status === 'NEW') return 'New'
  if (status === 'PARTIALLY_FILLED') return 'PartiallyFilled'
  if (status === 'FILLED') return 'Filled'
  const ended = instrument.kind === 'spot' && filledQuantity !== '0' ? 'PartiallyFilledCanceled' : 'Cancelled'
  return status === 'CANCELED' ? `${ended} (CancelByUser)` : ended
}

/** An order of the engine as it should be read. */
const orderRow = (order: SimOrder) => ({
  account: 'bybit-main',
  exchange: 'bybit',
  symbol: order.instrument.symbol,
  exchangeOrderId: order.id,
  clientOrderId: order.clientOrderId,
  side: order.side,
  type: order.type,
  timeInForce: order.type === 'MARKET' ? 'IOC' : order.timeInForce,
  price: order.price,
  stopPrice: null,
  quantity: order.quantity,
  quoteQuantity: null,
  filledQuantity: order.filledQuantity,
  averagePrice: order.filledQuantity === '0' ? null : expect.stringMatching(/^\d+(\.\d+)?$/),
  status: order.status === 'EXPIRED' ? 'CANCELED' : order.status,
  exchangeStatus: exchangeStatusOf(order),
  reduceOnly: order.instrument.kind === 'spot' ? null : order.reduceOnly,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
})
const balanceRows = ({ account }: LiveConnector) =>
  (['spot', 'funding'] as const).flatMap((wallet) =>
    account
      .balances(wallet)
      .filter(({ total }) => total !== '0')
      .map(({ asset, free, locked, total }) => ({
        account: 'bybit-main',
        exchange: 'bybit',
        wallet: wallet === 'spot' ? 'unified' : 'funding',
        asset,
        free,
        locked,
        total,
        exchangeAt: null,
      })),
  )

async function rich(options?: LiveOptions): Promise<LiveConnector> {
  const one = await live(options)
  const deposit = one.account.deposit('USDT', '100000')
  one.account.advanceTransfer(deposit.id, 'completed')
  one.account.move('USDT', '90000', 'funding', 'spot')
  return one
}

/** One of everything that can happen. */
function trade({ account, sim }: LiveConnector): void {
  const filled = account.place({ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '50000.5', quantity: '0.3' })
  account.fill(filled.id, '0.1', { isMaker: true })
  account.fill(filled.id, '0.2', { price: '49999.9', isMaker: false })
  const partly = account.place({ instrument: sim(spot), side: 'SELL', type: 'LIMIT', price: '60000', quantity: '0.2' })
  account.fill(partly.id, '0.05')
  account.end(partly.id, 'CANCELED')
  const market = account.place({ instrument: sim(ethSpot), side: 'BUY', type: 'MARKET', quantity: '1.5' })
  account.fill(market.id, '1.5')
  const long = account.place({
    instrument: sim(perpetual),
    side: 'BUY',
    type: 'LIMIT',
    price: '50000',
    quantity: '0.21',
  })
  account.fill(long.id, '0.2')
  account.settleFunding(sim(perpetual))
  const less = account.place({
    ...{ instrument: sim(perpetual), side: 'SELL', type: 'LIMIT', price: '50100', quantity: '0.05', reduceOnly: true },
  })
  account.fill(less.id, '0.05')
  const short = account.place({
    ...{ instrument: sim(ethPerpetual), side: 'SELL', type: 'LIMIT', price: '2000', quantity: '3' },
  })
  account.fill(short.id, '3')
  account.settleFunding(sim(ethPerpetual))
  const expired = account.place({
    ...{ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '40000', quantity: '0.01', timeInForce: 'GTC' },
  })
  account.end(expired.id, 'EXPIRED')
  account.place({ instrument: sim(ethSpot), side: 'SELL', type: 'LIMIT', price: '9000', quantity: '0.5' })
  account.place({ instrument: sim(perpetual), side: 'BUY', type: 'LIMIT', price: '30000', quantity: '0.07' })
  const withdrawal = account.withdraw('USDT', '1000')
  account.withdraw('USDT', '2000')
  account.advanceTransfer(withdrawal.id, 'completed')
  account.deposit('BTC', '0.5')
  account.move('USDT', '250', 'spot', 'funding')
}

describe('bybit account', () => {
  it('reads by REST what the account holds and did', async () => {
    const one = await rich()
    trade(one)
    const { account, connector, ask } = one
    const range = { from: account.now() - dayMs, to: account.now() + 1 }

    expect(valueIn(await connector.balances(ask)).map(plain)).toEqual(balanceRows(one))
    const open = kinds.flatMap((kind) => [...account.openOrders(kind)].reverse())
    expect(rowsOf(valueIn(await connector.openOrders(ask, [])))).toEqual(open.map(orderRow))
    const ended = kinds.flatMap((kind) => account.orders(kind).filter(({ status }) => isFinalStatus(status)))
    expect(ended).toHaveLength(6)
    const byId = <T extends { exchangeOrderId: string }>(rows: readonly T[]) =>
      [...rows].sort((a, b) => a.exchangeOrderId.localeCompare(b.exchangeOrderId))
    expect(byId(rowsOf(await collect(connector.orderHistory(ask, range, []))))).toEqual(byId(ended.map(orderRow)))
    const fills = kinds.flatMap((kind) => account.fills(kind)).sort((a, b) => a.number - b.number)
    expect(fills).toHaveLength(7)
    const byTrade = <T extends { tradeId: string }>(rows: readonly T[]) =>
      [...rows].sort((a, b) => a.tradeId.localeCompare(b.tradeId))
    expect(byTrade(rowsOf(await collect(connector.fills(ask, range.from, [], []))))).toEqual(
      byTrade(fills.map(fillRow)),
    )
    const positions = valueIn(await connector.positions(ask)).map(plain)
    expect(positions.map(({ symbol, side, quantity }) => [symbol, side, quantity]).sort()).toEqual([
      ['BTC_USDT_PERP', 'BOTH', '0.15'],
      ['ETH_USDT_PERP', 'BOTH', '-3'],
    ])
    expect(positions.find(({ symbol }) => symbol === 'BTC_USDT_PERP')).toEqual({
      account: 'bybit-main',
      exchange: 'bybit',
      symbol: 'BTC_USDT_PERP',
      side: 'BOTH',
      quantity: '0.15',
      entryPrice: '50000',
      markPrice: expect.stringMatching(/^\d+(\.\d+)?$/),
      unrealisedPnl: expect.stringMatching(/^-?\d+(\.\d+)?$/),
      liquidationPrice: expect.toSatisfy((price) => price === null || Number(price) > 0),
      leverage: '10',
      marginMode: null,
      settleAsset: 'USDT',
      exchangeAt: expect.any(Number),
    })
    const payments = (await collect(connector.fundingPayments(ask, range, []))).map(plain)
    expect(payments.sort((a, b) => a.at - b.at || a.symbol.localeCompare(b.symbol))).toEqual(
      account.funding().map(({ id, instrument, amount, asset, at }) => ({
        ...{ account: 'bybit-main', exchange: 'bybit', symbol: instrument.symbol, paymentId: id, asset, amount, at },
      })),
    )
  })

  it('reads deposits, withdrawals and moves between the wallets', async () => {
    const one = await rich()
    trade(one)
    const { account, connector, ask } = one
    const gift = account.deposit('ETH', '0.1', false)
    account.advanceTransfer(gift.id, 'completed')
    const rows = await collect(connector.transfers(ask, { from: account.now() - dayMs, to: account.now() + 1 }))
    const shown = rows.map(({ row }) =>
      [row.kind, row.asset, row.amount, row.fee, row.fromWallet, row.toWallet, row.status, row.exchangeStatus].join(
        ' ',
      ),
    )
    expect(shown.sort()).toEqual([
      'deposit BTC 0.5    pending 1 (to be confirmed)',
      'deposit ETH 0.1    completed 2 (success)',
      'deposit USDT 100000    completed 3 (success)',
      'internal USDT 250  unified funding completed SUCCESS',
      'internal USDT 90000  funding unified completed SUCCESS',
      'withdrawal USDT 1000 1   completed success',
      'withdrawal USDT 2000 1   pending Pending',
    ])
    expect(rows.map(({ row }) => row.transferId).sort()).toEqual(
      sorted(
        (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) =>
          account.transfers(kind).map(({ id }) => (id === gift.id ? `internal:${id}` : id)),
        ),
      ),
    )
  })

  it('hears from its stream what REST says', async () => {
    const one = await rich()
    const { account, connector, ask } = one
    const { events, others } = await openedStreams(one)
    trade(one)
    const of = <K extends AccountEvent['kind']>(kind: K) =>
      events.filter((event): event is Extract<AccountEvent, { kind: K }> => event.kind === kind)
    await until(() => of('fill').length === 7 && of('hint').length >= 2, 'everything was told')
    const range = { from: account.now() - dayMs, to: account.now() + 1 }
    const restOrders = [
      ...(await collect(connector.orderHistory(ask, range, []))),
      ...valueIn(await connector.openOrders(ask, [])),
    ]
    const newest = () => new Map(of('order').map(({ order }) => [orderKey(order), plain(order)]))
    await until(() => newest().size === restOrders.length, 'every order was told')
    expect([...newest().values()].sort((a, b) => a.exchangeOrderId.localeCompare(b.exchangeOrderId))).toEqual(
      rowsOf(restOrders).sort((a, b) => a.exchangeOrderId.localeCompare(b.exchangeOrderId)),
    )
    const fills = new Map(of('fill').map(({ fill }) => [fillKey(fill), plain(fill)]))
    const read = rowsOf(await collect(connector.fills(ask, range.from, [], [])))
    expect(new Map(read.map((fill) => [fillKey(fill), fill]))).toEqual(fills)
    const unified = valueIn(await connector.balances(ask)).filter(({ wallet }) => wallet === 'unified')
    const told = () =>
      new Map(of('balance').map(({ balance }) => [balance.asset, { ...plain(balance), exchangeAt: null }]))
    await until(
      () => told().get('USDT')?.total === unified.find(({ asset }) => asset === 'USDT')?.total,
      'the last balance',
    )
    expect(told()).toEqual(new Map(unified.map((balance) => [balance.asset, plain(balance)])))
    expect(of('balance').every(({ balance }) => (balance.exchangeAt ?? 0) > 0)).toBe(true)
    const positions = new Map(of('position').map(({ position }) => [position.symbol, position.quantity]))
    expect(positions).toEqual(
      new Map(valueIn(await connector.positions(ask)).map(({ symbol, quantity }) => [symbol, quantity])),
    )
    expect([...new Set(of('hint').map(({ poll }) => poll))]).toEqual(['funding'])
    expect(others).toEqual([])
  })

  it('asks after one order, and takes its absence for an answer', async () => {
    const one = await rich({ shiftMs: -4 * dayMs })
    const { account, connector, ask, sim, clock } = one
    const order = account.place({ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.1' })
    expect(valueIn(await connector.order(ask, spot, order.id))?.row.status).toBe('NEW')
    const gone = account.end(order.id, 'CANCELED')
    expect(plain(valueIn(await connector.order(ask, spot, order.id))?.row ?? { receivedAt: 0 })).toEqual(orderRow(gone))
    clock.shiftMs += 2_000
    expect(await connector.order(ask, spot, '1')).toEqual({ ok: true, value: null })
    expect(await connector.order(ask, { ...spot, nativeName: 'FOOUSDT' }, '1')).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', code: '10001' },
    })
  })

  it('brings every fill and order of many days and pages, once each, fills oldest first', async () => {
    const one = await rich({ ...roomy, shiftMs: -20 * dayMs })
    const { account, connector, ask, sim, clock } = one
    // Before the move that made it rich, which counts below.
    const from = account.now() - hourMs
    for (let day = 0; day < 20; day++) {
      for (let n = 0; n < 65; n++) {
        const instrument = sim([spot, perpetual, ethSpot, ethPerpetual][n % 4] ?? spot)
        const side = instrument.kind === 'spot' || n % 12 < 6 ? 'BUY' : 'SELL'
        const order = account.place({ instrument, side, type: 'LIMIT', price: '500', quantity: '0.1' })
        account.fill(order.id, '0.1')
      }
      if (day % 4 === 0) account.settleFunding(sim(perpetual))
      account.move('USDT', '1', 'spot', 'funding')
      clock.shiftMs += dayMs - 1_000
    }
    const all = kinds.flatMap((kind) => account.fills(kind))
    expect(all).toHaveLength(1_300)
    const rows = await collect(connector.fills(ask, from, [], []))
    expect(rows.map(({ row }) => row.at)).toEqual(all.map(({ at }) => at).sort((a, b) => a - b))
    expect(sorted(rows.map(({ row }) => row.tradeId))).toEqual(sorted(all.map(({ tradeId }) => tradeId)))
    // Executions do not tell it: the transaction log does.
    const profits = new Map(all.map(({ tradeId, realisedPnl }) => [tradeId, realisedPnl]))
    for (const { row } of rows)
      expect(row.realisedPnl).toBe(row.symbol.endsWith('_PERP') ? profits.get(row.tradeId) : null)
    const range = { from, to: account.now() }
    const orders = await collect(connector.orderHistory(ask, range, []))
    expect(sorted(orders.map(({ row }) => row.exchangeOrderId))).toEqual(sorted(all.map(({ order }) => order.id)))
    const moves = await collect(connector.transfers(ask, range))
    expect(moves.filter(({ row }) => row.kind === 'internal')).toHaveLength(21)
    expect(await collect(connector.fundingPayments(ask, range, []))).toHaveLength(account.funding().length)
    expect(account.funding().length).toBeGreaterThan(0)
  })

  it('brings two months of an account that was there before, asked since the beginning of time', async () => {
    const one = await live({ ...roomy, history: true })
    const { account, connector, ask } = one
    const all = kinds.flatMap((kind) => account.fills(kind))
    expect(all.length).toBeGreaterThan(100)
    const fills = await collect(connector.fills(ask, 0, [], []))
    expect(sorted(fills.map(({ row }) => row.tradeId))).toEqual(sorted(all.map(({ tradeId }) => tradeId)))
    const range = { from: 0, to: account.now() + hourMs }
    const payments = await collect(connector.fundingPayments(ask, range, []))
    expect(sorted(payments.map(({ amount }) => amount))).toEqual(sorted(account.funding().map(({ amount }) => amount)))
    expect(valueIn(await connector.balances(ask)).map(plain)).toEqual(balanceRows(one))
  })

  it('goes on behind the newest fill it has', async () => {
    const one = await rich({ ...roomy, shiftMs: -10 * dayMs })
    const { account, connector, ask, sim, clock } = one
    const from = account.now()
    const buy = (instrument: typeof spot) => {
      const price = instrument.base === 'BTC' ? '50000' : '2000'
      const order = account.place({ instrument: sim(instrument), side: 'BUY', type: 'LIMIT', price, quantity: '0.1' })
      clock.shiftMs += hourMs
      return account.fill(order.id, '0.1')
    }
    const [, second, third] = [buy(spot), buy(spot), buy(ethSpot)]
    clock.shiftMs += 9 * dayMs
    const known = [{ instrument: spot, tradeId: second.tradeId, at: second.at }]
    const rows = await collect(connector.fills(ask, from, known, []))
    expect(rows.map(({ row }) => row.tradeId)).toEqual([second.tradeId, third.tradeId])
  })
})

describe('bybit keys', () => {
  it('tell what they may do', async () => {
    const one = await live()
    const { simulator, account, as } = one
    const asked = async (key: { key: string; secret: string } | undefined) => {
      const { connector, ask } = as({ ...key })
      return valueIn(await connector.permissions(ask))
    }
    const bound = { key: 'BOUNDBOUNDBOUND001', secret: 'S' }
    const expiresAt = Date.UTC(2100, 0, 1)
    const addresses = { ipAddresses: ['127.0.0.1', '::1'], expiresAt }
    account.addKey({ ...bound, passphrase: null, canTrade: true, canWithdraw: false, ...addresses })
    const none = { canRead: true, canTrade: false, canWithdraw: false, ipRestricted: false, ipAddresses: [], notes: [] }
    expect([
      await asked(simulator.keys.bybit),
      await asked(simulator.tradingKeys.bybit),
      await asked(simulator.withdrawingKeys.bybit),
      await asked(bound),
    ]).toEqual([
      { ...none, expiresAt: null },
      { ...none, canTrade: true, expiresAt: null },
      { ...none, canTrade: true, canWithdraw: true, expiresAt: null },
      { ...none, canTrade: true, ipRestricted: true, ...addresses },
    ])
  })

  it.each([
    ['orders of contracts', { ContractTrade: ['Order'] }, true],
    ['options and perpetuals in USDC', { Options: ['OptionsTrade'] }, true],
    ['block trades', { BlockTrade: ['BlockTrade'] }, true],
    ['moves between wallets alone', { Wallet: ['AccountTransfer'], Derivatives: ['DerivativesTrade'] }, false],
  ])('that open %s can trade or not', async (_name, permissions, canTrade) => {
    const credentials = { key: 'K', secret: 'S', passphrase: null }
    const connector = bybit.account.create({ account: 'bybit-main', credentials, lookup: lookupOf(listed) })
    const ask: Ask = async (call) => {
      const result = { readOnly: 0, permissions, ips: ['*'] }
      const parsed = call.parse({ retCode: 0, retMsg: '', result })
      if (!parsed.ok) throw new Error(parsed.problem)
      return parsed
    }
    expect(valueIn(await connector.permissions(ask))).toMatchObject({ canTrade, canWithdraw: false })
  })

  it.each<[string, object, string]>([
    ['an unknown key', { key: 'UNKNOWNUNKNOWN0001' }, '10003'],
    ['a wrong secret', { secret: 'wrong' }, '10004'],
  ])('are rejected for %s, by REST and on the socket', async (_name, wrong, code) => {
    const one = await live()
    const client = one.as(wrong)
    const { connector, ask } = client
    expect(await connector.permissions(ask)).toEqual({
      ok: false,
      failure: {
        kind: 'rejectedKey',
        code,
        message: expect.stringMatching(new RegExp(`^key rejected \\(${code}\\): `)),
        retryAfterMs: null,
      },
    })
    const stream = await openStreams(client)
    await until(() => stream.others.length > 0 && stream.downs.length > 0, 'the login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey' })
    expect(stream.downs[0]).toMatch(/^login refused: key rejected/)
    expect(stream.ups()).toBe(0)
    const told = JSON.stringify([stream.others, stream.downs, stream.refusals])
    for (const secret of [one.credentials.key, one.credentials.secret, ...Object.values(wrong)])
      expect(told).not.toContain(secret)
  })

  it('are rejected from an address that they do not allow', async () => {
    const one = await live()
    const key = { key: 'BOUNDBOUNDBOUND002', secret: 'S', passphrase: null }
    one.account.addKey({ ...key, canTrade: false, canWithdraw: false, ipAddresses: ['203.0.113.9'], expiresAt: null })
    const client = one.as(key)
    const { connector, ask } = client
    expect(await connector.balances(ask)).toMatchObject({
      failure: { kind: 'rejectedKey', code: '10010', message: expect.stringMatching(/allow-list/) },
    })
    const stream = await openStreams(client)
    await until(() => stream.others.length > 0, 'the login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: '10010' })
  })

  it('without a permission are good keys that lack it', async () => {
    const one = await live()
    const key = { key: 'LACKSLACKSLACKS001', secret: 'S', passphrase: null }
    const none = { canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null }
    one.account.addKey({ ...key, ...none, lacks: ['Wallet'] })
    const { connector, ask } = one.as(key)
    expect(await connector.balances(ask)).toMatchObject({ failure: { kind: 'forbidden', code: '10005' } })
    expect((await connector.openOrders(ask, [])).ok).toBe(true)
  })

  it('of a sub-account are told of everything but withdrawals, which it has none of', async () => {
    const one = await rich(roomy)
    trade(one)
    const key = { key: 'SUBSUBSUBSUBSUB001', secret: 'S', passphrase: null }
    const none = { canTrade: false, canWithdraw: false, ipAddresses: [], expiresAt: null }
    one.account.addKey({ ...key, ...none, lacks: ['Master'] })
    const { connector, ask } = one.as(key)
    expect((await connector.permissions(ask)).ok).toBe(true)
    const range = { from: one.account.now() - dayMs, to: one.account.now() + 1 }
    const kindsOf = (rows: readonly { row: { kind: string } }[]) => [...new Set(rows.map(({ row }) => row.kind))].sort()
    expect(kindsOf(await collect(connector.transfers(ask, range)))).toEqual(['deposit', 'internal'])
    expect(kindsOf(await collect(one.connector.transfers(one.ask, range)))).toEqual([
      'deposit',
      'internal',
      'withdrawal',
    ])
  })

  it('are not blamed for a clock that is wrong', async () => {
    const one = await live()
    for (const wrongByMs of [-6_000, 2_000]) {
      const { connector, ask } = one.as({}, { wrongByMs })
      expect(await connector.balances(ask)).toMatchObject({ ok: false, failure: { kind: 'clock', code: '10002' } })
    }
    const stream = await openStreams(one.as({}, { wrongByMs: -20_000 }))
    await until(() => stream.downs.length > 0, 'the login is refused')
    expect(stream.others.every(({ kind }) => kind === 'clock')).toBe(true)
    expect(stream.downs[0]).toMatch(/clock/)
  })

  it('end their socket when they are revoked, and are rejected from then on', async () => {
    const one = await live()
    const stream = await openedStreams(one)
    one.account.revokeKey(one.credentials.key)
    await until(() => stream.others.length > 0, 'the next login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey' })
    expect(await one.connector.balances(one.ask)).toMatchObject({ failure: { kind: 'rejectedKey', code: '10003' } })
  })

  it('log in again after the socket was dropped', async () => {
    const one = await rich()
    const stream = await openedStreams(one)
    expect(await one.simulator.dropSockets('bybit')).toBe(1)
    await until(() => stream.ups() === 2, 'the stream is back')
    const before = stream.events.length
    trade(one)
    await until(() => stream.events.slice(before).some(({ kind }) => kind === 'fill'), 'a fill is told')
    expect(stream.others).toEqual([])
  })

  it('want no passphrase, and how to make one is said', () => {
    expect(bybit.account).toMatchObject({
      needsPassphrase: false,
      keyAdvice: expect.stringMatching(/Read-Only.*https:\/\/www\.bybit/),
    })
  })
})

it('bybit funding rates are those the account pays by', async () => {
  const one = await live()
  const [call] = bybit.fundingRates([perpetual, ethPerpetual])
  if (!call) throw new Error('no call')
  expect(valueIn(await one.ask(call)).map(plain)).toEqual(
    [perpetual, ethPerpetual].map((instrument) => {
      const { rate, nextAt, intervalHours } = one.account.fundingRate(one.sim(instrument))
      const due = { nextFundingAt: nextAt, intervalHours, markPrice: expect.any(String), exchangeAt: null }
      return { exchange: 'bybit', symbol: instrument.symbol, rate, ...due }
    }),
  )
})
