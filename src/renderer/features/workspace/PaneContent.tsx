import { Suspense, useMemo } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { Empty } from '../../ui/controls.tsx'
import { type PanePlace, PaneProvider } from '../../ui/PaneContext.tsx'
import { ScreenBoundary } from '../../ui/ScreenBoundary.tsx'
import { StoresProvider, useStores } from '../../ui/StoresContext.tsx'
import { usePaneShell } from './paneShell.ts'
import { paneKind } from './panes.tsx'

const t = textsOf('workspace')

interface PaneContentProps {
  readonly id: string
  isActive(): boolean
}

/** A pane, wherever it stands: what its kind draws, with a shell of its own. */
export function PaneContent({ id, isActive }: PaneContentProps) {
  const stores = useStores()
  const kindName = useStore(stores.desk, ({ desk }) => desk.panes.find((pane) => pane.id === id)?.kind ?? null)
  const kind = kindName === null ? undefined : paneKind(kindName)
  const { shell, follow } = usePaneShell(stores, id, kind?.symbol === 'shows')
  const scoped = useMemo(() => ({ ...stores, shell }), [stores, shell])
  const place = useMemo((): PanePlace => ({ isActive, follow }), [isActive, follow])
  if (kindName === null) return null
  if (kind === undefined)
    return (
      <Empty title={t('pane.unknown', { kind: kindName })}>
        <p>{t('pane.unknownHint')}</p>
      </Empty>
    )
  return (
    <PaneProvider value={place}>
      <StoresProvider value={scoped}>
        <ScreenBoundary>
          <Suspense fallback={<Empty title={t('pane.loading')} busy />}>{kind.render()}</Suspense>
        </ScreenBoundary>
      </StoresProvider>
    </PaneProvider>
  )
}
