import { describe, expect, it } from 'vitest'
import type { AccountEvent } from '../../../../src/main/exchanges/account-contract.ts'
import { okx } from '../../../../src/main/exchanges/okx/index.ts'
import type { SimOrder } from '../../../../src/main/simulator/account/contract.ts'
import { type Balance, fillKey, isFinalStatus, orderKey, type Transfer } from '../../../../src/shared/domain/index.ts'
import { collect, fillRow, plain, rowsOf, valueIn } from '../../../support/account-rows.ts'
import { instrument, lookupOf } from '../../../support/instruments.ts'
import { type LiveConnector, type LiveOptions, liveConnector } from '../../../support/live-connector.ts'
import { until } from '../../../support/loopback.ts'
import { openedStreams, openStreams } from '../../../support/private-streams.ts'
import { timesTheLimits } from '../../../support/roomy.ts'
import { openSocket } from '../../../support/socket.ts'

const spot = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')
const swap = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP', { contractSize: 0.01 })
const ethSpot = instrument('okx', 'spot', 'ETH', 'USDT', 'ETH-USDT')
const ethSwap = instrument('okx', 'perpetual', 'ETH', 'USDT', 'ETH-USDT-SWAP', { contractSize: 0.1 })
const listed = [spot, swap, ethSpot, ethSwap]
const live = (options?: LiveOptions) =>
  liveConnector({ exchange: 'okx', symbols: ['BTC_USDT', 'ETH_USDT'], listed }, options)
/** For what is asked more often than in the exchange's time. */
const roomy = { limits: timesTheLimits }

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const exchangeStatuses = {
  NEW: 'live',
  PARTIALLY_FILLED: 'partially_filled',
  FILLED: 'filled',
  CANCELED: 'canceled (cancelSource 1)',
  EXPIRED: 'canceled (cancelSource 0)',
  REJECTED: 'canceled (cancelSource 0)',
} as const

/** An order of the engine as it should be read. */
const orderRow = (order: SimOrder) => ({
  account: 'okx-main',
  exchange: 'okx',
  symbol: order.instrument.symbol,
  exchangeOrderId: order.id,
  clientOrderId: order.clientOrderId,
  side: order.side,
  type: order.type,
  timeInForce: order.type === 'MARKET' ? null : order.timeInForce,
  price: order.price,
  stopPrice: null,
  quantity: order.quantity,
  quoteQuantity: null,
  filledQuantity: order.filledQuantity,
  averagePrice: order.filledQuantity === '0' ? null : expect.stringMatching(/^\d+(\.\d+)?$/),
  status: order.status === 'REJECTED' ? 'EXPIRED' : order.status,
  exchangeStatus: exchangeStatuses[order.status],
  reduceOnly: order.reduceOnly,
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
})

