import { useEffect } from 'react'
import { screens, screenWords } from '../../stores/shell.ts'
import { chords, strokeOf } from '../../ui/chords.ts'
import { isDialogOpen, isTyping } from '../../ui/keys.ts'
import { useStores } from '../../ui/StoresContext.tsx'

const goWithinMs = 1_200

function focusFilter(): void {
  const filter =
    document.querySelector<HTMLElement>('[data-pane-active] [data-filter]') ??
    document.querySelector<HTMLElement>('[data-filter]')
  filter?.focus()
  if (filter instanceof HTMLInputElement) filter.select()
}

/** Keys that work on every screen. Those of one screen are its own. */
export function useShortcuts(): void {
  const { shell } = useStores()
  useEffect(() => {
    let goAt = Number.NEGATIVE_INFINITY
    const onKeyDown = (event: KeyboardEvent) => {
      const { overlay, show, go } = shell.getState()
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        show(overlay === 'palette' ? null : 'palette')
        return
      }
      if (event.ctrlKey || event.metaKey || event.altKey || overlay !== null || isDialogOpen()) return
      if (isTyping(event.target)) return
      if (!(event.timeStamp - goAt < goWithinMs) && chords.take(strokeOf(event), event.timeStamp)) {
        event.preventDefault()
        event.stopPropagation()
        return
      }
      const isGo = event.timeStamp - goAt < goWithinMs
      goAt = Number.NEGATIVE_INFINITY
      const numbered = screens.find((screen) => screenWords[screen].digit === event.key)
      // After `g`, a letter goes to its screen.
      const named = screens.find((screen) => screenWords[screen].letter === event.key)
      if (isGo && named) go(named)
      else if (numbered) go(numbered)
      else if (event.key === 'g') goAt = event.timeStamp
      else if (event.key === '?') show('help')
      else if (event.key === 'a') shell.getState().openAlerts('centre')
      else if (event.key === '/') focusFilter()
      else return
      event.preventDefault()
      event.stopPropagation()
    }
    // Capturing, so that the second key of `g c` is not taken for a key of the screen.
    window.addEventListener('keydown', onKeyDown, true)
    return () => window.removeEventListener('keydown', onKeyDown, true)
  }, [shell])
}
