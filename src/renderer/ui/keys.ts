import { useEffect, useRef } from 'react'
import { usePane } from './PaneContext.tsx'
import { useStores } from './StoresContext.tsx'

/** True where a key press is text being written, not a command. */
export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  target.matches('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]')

/** Under a dialog no key is for the screen; the dialogs of single screens are not in the shell's `overlay`. */
export const isDialogOpen = (): boolean => document.querySelector('dialog[open]') !== null

/** KeyboardEvent.key and what it does. */
export type KeyAction = readonly [key: string, run: () => void]

/** Keys of the current screen or pane; silent while typing, with modifiers, under a dialog, or while another pane is the active one. */
export function useScreenKeys(actions: readonly KeyAction[]): void {
  const { shell } = useStores()
  const pane = usePane()
  const current = useRef(actions)
  current.current = actions
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      if (pane !== null && !pane.isActive()) return
      if (shell.getState().overlay !== null || isDialogOpen() || isTyping(event.target)) return
      const action = current.current.find(([key]) => key === event.key)
      if (!action) return
      event.preventDefault()
      action[1]()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [shell, pane])
}
