/** What keys can be given to in a pane, the first that is there; else the pane itself. No field: its keys would be text. */
const targets = ['[role=grid]', '[role=treegrid]', 'table[tabindex]', '[role=slider]'] as const

export function focusPane(id: string): void {
  const pane = document.querySelector<HTMLElement>(`[data-pane="${CSS.escape(id)}"]`)
  if (pane === null) return
  for (const target of targets) {
    const found = pane.querySelector<HTMLElement>(target)
    if (found === null || found.offsetParent === null) continue
    found.focus()
    return
  }
  pane.focus()
}
