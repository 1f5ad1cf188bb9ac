import { useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import { useStores } from './StoresContext.tsx'

/**
 * Whether a quote heard at `receivedAt` still counts: its exchange's feed and the link are live, and it is not older than the
 * settings let a value be. A quote that has not changed for a while is still the market's.
 */
export function useFreshQuotes(now: number): (exchange: string, receivedAt: number) => boolean {
  const { status, settings, link } = useStores()
  const connections = useStore(status, (state) => state.connections)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  const staleAfterMs = useStore(settings, (state) => state.settings?.valuation.staleAfterMs ?? 60_000)
  const live = useMemo(
    () => new Set(connections?.flatMap(({ exchange, state }) => (state === 'live' ? [exchange as string] : []))),
    [connections],
  )
  return useCallback(
    (exchange, receivedAt) => isLinked && live.has(exchange) && now - receivedAt <= staleAfterMs,
    [isLinked, live, now, staleAfterMs],
  )
}
