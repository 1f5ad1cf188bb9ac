import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { type AlertPart, alertParts } from '../../stores/shell.ts'
import { Keys, Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { AlertCentre } from './AlertCentre.tsx'
import { RulesPart } from './RulesPart.tsx'

const t = textsOf('alerts')

const options = alertParts.map((value) => ({ value, text: t(`parts.${value}`) }))

/** What was told and who saw it, and the trader's own rules. */
export function AlertsScreen() {
  const { shell } = useStores()
  const part = useStore(shell, (state) => state.alertPart)
  const other = () => shell.getState().openAlerts(part === 'centre' ? 'rules' : 'centre')
  useScreenKeys([
    ['[', other],
    [']', other],
  ])
  return (
    <section aria-label={t('title')} className="flex h-full flex-col" data-testid="screen-alerts">
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-1.5">
        <Segmented<AlertPart>
          label={t('parts.label')}
          value={part}
          options={options}
          onChange={(next) => shell.getState().openAlerts(next)}
        />
        <Keys>[ ]</Keys>
      </div>
      <div className="min-h-0 flex-1">{part === 'centre' ? <AlertCentre /> : <RulesPart />}</div>
    </section>
  )
}
