import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { DeskDialogs } from './DeskDialogs.tsx'
import { Dock } from './Dock.tsx'
import { LayoutBar } from './LayoutBar.tsx'
import './workspace.css'

const t = textsOf('workspace')

/** Panes side by side as the user wants them, in layouts that are saved. */
export function WorkspaceScreen() {
  const { desk } = useStores()
  const isLoaded = useStore(desk, (state) => state.isLoaded)
  const problem = useStore(desk, (state) => state.problem)
  return (
    <section aria-label={t('title')} className="flex h-full flex-col" data-testid="screen-workspace">
      {isLoaded ? (
        <>
          <LayoutBar />
          {problem !== null && (
            <p role="alert" className="border-b border-line bg-warnwash px-3 py-1 text-warn select-text">
              {problem}
            </p>
          )}
          <Dock />
          <DeskDialogs />
        </>
      ) : (
        <Empty title={t('loading')} busy />
      )}
    </section>
  )
}
