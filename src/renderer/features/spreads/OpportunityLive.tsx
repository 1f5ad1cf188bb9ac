import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { formatAmount, formatSignedPercent } from '../../format/number.ts'
import { formatDuration, formatWhen } from '../../format/time.ts'
import { Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { Route, SymbolText } from './OpportunityText.tsx'

/** Opportunities open now, and for how long. There are few, so they are simply rendered. */
export function OpportunityLive() {
  const { opportunities } = useStores()
  const live = useStore(opportunities, (state) => state.live)
  const [now, setNow] = useState(Date.now)
  const isTicking = live.length > 0
  useEffect(() => {
    if (!isTicking) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), 500)
    return () => clearInterval(timer)
  }, [isTicking])
  if (live.length === 0)
    return (
      <Empty title="None right now">
        <p>When a spread passes the threshold it shows here until it closes.</p>
      </Empty>
    )
  return (
    <div className="min-h-0 flex-1 overflow-auto">
      <table className="w-full text-left" data-testid="opportunities-live">
        <thead className="sticky top-0 bg-panel text-2xs text-muted">
          <tr className="h-6 [&>th]:px-2 [&>th]:font-normal">
            <th scope="col">Since</th>
            <th scope="col">Symbol</th>
            <th scope="col">Buy → sell</th>
            <th scope="col" className="text-right">
              Best net
            </th>
            <th scope="col" className="text-right">
              Best profit
            </th>
            <th scope="col" className="text-right">
              For
            </th>
          </tr>
        </thead>
        <tbody>
          {live.map((opportunity) => (
            <tr key={opportunity.id} className="h-7 border-t border-line whitespace-nowrap hover:bg-hover [&>td]:px-2">
              <td className="text-muted">{formatWhen(opportunity.openedAt, now)}</td>
              <td>
                <SymbolText symbol={opportunity.symbol} />
              </td>
              <td>
                <Route {...opportunity} />
              </td>
              <td className="text-right font-semibold">{formatSignedPercent(opportunity.bestNetPercent)}</td>
              <td className="text-right">{formatAmount(opportunity.bestProfit)}</td>
              <td className="text-right">{formatDuration(now - opportunity.openedAt)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
