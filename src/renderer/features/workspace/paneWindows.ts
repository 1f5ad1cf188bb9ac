/** Panes in windows of their own: another page of the same program, its own client of the hub. */
import { paneHashOf } from '../../../shared/pane-address.ts'
import { textsOf } from '../../i18n.ts'
import type { DeskState } from '../../stores/desk.ts'
import type { Stores } from '../../stores/index.ts'

const t = textsOf('workspace')

const firstSize = { width: 900, height: 640 } as const
/** A window that is loaded anew says first that it is gone, and then that it is there. */
const reloadMs = 1_500
/** Windows that are there answer at once. */
const answerMs = 700

/**
 * Opens the window; false where the browser forbids it. On the desktop the main process opens it and the page is told nothing,
 * so that there it counts as open.
 */
export async function openPaneWindow({ desk, shell }: Stores, id: string): Promise<boolean> {
  // The new window reads from the hub what it is to show.
  await desk.getState().flush()
  const url = new URL(paneHashOf(id), window.location.href)
  const features = `popup,width=${firstSize.width},height=${firstSize.height}`
  const opened = window.open(url, `crossbook-pane-${id}`, features)
  if (opened !== null || window.crossbook !== undefined) return true
  shell.getState().tell(t('window.forbidden'))
  return false
}

/** The main window's side: panes come back when their window closes, and windows of the last desk open again. The returned function ends it. */
export function followPaneWindows(stores: Stores): () => void {
  const { api, desk, shell, windows } = stores
  const leaving = new Map<string, ReturnType<typeof setTimeout>>()
  let isRestored = false

  /** Opens those windows of the desk that are not there. A browser lets a page do so only when the user asked for it. */
  function openMissing(isAsked: boolean): void {
    const missing = new Set(desk.getState().desk.windows)
    if (missing.size === 0) return
    const end = windows.on((message) => message.kind === 'opened' && missing.delete(message.id))
    windows.tell({ kind: 'who' })
    setTimeout(async () => {
      end()
      for (const id of missing) {
        if (!desk.getState().desk.windows.includes(id)) continue
        const mayOpen = isAsked || window.crossbook !== undefined
        if (!mayOpen || !(await openPaneWindow(stores, id))) desk.getState().fromWindow(id)
      }
    }, answerMs)
  }

  function onDesk(now: DeskState, before: DeskState): void {
    if (!isRestored && now.isLoaded) {
      isRestored = true
      openMissing(false)
      return
    }
    // Another layout; a pane that goes to a window by itself is opened by who asked for it.
    const isNew = now.desk.windows.some((id) => !before.desk.windows.includes(id))
    if (now.revision !== before.revision && isNew) openMissing(true)
  }

  const stay = (id: string) => {
    clearTimeout(leaving.get(id))
    leaving.delete(id)
  }
  const ends = [
    api.on('pane.closed', ({ id }) => {
      stay(id)
      desk.getState().fromWindow(id)
    }),
    windows.on((message) => {
      if (message.kind === 'opened') stay(message.id)
      if (message.kind === 'closed' && desk.getState().desk.windows.includes(message.id)) {
        stay(message.id)
        leaving.set(
          message.id,
          setTimeout(() => desk.getState().fromWindow(message.id), reloadMs),
        )
      }
      if (message.kind === 'go') {
        const { go, openChart } = shell.getState()
        if (message.symbol !== null) openChart(message.symbol, message.exchange)
        else go(message.screen)
        window.focus()
      }
      if (message.kind === 'history') {
        shell.getState().openHistory(message.buy, message.sell)
        window.focus()
      }
    }),
    desk.subscribe(onDesk),
  ]
  return () => {
    for (const end of ends) end()
    for (const timer of leaving.values()) clearTimeout(timer)
  }
}
