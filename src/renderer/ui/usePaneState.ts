/** State of a screen that is, in a pane of the desk, part of the pane's layout. */
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react'
import { z } from 'zod'
import { usePane } from './PaneContext.tsx'
import type { TableSort } from './table.ts'

/** One of the options of a `Segmented` or `Select`. */
export const oneOf = <T extends string>(options: readonly { readonly value: T }[]): z.ZodType<T> =>
  z.enum(options.map(({ value }) => value))

/** A text that was written into a filter. */
export const writtenText = z.string()
/** By a column that there may not be any more: then rows stand as they come. */
export const sortState: z.ZodType<TableSort> = z.object({ by: z.string(), descending: z.boolean() })

/** What is kept, as far as it fits. A layout may come from another version, or from anywhere. */
export function readKept<T>(kept: unknown, schema: z.ZodType<T>, first: T): T {
  if (kept === undefined) return first
  const parsed = schema.safeParse(kept)
  return parsed.success ? parsed.data : first
}

/** What is kept of a value: nothing of the first one, so that a pane which is as new is no other layout. */
export const toKeep = <T>(value: T, first: T): T | undefined =>
  JSON.stringify(value) === JSON.stringify(first) ? undefined : value

const never = () => () => {}

/**
 * Like useState on a screen of its own. In a pane it comes back with the pane: from behind another tab, after a reload, with a
 * saved layout or a file. `name` is the pane's and stays; values are small and of JSON (`PaneView`); `schema` and `first` are
 * constants, or as stable.
 */
export function usePaneState<T>(
  name: string,
  schema: z.ZodType<T>,
  first: NoInfer<T>,
): readonly [T, (next: T | ((before: T) => T)) => void] {
  const view = usePane()?.view ?? null
  const [own, setOwn] = useState(first)
  const kept = useSyncExternalStore(view?.subscribe ?? never, () => view?.read(name))
  const value = useMemo(() => (view === null ? own : readKept(kept, schema, first)), [view, own, kept, schema, first])
  const change = useCallback(
    (next: T | ((before: T) => T)) => {
      if (view === null) return setOwn(next)
      const after = next instanceof Function ? next(readKept(view.read(name), schema, first)) : next
      view.write(name, toKeep(after, first))
    },
    [view, name, schema, first],
  )
  return [value, change]
}
