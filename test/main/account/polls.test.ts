import pino from 'pino'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Poll } from '../../../src/main/account/polls.ts'
import { usualAccountTiming } from '../../../src/main/account/timing.ts'
import type { RestResult } from '../../../src/main/net/rest.ts'
import { until } from '../../support/loopback.ts'

function slowPoll() {
  const runs: (() => void)[] = []
  const poll = new Poll({
    kind: 'fills',
    permission: 'own trades',
    everyMs: () => 3_600_000,
    timing: usualAccountTiming,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    onChange: () => {},
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
})
