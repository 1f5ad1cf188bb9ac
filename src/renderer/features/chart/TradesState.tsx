import { useStore } from 'zustand'
import type { Instrument } from '../../../shared/domain/index.ts'
import { formatCount } from '../../format/number.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { mostTrades, type TradeFeed } from './tradeFeed.ts'

interface TradesStateProps {
  readonly feed: TradeFeed
  readonly instrument: Instrument
}

/** How many recorded trades are marked, or why there are none. */
export function TradesState({ feed, instrument }: TradesStateProps) {
  const { settings } = useStores()
  const isRecorded = useStore(settings, (state) => state.settings?.trades.record.includes(instrument.symbol) ?? false)
  const { trades, problem } = useStore(feed.store)
  if (problem !== null) return <span className="text-warn">Trades could not be read: {problem}</span>
  if (trades === null) return null
  const { count } = trades
  return (
    <span role="status" data-testid="chart-trades">
      {count === 0
        ? isRecorded
          ? 'no recorded trades here'
          : 'trades of it are not recorded (settings, trades)'
        : count > mostTrades
          ? `largest ${formatCount(mostTrades)} of ${formatCount(count)} trades`
          : `${formatCount(count)} ${count === 1 ? 'trade' : 'trades'}`}
    </span>
  )
}
