import { describe, expect, it } from 'vitest'
import { createEquityFeed } from '../../../../src/renderer/features/history/equityFeed.ts'
import type { CallRequest, CrossbookApi } from '../../../../src/shared/contract.ts'
import type { EquityHistory } from '../../../../src/shared/history.ts'

type Request = CallRequest<'equity.history'>

const day = 86_400_000
const now = 1_000 * day

/** A hub whose readings are answered by hand: with what it is worth, or in words why not. */
function hub(oldest: number | null = null) {
  const asked: Request[] = []
  const answers: ((worth: string | { problem: string }) => Promise<void>)[] = []
  const call = (_name: string, request: Request) =>
    new Promise((resolve) => {
      asked.push(request)
      answers.push(async (worth) => {
        const value: EquityHistory = {
          ...{ currency: worth as string, from: request.from, to: request.to, bucketMs: day, points: [], flows: [] },
          ...{ changes: [], oldest, otherCurrencies: [] },
        }
        resolve(
          typeof worth === 'string' ? { ok: true, value } : { ok: false, code: 'unavailable', message: worth.problem },
        )
        await new Promise((done) => setTimeout(done, 0))
      })
    })
  return { api: { call, on: () => () => undefined } as unknown as CrossbookApi, asked, answers }
}
const everything = { account: null, from: null, to: null }

describe('what accounts were worth', () => {
  it('is asked for from its first value on, so that no bucket is longer than it must be', async () => {
    const { api, asked, answers } = hub(990 * day)
    const feed = createEquityFeed(api, everything, () => now)
    void feed.load()
    await answers[0]?.('USDT')
    await answers[1]?.('USDT')
    expect(asked.map(({ from, to }) => [from / day, to - now])).toEqual([
      [301, 1],
      [990, 1],
    ])
    expect(feed.store.getState()).toMatchObject({ equity: { from: 990 * day }, problem: null })
    void feed.load()
    expect(asked.at(-1)?.from).toBe(990 * day)
  })

  it('stays when a later reading fails, and says why', async () => {
    const { api, answers } = hub()
    const feed = createEquityFeed(api, everything, () => now)
    void feed.load()
    await answers[0]?.('USDT')
    void feed.load()
    await answers[1]?.({ problem: 'locked' })
    expect(feed.store.getState()).toMatchObject({ equity: { currency: 'USDT' }, problem: 'locked' })
  })

  it('is forgotten with its accounts: those of another market are not shown as worth what the ones before were', async () => {
    const { api, answers } = hub()
    const feed = createEquityFeed(api, everything, () => now)
    void feed.load()
    await answers[0]?.('DEMO')
    void feed.load()
    void feed.begin()
    expect(feed.store.getState().equity).toBeNull()
    await answers[1]?.('DEMO')
    expect(feed.store.getState().equity).toBeNull()
    await answers[2]?.({ problem: 'not open yet' })
    expect(feed.store.getState()).toEqual({ equity: null, problem: 'not open yet' })
    feed.close()
  })

  it('of one account is not what was read of another', async () => {
    const { api, answers } = hub()
    const first = createEquityFeed(api, { ...everything, account: 'okx-main' }, () => now)
    void first.load()
    const second = createEquityFeed(api, { ...everything, account: 'gate-main' }, () => now)
    first.close()
    void second.load()
    await answers[0]?.('OKX')
    await answers[1]?.({ problem: 'locked' })
    expect([first.store.getState().equity, second.store.getState()]).toEqual([
      null,
      { equity: null, problem: 'locked' },
    ])
  })
})
