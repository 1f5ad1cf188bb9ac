import type { IDockviewPanelProps } from 'dockview-react'
import { useCallback, useRef } from 'react'
import { useStore } from 'zustand'
import { useStores } from '../../ui/StoresContext.tsx'
import { PaneContent } from './PaneContent.tsx'
import { useDockState } from './useDockState.ts'

/** A docked pane. Behind other tabs it draws nothing and asks for nothing. */
export function PaneBody({ api }: IDockviewPanelProps) {
  const { desk } = useStores()
  const isShown = useDockState(api.onDidVisibilityChange, () => api.isVisible)
  const isActive = useStore(desk, ({ active }) => active === api.id)
  const now = useRef(isActive)
  now.current = isActive
  const readActive = useCallback(() => now.current, [])
  if (!isShown) return null
  return (
    <div
      className="pane-body"
      tabIndex={-1}
      data-pane={api.id}
      data-pane-active={isActive ? '' : undefined}
      data-testid={`pane-${api.id}`}
    >
      <PaneContent id={api.id} isActive={readActive} />
    </div>
  )
}
