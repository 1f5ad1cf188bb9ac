import { createContext, useContext } from 'react'

/** What a part of a screen knows of the pane that it stands in. */
export interface PanePlace {
  /** Keys are for this pane. */
  isActive(): boolean
  /** Moves the pane's group to a symbol that was merely selected here; `openChart` of the shell is for one that was chosen. */
  follow(symbol: string, exchange: string | null): void
}

const Context = createContext<PanePlace | null>(null)
export const PaneProvider = Context.Provider

/** null on a screen of its own. */
export const usePane = (): PanePlace | null => useContext(Context)
