import { Suspense, useMemo } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import type { DeskStore } from '../../stores/desk.ts'
import { Empty } from '../../ui/controls.tsx'
import { type PanePlace, PaneProvider, type PaneViewStore } from '../../ui/PaneContext.tsx'
import { ScreenBoundary } from '../../ui/ScreenBoundary.tsx'
import { StoresProvider, useStores } from '../../ui/StoresContext.tsx'
import { usePaneShell } from './paneShell.ts'
import { paneKind } from './panes.tsx'

const t = textsOf('workspace')

interface PaneContentProps {
  readonly id: string
  isActive(): boolean
}

const viewOf = (desk: DeskStore, id: string): PaneViewStore => ({
  read: (name) => desk.getState().desk.panes.find((pane) => pane.id === id)?.view?.[name],
  write: (name, value) => desk.getState().changeView(id, name, value),
  subscribe: desk.subscribe,
})

/** A pane, wherever it stands: what its kind draws, with a shell of its own. */
export function PaneContent({ id, isActive }: PaneContentProps) {
  const stores = useStores()
  const kindName = useStore(stores.desk, ({ desk }) => desk.panes.find((pane) => pane.id === id)?.kind ?? null)
  const kind = kindName === null ? undefined : paneKind(kindName)
  const { shell, follow } = usePaneShell(stores, id, kind?.symbol === 'shows')
  const scoped = useMemo(() => ({ ...stores, shell }), [stores, shell])
  const view = useMemo(() => viewOf(stores.desk, id), [stores.desk, id])
  const place = useMemo((): PanePlace => ({ isActive, follow, view }), [isActive, follow, view])
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
