import { useEffect } from 'react'
import { useStores } from '../../ui/StoresContext.tsx'
import type { PagedHistory } from './pagedHistory.ts'

/** What came since is read this often, ms: as often as buckets end, but no more and no less than this. */
const mostOften = 2_000
const leastOften = 30_000

/** Reads a history, and what comes, for as long as the window is seen; at once when it is seen again or the link opens anew. */
export function useLiveHistory<T extends { readonly at: number }>(history: PagedHistory<T> | null): void {
  const { link } = useStores()
  useEffect(() => {
    if (history === null) return
    const read = () => {
      if (document.visibilityState === 'visible' && link.getState().state === 'open') void history.load()
    }
    read()
    const timer = setInterval(read, Math.min(leastOften, Math.max(mostOften, history.stepMs)))
    document.addEventListener('visibilitychange', read)
    let { generation } = link.getState()
    const end = link.subscribe(({ state, generation: current }) => {
      if (state !== 'open' || current === generation) return
      generation = current
      read()
    })
    return () => {
      clearInterval(timer)
      document.removeEventListener('visibilitychange', read)
      end()
    }
  }, [history, link])
}
