import { useEffect, useRef } from 'react'
import { useStore } from 'zustand'
import type { Opportunity } from '../../../shared/domain/index.ts'
import { formatAmount, formatSignedPercent } from '../../format/number.ts'
import { formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { columnsStyle } from '../../ui/classes.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { useRows } from '../../ui/useRows.ts'
import { Judged, profitOf, Route, SymbolText } from './OpportunityText.tsx'

const t = textsOf('spreads')

const columns = '104px minmax(84px,0.8fr) minmax(150px,1.6fr) 100px 76px 88px 84px 88px 104px'

export function OpportunityHistory() {
  const { opportunities } = useStores()
  const { history, isLoading, isComplete, problem, load, loadOlder } = useStore(opportunities)
  const scroller = useRef<HTMLDivElement>(null)
  const { virtualizer } = useRows({
    count: history.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => history[index]?.id ?? index,
    overscan: 8,
    headLines: 0,
  })
  const items = virtualizer.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? -1
  useEffect(() => {
    if (lastShown >= history.length - 20 && history.length > 0) void loadOlder()
  }, [lastShown, history.length, loadOlder])

  if (problem !== null && history.length === 0)
    return (
      <Empty title={t('opportunities.unreadable')}>
        <p className="text-down">{problem}</p>
        <Button onClick={() => void load()}>{t('opportunities.again')}</Button>
      </Empty>
    )
  if (history.length === 0)
    return <Empty title={t(isLoading ? 'opportunities.loading' : 'opportunities.unrecorded')} busy={isLoading} />
  const now = Date.now()
  return (
    <ScrollArea ref={scroller} label={t('opportunities.before')} className="min-h-0 flex-1">
      <table
        className="relative block text-left"
        data-testid="opportunities-history"
        aria-rowcount={isComplete ? history.length + 1 : -1}
        style={columnsStyle(columns, { minWidth: 948 })}
      >
        <thead className="sticky top-0 z-1 block bg-panel text-2xs text-muted">
          <tr className="grid h-6 grid-cols-(--columns) [&>th]:px-2 [&>th]:leading-6 [&>th]:font-normal">
            <th scope="col">{t('opportunity.opened')}</th>
            <th scope="col">{t('opportunity.symbol')}</th>
            <th scope="col">{t('opportunity.route')}</th>
            <th scope="col">{t('opportunity.verdict')}</th>
            <th scope="col" className="text-right">
              {t('opportunity.lasted')}
            </th>
            <th scope="col" className="text-right">
              {t('opportunity.bestNet')}
            </th>
            <th scope="col" className="text-right">
              {t('opportunity.gross')}
            </th>
            <th scope="col" className="text-right">
              {t('opportunity.bestProfit')}
            </th>
            <th scope="col">{t('opportunity.closedBy')}</th>
          </tr>
        </thead>
        <tbody className="relative block" style={{ height: virtualizer.getTotalSize() }}>
          {items.map((item) => {
            const opportunity = history[item.index]
            return (
              opportunity && (
                <HistoryRow key={item.key} opportunity={opportunity} index={item.index} top={item.start} now={now} />
              )
            )
          })}
        </tbody>
      </table>
      <p className="px-3 py-1 text-2xs text-muted">
        {problem ?? (isLoading ? t('opportunities.loadingOlder') : isComplete ? t('opportunities.complete') : '')}
      </p>
    </ScrollArea>
  )
}

interface HistoryRowProps {
  readonly opportunity: Opportunity
  readonly index: number
  readonly top: number
  readonly now: number
}

function HistoryRow({ opportunity, index, top, now }: HistoryRowProps) {
  const { openedAt, closedAt, closeReason } = opportunity
  return (
    <tr aria-rowindex={index + 2} className="listing-row" style={{ transform: `translateY(${top}px)` }}>
      <td className="listing-cell text-muted">{formatWhen(openedAt, now)}</td>
      <td className="listing-cell">
        <SymbolText symbol={opportunity.symbol} />
      </td>
      <td className="listing-cell">
        <Route {...opportunity} />
      </td>
      <td className="listing-cell small">
        <Judged opportunity={opportunity} />
      </td>
      <td className="listing-cell number">{formatDuration(closedAt === null ? null : closedAt - openedAt)}</td>
      <td className="listing-cell number font-semibold">{formatSignedPercent(opportunity.bestNetPercent)}</td>
      <td className="listing-cell number">{formatSignedPercent(opportunity.bestGrossPercent)}</td>
      <td className="listing-cell number">{formatAmount(profitOf(opportunity))}</td>
      <td className="listing-cell small text-muted">{closeReason === null ? '' : t(`closed.${closeReason}`)}</td>
    </tr>
  )
}
