import { useMemo, useRef } from 'react'
import { useStore } from 'zustand'
import type { ExchangeId, Instrument } from '../../../shared/domain/index.ts'
import { strangersOf } from '../../../shared/same-coin.ts'
import { CoinMemory } from '../../stores/same-coin.ts'
import { useStores } from '../../ui/StoresContext.tsx'

/** By exchange, whose coin of this name another one is; see `strangersOf`. The same object until that changes. */
export function useStrangers(instruments: readonly Instrument[]): ReadonlyMap<ExchangeId, ExchangeId> {
  const { spreads } = useStores()
  const coins = useRef(new CoinMemory())
  // As text, so that the many spreads that change nothing of it render nothing.
  const text = useStore(spreads, ({ table }) => {
    const keys = instruments.map(({ key }) => key)
    return [...strangersOf(keys, (one, other) => coins.current.isOther(table, one, other))].flat().join(' ')
  })
  return useMemo(() => {
    const exchanges = text.split(' ').flatMap((key) => instruments.find((one) => one.key === key)?.exchange ?? [])
    const strangers = new Map<ExchangeId, ExchangeId>()
    for (let i = 0; i + 1 < exchanges.length; i += 2) {
      const [stranger, than] = [exchanges[i], exchanges[i + 1]]
      if (stranger !== undefined && than !== undefined) strangers.set(stranger, than)
    }
    return strangers
  }, [text, instruments])
}
