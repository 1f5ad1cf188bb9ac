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
  /** In words, why the newest page could not be read; null once it was. */
  readonly problem: string | null
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

  /** As many candles as lie between the last one known to be right and now, at least a page. */
  function newestLimit(): number {
    const { candles } = store.getState()
    const lastClosed = candles.findLast(({ isClosed }) => isClosed)
    if (!lastClosed) return pageSize
    return Math.min(
      largestPage,
      Math.max(pageSize, Math.ceil((Date.now() - lastClosed.openTime) / periodMs[period]) + 2),
    )
  }

  async function load(): Promise<void> {
    if (store.getState().isLoading) {
      again = true
      return
    }
    store.setState({ isLoading: true })
    do {
      again = false
      const reply = await read(null, newestLimit())
      if (reply.ok) {
        const candles = mergeCandles(store.getState().candles, candlesOf(reply.value), newerReading)
        // What could not be asked of the exchange then may be there now.
        store.setState({ candles, isLoaded: true, problem: null, isComplete: false, olderProblem: null })
      } else store.setState({ problem: reply.message })
    } while (again)
    store.setState({ isLoading: false })
  }

  async function loadOlder(): Promise<void> {
    const { candles, isLoaded, isLoadingOlder, isComplete } = store.getState()
    const oldest = candles[0]
    if (!isLoaded || isLoadingOlder || isComplete || !oldest) return
    store.setState({ isLoadingOlder: true, olderProblem: null })
    const reply = await read(oldest.openTime, pageSize)
    if (!reply.ok) return store.setState({ isLoadingOlder: false, olderProblem: reply.message })
    const page = candlesOf(reply.value)
    const isEnd = !page.some(({ openTime }) => openTime < oldest.openTime)
    store.setState({
      candles: isEnd ? store.getState().candles : mergeCandles(store.getState().candles, page, newerReading),
      isLoadingOlder: false,
      isComplete: isEnd,
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
