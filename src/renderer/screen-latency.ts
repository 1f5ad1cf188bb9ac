/**
 * How old the newest quote is when it is on the screen: measured from its `receivedAt` to just after the paint that shows it, and
 * told to the hub, whose histogram it goes into. A few samples a second at most, none while the page is hidden.
 */
import type { QuoteColumns } from '../shared/columns.ts'
import type { Stores } from './stores/index.ts'

const sampleEveryMs = 250
const reportEveryMs = 10_000
/** As many as one report may hold. */
const samplesKept = 1_000
const longestMs = 600_000
/** Clocks are read in whole milliseconds: a quote may seem to come from just after now. Further ahead, the clocks differ. */
const roundingMs = 5

/** What is the page's own here and a fake in tests. */
export interface Screen {
  now(): number
  isVisible(): boolean
  /** Calls back once what stands in the stores now has been painted. */
  afterPaint(done: () => void): void
}

const thisScreen: Screen = {
  now: Date.now,
  isVisible: () => document.visibilityState === 'visible',
  // A frame's callbacks run before its paint; a task posted from them runs after it.
  afterPaint: (done) => {
    requestAnimationFrame(() => setTimeout(done, 0))
  },
}

function newestOf({ receivedAt }: QuoteColumns): number {
  let newest = Number.NEGATIVE_INFINITY
  for (const at of receivedAt) if (at > newest) newest = at
  return newest
}

/** Begins to measure; the returned function ends it. To be begun after the stores follow the same pushes. */
export function reportScreenLatency(
  { api, link }: Pick<Stores, 'api' | 'link'>,
  screen: Screen = thisScreen,
): () => void {
  let samples: number[] = []
  let sampledAt = Number.NEGATIVE_INFINITY
  let newestSeen = Number.NEGATIVE_INFINITY
  /** The first quotes after the page was hidden or the link was down are as old as that lasted. */
  let isWarm = false
  const onQuotes = (batch: QuoteColumns) => {
    const receivedAt = newestOf(batch)
    const isNew = receivedAt > newestSeen
    if (isNew) newestSeen = receivedAt
    if (!screen.isVisible() || link.getState().state !== 'open') {
      isWarm = false
      return
    }
    const wasWarm = isWarm
    isWarm = true
    const now = screen.now()
    if (!wasWarm || !isNew || now - sampledAt < sampleEveryMs) return
    sampledAt = now
    screen.afterPaint(() => {
      const ms = screen.now() - receivedAt
      // Hidden in between, it was painted whenever the page came back.
      if (!screen.isVisible() || ms < -roundingMs || ms > longestMs || samples.length >= samplesKept) return
      samples.push(Math.max(0, ms))
    })
  }
  const report = () => {
    const taken = samples
    samples = []
    // A report that fails is dropped: the next one says how it is then.
    if (taken.length > 0 && screen.isVisible()) void api.call('metrics.screenLatency', { samples: taken })
    if (!screen.isVisible()) isWarm = false
  }
  const end = api.on('market.quotes', onQuotes)
  const timer = setInterval(report, reportEveryMs)
  return () => {
    end()
    clearInterval(timer)
  }
}
