import { useStore } from 'zustand'
import type { Instrument } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { mostTrades, type TradeFeed } from './tradeFeed.ts'

const t = textsOf('chart')

interface TradesStateProps {
  readonly feed: TradeFeed
  readonly instrument: Instrument
}

/** How many recorded trades are marked, or why there are none. */
export function TradesState({ feed, instrument }: TradesStateProps) {
  const { settings } = useStores()
  const isRecorded = useStore(settings, (state) => state.settings?.trades.record.includes(instrument.symbol) ?? false)
  const { trades, problem } = useStore(feed.store)
  if (problem !== null) return <span className="text-warn">{t('trades.failed', { problem })}</span>
  if (trades === null) return null
  const { count } = trades
  return (
    <span role="status" data-testid="chart-trades">
      {count === 0
        ? isRecorded
          ? t('trades.none')
          : t('trades.notRecorded')
        : count > mostTrades
          ? t('trades.largest', { most: mostTrades, all: count })
          : t('trades.count', { count })}
    </span>
  )
}
