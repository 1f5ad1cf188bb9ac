import { createContext, useContext } from 'react'

/** What a part of a screen knows of the pane that it stands in. */
export interface PanePlace {
  /** Keys are for this pane. */
  isActive(): boolean
  /** Moves the pane's group to a symbol that was merely selected here; `openChart` of the shell is for one that was chosen. */
  follow(symbol: string, exchange: string | null): void
  readonly view: PaneViewStore
}

/** What the pane's screen keeps about itself in the layout, by name; see `usePaneState`. */
export interface PaneViewStore {
  /** undefined: nothing. The same value until another one is written. */
  read(name: string): unknown
  /** undefined: nothing any more. */
  write(name: string, value: unknown): void
  /** The returned function ends it. */
  subscribe(listener: () => void): () => void
}

const Context = createContext<PanePlace | null>(null)
export const PaneProvider = Context.Provider

/** null on a screen of its own. */
export const usePane = (): PanePlace | null => useContext(Context)
