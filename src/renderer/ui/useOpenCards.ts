import { useCallback } from 'react'
import { z } from 'zod'
import { usePaneState } from './usePaneState.ts'

/** More cards than these begin closed: their heads stand below each other, and what is wrong is seen without scrolling. */
const mostOpenAtFirst = 4

const openState = z.record(z.string(), z.boolean())
const nothingChosen: Readonly<Record<string, boolean>> = {}

export interface OpenCards {
  isOpen(id: string): boolean
  toggle(id: string): void
  /** Also one that was closed before. The same function at every render. */
  readonly open: (id: string) => void
  /** What the button for all of them does now: closes once every one is open. */
  readonly opensAll: boolean
  toggleAll(): void
}

/** Which of a screen's cards are open: few all of them, of many those in `stuck`, until somebody opens or closes them. */
export function useOpenCards(ids: readonly string[], stuck: ReadonlySet<string>): OpenCards {
  const [chosen, setChosen] = usePaneState('open', openState, nothingChosen)
  const isOpen = (id: string) => chosen[id] ?? (ids.length <= mostOpenAtFirst || stuck.has(id))
  const open = useCallback((id: string) => setChosen((before) => ({ ...before, [id]: true })), [setChosen])
  const opensAll = !ids.every(isOpen)
  return {
    isOpen,
    toggle: (id) => setChosen((before) => ({ ...before, [id]: !isOpen(id) })),
    open,
    opensAll,
    toggleAll: () => setChosen(Object.fromEntries(ids.map((id) => [id, opensAll]))),
  }
}
