/** One series of candles as the chart needs it: the newest page, older ones on demand, pushes on top. */
import { createStore, type StoreApi } from 'zustand/vanilla'
import type { KlineColumns } from '../../../shared/columns.ts'
import type { CrossbookApi } from '../../../shared/contract.ts'
import { type Instrument, type Period, periodMs } from '../../../shared/domain/index.ts'
import { type Candle, candlesOf, mergeCandles, missedSome, newerPush, newerReading } from './candles.ts'

export interface FeedState {
  readonly candles: readonly Candle[]
  /** The newest page has been read at least once. */
  readonly isLoaded: boolean
  readonly isLoading: boolean
  readonly isLoadingOlder: boolean
  /** There is nothing older than the first candle. */
  readonly isComplete: boolean
  /** In words, why the newest page could not be read, or not wholly; null once it was. */
  readonly problem: string | null
  /** The same of the page read last of what is older. */
  readonly olderProblem: string | null
}

export interface CandleFeed {
  readonly instrument: Instrument
  readonly period: Period
  readonly store: StoreApi<FeedState>
  /** Reads the newest page, and what lies between it and what is known. One reading at a time; more calls while it runs make one more. */
  load(): Promise<void>
  loadOlder(): Promise<void>
  /** Takes a push; false where it is of another series. */
  push(columns: KlineColumns): boolean
  /** Pushes alone cannot be right: `load` is called for. */
  misses(): boolean
}

export const pageSize = 500
/** A page that closes a long hole is no larger than the contract allows. */
const largestPage = 5_000

export function createCandleFeed(api: CrossbookApi, instrument: Instrument, period: Period): CandleFeed {
  const store = createStore<FeedState>()(() => ({
    candles: [],
    isLoaded: false,
    isLoading: false,
    isLoadingOlder: false,
    isComplete: false,
    problem: null,
    olderProblem: null,
  }))
  const read = (before: number | null, limit: number) =>
    api.call('klines.list', { instrument: instrument.key, period, before, limit })
  let again = false
  /** Where the newest page begins that may have holes, epoch ms; null: it has none. */
  let incompleteSince: number | null = null
  /** Candles are known before this time that have a hole after them: there reading goes on; null: there is none. */
  let holeBefore: number | null = null

  /** As many candles as lie between the last one known to be right, with all before it, and now; at least a page. */
  function newestLimit(): number {
    const { candles } = store.getState()
    const lastClosed = candles.findLast(({ isClosed }) => isClosed)
    const since = incompleteSince ?? lastClosed?.openTime ?? Number.POSITIVE_INFINITY
    return Math.min(largestPage, Math.max(pageSize, Math.ceil((Date.now() - since) / periodMs[period]) + 2))
  }

  async function load(): Promise<void> {
    if (store.getState().isLoading) {
      again = true
      return
    }
    store.setState({ isLoading: true })
    do {
      again = false
      const limit = newestLimit()
      const reply = await read(null, limit)
      if (reply.ok) {
        const { klines, problem } = reply.value
        incompleteSince = problem === null ? null : Date.now() - limit * periodMs[period]
        const candles = mergeCandles(store.getState().candles, candlesOf(klines), newerReading)
        // What could not be asked of the exchange then may be there now.
        store.setState({ candles, isLoaded: true, problem, isComplete: false, olderProblem: null })
      } else store.setState({ problem: reply.message })
    } while (again)
    store.setState({ isLoading: false })
  }

  async function loadOlder(): Promise<void> {
    const { candles, isLoaded, isLoadingOlder, isComplete } = store.getState()
    const oldest = candles[0]
    if (!isLoaded || isLoadingOlder || isComplete || !oldest) return
    store.setState({ isLoadingOlder: true, olderProblem: null })
    let before = holeBefore ?? oldest.openTime
    let reply = await read(before, pageSize)
    if (holeBefore !== null && !(reply.ok && reply.value.problem === null)) {
      // Still not to be had: then what is stored further back.
      before = oldest.openTime
      reply = await read(before, pageSize)
    }
    if (!reply.ok) return store.setState({ isLoadingOlder: false, olderProblem: reply.message })
    const { klines, problem } = reply.value
    const page = candlesOf(klines)
    const reached = page[0]?.openTime ?? before
    if (problem !== null) holeBefore ??= before
    else if (before === holeBefore) holeBefore = page.length > 0 && reached > oldest.openTime ? reached : null
    store.setState({
      candles: mergeCandles(store.getState().candles, page, newerReading),
      isLoadingOlder: false,
      isComplete: before === oldest.openTime && problem === null && page.length === 0,
      olderProblem: problem,
    })
  }

  function push(columns: KlineColumns): boolean {
    if (columns.instrumentId !== instrument.id || columns.period !== period) return false
    const incoming = candlesOf(columns)
    if (incoming.length > 0) store.setState({ candles: mergeCandles(store.getState().candles, incoming, newerPush) })
    return true
  }

  const misses = () => missedSome(store.getState().candles, periodMs[period])
  return { instrument, period, store, load, loadOlder, push, misses }
}

/** Gives the feeds of instruments, keeping those it gave the last time: the same list for the same series. */
export function createFeedKeeper(api: CrossbookApi) {
  let kept: readonly CandleFeed[] = []
  return (instruments: readonly Instrument[], period: Period): readonly CandleFeed[] => {
    const feeds = instruments.map(
      (instrument) =>
        kept.find(
          (feed) =>
            feed.instrument.id === instrument.id && feed.instrument.key === instrument.key && feed.period === period,
        ) ?? createCandleFeed(api, instrument, period),
    )
    const isSame = feeds.length === kept.length && feeds.every((feed, i) => feed === kept[i])
    if (!isSame) kept = feeds
    return kept
  }
}
