/** The machine sleeps while an account runs: its timers stand still, what exchanges give for a while does not. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConnectPacer } from '../../../src/main/net/connect-pacer.ts'
import { NetworkWatch } from '../../../src/main/net/watch.ts'
import { until } from '../../support/loopback.ts'
import { failure, live } from './scripted.ts'

const minuteMs = 60_000

/** A machine that has slept whenever the test says so, and no timer of which has noticed. */
function sleepy() {
  const system = Date.now
  let sleptMs = 0
  const spy = vi.spyOn(Date, 'now').mockImplementation(() => system() + sleptMs)
  onTestFinished(() => spy.mockRestore())
  const watch = new NetworkWatch({
    clocks: { wall: () => Date.now(), steady: () => performance.now(), uptime: () => performance.now() + sleptMs },
    interfaces: () => ({}),
  })
  watch.resumed()
  const sleep = (ms: number) => {
    sleptMs += ms
    watch.resumed()
  }
  return { pacer: new ConnectPacer({ watch, proxy: () => null }), sleep }
}

describe('an account whose machine slept', () => {
  it('looks at once whether its ticket outlived the sleep, and takes another where it has not', async () => {
    const { pacer, sleep } = sleepy()
    const { exchange, session } = await live(() => {}, { pacer })
    exchange.failures.set('extend', failure('invalid', 'no such listen key'))
    sleep(8 * 60 * minuteMs)
    await until(() => exchange.tickets.length === 2, 'another ticket')
    await until(() => session.status().state === 'live' && exchange.sockets.size === 1, 'live by it')
  })

  it('leaves a ticket alone that is not due to be extended yet', async () => {
    const { pacer, sleep } = sleepy()
    const { exchange } = await live(() => {}, { pacer, extendEveryMs: 30 * minuteMs })
    sleep(10 * minuteMs)
    expect(exchange.count('extend')).toBe(0)
    sleep(10 * minuteMs)
    expect(exchange.count('extend')).toBe(0)
    sleep(10 * minuteMs)
    expect(exchange.count('extend')).toBe(1)
  })
})
