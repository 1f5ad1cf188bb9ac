/** This machine's clock is set back by an hour while an account runs. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { until } from '../../support/loopback.ts'
import { balance, order } from './rows.ts'
import { live, now, pause } from './scripted.ts'

const hourMs = 3_600_000

const system = Date.now

/** By as many hours as it was called in a test. */
function setBack(): void {
  const now = Date.now() - hourMs
  const by = system() - now
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => system() - by)
  onTestFinished(() => spy.mockRestore())
}

/** Most exchanges tell no time of a balance, which then goes by its arrival. */
const usdt = (total: string) => balance({ total, free: total, exchangeAt: null, receivedAt: now() })

describe('an account whose machine has its clock set back', () => {
  it('goes on with what its stream tells and with what the exchange answers', async () => {
    const { exchange, session } = await live()
    const total = () => session.balances().find(({ asset }) => asset === 'USDT')?.total
    exchange.truth.balances = [usdt('200')]
    exchange.push({ kind: 'balance', balance: usdt('200') })
    await until(() => total() === '200', 'the stream told')
    await pause(150)
    setBack()
    exchange.push({ kind: 'balance', balance: usdt('300') })
    await until(() => total() === '300', 'the stream told of what came after')
    await pause(150)
    exchange.truth.balances = [usdt('400')]
    await session.refresh()
    expect(total()).toBe('400')
  })

  it('takes the answer about what a stream told right before', async () => {
    const { exchange, session } = await live()
    const made = order({ createdAt: now(), updatedAt: now() })
    exchange.push({ kind: 'order', order: made, raw: '{}' }, { kind: 'balance', balance: usdt('200') })
    await until(() => session.openOrders().length === 1, 'the order')
    await pause(150)
    setBack()
    const ended = { ...made, status: 'CANCELED', updatedAt: made.updatedAt + 1 } as const
    Object.assign(exchange.truth, { balances: [usdt('250')], orders: [ended], openOrders: [] })
    await session.refresh()
    expect(session.balances().map(({ total }) => total)).toEqual(['250'])
    expect(session.openOrders()).toEqual([])
  })

  it('calls its balances neither confirmed before the exchange has said so anew, nor doubtful after', async () => {
    const { exchange, session } = await live()
    const truth = () => session.truthOf(balance()).truth
    await until(() => truth() === 'live', 'confirmed')
    setBack()
    expect(truth()).not.toBe('live')
    expect(session.isStale()).toBe(true)
    expect(session.confirmedBalances()).toEqual([])
    exchange.truth.balances = [usdt('100')]
    await session.refresh()
    expect(truth()).toBe('live')
    expect(session.isStale()).toBe(false)
    expect(session.confirmedBalances()).toHaveLength(1)
  })

  it('still reports a difference, and ends it once the exchange agrees', async () => {
    const { exchange, session } = await live()
    const isOpen = () => session.openDrifts().some(({ subject }) => subject === 'balance')
    setBack()
    await session.refresh()
    let total = 99
    exchange.truth.balances = [usdt(String(total))]
    // Every answer differs from the one before.
    exchange.holds.set('balances', async () => {
      exchange.truth.balances = [usdt(String(--total))]
    })
    await session.refresh()
    await until(isOpen, 'the difference')
    setBack()
    exchange.holds.delete('balances')
    await until(() => !isOpen(), 'its end')
  })
})
