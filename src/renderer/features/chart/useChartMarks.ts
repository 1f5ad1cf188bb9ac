import { useEffect } from 'react'
import { useStores } from '../../ui/StoresContext.tsx'
import type { CandleFeed } from './candleFeed.ts'
import type { ChartView } from './chartView.ts'
import type { FillFeed } from './fillFeed.ts'
import { fillMarks, tradeMarks } from './fillMarks.ts'
import type { TradeFeed } from './tradeFeed.ts'

/** Trades go on while nothing is moved. */
const againMs = 3_000

/** Draws the trader's fills over the candles, as far back as those reach. */
export function useFillMarks(view: ChartView | null, feed: CandleFeed, fills: FillFeed | null): void {
  const { link } = useStores()
  useEffect(() => {
    if (!view || !fills) return
    const draw = () => view.setFills(fillMarks(fills.store.getState().fills))
    const reach = () => {
      const oldest = feed.store.getState().candles[0]
      if (oldest) void fills.reach(oldest.openTime)
    }
    draw()
    reach()
    const ends = [fills.store.subscribe(draw), feed.store.subscribe(reach), fills.follow(link)]
    return () => {
      for (const end of ends) end()
      view.setFills([])
    }
  }, [view, feed, fills, link])
}

/** Draws recorded public trades of what is seen. Returned through `view`'s moves: call `show` then. */
export function useTradeMarks(view: ChartView | null, trades: TradeFeed | null): void {
  useEffect(() => {
    if (!view || !trades) return
    const draw = () => {
      const known = trades.store.getState().trades
      view.setTrades(known === null ? [] : tradeMarks(known))
    }
    const show = () => {
      const span = view.shownSpan()
      if (span) trades.show(span.from, span.to)
    }
    draw()
    show()
    const end = trades.store.subscribe(draw)
    const timer = setInterval(() => {
      if (view.showsLatest() && document.visibilityState === 'visible') show()
    }, againMs)
    return () => {
      end()
      clearInterval(timer)
      trades.close()
      view.setTrades([])
    }
  }, [view, trades])
}
