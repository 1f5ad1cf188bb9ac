import { describe, expect, it } from 'vitest'
import { instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { balance, fill, order, position, transfer } from './rows.ts'
import { failure, instruments, live, now, pause, type Scripted, scripted, settled } from './scripted.ts'

const kinds = (exchange: Scripted) => exchange.events.map((event) => event.kind)

describe('an account session', () => {
  it('shows the exchange’s balances, orders and positions, each published once', async () => {
    const { exchange, session } = await live(({ truth }) => {
      truth.openOrders = [order({ updatedAt: now() - 10_000 })]
      truth.orders = truth.openOrders
      truth.positions = [position({ exchangeAt: now() })]
    })
    expect(session.balances().map(({ asset, total }) => `${asset} ${total}`)).toEqual(['USDT 100'])
    expect(session.openOrders()).toHaveLength(1)
    expect(session.positions()).toHaveLength(1)
    await session.refresh()
    expect(kinds(exchange).sort()).toEqual(['balance', 'order_update', 'position'])
    expect(session.status()).toMatchObject({ state: 'live', reason: null, openDrifts: 0, rejected: [] })
    expect(session.isStale()).toBe(false)
  })

  it('follows its stream: duplicates vanish, late states change nothing', async () => {
    const { exchange, session } = await live()
    const created = order({ createdAt: now(), updatedAt: now(), receivedAt: now() })
    const filled = { ...created, status: 'FILLED', filledQuantity: '1', updatedAt: now() + 1 } as const
    const one = fill({ at: now(), quantity: '1' })
    exchange.push(
      { kind: 'fill', fill: one, raw: '{"a":1}' },
      { kind: 'order', order: filled, raw: '{}' },
      { kind: 'order', order: created, raw: '{}' },
      { kind: 'fill', fill: one, raw: '{"a":1}' },
      { kind: 'order', order: filled, raw: '{}' },
    )
    exchange.truth.fills = [one]
    exchange.truth.orders = [filled]
    await until(() => exchange.events.length === 3, 'one fill, one order')
    await pause(50)
    expect(kinds(exchange)).toEqual(['balance', 'fill', 'order_update'])
    expect(session.openOrders()).toEqual([])
  })

  it('lists a balance that changed unseen, takes the exchange’s word and resolves it', async () => {
    const { exchange, session } = await live()
    exchange.truth.balances = [balance({ total: '90', free: '90', exchangeAt: now(), receivedAt: now() })]
    const begin = now()
    await session.refresh()
    expect(session.balances()[0]?.total).toBe('90')
    await until(
      () => exchange.drifts().some(({ subject, resolvedAt }) => subject === 'balance' && resolvedAt),
      'resolved',
    )
    const [found, resolved] = exchange.drifts().filter(({ subject }) => subject === 'balance')
    expect(found).toMatchObject({ item: 'spot USDT', field: 'total', expected: '100', got: '90', resolvedAt: null })
    expect(found?.since).toBeLessThan(begin)
    expect(resolved).toMatchObject({ id: found?.id, resolvedAt: expect.any(Number), resolution: expect.any(String) })
  })

  it('lists what no history explains as a drift of the ledger, until it is explained', async () => {
    const { exchange, session } = await live()
    const moved = balance({ total: '150', free: '150', exchangeAt: now(), receivedAt: now() })
    exchange.truth.balances = [moved]
    exchange.push({ kind: 'balance', balance: moved })
    await until(() => session.balances()[0]?.total === '150', 'the stream’s word')
    await pause(150)
    await session.refresh()
    await until(() => session.openDrifts().length === 1, 'the ledger’s drift')
    expect(session.openDrifts()).toMatchObject([
      { subject: 'ledger', item: 'USDT', field: 'total', expected: '100', got: '150' },
    ])
    expect(exchange.drifts()).toHaveLength(1)
    exchange.truth.transfers = [transfer({ createdAt: now(), receivedAt: now() })]
    await session.refresh()
    await until(() => session.openDrifts().length === 0, 'explained')
    expect(exchange.drifts()).toHaveLength(2)
  })

  it('begins its ledger at a moment at which nothing moves, however long it takes to come', async () => {
    const exchange = await scripted()
    const { truth } = exchange
    const held = (asset: string, total: number) =>
      balance({ asset, total: total.toFixed(3), free: total.toFixed(3), exchangeAt: now(), receivedAt: now() })
    let traded = 0
    const state = () => [held('USDT', 100 - traded * 0.1), held('BTC', traded * 0.001)]
    const trade = () => {
      traded++
      const one = fill({ tradeId: `${traded}`, side: 'BUY', price: '100', quantity: '0.001', fee: '0', at: now() })
      truth.fills = [...truth.fills, one]
      truth.balances = state()
      exchange.push(
        { kind: 'fill', fill: one, raw: '{}' },
        ...state().map((row) => ({ kind: 'balance', balance: row }) as const),
      )
    }
    truth.balances = state()
    let openings = 0
    exchange.bus.on('ledger_opened', () => void openings++)
    const session = exchange.open({ timing: { hourlyMs: 4_000, graceMs: 200 } })
    const trading = setInterval(trade, 20)
    await until(() => session.status().state === 'live', 'live')
    await pause(5_000)
    expect([openings, session.balances().length]).toEqual([0, 2])
    expect(session.status().notes).toEqual([expect.stringContaining('not checked against trades yet')])
    clearInterval(trading)
    await until(() => openings === 1, 'the opening')
    expect(session.status().notes).toEqual([])
    trade()
    for (let time = 0; time < 3; time++) {
      await pause(300)
      await session.refresh()
    }
    expect(exchange.drifts()).toEqual([])
  }, 30_000)

  it('finds a deposit by itself before it calls the balance unexplained', async () => {
    const { exchange, session } = await live()
    const moved = balance({ total: '150', free: '150', exchangeAt: now(), receivedAt: now() })
    exchange.truth.balances = [moved]
    exchange.truth.transfers = [transfer({ createdAt: now(), receivedAt: now() })]
    exchange.push({ kind: 'balance', balance: moved }, { kind: 'hint', poll: 'balances' })
    await until(() => kinds(exchange).includes('transfer'), 'the deposit')
    await pause(300)
    expect(exchange.drifts()).toEqual([])
    expect(session.status().state).toBe('live')
  })

  it('does not compare what the stream touches while the answer is under way', async () => {
    const { exchange, session } = await live()
    let release = () => {}
    exchange.holds.set('balances', () => new Promise((resolve) => (release = resolve)))
    const refreshed = session.refresh()
    const before = exchange.count('balances')
    await until(() => exchange.count('balances') > before, 'asked')
    await pause(20)
    const newer = balance({ total: '80', free: '80', exchangeAt: now(), receivedAt: now() })
    exchange.push({ kind: 'balance', balance: newer })
    await until(() => session.balances()[0]?.total === '80', 'the stream is ahead')
    exchange.truth.balances = [newer]
    exchange.holds.clear()
    release()
    await refreshed
    expect(session.balances()[0]?.total).toBe('80')
    expect(exchange.drifts()).toEqual([])
    const asked = exchange.count('balances')
    await until(() => exchange.count('balances') > asked, 'compared soon again')
  })

  it('keeps an order open until the exchange says otherwise', async () => {
    const resting = order({ createdAt: now() - 60_000, updatedAt: now() - 60_000 })
    const { exchange, session } = await live(({ truth }) => {
      truth.openOrders = [resting]
      truth.orders = [resting]
    })
    exchange.truth.openOrders = []
    exchange.failures.set('order', failure('unavailable', 'busy'))
    await session.refresh()
    expect(session.openOrders()).toHaveLength(1)
    expect(session.status()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('busy') })

    exchange.failures.clear()
    exchange.truth.orders = []
    await session.refresh()
    expect(session.openOrders()).toHaveLength(1)
    expect(session.openDrifts()).toMatchObject([{ subject: 'order', item: 'BTC_USDT 1', expected: 'NEW', got: null }])
    expect(session.status().notes.join()).toContain('the exchange no longer tells of it')

    exchange.truth.orders = [{ ...resting, status: 'CANCELED', updatedAt: now() }]
    await session.refresh()
    await until(() => session.openOrders().length === 0, 'cancelled')
    await session.refresh()
    expect(session.openDrifts()).toEqual([])
    expect(session.status().notes).toEqual([])
  })

  it('asks for the fills that an order’s word is not explained by', async () => {
    const { exchange, session } = await live()
    const asked = exchange.count('fills')
    exchange.truth.fills = [fill({ at: now(), receivedAt: now() })]
    const partly = order({ createdAt: now(), updatedAt: now(), status: 'PARTIALLY_FILLED', filledQuantity: '0.5' })
    exchange.truth.openOrders = [partly]
    exchange.truth.orders = [partly]
    exchange.push({ kind: 'order', order: partly, raw: '{}' })
    await until(() => kinds(exchange).includes('fill'), 'the fill')
    expect(exchange.count('fills')).toBe(asked + 1)
    expect(session.openOrders()).toHaveLength(1)
  })

  it('says how far its balances can be relied on: not while a stream is down, nor before the exchange confirmed them', async () => {
    const { exchange, session } = await live()
    const verdict = () => {
      const [row] = session.balances()
      return row && session.truthOf(row)
    }
    expect(verdict()).toEqual({ truth: 'live', reason: '' })
    let release = () => {}
    exchange.holds.set('balances', () => new Promise((resolve) => (release = resolve)))
    const asked = exchange.count('balances')
    for (const socket of exchange.sockets) socket.terminate()
    await until(() => verdict()?.truth === 'gap', 'down')
    expect(verdict()?.reason).toBe('its live updates are interrupted')
    await until(() => exchange.count('balances') > asked, 'back, and asked')
    expect(verdict()).toEqual({
      truth: 'gap',
      reason: 'its live updates were interrupted, and the exchange has not confirmed it since',
    })
    exchange.holds.clear()
    release()
    await until(() => verdict()?.truth === 'live', 'confirmed')
    await session.stop()
    const [row] = session.balances()
    expect(row && session.truthOf(row)).toEqual({ truth: 'gap', reason: 'its account is switched off' })
  })

  it('says how many symbols it does not ask about where each must be asked', async () => {
    const symbols = Array.from({ length: 302 }, (_, n) => instrument('binance', 'spot', `C${n}`, 'USDT', `C${n}USDT`))
    const notes: string[][] = []
    for (const [asksPerSymbol, count] of [
      [true, 302],
      [true, 300],
      [false, 302],
    ] as const) {
      const exchange = await scripted({ asksPerSymbol })
      const session = exchange.open({ symbols: () => symbols.slice(0, count) })
      await until(() => session.status().state === 'live', 'live')
      await until(() => !session.status().notes.some((note) => note.includes('not all downloaded')), 'its past')
      notes.push(session.status().notes)
    }
    expect(notes).toEqual([[expect.stringMatching(/^2 symbols too many to be asked about: /)], [], []])
  })

  it('names rows of a download that were left out', async () => {
    const what = 'a transaction of type staking_reward'
    const { session } = await live(({ truth }) => {
      truth.unkept = { count: 2, samples: [what, what], names: [] }
    })
    expect(session.status().notes).toEqual([
      expect.stringMatching(/^2 rows of the exchange were left out: .+, such as a transaction of type staking_reward$/),
    ])
  })

  it('calls no balance live that may be a row it could not read, and says that rows were left out', async () => {
    const btc = balance({ asset: 'BTC', total: '1', free: '1' })
    const { exchange, session } = await live(({ truth }) => {
      truth.balances.push(btc)
    })
    const truths = () => session.balances().map((row) => `${row.asset} ${session.truthOf(row).truth}`)
    expect(truths()).toEqual(['USDT live', 'BTC live'])
    exchange.truth.balances.pop()
    exchange.truth.unread = { count: 1, samples: ['free: null'], names: [] }
    await session.refresh()
    expect(truths()).toEqual(['USDT live', 'BTC stale'])
    expect(session.status().notes).toEqual([expect.stringMatching(/^1 rows of the exchange were left out/)])
    exchange.truth.balances.push(btc)
    exchange.truth.unread = null
    await session.refresh()
    expect(truths()).toEqual(['USDT live', 'BTC live'])
    expect(session.status().notes).toEqual([])
  })

  it('asks for its first balances at a calm pace while a stream tells and another does not come up', async () => {
    const exchange = await scripted({ hasDeadStream: true })
    exchange.truth.balances = [balance({ exchangeAt: now(), receivedAt: now() })]
    // So late that the stream has told of something before the first answer.
    exchange.holds.set('balances', () => until(() => exchange.sockets.size > 0, 'the living stream'))
    exchange.open({ timing: { graceMs: 200 } })
    const telling = setInterval(() => exchange.push({ kind: 'balance', balance: balance({ exchangeAt: now() }) }), 10)
    await pause(1_500)
    clearInterval(telling)
    expect(exchange.count('balances')).toBeGreaterThan(1)
    expect(exchange.count('balances')).toBeLessThan(12)
  })

  it('repairs what a dropped socket hid without calling it a difference', async () => {
    const { exchange, session } = await live()
    for (const socket of exchange.sockets) socket.terminate()
    await until(() => session.isStale(), 'stale')
    const made = order({ createdAt: now(), updatedAt: now() })
    exchange.truth.openOrders = [made]
    exchange.truth.orders = [made]
    exchange.truth.fills = [fill({ exchangeOrderId: '7', at: now() })]
    exchange.truth.balances = [balance({ total: '70', free: '70', exchangeAt: now(), receivedAt: now() })]
    await until(() => session.openOrders().length === 1 && session.balances()[0]?.total === '70', 'repaired')
    await until(() => kinds(exchange).includes('fill'), 'the fill')
    expect(exchange.drifts().filter(({ subject }) => subject !== 'ledger')).toEqual([])
  })

  it('calls no difference what a stream touched before it could be compared after its return', async () => {
    const { exchange, session } = await live()
    let release = () => {}
    exchange.holds.set('balances', () => new Promise((resolve) => (release = resolve)))
    const asked = exchange.count('balances')
    const missed = balance({ total: '70', free: '70', exchangeAt: now(), receivedAt: now() })
    exchange.truth.balances = [missed]
    for (const socket of exchange.sockets) socket.terminate()
    await until(() => session.isStale(), 'stale')
    await until(() => !session.isStale() && exchange.count('balances') > asked, 'back, and asked')
    // What was under way when the stream broke.
    exchange.push({ kind: 'balance', balance: { ...missed, total: '101', free: '101' } })
    await until(() => session.balances()[0]?.total === '101', 'the stream’s word')
    exchange.holds.clear()
    release()
    await until(() => session.balances()[0]?.total === '70', 'the exchange’s word')
    expect(exchange.drifts().filter(({ subject }) => subject === 'balance')).toEqual([])
  })

  it('takes another ticket when one expires, and misses nothing', async () => {
    const { exchange, session } = await live()
    const asked = exchange.count('balances')
    exchange.pushText('{"expired":"the listen key has expired"}')
    await until(() => exchange.tickets.length === 2, 'another ticket')
    await until(() => session.status().state === 'live' && exchange.count('balances') > asked, 'live again, and asked')
    await until(() => exchange.sockets.size === 1, 'the old socket has gone')
    const said = `${exchange.logged.join()}${JSON.stringify(session.status())}`
    expect(exchange.tickets.filter((ticket) => said.includes(ticket))).toEqual([])
  })

  it('takes another ticket when one is no longer known', async () => {
    const exchange = await scripted({ extendEveryMs: 100 })
    exchange.failures.set('extend', failure('invalid', 'no such listen key'))
    const session = exchange.open()
    await until(() => exchange.tickets.length >= 2, 'another ticket')
    exchange.failures.clear()
    await until(() => session.status().state === 'live', 'live')
    await until(() => exchange.sockets.size === 1, 'one socket')
  })

  it('finds out that a ticket has ended when a stream keeps silent about what happened', async () => {
    const { exchange, session } = await live()
    exchange.failures.set('extend', failure('invalid', 'no such listen key'))
    await session.refresh()
    expect(exchange.count('extend')).toBe(0)
    exchange.truth.balances = [balance({ total: '90', free: '90', exchangeAt: now(), receivedAt: now() })]
    await session.refresh()
    await until(() => exchange.tickets.length === 2, 'another ticket')
    await until(() => session.status().state === 'live' && exchange.sockets.size === 1, 'live by it')
  })

  it('stops at a rejected key, asks nothing more, and says why', async () => {
    const exchange = await scripted()
    exchange.failures.set('permissions', failure('rejectedKey', 'Invalid API-key, IP, or permissions.', '-2015'))
    const session = exchange.open()
    await until(() => session.status().state === 'rejected', 'rejected')
    expect(session.status().reason).toMatch(/^Binance 'main': key rejected \(-2015\): check IP allow-list/)
    await session.refresh()
    await pause(100)
    expect(exchange.calls.map(({ method }) => method)).toEqual(['permissions'])
    expect(exchange.tickets).toEqual([])
  })

  it('goes on when one product refuses a key that is good', async () => {
    const { exchange, session } = await live()
    exchange.failures.set('positions', failure('rejectedKey', 'not for you', '-2015'))
    const asked = exchange.count('permissions')
    await session.refresh()
    await until(() => exchange.count('permissions') > asked + 1, 'the key was asked about')
    await pause(50)
    expect(session.status().state).toBe('degraded')
    expect(session.status().polls.find(({ kind }) => kind === 'positions')?.state).toBe('failed')
  })

  it('judges the key when a stream refuses it', async () => {
    const { exchange, session } = await live()
    exchange.failures.set('permissions', failure('rejectedKey', 'revoked', '-2014'))
    exchange.pushText('{"rejectedKey":"revoked"}')
    await until(() => session.status().state === 'rejected', 'rejected')
    expect(session.status().reason).toContain('(-2014)')
    await until(() => exchange.sockets.size === 0, 'no socket stays')
  })

  it('names the permission that is missing, goes on without it, and asks again after an hour only', async () => {
    const { exchange, session } = await live()
    exchange.failures.set('transfers', failure('forbidden', 'not allowed'))
    await session.refresh()
    const poll = session.status().polls.find(({ kind }) => kind === 'transfers')
    expect(poll).toMatchObject({ state: 'failed', problem: expect.stringContaining('deposits and withdrawals') })
    expect((poll?.nextAt ?? 0) - now()).toBeGreaterThan(3_500_000)
    expect(session.status()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('lacks permission') })
    const asked = exchange.count('transfers')
    exchange.push({ kind: 'hint', poll: 'transfers' })
    await pause(200)
    expect(exchange.count('transfers')).toBe(asked)
  })

  it.each([
    ['downloads the past of a symbol that joins where the exchange answers per symbol', true, [['BTC_USDT_PERP']]],
    ['downloads nothing for a symbol that joins where one answer covers all', false, []],
  ])('%s', async (_name, asksPerSymbol, expected) => {
    const exchange = await scripted({ asksPerSymbol })
    exchange.truth.balances = [balance({ exchangeAt: now(), receivedAt: now() })]
    let symbols = instruments.slice(0, 1)
    const session = exchange.open({ symbols: () => symbols })
    const told = () => exchange.events.flatMap((event) => (event.kind === 'order_update' ? [event.order.symbol] : []))
    const old = () => exchange.fillsAsked.filter(({ from }) => from < now() - 80 * 86_400_000)
    await until(() => session.status().state === 'live' && old().length === 1, 'live, and the first download')
    await until(() => session.status().notes.length === 0, 'all of it')
    await settled(exchange, session)
    const placedAt = now() - 30 * 86_400_000
    const times = { createdAt: placedAt, updatedAt: placedAt, receivedAt: placedAt }
    exchange.truth.orders = [order({ symbol: 'BTC_USDT_PERP', status: 'CANCELED', ...times })]
    symbols = instruments
    const asked = exchange.fillsAsked.length
    await session.refresh()
    await until(
      () => exchange.fillsAsked.length > asked + expected.length - 1,
      'the newest, and the past where it must',
    )
    await until(() => told().length >= expected.length, 'its old order')
    await pause(100)
    expect(old().map((one) => one.symbols)).toEqual([['BTC_USDT'], ...expected])
    expect(told()).toEqual(expected.flat())
    expect(exchange.fillsAsked.at(asked)?.symbols).toEqual(['BTC_USDT', 'BTC_USDT_PERP'])
  })

  it('changes nothing because an answer failed', async () => {
    const { exchange, session } = await live(({ truth }) => {
      truth.openOrders = [order({ updatedAt: now() })]
      truth.orders = truth.openOrders
    })
    for (const method of ['balances', 'openOrders', 'positions', 'fills', 'orderHistory'] as const)
      exchange.failures.set(method, failure('network', 'no connection'))
    const before = exchange.events.length
    await session.refresh()
    expect(exchange.events).toHaveLength(before)
    expect(session.openOrders()).toHaveLength(1)
    expect(session.status()).toMatchObject({ state: 'degraded', reason: expect.stringContaining('no connection') })
    exchange.failures.clear()
    await until(() => session.status().state === 'live', 'live by itself')
  })

  it('counts frames that it does not understand, without its ticket in them', async () => {
    const { exchange, session } = await live()
    exchange.pushText(`{"what":"${exchange.tickets[0]}"}`)
    await until(() => session.status().rejected.length === 1, 'counted')
    expect(session.status().rejected[0]).toMatchObject({ reason: 'unknownChannel', count: 1 })
    expect(JSON.stringify(session.status())).not.toContain(exchange.tickets[0])
  })

  it('stops promptly and says nothing more, whatever is under way', async () => {
    const { exchange, session } = await live()
    exchange.truth.balances = [balance({ total: '1', exchangeAt: now(), receivedAt: now() })]
    const refreshing = session.refresh()
    await pause(5)
    const begin = performance.now()
    await session.stop()
    expect(performance.now() - begin).toBeLessThan(1_500)
    await refreshing
    const [calls, events] = [exchange.calls.length, exchange.events.length]
    await pause(200)
    expect([exchange.calls.length, exchange.events.length]).toEqual([calls, events])
    expect(session.status().state).toBe('stopped')
  })
})
