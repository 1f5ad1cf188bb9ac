import { useEffect, useMemo } from 'react'
import type { Instrument, Period } from '../../../shared/domain/index.ts'
import type { ShownSeries } from '../../stores/view.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useShownKlines } from '../../ui/useShown.ts'
import { type CandleFeed, createFeedKeeper } from './candleFeed.ts'

/** A candle's last version may come shortly after the first of the next one; only later is something missing. */
const settleMs = 3_000

interface CandleFeeds {
  readonly feeds: readonly CandleFeed[]
  /** Those that take no pushes, since the window hears as many as it may. */
  readonly leftOut: readonly ShownSeries[]
}

/**
 * The feeds of these instruments' candles, in their order. They are told to the hub as what this window shows, take its pushes,
 * and are read anew whenever pushes may have been missed. A feed stays while its instrument does.
 */
export function useCandleFeeds(instruments: readonly Instrument[], period: Period): CandleFeeds {
  const { api, link, status } = useStores()
  const keep = useMemo(() => createFeedKeeper(api), [api])
  const feeds = useMemo(() => keep(instruments, period), [keep, instruments, period])

  const series = useMemo(
    () => feeds.map(({ instrument, period: its }) => ({ instrument: instrument.key, period: its })),
    [feeds],
  )
  const leftOut = useShownKlines(series)

  useEffect(() => {
    for (const feed of feeds) if (!feed.store.getState().isLoaded) void feed.load()
  }, [feeds])

  useEffect(() => {
    const timers = new Map<CandleFeed, ReturnType<typeof setTimeout>>()
    const readFor = new Map<CandleFeed, number>()
    const readWhatIsMissing = (feed: CandleFeed) => {
      const newest = feed.store.getState().candles.at(-1)?.openTime ?? 0
      // Once per newest candle: a hole of the exchange itself stays one.
      if (timers.has(feed) || readFor.get(feed) === newest) return
      const check = () => {
        timers.delete(feed)
        if (!feed.misses()) return
        readFor.set(feed, newest)
        void feed.load()
      }
      timers.set(feed, setTimeout(check, settleMs))
    }
    const readAll = () => {
      for (const feed of feeds) void feed.load()
    }
    let generation = link.getState().generation
    const onVisible = () => {
      if (document.visibilityState === 'visible') readAll()
    }
    document.addEventListener('visibilitychange', onVisible)
    const ends = [
      api.on('market.klines', (batch) => {
        for (const columns of batch)
          for (const feed of feeds) if (feed.push(columns) && feed.misses()) readWhatIsMissing(feed)
      }),
      link.subscribe((now) => {
        if (now.state !== 'open' || now.generation === generation) return
        generation = now.generation
        readAll()
      }),
      status.subscribe((now, before) => {
        const stateOf = (connections: typeof now.connections, { instrument }: CandleFeed) =>
          connections?.find(({ exchange }) => exchange === instrument.exchange)?.state
        for (const feed of feeds) {
          const was = stateOf(before.connections, feed)
          if (was !== undefined && was !== 'live' && stateOf(now.connections, feed) === 'live') void feed.load()
        }
      }),
    ]
    return () => {
      document.removeEventListener('visibilitychange', onVisible)
      for (const end of ends) end()
      for (const timer of timers.values()) clearTimeout(timer)
    }
  }, [api, link, status, feeds])

  return { feeds, leftOut }
}
