import type { IDockviewPanelHeaderProps } from 'dockview-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { useStores } from '../../ui/StoresContext.tsx'
import { LinkBadge } from './LinkBadge.tsx'
import { paneKind } from './panes.tsx'
import { paneTitle } from './paneTitle.ts'

/** The tab is one button to assistive technology, so what closes it here is for the pointer; keys and commands do it too. */
export function PaneTab({ api }: IDockviewPanelHeaderProps) {
  const { desk } = useStores()
  const pane = useStore(desk, (state) => state.desk.panes.find(({ id }) => id === api.id))
  const title = useStore(desk, (state) => (pane === undefined ? api.id : paneTitle(pane, state)))
  useEffect(() => api.setTitle(title), [api, title])
  const isLinkable = pane !== undefined && paneKind(pane.kind)?.symbol !== 'none'
  return (
    <span className="pane-tab" data-testid={`pane-tab-${api.id}`}>
      {isLinkable && <LinkBadge group={pane.link} />}
      <span>{title}</span>
      <span
        aria-hidden="true"
        className="pane-tab-close"
        title="Close (d x)"
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => {
          event.stopPropagation()
          api.close()
        }}
      >
        ×
      </span>
    </span>
  )
}
