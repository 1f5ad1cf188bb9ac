import { useEffect, useState } from 'react'
import { z } from 'zod'
import { useStore } from 'zustand'
import { formatAmount, formatSignedPercent } from '../../format/number.ts'
import { formatDuration, formatWhen } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { usePaneState } from '../../ui/usePaneState.ts'
import { Judged, profitOf, Route, SymbolText } from './OpportunityText.tsx'

const t = textsOf('spreads')

const rejectedState = z.boolean()

/** Opportunities open now, and for how long. There are few, so they are simply rendered. */
export function OpportunityLive() {
  const { opportunities } = useStores()
  const live = useStore(opportunities, (state) => state.live)
  const [now, setNow] = useState(Date.now)
  const [withRejected, setWithRejected] = usePaneState('withRejected', rejectedState, false)
  const isTicking = live.length > 0
  useEffect(() => {
    if (!isTicking) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [isTicking])
  const rejected = live.filter(({ rejection }) => rejection !== null).length
  const shown = withRejected ? live : live.filter(({ rejection }) => rejection === null)
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <label className="flex items-center gap-1.5 px-3 pb-1 text-2xs text-muted">
        <input
          type="checkbox"
          className="accent-accent"
          checked={withRejected}
          onChange={(event) => setWithRejected(event.target.checked)}
        />
        {t('opportunities.withRejected', { rejected })}
      </label>
      {shown.length === 0 ? (
        <p className="px-3 py-2 text-muted" data-testid="opportunities-none">
          {t('opportunities.none')}
        </p>
      ) : (
        <table className="w-full text-left" data-testid="opportunities-live">
          <thead className="sticky top-0 bg-panel text-2xs text-muted">
            <tr className="h-6 [&>th]:px-2 [&>th]:font-normal">
              <th scope="col">{t('opportunity.since')}</th>
              <th scope="col">{t('opportunity.symbol')}</th>
              <th scope="col">{t('opportunity.route')}</th>
              <th scope="col" className="text-right">
                {t('opportunity.bestNet')}
              </th>
              <th scope="col" className="text-right">
                {t('opportunity.bestProfit')}
              </th>
              <th scope="col">{t('opportunity.verdict')}</th>
              <th scope="col" className="text-right">
                {t('opportunity.for')}
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((opportunity) => (
              <tr
                key={opportunity.id}
                className="h-7 border-t border-line whitespace-nowrap hover:bg-hover [&>td]:px-2"
              >
                <td className="text-muted">{formatWhen(opportunity.openedAt, now)}</td>
                <td>
                  <SymbolText symbol={opportunity.symbol} />
                </td>
                <td>
                  <Route {...opportunity} />
                </td>
                <td className="text-right font-semibold">{formatSignedPercent(opportunity.bestNetPercent)}</td>
                <td className="text-right">{formatAmount(profitOf(opportunity))}</td>
                <td>
                  <Judged opportunity={opportunity} />
                </td>
                <td className="text-right">{formatDuration(now - opportunity.openedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  )
}
