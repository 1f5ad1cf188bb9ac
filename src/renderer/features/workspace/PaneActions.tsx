import type { IDockviewHeaderActionsProps } from 'dockview-react'
import type { ReactNode } from 'react'
import { useStore } from 'zustand'
import { type LinkGroup, linkGroups, type Pane } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import { Select } from '../../ui/controls.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { paneKind } from './panes.tsx'
import { paneTitle } from './paneTitle.ts'
import { useDockState } from './useDockState.ts'

const t = textsOf('workspace')

const unlinked = ''
const linkOptions = [
  { value: unlinked, text: '–' },
  ...linkGroups.map((group) => ({ value: group, text: group })),
] as const

/** At the right of a group of tabs: what can be done with the pane in front. */
export function PaneActions({ api, activePanel, containerApi }: IDockviewHeaderActionsProps) {
  const { desk } = useStores()
  const pane = useStore(desk, (state) => state.desk.panes.find(({ id }) => id === activePanel?.id))
  const title = useStore(desk, (state) => (pane === undefined ? '' : paneTitle(pane, state)))
  const isMaximised = useDockState(containerApi.onDidMaximizedGroupChange, () => api.isMaximized())
  const control = useStore(desk, (state) => state.control)
  if (pane === undefined || activePanel === undefined || control === null) return null
  const act = (run: () => void) => () => {
    activePanel.api.setActive()
    run()
  }
  return (
    <div className="flex h-full items-center gap-0.5 px-1">
      {paneKind(pane.kind)?.symbol !== 'none' && <LinkSelect pane={pane} title={title} />}
      <Action
        name={t('action.add', { pane: title })}
        keys="d n"
        run={act(() => desk.getState().show({ kind: 'add', place: 'tab' }))}
      >
        <path d="M8 3.5v9M3.5 8h9" />
      </Action>
      <Action
        name={t(isMaximised ? 'action.putBack' : 'action.maximise', { pane: title })}
        keys="d m"
        run={act(control.maximise)}
      >
        {isMaximised ? <path d="M6.5 3v3.5H3M13 9.5H9.5V13" /> : <path d="M9.5 3H13v3.5M6.5 13H3V9.5" />}
      </Action>
      <Action name={t('action.popOut', { pane: title })} keys="d o" run={act(control.popOut)}>
        <path d="M7 4H3.5v8.5H12V9M9.5 3H13v3.5M13 3 7.5 8.5" />
      </Action>
    </div>
  )
}

export function LinkSelect({ pane, title }: { readonly pane: Pane; readonly title: string }) {
  const { desk } = useStores()
  return (
    <span className="link-select" data-link={pane.link ?? 'none'}>
      <Select<LinkGroup | typeof unlinked>
        label={t('link.choice', { pane: title })}
        title={t('link.choiceHint')}
        className="h-5! w-10 px-0.5! text-2xs"
        data-testid={`link-${pane.id}`}
        value={pane.link ?? unlinked}
        options={linkOptions}
        onChange={(group) => desk.getState().changePane(pane.id, { link: group === unlinked ? null : group })}
      />
    </span>
  )
}

interface ActionProps {
  readonly name: string
  readonly keys: string
  readonly children: ReactNode
  run(): void
}

function Action({ name, keys, children, run }: ActionProps) {
  return (
    <button
      type="button"
      className="pane-action"
      aria-label={name}
      title={t('action.hint', { action: name, keys })}
      onClick={run}
    >
      <svg
        width="14"
        height="14"
        viewBox="0 0 16 16"
        aria-hidden="true"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
      >
        {children}
      </svg>
    </button>
  )
}
