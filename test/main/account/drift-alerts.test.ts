import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DriftAlerts } from '../../../src/main/account/drift-alerts.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import type { Drift } from '../../../src/shared/domain/index.ts'

const drift = (id: number, more: Partial<Drift> = {}): Drift => ({
  id,
  account: 'binance-main',
  subject: 'balance',
  item: 'spot BTC',
  field: 'total',
  expected: '1',
  got: '2',
  since: null,
  foundAt: 0,
  resolvedAt: null,
  resolution: null,
  ...more,
})

describe('alerts of differences', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('come at once for an account’s first, and together for those of the minute after', () => {
    const bus = createBus(() => undefined)
    const told: string[] = []
    const alerts = new DriftAlerts(bus, ({ subject, message }) => told.push(`${subject}: ${message}`))
    for (let id = 1; id <= 5; id++) bus.publish({ kind: 'drift', drift: drift(id) })
    bus.publish({ kind: 'drift', drift: drift(6, { account: 'okx-main', expected: null }) })
    bus.publish({ kind: 'drift', drift: drift(1, { resolvedAt: 5, resolution: 'agrees' }) })
    const first = [
      'binance-main: balance spot BTC: total should be 1, the exchange says 2',
      'okx-main: balance spot BTC: total should be absent, the exchange says 2',
    ]
    expect(told).toEqual(first)
    vi.advanceTimersByTime(60_000)
    expect(told).toEqual([
      ...first,
      'binance-main: 4 more differences to what the exchange says within a minute: Accounts lists them',
    ])
    bus.publish({ kind: 'drift', drift: drift(7) })
    expect(told).toHaveLength(4)
    alerts.stop()
    bus.publish({ kind: 'drift', drift: drift(8, { account: 'gate-main' }) })
    expect(told).toHaveLength(4)
    expect(vi.getTimerCount()).toBe(0)
  })
})
