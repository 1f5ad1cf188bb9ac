import { useMemo } from 'react'
import type { ExchangeId } from '../../../shared/domain/index.ts'
import type { Stores } from '../../stores/index.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import type { Freshness } from './rows.ts'

const maximumAgeUntilKnown = 5_000

/** Reads, at any moment and without rendering, which exchanges' quotes count just then. One reading serves a whole pass. */
function createFreshness(
  { status, settings, link }: Pick<Stores, 'status' | 'settings' | 'link'>,
  exchanges: readonly ExchangeId[],
): (now: number) => Freshness {
  let last: Freshness | null = null
  return (now) => {
    if (last?.now === now) return last
    const { connections } = status.getState()
    const isLinked = link.getState().state === 'open'
    last = {
      now,
      maximumAgeMs: settings.getState().settings?.arbitrage.maximumAgeMs ?? maximumAgeUntilKnown,
      live: exchanges.map((id) => isLinked && connections?.find(({ exchange }) => exchange === id)?.state === 'live'),
    }
    return last
  }
}

export function useFreshness(exchanges: readonly ExchangeId[]): (now: number) => Freshness {
  const stores = useStores()
  return useMemo(() => createFreshness(stores, exchanges), [stores, exchanges])
}
