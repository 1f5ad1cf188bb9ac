import { describe, expect, it } from 'vitest'
import { createPagedHistory } from '../../../../src/renderer/features/history/pagedHistory.ts'

interface Row {
  readonly at: number
}

/** Seconds 0 to 1,000 are stored, without 300 to 699; ten to a page. */
function feed(oldest: number | null = 0) {
  const asked: (readonly [number, number, string])[] = []
  const state = { now: 1_000_500, problem: null as string | null, storedUpTo: 1_000 }
  const isStored = (second: number) => second >= 0 && second <= state.storedUpTo && !(second >= 300 && second < 700)
  const history = createPagedHistory<Row>({
    stepMs: 1_000,
    pageBuckets: 10,
    now: () => state.now,
    read: (from, to, part) => {
      asked.push([from / 1_000, to / 1_000, part])
      if (state.problem !== null) return Promise.resolve({ ok: false, code: 'unavailable', message: state.problem })
      const rows: Row[] = []
      for (let second = from / 1_000; second < to / 1_000; second++)
        if (isStored(second)) rows.push({ at: second * 1_000 })
      return Promise.resolve({ ok: true, value: { rows, oldest: oldest === null ? null : oldest * 1_000 } })
    },
  })
  const seconds = () => history.store.getState().rows.map(({ at }) => at / 1_000)
  return { history, asked, state, seconds }
}

describe('a history in pages', () => {
  it('begins with the newest page, and then asks for what came since, what may not have been stored then once more', async () => {
    const { history, asked, state, seconds } = feed()
    await history.load()
    expect(seconds()).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1_000])
    state.now += 3_000
    await history.load()
    expect(asked).toEqual([
      [991, 1_001, 'newest'],
      [995, 1_004, 'newest'],
    ])
    expect(seconds()).toHaveLength(10)
  })

  it('leaves no hole where a second was stored late', async () => {
    const { history, state, seconds } = feed()
    state.storedUpTo = 997
    await history.load()
    expect(seconds().at(-1)).toBe(997)
    state.storedUpTo = 1_000
    state.now += 2_000
    await history.load()
    expect(seconds()).toEqual([991, 992, 993, 994, 995, 996, 997, 998, 999, 1_000])
  })

  it('begins anew after a pause longer than a page', async () => {
    const { history, asked, state } = feed()
    await history.load()
    state.now += 60_000
    await history.load()
    expect(asked.at(-1)).toEqual([1_051, 1_061, 'newest'])
    expect(history.store.getState()).toMatchObject({ from: 1_051_000, rows: [] })
  })

  it('reads older pages, passes over empty ones, and knows the end', async () => {
    const { history, asked, seconds } = feed(985)
    await history.load()
    await history.loadOlder()
    expect([seconds()[0], history.store.getState().isComplete]).toEqual([981, true])
    await history.loadOlder()
    expect(asked).toHaveLength(2)
    const other = feed()
    other.state.now = 705_000
    await other.history.load()
    await other.history.loadOlder()
    // From 696 down nothing is stored for 40 pages: one scroll looks through twelve.
    expect([other.asked.length, other.seconds()[0], other.history.store.getState().isComplete]).toEqual([
      13,
      700,
      false,
    ])
  })

  it('says why something could not be read, keeps what it has, and can try again', async () => {
    const { history, state, seconds } = feed()
    state.problem = 'nothing is stored'
    await history.load()
    expect(history.store.getState()).toMatchObject({ isLoaded: false, problem: 'nothing is stored' })
    state.problem = null
    await history.load()
    state.problem = 'the disk is gone'
    await history.loadOlder()
    expect(history.store.getState()).toMatchObject({ isLoaded: true, problem: null, olderProblem: 'the disk is gone' })
    state.problem = null
    await history.loadOlder()
    expect([seconds()[0], history.store.getState().olderProblem]).toEqual([981, null])
  })
})
