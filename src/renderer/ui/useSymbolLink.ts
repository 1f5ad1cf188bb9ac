import { useCallback } from 'react'
import { useStore } from 'zustand'
import { usePane } from './PaneContext.tsx'
import { useStores } from './StoresContext.tsx'

/** The symbol that this part of the page is about. In a pane: its group's, or its own; on a screen: that of the chart. */
export interface SymbolLink {
  /** null: none was chosen yet; show the first one watched. */
  readonly symbol: string | null
  /** null: any. */
  readonly exchange: string | null
  /** Enter, a double click, a choice in a list: a pane moves its group there, a screen opens the chart. */
  choose(symbol: string, exchange?: string | null): void
  /** A row is selected: a linked pane moves its group there, a screen does nothing. */
  follow(symbol: string, exchange?: string | null): void
}

export function useSymbolLink(): SymbolLink {
  const { shell } = useStores()
  const pane = usePane()
  const { symbol, exchange } = useStore(shell, ({ chart }) => chart)
  const follow = useCallback((next: string, on: string | null = null) => pane?.follow(next, on), [pane])
  return { symbol, exchange, choose: shell.getState().openChart, follow }
}
