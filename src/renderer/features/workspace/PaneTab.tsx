import type { IDockviewPanelHeaderProps } from 'dockview-react'
import { useEffect } from 'react'
import { useStore } from 'zustand'
import { textsOf } from '../../i18n.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { paneKind } from './panes.tsx'
import { paneTitle } from './paneTitle.ts'

const t = textsOf('workspace')

/** The tab is one button to assistive technology, so what closes it here is for the pointer; keys and commands do it too. */
export function PaneTab({ api }: IDockviewPanelHeaderProps) {
  const { desk } = useStores()
  const pane = useStore(desk, (state) => state.desk.panes.find(({ id }) => id === api.id))
  const title = useStore(desk, (state) => (pane === undefined ? api.id : paneTitle(pane, state)))
  const isLinkable = pane !== undefined && paneKind(pane.kind)?.symbol !== 'none'
  const group = isLinkable ? pane.link : null
  useEffect(() => api.setTitle(group === null ? title : t('tab.linked', { title, group })), [api, title, group])
  return (
    <span className="pane-tab" data-testid={`pane-tab-${api.id}`}>
      {/* Its letter is drawn, not written: the name of the tab ends in it. */}
      {isLinkable && <span data-link={pane.link ?? 'none'} className="link-badge drawn-letter" />}
      <span>{title}</span>
      <span
        aria-hidden="true"
        className="pane-tab-close"
        title={t('tab.close')}
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
