import { useState } from 'react'
import { Segmented } from '../../ui/controls.tsx'
import { OpportunityHistory } from '../spreads/OpportunityHistory.tsx'
import { OpportunityLive } from '../spreads/OpportunityLive.tsx'

const parts = [
  { value: 'live', text: 'Open now' },
  { value: 'history', text: 'History' },
] as const
type Part = (typeof parts)[number]['value']

export function OpportunitiesPane() {
  const [part, setPart] = useState<Part>('live')
  return (
    <section aria-label="Opportunities" className="flex h-full flex-col bg-panel">
      <div className="flex items-center border-b border-line px-3 py-2">
        <Segmented<Part> label="Which opportunities" value={part} options={parts} onChange={setPart} />
      </div>
      {part === 'live' ? <OpportunityLive /> : <OpportunityHistory />}
    </section>
  )
}
