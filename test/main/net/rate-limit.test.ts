import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Grant, type Priority, RateLimiter } from '../../../src/main/net/rate-limit.ts'

const pool = (limit: number, intervalMs = 1_000) => [{ id: 'p', limit, intervalMs }]
let limiter: RateLimiter
/** Names of granted requests, in order. */
let granted: string[]

const ask = (name: string, weight: number, priority: Priority = 'interactive', signal?: AbortSignal): Promise<Grant> =>
  limiter.acquire('p', weight, priority, signal).then((grant) => {
    if (grant.state === 'granted') granted.push(name)
    return grant
  })

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
  granted = []
})
afterEach(() => {
  limiter.close()
  vi.useRealTimers()
})
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('RateLimiter', () => {
  it('never spends more than the limit in any window, and lets the rest wait in order', async () => {
    limiter = new RateLimiter(pool(20))
    const times: number[] = []
    for (let i = 0; i < 60; i++) void ask(`${i}`, 1).then(() => times.push(Date.now()))
    await pass(10_000)
    const busiest = Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + 1_000).length))
    expect({ busiest, order: granted.map(Number) }).toEqual({
      busiest: 19,
      order: Array.from({ length: 60 }, (_, i) => i),
    })
  })

  it('keeps a share for interactive calls however much history is asked for', async () => {
    limiter = new RateLimiter(pool(100))
    for (let i = 0; i < 100; i++) void ask('history', 1, 'history')
    await pass(0)
    void ask('quick', 25)
    await pass(0)
    expect([granted.length, granted.at(-1), limiter.budgets()]).toEqual([
      67,
      'quick',
      [{ pool: 'p', used: 91, limit: 100, intervalMs: 1_000, blockedUntil: null }],
    ])
  })

  it('lets interactive calls overtake history that waits', async () => {
    limiter = new RateLimiter(pool(10))
    for (let i = 0; i < 9; i++) void ask('first', 1)
    void ask('history', 1, 'history')
    void ask('quick', 1)
    await pass(1_100)
    expect(granted.slice(9)).toEqual(['quick', 'history'])
  })

  it("takes the exchange's higher count for its own until it resets", async () => {
    limiter = new RateLimiter(pool(100))
    await ask('first', 1)
    limiter.sync('p', { used: 95, resetAt: Date.now() + 400 })
    void ask('second', 1)
    await pass(390)
    const before = [...granted]
    await pass(20)
    expect([before, granted]).toEqual([['first'], ['first', 'second']])
  })

  it('believes no lower count than its own: requests may still be on their way', async () => {
    limiter = new RateLimiter(pool(100))
    await ask('first', 50)
    limiter.sync('p', { used: 3 })
    expect(limiter.budgets()[0]?.used).toBe(50)
  })

  it("takes over the exchange's limit", async () => {
    limiter = new RateLimiter(pool(100))
    limiter.sync('p', { used: 0, limit: 10 })
    await ask('first', 9)
    void ask('second', 5)
    await pass(500)
    expect([granted, limiter.budgets()[0]?.limit]).toEqual([['first'], 10])
  })

  it('sends nothing while blocked, and says until when', async () => {
    limiter = new RateLimiter(pool(100))
    limiter.block('p', Date.now() + 90_000, false)
    void ask('first', 1)
    await pass(89_000)
    const blocked = limiter.budgets()[0]?.blockedUntil
    const before = [...granted]
    await pass(1_100)
    expect([before, blocked, granted, limiter.budgets()[0]?.blockedUntil]).toEqual([[], 1_090_000, ['first'], null])
  })

  it('sends everybody home while banned, and serves again afterwards', async () => {
    limiter = new RateLimiter(pool(1))
    await ask('first', 1)
    const waiting = ask('second', 1)
    limiter.block('p', Date.now() + 5_000, true)
    const until = 1_005_000
    expect([await waiting, await ask('third', 1)]).toEqual([
      { state: 'banned', until },
      { state: 'banned', until },
    ])
    await pass(5_001)
    expect(await ask('fourth', 1)).toEqual({ state: 'granted' })
  })

  it('lets an aborted request leave the queue, and the next one pass', async () => {
    limiter = new RateLimiter(pool(10))
    await ask('first', 8)
    const abort = new AbortController()
    const heavy = ask('heavy', 8, 'interactive', abort.signal)
    void ask('light', 1)
    await pass(10)
    const before = [...granted]
    abort.abort()
    expect([before, await heavy]).toEqual([['first'], { state: 'cancelled' }])
    await pass(0)
    expect(granted).toEqual(['first', 'light'])
  })

  it('sends a call heavier than the pool alone rather than never', async () => {
    limiter = new RateLimiter(pool(10))
    await ask('first', 1)
    void ask('giant', 50)
    await pass(900)
    const before = [...granted]
    await pass(200)
    expect([before, granted]).toEqual([['first'], ['first', 'giant']])
  })

  it('counts nothing for longer than an interval when the clock is set back', async () => {
    limiter = new RateLimiter(pool(10))
    await ask('first', 9)
    vi.setSystemTime(0)
    void ask('second', 9)
    await pass(1_100)
    expect(granted).toEqual(['first', 'second'])
  })

  it('is blocked for no longer than was said when the clock is set back', async () => {
    limiter = new RateLimiter(pool(10))
    limiter.block('p', Date.now() + 5_000, false)
    void ask('first', 1)
    await pass(1_000)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(limiter.budgets()[0]?.blockedUntil).toBe(Date.now() + 5_000)
    await pass(4_900)
    const before = [...granted]
    await pass(200)
    expect([before, granted, limiter.budgets()[0]?.blockedUntil]).toEqual([[], ['first'], null])
  })

  it('is banned for no longer than was said when the clock is set back', async () => {
    limiter = new RateLimiter(pool(10))
    limiter.block('p', Date.now() + 5_000, true)
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(await ask('first', 1)).toEqual({ state: 'banned', until: Date.now() + 5_000 })
    await pass(5_001)
    expect(await ask('second', 1)).toEqual({ state: 'granted' })
  })

  it('cancels whoever waits when it closes, and leaves no timer', async () => {
    limiter = new RateLimiter(pool(1))
    await ask('first', 1)
    const waiting = ask('second', 1)
    limiter.close()
    expect([await waiting, vi.getTimerCount()]).toEqual([{ state: 'cancelled' }, 0])
  })
})
