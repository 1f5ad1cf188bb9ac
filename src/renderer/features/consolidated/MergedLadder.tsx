import { useLayoutEffect, useRef } from 'react'
import type { ConsolidatedBook } from '../../../shared/consolidated.ts'
import type { Instrument } from '../../../shared/domain/index.ts'
import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import type { Painter } from '../../ui/painter.ts'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { createMergedPaint } from './paintMerged.ts'

const t = textsOf('consolidated')

interface MergedLadderProps {
  readonly painter: Painter
  read(): ConsolidatedBook | null
  readonly instrument: Instrument
  readonly levels: number
}

/** The levels of all exchanges in price buckets, each with every exchange's share. */
export function MergedLadder({ painter, read, instrument, levels }: MergedLadderProps) {
  const root = useRef<HTMLElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const element = root.current
    // Rows are those of this many levels.
    if (!element || levels === 0) return
    const paint = createMergedPaint(element, read)
    paint(Date.now())
    return painter.add(paint)
  }, [painter, read, levels])
  useLayoutEffect(() => {
    const box = scroller.current
    const middle = box?.querySelector<HTMLElement>('[data-middle]')
    if (box && middle && levels > 0) box.scrollTop = middle.offsetTop + middle.offsetHeight / 2 - box.clientHeight / 2
  }, [levels])
  return (
    <section
      ref={root}
      aria-label={t('ladder.label')}
      data-testid="merged-ladder"
      className="ladder flex min-h-96 flex-col overflow-hidden rounded-md border border-line bg-panel @4xl:min-h-0"
    >
      <ScrollArea ref={scroller} label={t('ladder.levels')} className="relative min-h-0 flex-1">
        <table className="w-full table-fixed" aria-label={t('ladder.table')}>
          <thead className="sticky top-0 z-1 bg-panel text-2xs text-muted">
            <tr className="[&>th]:px-2 [&>th]:leading-6 [&>th]:font-normal">
              <th scope="col" className="w-[22%] text-right">
                {t('ladder.price')}
              </th>
              <th scope="col" className="w-[19%] text-right">
                {instrument.base}
              </th>
              <th scope="col" title={t('ladder.sharesHint')}>
                {t('ladder.shares')}
              </th>
              <th scope="col" className="w-[20%] text-right" title={t('ladder.totalHint')}>
                {t('ladder.total')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rowsOf('ask', levels)}
            <tr data-middle className="border-y border-line">
              <td colSpan={4} className="px-2 py-1">
                <span className="flex justify-between gap-2 text-2xs whitespace-nowrap text-muted">
                  <span title={t('ladder.referenceHint')}>
                    {t('ladder.reference')}{' '}
                    <span data-cell="reference" data-testid="reference" className="font-medium text-strong">
                      {absent}
                    </span>
                  </span>
                  <span title={t('ladder.spreadHint')}>
                    {t('ladder.spread')}{' '}
                    <span data-cell="spread" className="text-text">
                      {absent}
                    </span>
                  </span>
                </span>
              </td>
            </tr>
            {rowsOf('bid', levels)}
          </tbody>
        </table>
      </ScrollArea>
      {/* Always there, so that the levels stay where they are when something begins to cross. */}
      <p
        data-cell="crossing"
        data-testid="crossing"
        className="h-10 overflow-hidden border-t border-line px-3 py-1 text-2xs text-muted select-text data-crossed:bg-warnwash data-crossed:text-text"
      />
    </section>
  )
}

const rowsOf = (side: 'bid' | 'ask', levels: number) =>
  Array.from({ length: levels }, (_, row) => (
    // Rows are places, not levels: what stands in one changes with every update.
    // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
    <tr key={row} data-side={side} className="ladder-row">
      <td className="px-2 text-right leading-(--ladder-height)">{absent}</td>
      <td className="px-2 text-right leading-(--ladder-height) whitespace-nowrap">{absent}</td>
      <td className="share-bar overflow-hidden px-2 text-2xs leading-(--ladder-height) whitespace-pre" />
      <td className="px-2 text-right leading-(--ladder-height) whitespace-nowrap text-muted">{absent}</td>
    </tr>
  ))
