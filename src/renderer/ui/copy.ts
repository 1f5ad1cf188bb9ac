/**
 * Puts text on the clipboard by the browser's copy command, which asks for no permission: the window of the desktop grants none.
 * `near` is an element of the same dialog or page, since what lies under an open dialog cannot be selected.
 */
export function copyText(text: string, near: Element): boolean {
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'sr-only'
  area.setAttribute('aria-hidden', 'true')
  const focused = document.activeElement
  near.append(area)
  area.select()
  const isCopied = document.execCommand('copy')
  area.remove()
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  return isCopied
}
