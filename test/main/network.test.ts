import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { NetworkSide } from '../../src/main/network.ts'
import type { ExchangeStatus, Trouble } from '../../src/shared/domain/index.ts'
import { NetworkStatus } from '../../src/shared/network.ts'
import { Settings } from '../../src/shared/settings.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const status = (exchange: ExchangeStatus['exchange'], trouble: Trouble | null): ExchangeStatus => ({
  ...{ exchange, state: 'waiting', reason: null, instruments: 0, watched: 0, clockOffsetMs: null },
  ...{ restLatencyMs: null, messagesPerSecond: 0, reconnects: 0, frames: 0, rejected: [], budgets: [] },
  ...{ sockets: [], trouble, notes: [] },
})

function open(proxy: string | null, environment: NodeJS.ProcessEnv = {}) {
  const lines: string[] = []
  const state = { connections: [] as ExchangeStatus[], proxy, slept: 0 }
  const side = new NetworkSide({
    settings: () => Settings.parse({ network: { proxy: state.proxy } }),
    connections: () => state.connections,
    environment,
    logger: pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) }),
    watch: {
      clocks: {
        wall: () => Date.now() + state.slept,
        steady: () => Date.now(),
        uptime: () => Date.now() + state.slept,
      },
      interfaces: () => ({}),
    },
  })
  return { side, state, lines }
}

describe('the network', () => {
  it('shows the proxy without user and password, and holds a change at once', async () => {
    const { side, state, lines } = open('http://trader@proxy.test:3128', { CROSSBOOK_PROXY_PASSWORD: 'canary' })
    await side.start()
    const first = side.status()
    const inForce = side.network.proxy()
    state.proxy = null
    await side.reload()
    side.stop()
    expect([first, inForce, side.network.proxy()]).toEqual([
      { proxy: 'http://proxy.test:3128', hasProxyPassword: true, keychainProblem: null, trouble: null, events: [] },
      { url: 'http://trader@proxy.test:3128', password: 'canary' },
      null,
    ])
    expect(lines.join()).not.toContain('canary')
  })

  it('calls a trouble that all exchanges share its own, and one exchange’s not', async () => {
    const { side, state } = open(null)
    await side.start()
    const dns = (since: number): Trouble => ({ kind: 'dns', words: 'no name', since, until: null })
    state.connections = [status('binance', dns(5)), status('okx', null)]
    vi.advanceTimersByTime(1_000)
    const alone = side.status().trouble
    state.connections = [status('binance', dns(5)), status('okx', dns(9))]
    vi.advanceTimersByTime(3_000)
    const together = side.status()
    state.connections = [status('binance', null), status('okx', null)]
    vi.advanceTimersByTime(1_000)
    side.stop()
    expect([alone, together, side.status().trouble]).toEqual([
      null,
      NetworkStatus.parse({
        ...{ proxy: null, hasProxyPassword: false, keychainProblem: null, trouble: dns(5) },
        events: [{ at: 5, kind: 'dns', words: 'no name' }],
      }),
      null,
    ])
  })

  it('tells of sleeps and of asked-for checks', async () => {
    const { side, state } = open(null)
    const heard: string[] = []
    side.watch.on(({ kind }) => heard.push(kind))
    await side.start()
    state.slept = 7_500_000
    vi.advanceTimersByTime(500)
    side.reconnect()
    side.stop()
    expect([heard, side.status().events.map(({ kind, words }) => `${kind}: ${words}`)]).toEqual([
      ['sleep', 'check'],
      ['sleep: this machine paused for 2 h 5 min: connections were checked'],
    ])
  })
})
