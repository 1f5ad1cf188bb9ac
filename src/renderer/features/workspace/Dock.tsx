import { type DockviewApi, DockviewReact, type DockviewTheme } from 'dockview-react'
import 'dockview-react/dist/styles/dockview.css'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { textsOf } from '../../i18n.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { fromDockview, paneComponent, toDockview } from './arrangement.ts'
import { createDeskControl } from './deskControl.ts'
import { PaneActions } from './PaneActions.tsx'
import { PaneBody } from './PaneBody.tsx'
import { PaneTab } from './PaneTab.tsx'
import { paneTitle } from './paneTitle.ts'
import { openPaneWindow } from './paneWindows.ts'
import { useDeskKeys } from './useDeskKeys.ts'

const t = textsOf('workspace')

/** Its colours are tokens of ours, see workspace.css. */
const theme: DockviewTheme = { name: 'crossbook', className: 'desk-dock', gap: 4, dndOverlayMounting: 'absolute' }
const components = { [paneComponent]: PaneBody }

/** The docked panes. What the user moves goes to the desk's store; what the store puts there is drawn anew. */
export function Dock() {
  const stores = useStores()
  const { desk } = stores
  const area = useRef<HTMLDivElement>(null)
  const [dock, setDock] = useState<DockviewApi | null>(null)
  useDeskKeys()

  useLayoutEffect(() => {
    const room = area.current
    if (dock === null || room === null) return
    const draw = () => {
      const { desk: placed, active, targetOf } = desk.getState()
      const titleOf = (id: string) => {
        const pane = placed.panes.find((one) => one.id === id)
        return pane === undefined ? id : paneTitle(pane, { targetOf })
      }
      dock.fromJSON(toDockview(placed, { width: room.clientWidth, height: room.clientHeight }, titleOf))
      if (active !== null) dock.getPanel(active)?.api.setActive()
      desk.getState().setActive(dock.activePanel?.id ?? null)
    }
    draw()
    return desk.subscribe((now, before) => {
      if (now.revision !== before.revision) draw()
    })
  }, [dock, desk])

  useEffect(() => {
    if (dock === null) return
    let frame: number | null = null
    const subscriptions = [
      // Many in one go, and while a drag is under way the library's own state is in between.
      dock.onDidLayoutChange(() => {
        frame ??= requestAnimationFrame(() => {
          frame = null
          desk.getState().arrange(fromDockview(dock.toJSON()))
        })
      }),
      dock.onDidActivePanelChange(() => desk.getState().setActive(dock.activePanel?.id ?? null)),
    ]
    desk.getState().setControl(createDeskControl({ dock, desk, openWindow: (id) => openPaneWindow(stores, id) }))
    return () => {
      if (frame !== null) cancelAnimationFrame(frame)
      for (const subscription of subscriptions) subscription.dispose()
      desk.getState().setControl(null)
    }
  }, [dock, desk, stores])

  return (
    <div ref={area} className="min-h-0 flex-1 p-1" data-testid="dock">
      <DockviewReact
        theme={theme}
        components={components}
        defaultTabComponent={PaneTab}
        rightHeaderActionsComponent={PaneActions}
        watermarkComponent={EmptyDesk}
        disableFloatingGroups
        defaultRenderer="onlyWhenVisible"
        onReady={({ api }) => setDock(api)}
      />
    </div>
  )
}

function EmptyDesk() {
  const { desk } = useStores()
  return (
    <Empty title={t('empty.title')}>
      <Button onClick={() => desk.getState().show({ kind: 'add', place: 'tab' })}>{t('bar.addPane')}</Button>
      <p>{t('empty.layout')}</p>
    </Empty>
  )
}
