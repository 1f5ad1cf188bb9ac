import pino from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { Poll } from '../../../src/main/account/polls.ts'
import { usualAccountTiming } from '../../../src/main/account/timing.ts'
import type { RestResult } from '../../../src/main/net/rest.ts'
import { until } from '../../support/loopback.ts'

const options = {
  kind: 'fills',
  permission: 'own trades',
  everyMs: () => 3_600_000,
  timing: usualAccountTiming,
  random: () => 0.5,
  logger: pino({ level: 'silent' }),
  onChange: () => {},
} as const

function slowPoll() {
  const runs: (() => void)[] = []
  const poll = new Poll({
    ...options,
    run: () => new Promise<RestResult<null>>((resolve) => runs.push(() => resolve({ ok: true, value: null }))),
  })
  onTestFinished(() => poll.stop())
  return { poll, runs }
}

describe('a poll', () => {
  it('keeps the shortest of the wishes that come while it runs', async () => {
    const { poll, runs } = slowPoll()
    void poll.demand()
    poll.soon(75_000)
    poll.soon(20)
    poll.soon(50_000)
    runs[0]?.()
    await until(() => runs.length === 2, 'it runs again soon', 2_000)
  })

  it('is not put off by a later wish', async () => {
    const { poll, runs } = slowPoll()
    void poll.demand()
    runs[0]?.()
    await until(() => !poll.isRunning, 'it has run')
    poll.soon(20)
    poll.soon(75_000)
    await until(() => runs.length === 2, 'it runs again soon', 2_000)
    expect(poll.status().state).toBe('running')
  })

  it.each([
    ['the machine slept, and its timers with it', 8 * 3_600_000],
    ['the clock was set back', -8 * 3_600_000],
  ])('runs as soon as it is wished for though %s', async (_what, ms) => {
    vi.useFakeTimers({ now: 1_800_000_000_000 })
    onTestFinished(() => void vi.useRealTimers())
    const { poll, runs } = slowPoll()
    void poll.demand()
    runs[0]?.()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(poll.isRunning).toBe(false)
    // What timers wait for does not move with it.
    vi.setSystemTime(Date.now() + ms)
    poll.nudge(375)
    await vi.advanceTimersByTimeAsync(375)
    expect(runs).toHaveLength(2)
  })

  it('repeats itself at growing distances, and begins anew after a run that wanted no repeat', async () => {
    const starts: number[] = []
    let wants = true
    const poll: Poll = new Poll({
      ...options,
      timing: { ...usualAccountTiming, snapshotEveryMs: 200 },
      run: async () => {
        await Promise.resolve()
        starts.push(performance.now())
        if (wants) poll.repeat(50)
        return { ok: true, value: null }
      },
    })
    onTestFinished(() => poll.stop())
    void poll.demand()
    await until(() => starts.length === 5, 'repeats')
    const gaps = starts.slice(1).map((at, i) => at - (starts[i] ?? 0))
    for (const [i, least] of [50, 100, 200, 200].entries()) expect(gaps[i]).toBeGreaterThan(least - 5)
    expect(gaps[3]).toBeLessThan(390)
    wants = false
    await until(() => starts.length === 6, 'the last repeat')
    wants = true
    void poll.demand()
    await until(() => starts.length === 8, 'soon again')
    expect((starts[7] ?? 0) - (starts[6] ?? 0)).toBeLessThan(190)
  })

  it('repeats itself soon again after a nudge', async () => {
    const starts: number[] = []
    const poll: Poll = new Poll({
      ...options,
      run: async () => {
        await Promise.resolve()
        starts.push(performance.now())
        poll.repeat(30)
        return { ok: true, value: null }
      },
    })
    onTestFinished(() => poll.stop())
    void poll.demand()
    await until(() => starts.length === 6, 'far apart')
    poll.nudge(0)
    await until(() => starts.length === 8, 'soon again', 400)
  })
})
