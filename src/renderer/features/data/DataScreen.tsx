import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { dataPartTitles } from '../../format/data-words.ts'
import { textsOf } from '../../i18n.ts'
import { type DataPart, dataParts } from '../../stores/shell.ts'
import { Keys, Segmented } from '../../ui/controls.tsx'
import { useScreenKeys } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { BackupsPart } from './BackupsPart.tsx'
import { ExportPart } from './ExportPart.tsx'
import { GapsPart } from './GapsPart.tsx'
import { HealthPart } from './health/HealthPart.tsx'
import { StoragePart } from './StoragePart.tsx'

const t = textsOf('data')

const parts: Readonly<Record<DataPart, () => ReactNode>> = {
  export: () => <ExportPart />,
  storage: () => <StoragePart />,
  backups: () => <BackupsPart />,
  gaps: () => <GapsPart />,
  health: () => <HealthPart />,
}
const options = dataParts.map((value) => ({ value, text: dataPartTitles[value] }))

/** What the trader has stored: taking it out, what it costs, keeping it safe, and where it has holes. */
export function DataScreen() {
  const { shell } = useStores()
  const part = useStore(shell, (state) => state.dataPart)
  const step = (by: number) => {
    const next = dataParts[(dataParts.indexOf(part) + by + dataParts.length) % dataParts.length]
    if (next) shell.getState().openData(next)
  }
  useScreenKeys([
    ['[', () => step(-1)],
    [']', () => step(1)],
  ])
  return (
    <section aria-label={t('title')} className="flex h-full flex-col" data-testid="screen-data">
      <div className="flex shrink-0 items-center gap-2 border-b border-line bg-panel px-3 py-1.5">
        <Segmented<DataPart>
          label={t('parts')}
          value={part}
          options={options}
          onChange={(next) => shell.getState().openData(next)}
        />
        <Keys>[ ]</Keys>
      </div>
      <div className="min-h-0 flex-1">{parts[part]()}</div>
    </section>
  )
}
