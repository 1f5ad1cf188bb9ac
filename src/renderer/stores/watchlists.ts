/** Which watchlist this window shows, and how lists change. */
import { createStore } from 'zustand/vanilla'
import type { SettingsChange, Watchlists } from '../../shared/settings.ts'

export interface WatchlistChoice {
  /** The name of the list whose symbols are shown; null: all. A name that no list has any more counts as null. */
  readonly chosen: string | null
  choose(name: string | null): void
  /** Runs changes of lists one after the other, so that each begins with what the one before has left. */
  inTurn<T>(change: () => Promise<T>): Promise<T>
}

export function createWatchlistStore() {
  let last: Promise<unknown> = Promise.resolve()
  return createStore<WatchlistChoice>()((set) => ({
    chosen: null,
    choose: (chosen) => set({ chosen }),
    inTurn(change) {
      const mine = last.then(change)
      last = mine.catch(() => undefined) // Whoever asked for it is told; the next one goes on.
      return mine
    },
  }))
}
export type WatchlistStore = ReturnType<typeof createWatchlistStore>

const chosenItem = 'crossbook.watchlist'

/** Keeps the choice beside the window's other habits, for the next start. */
export function rememberChoice(store: WatchlistStore): void {
  store.getState().choose(window.localStorage.getItem(chosenItem))
  store.subscribe(({ chosen }) => {
    if (chosen === null) window.localStorage.removeItem(chosenItem)
    else window.localStorage.setItem(chosenItem, chosen)
  })
}

/** Where a star puts a symbol while no list is shown. */
export const firstListName = 'Favourites'

/** The list after (or before) the one that is shown, with all symbols as one of them. */
export function stepName(names: readonly string[], chosen: string | null, step: 1 | -1): string | null {
  const all = [null, ...names]
  const at = Math.max(0, all.indexOf(chosen))
  return all[(at + step + all.length) % all.length] ?? null
}

export const listChange = (name: string, symbols: readonly string[]): SettingsChange => ({
  path: ['watchlists', name],
  value: [...new Set(symbols)],
})

/** Puts a symbol into a list that may not be there yet, or takes it out. */
export function starChange(lists: Watchlists, name: string, symbol: string): SettingsChange {
  const symbols = symbolsOf(lists, name)
  return listChange(name, symbols.includes(symbol) ? symbols.filter((other) => other !== symbol) : [...symbols, symbol])
}

/** The lists anew, in their order: a key of the file alone cannot change its name. */
export const renameChange = (lists: Watchlists, name: string, next: string): SettingsChange => ({
  path: ['watchlists'],
  value: Object.fromEntries(Object.entries(lists).map(([key, symbols]) => [key === name ? next : key, symbols])),
})

/** Names of lists are the trader's words, `constructor` among them. */
export const symbolsOf = (lists: Watchlists, name: string): readonly string[] =>
  Object.hasOwn(lists, name) ? (lists[name] ?? []) : []
