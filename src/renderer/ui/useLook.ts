import { useSyncExternalStore } from 'react'
import type { Look } from '../../shared/look.ts'
import { currentLook, themeEvent } from '../theme.ts'

function follow(listener: () => void): () => void {
  window.addEventListener(themeEvent, listener)
  return () => window.removeEventListener(themeEvent, listener)
}

/** How the page looks now: its density, its colours, the zone of its times. */
export const useLook = (): Look => useSyncExternalStore(follow, currentLook)
