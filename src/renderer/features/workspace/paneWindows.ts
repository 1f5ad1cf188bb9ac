/** Panes in windows of their own: another page of the same program, at `#/pane/<id>`. */
import type { Stores } from '../../stores/index.ts'

const paneHash = /^#\/pane\/([a-z0-9-]{1,40})$/

/** null: the page is not the window of a pane. */
export const paneOfHash = (hash: string): string | null => paneHash.exec(hash)?.[1] ?? null

const firstSize = { width: 900, height: 640 } as const

/**
 * Opens the window; false where the browser forbids it. On the desktop the main process opens it and the page is told nothing,
 * so that there it counts as open.
 */
export async function openPaneWindow({ desk, shell }: Stores, id: string): Promise<boolean> {
  // The new window reads from the hub what it is to show.
  await desk.getState().flush()
  const url = new URL(`#/pane/${id}`, window.location.href)
  const features = `popup,width=${firstSize.width},height=${firstSize.height}`
  const opened = window.open(url, `crossbook-pane-${id}`, features)
  if (opened !== null || window.crossbook !== undefined) return true
  shell.getState().tell('The browser forbids new windows here: allow them for this address')
  return false
}
