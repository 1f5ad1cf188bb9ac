import { textsOf } from '../../i18n.ts'
import { Segmented } from '../../ui/controls.tsx'
import { oneOf, usePaneState } from '../../ui/usePaneState.ts'
import { OpportunityHistory } from '../spreads/OpportunityHistory.tsx'
import { OpportunityLive } from '../spreads/OpportunityLive.tsx'

const t = textsOf('workspace')

const parts = [
  { value: 'live', text: t('opportunities.live') },
  { value: 'history', text: t('opportunities.history') },
] as const
type Part = (typeof parts)[number]['value']
const partState = oneOf(parts)

export function OpportunitiesPane() {
  const [part, setPart] = usePaneState<Part>('part', partState, 'live')
  return (
    <section aria-label={t('opportunities.title')} className="flex h-full flex-col bg-panel">
      <div className="flex items-center border-b border-line px-3 py-2">
        <Segmented<Part> label={t('opportunities.label')} value={part} options={parts} onChange={setPart} />
      </div>
      {part === 'live' ? <OpportunityLive /> : <OpportunityHistory />}
    </section>
  )
}