/** Every balance of the engine that is not zero, as it should be read. */
const balanceRows = ({ account }: LiveConnector): Omit<Balance, 'receivedAt'>[] =>
  (['spot', 'funding'] as const).flatMap((wallet) =>
    account
      .balances(wallet)
      .filter(({ total }) => total !== '0')
      .map(({ asset, free, locked, total, updatedAt }) => ({
        account: 'okx-main',
        exchange: 'okx' as const,
        wallet: wallet === 'spot' ? ('unified' as const) : ('funding' as const),
        asset,
        free,
        locked,
        total,
        exchangeAt: wallet === 'spot' ? updatedAt : null,
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
  const long = account.place({ instrument: sim(swap), side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.21' })
  account.fill(long.id, '0.2')
  account.settleFunding(sim(swap))
  const less = account.place({
    ...{ instrument: sim(swap), side: 'SELL', type: 'LIMIT', price: '50100', quantity: '0.05', reduceOnly: true },
  })
  account.fill(less.id, '0.05')
  const short = account.place({ instrument: sim(ethSwap), side: 'SELL', type: 'LIMIT', price: '2000', quantity: '3' })
  account.fill(short.id, '3')
  account.settleFunding(sim(ethSwap))
  const expired = account.place({
    ...{ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '40000', quantity: '0.01', timeInForce: 'GTC' },
  })
  account.end(expired.id, 'EXPIRED')
  account.place({ instrument: sim(ethSpot), side: 'SELL', type: 'LIMIT', price: '9000', quantity: '0.5' })
  account.place({ instrument: sim(swap), side: 'BUY', type: 'LIMIT', price: '30000', quantity: '0.07' })
  const withdrawal = account.withdraw('USDT', '1000')
  account.withdraw('USDT', '2000')
  account.advanceTransfer(withdrawal.id, 'completed')
  account.deposit('BTC', '0.5')
  account.move('USDT', '250', 'spot', 'funding')
}

describe('okx account', () => {
  it('reads by REST what the account holds and did', async () => {
    const one = await rich()
    trade(one)
    const { account, connector, ask } = one
    const range = { from: account.now() - dayMs, to: account.now() + 1 }

    expect(valueIn(await connector.balances(ask)).map(plain)).toEqual(balanceRows(one))
    const open = [...account.openOrders('spot'), ...account.openOrders('perpetual')]
    expect(rowsOf(valueIn(await connector.openOrders(ask, [])))).toEqual(
      open.sort((a, b) => b.number - a.number).map(orderRow),
    )
    const ended = (['spot', 'perpetual'] as const).flatMap((kind) =>
      account
        .orders(kind)
        .filter(({ status }) => status !== 'NEW' && status !== 'PARTIALLY_FILLED')
        .reverse(),
    )
    expect(ended).toHaveLength(6)
    expect(rowsOf(await collect(connector.orderHistory(ask, range, [])))).toEqual(ended.map(orderRow))
    const fills = [...account.fills('spot'), ...account.fills('perpetual')].sort((a, b) => a.number - b.number)
    expect(fills).toHaveLength(7)
    const read = rowsOf(await collect(connector.fills(ask, range.from, [], [])))
    expect(read.sort((a, b) => Number(a.tradeId) - Number(b.tradeId))).toEqual(fills.map(fillRow))
    const positions = valueIn(await connector.positions(ask)).map(plain)
    expect(positions).toEqual(
      account.positions().map((position) => ({
        account: 'okx-main',
        exchange: 'okx',
        symbol: position.instrument.symbol,
        side: 'BOTH',
        quantity: position.quantity,
        entryPrice: position.entryPrice,
        markPrice: expect.stringMatching(/^\d+(\.\d+)?$/),
        unrealisedPnl: expect.stringMatching(/^-?\d+(\.\d+)?$/),
        liquidationPrice: expect.toSatisfy((price) => price === null || Number(price) > 0),
        leverage: '10',
        marginMode: 'cross',
        settleAsset: 'USDT',
        exchangeAt: position.updatedAt,
      })),
    )
    expect(positions.map(({ quantity }) => quantity)).toEqual(['0.15', '-3'])
    expect((await collect(connector.fundingPayments(ask, range, []))).map(plain)).toEqual(
      account
        .funding()
        .map(({ instrument, amount, asset, at }) => ({
          account: 'okx-main',
          exchange: 'okx',
          symbol: instrument.symbol,
          paymentId: expect.stringMatching(/^623\d{15}$/),
          asset,
          amount,
          at,
        }))
        .reverse(),
    )
  })

  it('reads deposits, withdrawals and moves between the wallets', async () => {
    const one = await rich()
    trade(one)
    const { account, connector, ask } = one
    const range = { from: account.now() - dayMs, to: account.now() + 1 }
    const rows = await collect(connector.transfers(ask, range))
    const base = { account: 'okx-main', exchange: 'okx', createdAt: expect.any(Number), updatedAt: null }
    const external = { ...base, fromWallet: null, toWallet: null, network: 'TRX', transactionId: expect.any(String) }
    const outside = { ...external, kind: 'withdrawal', fee: '1', feeAsset: 'USDT', address: expect.any(String) }
    const inside = {
      ...base,
      ...{ kind: 'internal', fee: null, feeAsset: null, network: null, address: null, transactionId: null },
      status: 'completed',
    }
    const [depositId, btcId] = account.transfers('deposit').map(({ id }) => id)
    const [firstId, secondId] = account.transfers('withdrawal').map(({ id }) => id)
    const deposit = { ...external, kind: 'deposit', fee: null, feeAsset: null, address: expect.any(String) }
    const byTurn = (a: Transfer, b: Transfer) =>
      kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || a.transferId.localeCompare(b.transferId)
    const kinds = ['deposit', 'withdrawal', 'internal']
    expect(
      rows
        .map(({ row }) => row)
        .sort(byTurn)
        .map(plain),
    ).toEqual([
      {
        ...{ ...deposit, transferId: depositId, asset: 'USDT', amount: '100000' },
        ...{ status: 'completed', exchangeStatus: '2 (successful)' },
      },
      {
        ...{ ...deposit, transferId: btcId, asset: 'BTC', amount: '0.5', network: 'BTC' },
        ...{ status: 'pending', exchangeStatus: '0 (waiting for confirmation)' },
      },
      {
        ...{ ...outside, transferId: firstId, asset: 'USDT', amount: '1000' },
        ...{ status: 'completed', exchangeStatus: '2 (successful)' },
      },
      {
        ...{ ...outside, transferId: secondId, asset: 'USDT', amount: '2000', transactionId: null },
        ...{ status: 'pending', exchangeStatus: '0 (waiting for withdrawal)' },
      },
      {
        ...{ ...inside, transferId: expect.any(String), asset: 'USDT', amount: '90000' },
        ...{ fromWallet: 'funding', toWallet: 'unified', exchangeStatus: 'bill type 1, subType 11' },
      },
      {
        ...{ ...inside, transferId: expect.any(String), asset: 'USDT', amount: '250' },
        ...{ fromWallet: 'unified', toWallet: 'funding', exchangeStatus: 'bill type 1, subType 12' },
      },
    ])
  })

  it('hears from its streams what REST says', async () => {
    const one = await rich()
    const { account, connector, ask } = one
    const { events, others } = await openedStreams(one)
    trade(one)
    const of = <K extends AccountEvent['kind']>(kind: K) =>
      events.filter((event): event is Extract<AccountEvent, { kind: K }> => event.kind === kind)
    await until(() => of('transfer').length === 4 && of('hint').length >= 8, 'everything was told')
    const range = { from: account.now() - dayMs, to: account.now() + 1 }

    const newest = new Map(of('order').map(({ order }) => [orderKey(order), plain(order)]))
    const orders = [
      ...(await collect(connector.orderHistory(ask, range, []))),
      ...valueIn(await connector.openOrders(ask, [])),
    ]
    expect([...newest.values()].sort((a, b) => a.exchangeOrderId.localeCompare(b.exchangeOrderId))).toEqual(
      rowsOf(orders).sort((a, b) => a.exchangeOrderId.localeCompare(b.exchangeOrderId)),
    )
    const fills = new Map(of('fill').map(({ fill }) => [fillKey(fill), plain(fill)]))
    expect(fills.size).toBe(of('fill').length)
    const told = [...fills.values()].sort((a, b) => Number(a.tradeId) - Number(b.tradeId))
    const read = rowsOf(await collect(connector.fills(ask, range.from, [], [])))
    expect(told).toEqual(read.sort((a, b) => Number(a.tradeId) - Number(b.tradeId)))
    const balances = new Map(of('balance').map(({ balance }) => [balance.asset, plain(balance)]))
    const unified = valueIn(await connector.balances(ask)).filter(({ wallet }) => wallet === 'unified')
    expect([...balances.values()].sort((a, b) => a.asset.localeCompare(b.asset))).toEqual(
      unified.map(plain).sort((a, b) => a.asset.localeCompare(b.asset)),
    )
    const positions = new Map(of('position').map(({ position }) => [position.symbol, position.quantity]))
    expect(positions).toEqual(
      new Map(valueIn(await connector.positions(ask)).map(({ symbol, quantity }) => [symbol, quantity])),
    )
    const transfers = new Map(of('transfer').map(({ transfer }) => [transfer.transferId, plain(transfer)]))
    const listedTransfers = rowsOf(await collect(connector.transfers(ask, range)))
    for (const transfer of transfers.values()) expect(listedTransfers).toContainEqual(transfer)
    expect([...new Set(of('hint').map(({ poll }) => poll))].sort()).toEqual(['balances', 'funding', 'transfers'])
    expect(others).toEqual([])
  })

  it('asks after one order, and takes "does not exist" for an answer', async () => {
    const one = await rich({ shiftMs: -4 * hourMs })
    const { account, connector, ask, sim, clock } = one
    const order = account.place({ instrument: sim(spot), side: 'BUY', type: 'LIMIT', price: '50000', quantity: '0.1' })
    const gone = account.end(order.id, 'CANCELED')
    expect(plain(valueIn(await connector.order(ask, spot, order.id))?.row ?? { receivedAt: 0 })).toEqual(orderRow(gone))
    // Two hours after it was cancelled without a fill, OKX forgets it.
    clock.shiftMs += 2 * hourMs + 1_000
    expect(await connector.order(ask, spot, order.id)).toEqual({ ok: true, value: null })
    expect(await connector.order(ask, spot, '1')).toEqual({ ok: true, value: null })
    expect(await connector.order(ask, { ...spot, nativeName: 'FOO-USDT' }, '1')).toMatchObject({
      ok: false,
      failure: { kind: 'invalid', code: '51001' },
    })
  })

  it('brings every fill and order of many days and pages, once each, fills oldest first', async () => {
    const one = await rich({ ...roomy, shiftMs: -20 * dayMs })
    const { account, connector, ask, sim, clock } = one
    // Long enough ago for what it was made rich with.
    const from = account.now() - 60_000
    for (let day = 0; day < 20; day++) {
      for (let n = 0; n < 65; n++) {
        const instrument = sim([spot, swap, ethSpot, ethSwap][n % 4] ?? spot)
        const side = instrument.kind === 'spot' || n % 12 < 6 ? 'BUY' : 'SELL'
        const order = account.place({ instrument, side, type: 'LIMIT', price: '500', quantity: '0.1' })
        account.fill(order.id, '0.1')
      }
      if (day % 4 === 0) account.settleFunding(sim(swap))
      account.move('USDT', '1', 'spot', 'funding')
      clock.shiftMs += dayMs - 1_000
    }
    const all = [...account.fills('spot'), ...account.fills('perpetual')].sort((a, b) => a.number - b.number)
    expect(all).toHaveLength(1_300)
    const rows = await collect(connector.fills(ask, from, [], []))
    expect(rows.map(({ row }) => row.at)).toEqual(all.map(({ at }) => at).sort((a, b) => a - b))
    expect(rows.map(({ row }) => Number(row.tradeId)).sort((a, b) => a - b)).toEqual(
      all.map((fill) => Number(fill.tradeId)),
    )
    const range = { from, to: account.now() }
    const orders = await collect(connector.orderHistory(ask, range, []))
    expect(orders.map(({ row }) => row.exchangeOrderId).sort()).toEqual(all.map(({ order }) => order.id).sort())
    const moves = await collect(connector.transfers(ask, range))
    expect(moves.filter(({ row }) => row.kind === 'internal')).toHaveLength(21)
    expect(await collect(connector.fundingPayments(ask, range, []))).toHaveLength(account.funding().length)
    expect(account.funding().length).toBeGreaterThan(0)
  })

  it('brings two months of an account that was there before', async () => {
    const one = await live({ ...roomy, history: true })
    const { account, connector, ask } = one
    const sorted = (ids: readonly string[]) => [...ids].sort()
    const all = [...account.fills('spot'), ...account.fills('perpetual')]
    expect(all.length).toBeGreaterThan(100)
    const known = new Set(['BTC_USDT', 'ETH_USDT', 'BTC_USDT_PERP', 'ETH_USDT_PERP'])
    expect(all.every(({ instrument }) => known.has(instrument.symbol))).toBe(true)
    const fills = await collect(connector.fills(ask, 0, [], []))
    expect(sorted(fills.map(({ row }) => row.tradeId))).toEqual(sorted(all.map(({ tradeId }) => tradeId)))
    const range = { from: 0, to: account.now() + hourMs }
    const filled = [...account.orders('spot'), ...account.orders('perpetual')].filter(
      ({ status, filledQuantity }) => isFinalStatus(status) && filledQuantity !== '0',
    )
    const orders = (await collect(connector.orderHistory(ask, range, []))).map(({ row }) => row)
    const withFills = orders.filter(({ filledQuantity }) => filledQuantity !== '0')
    expect(sorted(withFills.map(({ exchangeOrderId }) => exchangeOrderId))).toEqual(sorted(filled.map(({ id }) => id)))
    const payments = await collect(connector.fundingPayments(ask, range, []))
    expect(sorted(payments.map(({ amount }) => amount))).toEqual(sorted(account.funding().map(({ amount }) => amount)))
    const transfers = await collect(connector.transfers(ask, range))
    expect(sorted(transfers.map(({ row }) => row.amount))).toEqual(
      sorted(
        (['deposit', 'withdrawal', 'internal'] as const).flatMap((kind) =>
          account.transfers(kind).map(({ amount }) => amount),
        ),
      ),
    )
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
    const [first, second, third] = [buy(spot), buy(spot), buy(ethSpot)]
    clock.shiftMs += 9 * dayMs
    const known = [{ instrument: spot, tradeId: second.tradeId, at: second.at }]
    const rows = await collect(connector.fills(ask, from, known, []))
    expect(rows.map(({ row }) => row.tradeId)).toEqual([second.tradeId, third.tradeId])
    expect(first.at).toBeLessThan(second.at)
  })
})

describe('okx keys', () => {
  it('tell what they may do', async () => {
    const one = await live()
    const { simulator, account, as } = one
    const asked = async (key: { key: string; secret: string; passphrase?: string } | undefined) => {
      const { connector, ask } = as({ ...key, passphrase: key?.passphrase ?? null })
      return valueIn(await connector.permissions(ask))
    }
    const { key: bound, ...rest } = { key: '11111111-2222-3333-4444-555555555555', secret: 'S', passphrase: 'P' }
    const [canTrade, canWithdraw] = [true, true]
    account.addKey({ key: bound, ...rest, canTrade, canWithdraw, ipAddresses: ['127.0.0.1', '::1'], expiresAt: null })
    const none = { canRead: true, canTrade: false, canWithdraw: false, ipRestricted: false, ipAddresses: [] }
    const expires = [expect.stringMatching(/14 days/)]
    expect([
      await asked(simulator.keys.okx),
      await asked(simulator.tradingKeys.okx),
      await asked(simulator.withdrawingKeys.okx),
      await asked({ key: bound, ...rest }),
    ]).toEqual([
      { ...none, expiresAt: null, notes: [] },
      { ...none, canTrade, expiresAt: null, notes: expires },
      { ...none, canTrade, canWithdraw, expiresAt: null, notes: expires },
      {
        ...{ canRead: true, canTrade, canWithdraw, ipRestricted: true, ipAddresses: ['127.0.0.1', '::1'] },
        ...{ expiresAt: null, notes: [] },
      },
    ])
  })

  const unknown = '11111111-2222-3333-4444-555555555555'
  it.each<[string, object, string, string]>([
    ['a malformed key', { key: 'what' }, '50111', '60005'],
    ['an unknown key', { key: unknown }, '50119', '60032'],
    ['a wrong secret', { secret: 'wrong' }, '50113', '60007'],
    ['a wrong passphrase', { passphrase: 'wrong' }, '50105', '60024'],
    ['no passphrase', { passphrase: null }, '50104', '60003'],
  ])('are rejected for %s, by REST and on both sockets', async (_name, wrong, restCode, socketCode) => {
    const one = await live()
    const client = one.as(wrong)
    const { connector, ask } = client
    expect(await connector.permissions(ask)).toEqual({
      ok: false,
      failure: {
        kind: 'rejectedKey',
        code: restCode,
        message: expect.stringMatching(new RegExp(`^key rejected \\(${restCode}\\): `)),
        retryAfterMs: null,
      },
    })
    const stream = await openStreams(client)
    await until(() => stream.others.length >= 2 && stream.downs.length >= 2, 'both logins are refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: socketCode })
    expect(stream.downs[0]).toMatch(/^login refused: key rejected/)
    expect(stream.ups()).toBe(0)
    const told = JSON.stringify([stream.others, stream.downs, stream.refusals])
    for (const secret of Object.values(one.credentials)) expect(told).not.toContain(secret)
  })

  it('are rejected from an address that they do not allow', async () => {
    const one = await live()
    const [secret, passphrase] = ['S', 'P']
    const rights = { canTrade: false, canWithdraw: false, ipAddresses: ['203.0.113.9'], expiresAt: null }
    one.account.addKey({ key: unknown, secret, passphrase, ...rights })
    const client = one.as({ key: unknown, secret, passphrase })
    const { connector, ask } = client
    expect(await connector.balances(ask)).toMatchObject({
      ok: false,
      failure: { kind: 'rejectedKey', code: '50110', message: expect.stringMatching(/allow-list/) },
    })
    const stream = await openStreams(client)
    await until(() => stream.others.length > 0, 'the login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: '60009' })
  })

  it('are not blamed for a clock that is wrong', async () => {
    const one = await live()
    const { connector, ask } = one.as({}, { wrongByMs: 31_000 })
    expect(await connector.balances(ask)).toMatchObject({ ok: false, failure: { kind: 'clock', code: '50102' } })
    const stream = await openStreams(one.as({}, { wrongByMs: -40_000 }))
    await until(() => stream.downs.length >= 2, 'both logins are refused')
    expect(stream.others.every(({ kind }) => kind === 'clock')).toBe(true)
    expect(stream.downs[0]).toMatch(/clock.*60006/)
  })

  it('end their sockets when they are revoked, and are rejected from then on', async () => {
    const one = await live()
    const stream = await openedStreams(one)
    one.account.revokeKey(one.credentials.key)
    await until(() => stream.others.length > 0, 'the next login is refused')
    expect(stream.others[0]).toMatchObject({ kind: 'rejectedKey', code: '60032' })
    expect(await one.connector.balances(one.ask)).toMatchObject({ failure: { kind: 'rejectedKey', code: '50119' } })
  })

  it('log in again after the sockets were dropped', async () => {
    const one = await rich()
    const stream = await openedStreams(one)
    expect(await one.simulator.dropSockets('okx')).toBe(2)
    await until(() => stream.ups() === 4, 'both streams are back')
    const before = stream.events.length
    trade(one)
    await until(() => stream.events.slice(before).some(({ kind }) => kind === 'fill'), 'a fill is told')
    expect(stream.others).toEqual([])
  })

  it('want a passphrase, and how to make one is said', () => {
    expect(okx.account).toMatchObject({ needsPassphrase: true, keyAdvice: expect.stringMatching(/https:\/\/www\.okx/) })
  })
})

describe('okx funding rates', () => {
  it('are those the account pays by, by REST and by stream', async () => {
    const one = await live()
    const [call] = okx.fundingRates([swap, ethSwap])
    if (!call) throw new Error('no call')
    const rates = valueIn(await one.ask(call))
    expect(rates.map(plain)).toEqual(
      [swap, ethSwap].map((perpetual) => {
        const { rate, nextAt, intervalHours } = one.account.fundingRate(one.sim(perpetual))
        const due = { nextFundingAt: nextAt, intervalHours, markPrice: null, exchangeAt: expect.any(Number) }
        return { exchange: 'okx', symbol: perpetual.symbol, rate, ...due }
      }),
    )
    const socket = await openSocket(`${one.simulator.originsOf('okx')['wss://ws.okx.com:8443']}/ws/v5/public`)
    const route = okx.route({ channel: 'funding_rate', instrument: swap, period: null })
    const feed = okx.feeds.find(({ id }) => id === route?.feed)
    for (const { text } of feed?.subscribe([route?.wire ?? ''], () => 1, 0) ?? []) socket.socket.send(text)
    const frame = await socket.frame((text) => text.includes('"data"'))
    const normalized = okx.createNormalizer('public', lookupOf(listed))(Buffer.from(frame), false, 5)
    expect(normalized).toEqual({
      kind: 'events',
      events: [{ kind: 'funding_rate', rate: { ...rates[0], exchangeAt: expect.any(Number), receivedAt: 5 } }],
    })
  })
})
