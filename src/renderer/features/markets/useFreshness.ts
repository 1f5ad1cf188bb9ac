import { useMemo } from 'react'
import type { Stores } from '../../stores/index.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import type { Freshness } from './rows.ts'

const maximumAgeUntilKnown = 5_000

/** Reads, at any moment and without rendering, what makes quotes count just then. One reading serves a whole pass. */
function createFreshness({ settings, link }: Pick<Stores, 'settings' | 'link'>): (now: number) => Freshness {
  let last: Freshness | null = null
  return (now) => {
    if (last?.now === now) return last
    last = {
      now,
      maximumAgeMs: settings.getState().settings?.arbitrage.maximumAgeMs ?? maximumAgeUntilKnown,
      isLinked: link.getState().state === 'open',
    }
    return last
  }
}

export function useFreshness(): (now: number) => Freshness {
  const stores = useStores()
  return useMemo(() => createFreshness(stores), [stores])
}
