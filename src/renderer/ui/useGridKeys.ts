import { type KeyboardEvent, useCallback } from 'react'

interface GridKeys {
  readonly count: number
  /** -1 while nothing is selected. */
  readonly selected: number
  /** Rows that fit on the screen, for Page Up and Page Down. */
  readonly pageRows: number
  select(index: number): void
  open?(index: number): void
}

/** Arrow keys, Home, End and pages move the selection of a table; Enter opens the row. */
export function useGridKeys({ count, selected, pageRows, select, open }: GridKeys) {
  return useCallback(
    (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return
      const steps: Readonly<Record<string, number>> = {
        ArrowDown: selected + 1,
        ArrowUp: selected < 0 ? 0 : selected - 1,
        PageDown: selected + pageRows,
        PageUp: selected - pageRows,
        Home: 0,
        End: count - 1,
      }
      const next = steps[event.key]
      if (next !== undefined && count > 0) {
        event.preventDefault()
        select(Math.max(0, Math.min(count - 1, next)))
      } else if (event.key === 'Enter' && selected >= 0) {
        event.preventDefault()
        open?.(selected)
      }
    },
    [count, selected, pageRows, select, open],
  )
}
