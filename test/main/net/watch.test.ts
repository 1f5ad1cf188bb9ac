import type { NetworkInterfaceInfo } from 'node:os'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type NetworkEvent, NetworkWatch } from '../../../src/main/net/watch.ts'

type Interfaces = Record<string, NetworkInterfaceInfo[]>

const address = (text: string, internal = false): NetworkInterfaceInfo => ({
  address: text,
  netmask: '',
  mac: '',
  internal,
  cidr: null,
  ...(text.includes(':') ? { family: 'IPv6', scopeid: 0 } : { family: 'IPv4' }),
})
const atHome: Interfaces = {
  lo: [address('127.0.0.1', true)],
  wlan0: [address('192.168.1.7'), address('2001:db8:1:2:aa::1')],
}

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

/** The steady clock stands still in a sleep, as Linux' and macOS' do, unless `countsSleep`. */
function watched(countsSleep = false) {
  let interfaces = atHome
  let slept = 0
  let set = 0
  const watch = new NetworkWatch({
    clocks: {
      wall: () => Date.now() + slept + set,
      steady: () => Date.now() + (countsSleep ? slept : 0),
      uptime: () => Math.floor((Date.now() + slept) / 1_000) * 1_000,
    },
    interfaces: () => interfaces,
  })
  const events: NetworkEvent[] = []
  watch.on((event) => events.push(event))
  const pauses: unknown[] = []
  watch.onPause((pause) => pauses.push(pause))
  watch.start()
  return {
    watch,
    pauses,
    told: () => events.map(({ at: _, ...event }) => event),
    sleep: (ms: number) => {
      slept += ms
    },
    setClock: (ms: number) => {
      set += ms
    },
    use: (other: Interfaces) => {
      interfaces = other
    },
    end: () => watch.stop(),
  }
}

describe('the watch', () => {
  it.each([[false], [true]])(
    'tells a sleep within half a second of waking (a steady clock that counts it: %s)',
    (counts) => {
      const { watch, pauses, sleep, end } = watched(counts)
      vi.advanceTimersByTime(3_000)
      sleep(3_600_000)
      vi.advanceTimersByTime(500)
      expect(pauses).toEqual([{ kind: 'sleep', ms: expect.any(Number) }])
      expect((pauses[0] as { ms: number }).ms).toBeGreaterThan(3_598_000)
      expect([watch.recentCause(), watch.isShaky]).toEqual(['sleep', true])
      vi.advanceTimersByTime(61_000)
      expect([watch.recentCause(), watch.isShaky, pauses.length]).toEqual([null, false, 1])
      end()
    },
  )

  it('tells at once what the system announces', () => {
    const { watch, pauses, sleep, end } = watched()
    sleep(60_000)
    watch.resumed()
    expect(pauses).toHaveLength(1)
    end()
  })

  it('tells a clock that was set, either way, from a sleep', () => {
    const { watch, pauses, setClock, end } = watched()
    vi.advanceTimersByTime(1_000)
    setClock(3_600_000)
    vi.advanceTimersByTime(1_000)
    setClock(-7_200_000)
    vi.advanceTimersByTime(1_000)
    expect(pauses).toEqual(
      [
        { kind: 'clock', ms: 3_600_000 },
        { kind: 'clock', ms: -7_200_000 },
      ].map((pause) => ({ ...pause, ms: expect.closeTo(pause.ms, -4) })),
    )
    expect(watch.recentCause()).toBeNull()
    end()
  })

  it('says nothing of a usual hour', () => {
    const { told, end } = watched()
    vi.advanceTimersByTime(3_600_000)
    expect(told()).toEqual([])
    end()
  })

  it('tells of interfaces that come, go and change their address', () => {
    const { watch, told, use, end } = watched()
    use({ ...atHome, tun0: [address('10.8.0.2')] })
    vi.advanceTimersByTime(2_500)
    use({ ...atHome, wlan0: [address('10.0.0.3')] })
    vi.advanceTimersByTime(2_500)
    use({ lo: [address('127.0.0.1', true)] })
    vi.advanceTimersByTime(2_500)
    expect([told(), watch.hasInterface, watch.recentCause()]).toEqual([
      [
        { kind: 'network', words: 'new: tun0', isDown: false },
        { kind: 'network', words: 'new: wlan0; gone: wlan0, tun0', isDown: false },
        { kind: 'network', words: 'no network any more (wlan0)', isDown: true },
      ],
      false,
      'network',
    ])
    use(atHome)
    vi.advanceTimersByTime(2_500)
    expect([told().at(-1), watch.hasInterface]).toMatchObject([{ words: 'new: wlan0' }, true])
    end()
  })

  it('overlooks containers, link-local addresses, and the daily change of IPv6 addresses', () => {
    const { told, use, end } = watched()
    use({
      ...atHome,
      wlan0: [address('192.168.1.7'), address('2001:db8:1:2:bb::9'), address('fe80::1')],
      docker0: [address('172.17.0.1')],
      veth12: [address('169.254.1.1')],
    })
    vi.advanceTimersByTime(5_000)
    expect(told()).toEqual([])
    end()
  })
})
