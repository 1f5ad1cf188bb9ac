import { useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { BookStatus, Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { absent, decimalsOf } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { Button } from '../../ui/controls.tsx'
import type { Painter } from '../../ui/painter.ts'
import { ScrollArea } from '../../ui/ScrollArea.tsx'
import { useStores } from '../../ui/StoresContext.tsx'
import { TruthMark } from '../../ui/TruthMark.tsx'
import { createLadderPaint } from './paintLadder.ts'

const t = textsOf('books')

/** Held: stores ask for it at every update. */
const nothingYet = t('doubt.nothingYet')

interface LadderPanelProps {
  readonly instrument: Instrument
  readonly status: BookStatus | undefined
  readonly levels: number
  readonly painter: Painter
  /** Why it could not be read; null: it could. */
  readonly problem: string | null
}

/** One exchange's book of a symbol, best levels in the middle, and how far it can be relied on. */
export function LadderPanel({ instrument, status, levels, painter, problem }: LadderPanelProps) {
  const { api, books, link, shell } = useStores()
  const root = useRef<HTMLElement>(null)
  const scroller = useRef<HTMLDivElement>(null)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  // Rendered only when the truth or its reason changes; the numbers are painted.
  const truth = useStore(books, (state) => state.books.get(instrument.id)?.truth ?? 'gap')
  const reason = useStore(books, (state) => state.books.get(instrument.id)?.reason ?? problem ?? nothingYet)
  const [isBusy, setBusy] = useState(false)
  const { id, tickSize, lotSize } = instrument
  useLayoutEffect(() => {
    const element = root.current
    if (!element) return
    const paint = createLadderPaint(
      element,
      { price: decimalsOf(tickSize), quantity: decimalsOf(lotSize) },
      levels,
      () => books.getState().books.get(id),
      () => link.getState().state === 'open',
    )
    paint(Date.now())
    return painter.add(paint)
  }, [id, tickSize, lotSize, levels, books, link, painter])
  // The best levels are what one looks for; with many of them they would lie below the edge.
  useLayoutEffect(() => {
    const box = scroller.current
    const middle = box?.querySelector<HTMLElement>('[data-middle]')
    if (box && middle && levels > 0) box.scrollTop = middle.offsetTop + middle.offsetHeight / 2 - box.clientHeight / 2
  }, [levels])

  const resync = async () => {
    setBusy(true)
    const reply = await api.call('books.resync', { instrument: instrument.key })
    setBusy(false)
    if (!reply.ok) shell.getState().tell(t('resync.failed', { why: reply.message }))
  }
  const shown = isLinked || truth === 'gap' ? truth : 'stale'
  const why = isLinked || truth === 'gap' ? reason : t('doubt.notHeard')
  const exchange = exchangeTitle(instrument.exchange)
  return (
    <section
      ref={root}
      aria-label={t('ladder.label', { exchange })}
      data-testid={`book-${instrument.exchange}`}
      className="ladder @container flex min-h-0 min-w-56 flex-1 flex-col overflow-hidden rounded-md border border-line bg-panel"
    >
      <header className="flex min-h-10 items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="text-sm font-semibold text-strong">{exchange}</h2>
        <span data-testid={`book-${instrument.exchange}-truth`} className="whitespace-nowrap">
          <TruthMark truth={shown} reason={why} always />
        </span>
        <span data-cell="age" className="text-2xs text-muted">
          {absent}
        </span>
        <Button
          kind="quiet"
          className="ml-auto h-6! shrink-0 px-1.5!"
          disabled={isBusy}
          title={t('resync.hint')}
          aria-label={t('resync.label', { exchange })}
          onClick={() => void resync()}
        >
          <span className="@max-[18rem]:hidden">{t('resync.button')}</span>
          <span aria-hidden="true" className="@min-[18rem]:hidden">
            ↻
          </span>
        </Button>
      </header>
      <ScrollArea ref={scroller} label={t('ladder.levels', { exchange })} className="relative min-h-0 flex-1">
        <table className="w-full table-fixed" aria-label={t('ladder.levels', { exchange })}>
          <thead className="sticky top-0 z-1 bg-panel text-2xs text-muted">
            <tr>
              <th scope="col" className="px-2 text-right leading-6 font-normal">
                {t('ladder.price')}
              </th>
              <th scope="col" className="px-2 text-right leading-6 font-normal">
                {instrument.base}
              </th>
              <th scope="col" className="px-2 text-right leading-6 font-normal" title={t('ladder.totalHint')}>
                {t('ladder.total')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rowsOf('ask', levels)}
            <tr data-middle className="border-y border-line">
              <td colSpan={3} className="px-2 py-1">
                <span className="flex justify-between gap-2 text-2xs whitespace-nowrap text-muted">
                  <span>
                    {t('ladder.spread')}{' '}
                    <span data-cell="spread" className="mr-2 text-text @max-[17rem]:hidden">
                      {absent}
                    </span>
                    <span data-cell="spreadPercent" />
                  </span>
                  <span title={t('ladder.imbalanceHint')}>
                    {t('ladder.imbalance')}{' '}
                    <span data-cell="imbalance" className="text-text">
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
      {/* Below the levels, so that these stay where they are while a book recovers. */}
      <p
        role="status"
        className={shown === 'live' ? 'sr-only' : 'border-t border-line bg-warnwash px-3 py-1 text-2xs select-text'}
      >
        {shown !== 'live' && (shown === 'gap' ? why : t('doubt.notCounted', { why }))}
      </p>
      <footer className="flex justify-between gap-2 border-t border-line px-3 py-1 text-2xs whitespace-nowrap text-muted">
        <span>
          {status === undefined
            ? t('status.none')
            : t('status.sides', { bids: status.bidLevels, asks: status.askLevels })}
        </span>
        {status !== undefined && (
          <span title={t('status.resyncsHint')}>
            <span className="@max-[17rem]:hidden">{t('status.updates', { count: status.updates })} · </span>
            {t('status.resyncs', { resyncs: status.resyncs })}
          </span>
        )}
      </footer>
    </section>
  )
}

const rowsOf = (side: 'bid' | 'ask', levels: number) =>
  Array.from({ length: levels }, (_, row) => (
    // Rows are places, not levels: what stands in one changes with every update.
    // biome-ignore lint/suspicious/noArrayIndexKey: a place is its index
    <tr key={row} data-side={side} className="ladder-row">
      <td className="px-2 text-right leading-(--ladder-height)">{absent}</td>
      <td className="px-2 text-right leading-(--ladder-height)">{absent}</td>
      <td className="px-2 text-right leading-(--ladder-height) text-muted">{absent}</td>
    </tr>
  ))
