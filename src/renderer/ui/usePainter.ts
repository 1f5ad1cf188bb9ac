import { useEffect, useMemo } from 'react'
import type { StoreApi } from 'zustand/vanilla'
import { createPainter, type Painter } from './painter.ts'

/** A painter that makes a pass whenever `store` changes, for as long as the component is there. */
export function usePainter(store: StoreApi<{ readonly version: number }>): Painter {
  const painter = useMemo(createPainter, [])
  useEffect(() => {
    painter.start()
    const unsubscribe = store.subscribe(painter.request)
    return () => {
      unsubscribe()
      painter.stop()
    }
  }, [store, painter])
  return painter
}
