import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { reportScreenLatency, type Screen } from '../../src/renderer/screen-latency.ts'
import { quoteColumns } from './support/columns.ts'
import { createHub } from './support/hub.ts'

const start = 1_800_000_000_000

function setUp() {
  const hub = createHub()
  hub.answer('metrics.screenLatency', () => null)
  const paints: (() => void)[] = []
  let isVisible = true
  const screen: Screen = {
    now: Date.now,
    isVisible: () => isVisible,
    afterPaint: (done) => paints.push(done),
  }
  const end = reportScreenLatency({ api: hub.api, link: hub.link }, screen)
  return {
    hub,
    end,
    show(visible: boolean) {
      isVisible = visible
    },
    /** Quotes as old as that come, and are painted so much later. */
    quotes(ages: readonly number[], paintMs = 4) {
      hub.push('market.quotes', quoteColumns(ages.map((age, i) => ({ id: i + 1, receivedAt: Date.now() - age }))))
      vi.setSystemTime(Date.now() + paintMs)
      for (const paint of paints.splice(0)) paint()
    },
    reported: () =>
      hub.asked.filter(({ name }) => name === 'metrics.screenLatency').map(({ request }) => request as unknown),
  }
}

describe('the latency of the screen', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: start })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('is the age of the newest quote of a batch once it is painted', () => {
    const page = setUp()
    page.quotes([50])
    vi.advanceTimersByTime(1_000)
    page.quotes([400, 30, 90], 12)
    vi.advanceTimersByTime(10_000)
    expect(page.reported()).toEqual([{ samples: [42] }])
    page.end()
  })

  it('is taken four times a second at most, and told every ten seconds', () => {
    const page = setUp()
    for (let i = 0; i < 101; i++) {
      page.quotes([10], 0)
      vi.advanceTimersByTime(100)
    }
    const [first] = page.reported() as { samples: number[] }[]
    expect(page.reported()).toHaveLength(1)
    expect(first?.samples.length).toBeGreaterThan(25)
    expect(first?.samples.length).toBeLessThanOrEqual(40)
    page.end()
    page.quotes([10])
    vi.advanceTimersByTime(30_000)
    expect(page.reported()).toHaveLength(1)
  })

  it('leaves out what waited for the page or the link, what is repeated, and what a differing clock stamped', () => {
    const page = setUp()
    page.quotes([9_000])
    vi.advanceTimersByTime(1_000)
    page.show(false)
    page.quotes([5])
    page.show(true)
    page.quotes([7_000])
    vi.advanceTimersByTime(1_000)
    page.hub.link.setState({ state: 'lost' })
    page.quotes([5])
    page.hub.link.setState({ state: 'open', generation: 2 })
    page.quotes([1])
    vi.advanceTimersByTime(1_000)
    // Told again, no newer than before.
    page.quotes([5_000])
    page.quotes([-60_000])
    vi.advanceTimersByTime(10_000)
    expect(page.reported()).toEqual([])
    page.end()
  })

  it('takes a quote stamped within the rounding of the clock for one of now', () => {
    const page = setUp()
    page.quotes([0], 0)
    vi.advanceTimersByTime(500)
    page.quotes([-3], 1)
    vi.advanceTimersByTime(10_000)
    expect(page.reported()).toEqual([{ samples: [0] }])
    page.end()
  })

  it('drops a report that fails, and tells nothing while hidden', () => {
    const page = setUp()
    page.quotes([5])
    vi.advanceTimersByTime(500)
    page.quotes([5])
    page.show(false)
    vi.advanceTimersByTime(10_000)
    page.show(true)
    vi.advanceTimersByTime(10_000)
    expect(page.reported()).toEqual([])
    page.end()
  })
})
