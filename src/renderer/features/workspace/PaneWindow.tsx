import { useEffect } from 'react'
import { useStore } from 'zustand'
import { linkGroups } from '../../../shared/layouts.ts'
import { textsOf } from '../../i18n.ts'
import type { Stores } from '../../stores/index.ts'
import type { Screen } from '../../stores/shell.ts'
import { chords, strokeOf } from '../../ui/chords.ts'
import { Button, Empty } from '../../ui/controls.tsx'
import { isDialogOpen, isTyping } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { useLook } from '../../ui/useLook.ts'
import { Banners } from '../shell/Banners.tsx'
import { Clock } from '../shell/StatusStrip.tsx'
import { LinkBadge } from './LinkBadge.tsx'
import { LinkSelect } from './PaneActions.tsx'
import { PaneContent } from './PaneContent.tsx'
import { paneKind } from './panes.tsx'
import { paneTitle } from './paneTitle.ts'
import './workspace.css'

const t = textsOf('workspace')

const always = () => true

/** The page of one pane in a window of its own. It has no other screens: what leads to one is shown in the main window. */
export function PaneWindow({ id }: { readonly id: string }) {
  const stores = useStores()
  const { desk } = stores
  const isLoaded = useStore(desk, (state) => state.isLoaded)
  const pane = useStore(desk, (state) => state.desk.panes.find((one) => one.id === id))
  const title = useStore(desk, (state) => (pane === undefined ? t('window.title') : paneTitle(pane, state)))
  // As on a screen (App.tsx): no time of another zone stays.
  const { times } = useLook()
  usePresence(stores, id)
  useKeys(stores, id)
  useEffect(() => {
    document.title = `${title} – Crossbook`
  }, [title])
  return (
    <div className="flex h-full flex-col">
      <header className="flex h-9 shrink-0 items-center gap-2 border-b border-line bg-panel px-3">
        {pane !== undefined && paneKind(pane.kind)?.symbol !== 'none' && (
          <>
            <LinkBadge group={pane.link} />
            <LinkSelect pane={pane} title={title} />
          </>
        )}
        <h1 className="mr-auto font-semibold text-strong">{title}</h1>
        <span className="text-2xs">
          <Clock />
        </span>
        <Button kind="quiet" data-testid="pane-back" title={t('window.backHint')} onClick={() => window.close()}>
          {t('window.back')}
        </Button>
      </header>
      <Banners />
      <main
        className="pane-body min-h-0 flex-1"
        aria-label={title}
        data-pane={id}
        data-pane-active=""
        data-testid={`pane-${id}`}
      >
        {!isLoaded ? (
          <Empty title={t('window.loading')} busy />
        ) : pane === undefined ? (
          <Empty title={t('window.gone')}>
            <Button onClick={() => window.close()}>{t('window.close')}</Button>
          </Empty>
        ) : (
          <PaneContent key={times} id={id} isActive={always} />
        )}
      </main>
    </div>
  )
}

/** Says to the main window that it is there, and sends on what leads to other screens. */
function usePresence({ windows, shell }: Stores, id: string): void {
  useEffect(() => {
    const go = (screen: Screen, symbol: string | null = null, exchange: string | null = null) =>
      windows.tell({ kind: 'go', screen, symbol, exchange })
    shell.setState({
      go: (screen) => go(screen),
      openChart: (symbol, exchange = null) => go('chart', symbol, exchange),
      openHistory: (buy, sell) => windows.tell({ kind: 'history', buy, sell }),
      openBooks: () => go('books'),
      openAccount: () => go('accounts'),
      openData: () => go('data'),
      // The palette and the dialogs are the main window's.
      show: (overlay) => overlay !== null && shell.getState().tell(t('window.elsewhere')),
    })
    windows.tell({ kind: 'opened', id })
    const leave = () => windows.tell({ kind: 'closed', id })
    window.addEventListener('pagehide', leave)
    const end = windows.on((message) => {
      if (message.kind === 'who') windows.tell({ kind: 'opened', id })
      if (message.kind === 'close' && message.id === id) window.close()
    })
    return () => {
      window.removeEventListener('pagehide', leave)
      end()
    }
  }, [windows, shell, id])
}

/** `d` and a digit for the group, `/` for the filter; the pane has its own besides. */
function useKeys({ desk, shell }: Stores, id: string): void {
  useEffect(() => {
    const link = (group: (typeof linkGroups)[number] | null) => () => desk.getState().changePane(id, { link: group })
    const end = chords.add({
      first: 'd',
      seconds: { 0: link(null), ...Object.fromEntries(linkGroups.map((group, i) => [String(i + 1), link(group)])) },
    })
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      if (shell.getState().overlay !== null || isDialogOpen()) return
      if (event.key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus()
      else if (!chords.take(strokeOf(event), event.timeStamp)) return
      event.preventDefault()
      event.stopPropagation()
    }
    window.addEventListener('keydown', onKeyDown, true)
    return () => {
      end()
      window.removeEventListener('keydown', onKeyDown, true)
    }
  }, [desk, shell, id])
}
