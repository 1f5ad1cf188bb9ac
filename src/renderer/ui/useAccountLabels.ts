import { useCallback, useMemo } from 'react'
import { useStore } from 'zustand'
import { useStores } from './StoresContext.tsx'

/** The trader's own name of an account by its id; the id where the account is gone but its rows are still there. */
export function useAccountLabels(): (id: string) => string {
  const accounts = useStore(useStores().accounts, (state) => state.accounts)
  const labels = useMemo(() => new Map((accounts ?? []).map(({ id, label }) => [id, label])), [accounts])
  return useCallback((id: string) => labels.get(id) ?? id, [labels])
}
