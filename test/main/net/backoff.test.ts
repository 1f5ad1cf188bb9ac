import { describe, expect, it } from 'vitest'
import { fullJitter, Retry } from '../../../src/main/net/backoff.ts'

const rules = { baseMs: 500, capMs: 4_000, failuresToOpen: 4, openMs: 10_000, openCapMs: 40_000 }
const delays = (retry: Retry, count: number) => Array.from({ length: count }, () => retry.fail())

describe('backoff', () => {
  it('doubles its range up to the cap', () => {
    expect([1, 2, 3, 4, 5, 50].map((n) => fullJitter(rules, n, () => 1))).toEqual([
      500, 1_000, 2_000, 4_000, 4_000, 4_000,
    ])
  })

  it('draws from the whole range', () => {
    expect([0, 0.25, 0.999].map((draw) => fullJitter(rules, 2, () => draw))).toEqual([0, 250, 999])
  })
})

describe('circuit breaker', () => {
  it('opens at the given failure, for a time that grows up to its cap', () => {
    expect(delays(new Retry(rules, () => 1), 8)).toEqual([
      { delayMs: 500, open: false },
      { delayMs: 1_000, open: false },
      { delayMs: 2_000, open: false },
      { delayMs: 10_000, open: true },
      { delayMs: 20_000, open: true },
      { delayMs: 40_000, open: true },
      { delayMs: 40_000, open: true },
      { delayMs: 40_000, open: true },
    ])
  })

  it('rests for half of that time at least, whatever is drawn', () => {
    expect(delays(new Retry(rules, () => 0), 5).map(({ delayMs }) => delayMs)).toEqual([0, 0, 0, 5_000, 10_000])
  })

  it('begins anew after a reset', () => {
    const retry = new Retry(rules, () => 1)
    delays(retry, 5)
    retry.reset()
    expect([retry.failures, retry.fail()]).toEqual([0, { delayMs: 500, open: false }])
  })
})
