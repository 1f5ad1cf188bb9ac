import { useMemo } from 'react'
import type { Stores } from '../../stores/index.ts'
import { CoinMemory } from '../../stores/same-coin.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import type { Freshness } from './rows.ts'

const maximumAgeUntilKnown = 5_000

/** Reads, at any moment and without rendering, what makes quotes count just then. One reading serves a whole pass. */
function createFreshness({
  settings,
  link,
  spreads,
}: Pick<Stores, 'settings' | 'link' | 'spreads'>): (now: number) => Freshness {
  let last: Freshness | null = null
  const coins = new CoinMemory()
  const isOtherCoin = (one: string, other: string) => coins.isOther(spreads.getState().table, one, other)
  return (now) => {
    if (last?.now === now) return last
    last = {
      now,
      maximumAgeMs: settings.getState().settings?.arbitrage.maximumAgeMs ?? maximumAgeUntilKnown,
      isLinked: link.getState().state === 'open',
      isOtherCoin,
    }
    return last
  }
}

export function useFreshness(): (now: number) => Freshness {
  const stores = useStores()
  return useMemo(() => createFreshness(stores), [stores])
}
