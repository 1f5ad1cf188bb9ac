/** Panes in windows of their own: another page of the same program, its own client of the hub. */
import { paneHashOf } from '../../../shared/pane-address.ts'
import type { Stores } from '../../stores/index.ts'

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
  shell.getState().tell('The browser forbids new windows here: allow them for this address')
  return false
}

/** The main window's side: panes come back when their window closes, and windows of the last desk open again. The returned function ends it. */
export function followPaneWindows(stores: Stores): () => void {
  const { api, desk, shell, windows } = stores
  const leaving = new Map<string, ReturnType<typeof setTimeout>>()
  let isRestored = false

  function restore(): void {
    if (isRestored || !desk.getState().isLoaded) return
    isRestored = true
    const missing = new Set(desk.getState().desk.windows)
    if (missing.size === 0) return
    const end = windows.on((message) => message.kind === 'opened' && missing.delete(message.id))
    windows.tell({ kind: 'who' })
    setTimeout(() => {
      end()
      for (const id of missing) {
        // A browser lets a page open windows only when the user asks for it.
        if (window.crossbook === undefined) desk.getState().fromWindow(id)
        else void openPaneWindow(stores, id)
      }
    }, answerMs)
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
    }),
    desk.subscribe(restore),
  ]
  restore()
  return () => {
    for (const end of ends) end()
    for (const timer of leaving.values()) clearTimeout(timer)
  }
}
