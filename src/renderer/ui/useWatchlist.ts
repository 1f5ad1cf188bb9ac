import { useMemo } from 'react'
import { z } from 'zod'
import { useStore } from 'zustand'
import type { Watchlists } from '../../shared/settings.ts'
import { firstListName, starChange, stepName, symbolsOf } from '../stores/watchlists.ts'
import { usePane } from './PaneContext.tsx'
import { useStores } from './StoresContext.tsx'
import { usePaneState } from './usePaneState.ts'

const noLists: Watchlists = {}
const noSymbols: readonly string[] = []

export interface Watchlist {
  readonly names: readonly string[]
  /** The list that is shown; null: every symbol. */
  readonly name: string | null
  /** Whether a symbol is shown. The same function until the list or the choice changes. */
  shows(symbol: string): boolean
  /** Symbols of the shown list that are not subscribed: nothing is known of them. */
  readonly unwatched: readonly string[]
  /** Where `star` puts a symbol: the shown list, else the first one a trader has. */
  readonly starList: string
  readonly starred: ReadonlySet<string>
  choose(name: string | null): void
  /** To the next list (1) or the one before (-1), all symbols being one of them. */
  step(by: 1 | -1): void
  /** Puts a symbol into `starList`, or takes it out; what the hub says against it is told. */
  star(symbol: string): void
}

const listName = z.string().nullable()

/**
 * The watchlist that is shown: a filter that every list of symbols may take. `WatchlistPicker` lets choose it, for all screens of
 * this window, or for a pane of its own.
 */
export function useWatchlist(): Watchlist {
  const { settings, watchlists, shell } = useStores()
  const lists = useStore(settings, (state) => state.settings?.watchlists ?? noLists)
  const subscribed = useStore(settings, (state) => state.settings?.symbols ?? noSymbols)
  const ofWindow = useStore(watchlists, (state) => state.chosen)
  const chooseForWindow = useStore(watchlists, (state) => state.choose)
  const pane = usePane()
  const [ofPane, chooseForPane] = usePaneState('watchlist', listName, ofWindow)
  const [chosen, choose] = pane === null ? [ofWindow, chooseForWindow] : [ofPane, chooseForPane]
  return useMemo(() => {
    const names = Object.keys(lists)
    const name = chosen !== null && names.includes(chosen) ? chosen : null
    const symbols = name === null ? null : new Set(symbolsOf(lists, name))
    const starList = name ?? firstListName
    const { inTurn } = watchlists.getState()
    return {
      names,
      name,
      shows: (symbol) => symbols === null || symbols.has(symbol),
      unwatched: symbols === null ? noSymbols : [...symbols].filter((symbol) => !subscribed.includes(symbol)),
      starList,
      starred: new Set(symbolsOf(lists, starList)),
      choose,
      step: (by) => choose(stepName(names, name, by)),
      star(symbol) {
        const change = () => {
          const { settings: now, update } = settings.getState()
          return update([starChange(now?.watchlists ?? noLists, starList, symbol)])
        }
        void inTurn(change).then(shell.getState().tell)
      },
    }
  }, [lists, subscribed, chosen, choose, settings, watchlists, shell])
}
