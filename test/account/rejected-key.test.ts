/** Two accounts at one exchange, of which one loses its key: it stops at once and by itself, and comes back with the key. */
import { describe, it } from 'vitest'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { booksOf, booksOn, openOrdersOf, openOrdersOn } from '../support/account-truth.ts'
import { isLive, startAccountWorld, type WorldAccount } from '../support/account-world.ts'
import { until } from '../support/loopback.ts'

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
/** Requests that a key may still cost once it is revoked: those under way, one that tells, one that confirms, sockets that reopen. */
const handful = 20

describe.each(exchangeIds)('a key revoked at %s', { timeout: 40_000, concurrent: true }, (exchange) => {
  it('costs a handful of requests and then none, disturbs nobody else, and works again after a restart', async ({
    onTestFinished,
    expect,
  }) => {
    const world = await startAccountWorld({ exchange, seed: 9 })
    onTestFinished(() => world.close())
    const { main, truth, simulator } = world
    const trading = simulator.tradingKeys[exchange]
    const key = simulator.keys[exchange]
    const btc = world.instrument('BTC_USDT')
    if (!trading || !key || !btc) throw new Error('the simulator has no such key')
    const other = world.open(`${exchange}-other`, trading)
    await Promise.all([isLive(main), isLive(other)])
    const order = truth.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '20000', quantity: '0.4' })
    const agrees = ({ session }: WorldAccount) =>
      JSON.stringify([booksOf(truth), openOrdersOf(truth)]) ===
      JSON.stringify([booksOn(session), openOrdersOn(session)])
    await until(() => agrees(main) && agrees(other), 'both follow')
    await Promise.all([main.session.refresh(), other.session.refresh()])
    // Exchanges that answer two days at a time take longer for the past.
    const isWhole = ({ session }: WorldAccount) =>
      !session.status().notes.some((note) => note.startsWith('older orders'))
    await until(() => isWhole(main) && isWhole(other), 'the past is downloaded', 30_000)
    await pause(300)

    // Nobody asks meanwhile, so that what is counted is the revoked key's: the other account's polls are minutes apart.
    const before = (await simulator.statistics()).requests
    const gone = await simulator.inject({ kind: 'revoke_key', exchange, key: key.key })
    const refreshed = main.session.refresh()
    await until(() => main.session.status().state === 'rejected', 'rejected')
    await refreshed
    await pause(100)
    const after = (await simulator.statistics()).requests
    expect(after - before).toBeLessThanOrEqual(handful)
    expect(main.session.status().reason).toMatch(/ 'main': key rejected/)

    await main.session.refresh()
    await pause(1_000)
    expect((await simulator.statistics()).requests).toBe(after)
    truth.fill(order.id, '0.1')
    await until(() => agrees(other), 'the other account follows its stream')
    expect(other.session.status()).toMatchObject({ state: 'live', reason: null })
    // It shows what it knew last, and says that this is old.
    expect(main.session.isStale()).toBe(true)

    await gone.stop()
    truth.fill(order.id, '0.3')
    await main.restart()
    await isLive(main)
    await main.session.refresh()
    await until(() => agrees(main) && agrees(other), 'both follow again')
    const fills = world.events.flatMap((event) =>
      event.kind === 'fill' ? [`${event.fill.account} ${event.fill.tradeId}`] : [],
    )
    expect(new Set(fills).size).toBe(4)
    expect([...main.session.openDrifts(), ...other.session.openDrifts()]).toEqual([])
    expect(world.logged.filter((line) => line.includes(key.key) || line.includes(key.secret))).toEqual([])
  })
})
