import { useVirtualizer, type VirtualizerOptions } from '@tanstack/react-virtual'
import { useLayoutEffect } from 'react'
import type { Look } from '../../shared/look.ts'
import { useLook } from './useLook.ts'

/** Of a data table: heights of a row (with the line below it) and of a line of titles, and size of the text, pixels; styles.css has the same. */
export const rowHeights: Readonly<
  Record<Look['density'], { readonly row: number; readonly head: number; readonly text: number }>
> = {
  comfortable: { row: 28, head: 26, text: 12 },
  compact: { row: 22, head: 22, text: 11 },
}

const headBorder = 1

/** For tables that place their rows themselves. */
export const useRowHeights = () => rowHeights[useLook().density]

type Options = Pick<
  VirtualizerOptions<HTMLDivElement, Element>,
  'count' | 'getScrollElement' | 'getItemKey' | 'overscan'
> & {
  /** Lines of titles above the rows in the same table, which stay when these scroll. */
  readonly headLines?: number
}

/** A virtualiser of a table's rows, as high as the density asks. */
export function useRows({ headLines = 1, ...options }: Options) {
  const heights = useRowHeights()
  const headerHeight = headLines === 0 ? 0 : headLines * heights.head + headBorder
  const virtualizer = useVirtualizer({
    ...options,
    estimateSize: () => heights.row,
    scrollMargin: headerHeight,
    scrollPaddingStart: headerHeight,
  })
  // It keeps the sizes it has once worked out.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height is the reason
  useLayoutEffect(() => virtualizer.measure(), [virtualizer, heights.row])
  return { virtualizer, rowHeight: heights.row, headerHeight }
}
