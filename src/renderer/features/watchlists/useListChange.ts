import { useState } from 'react'
import type { SettingsChange, Watchlists } from '../../../shared/settings.ts'
import { useStores } from '../../ui/StoresContext.tsx'

/** Changes lists from what they are when their turn comes, and keeps what the hub says against it. */
export function useListChange() {
  const { settings, watchlists } = useStores()
  const [problem, setProblem] = useState<string | null>(null)
  const change = async (make: (lists: Watchlists) => SettingsChange): Promise<boolean> => {
    const refused = await watchlists.getState().inTurn(() => {
      const { settings: now, update } = settings.getState()
      return update([make(now?.watchlists ?? {})])
    })
    setProblem(refused)
    return refused === null
  }
  return { change, problem, setProblem }
}
