import { useEffect, useRef } from 'react'
import { useStores } from './StoresContext.tsx'

/** Runs `read` when the component comes and at each new opening of the link to the hub, and `everyMs` in between (0: not). */
export function useOnLink(read: () => void, everyMs = 0): void {
  const { link } = useStores()
  const current = useRef(read)
  current.current = read
  useEffect(() => {
    let { generation } = link.getState()
    const end = link.subscribe(({ state, generation: next }) => {
      if (state !== 'open' || next === generation) return
      generation = next
      current.current()
    })
    current.current()
    const timer =
      everyMs === 0
        ? null
        : setInterval(() => {
            if (document.visibilityState === 'visible' && link.getState().state === 'open') current.current()
          }, everyMs)
    return () => {
      end()
      if (timer !== null) clearInterval(timer)
    }
  }, [link, everyMs])
}
