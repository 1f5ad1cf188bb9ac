import { useEffect, useRef, useState } from 'react'
import { useStores } from '../../ui/StoresContext.tsx'
import { type Ranking, rankPairs, type SpreadFilter, type SpreadSort } from './rows.ts'

/** Rows change places at most this often, so that one can be read and clicked. */
const rankEveryMs = 1_000

/** The ranked pairs: at once when a filter, the sorting or the pairs change, else once a second, not while `isHeld`. */
export function useRanking(filter: SpreadFilter, sort: SpreadSort, isHeld: boolean): Ranking {
  const { spreads } = useStores()
  const [ranking, setRanking] = useState<Ranking>(() => rankPairs(spreads.getState().table, filter, sort))
  const held = useRef(isHeld)
  held.current = isHeld
  useEffect(() => {
    let ranked = { table: spreads.getState().table, at: 0 }
    const rank = () => {
      const { table } = spreads.getState()
      ranked = { table, at: Date.now() }
      setRanking(rankPairs(table, filter, sort))
    }
    rank()
    const unsubscribe = spreads.subscribe(({ table }) => {
      if (table !== ranked.table || (!held.current && Date.now() - ranked.at >= rankEveryMs)) rank()
    })
    return unsubscribe
  }, [spreads, filter, sort])
  return ranking
}
