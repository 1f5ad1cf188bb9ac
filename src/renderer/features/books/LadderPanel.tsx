import { useLayoutEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { BookStatus, Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'
import { absent, decimalsOf, formatCount } from '../../format/number.ts'
import { Button } from '../../ui/controls.tsx'
import type { Painter } from '../../ui/painter.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { TruthMark } from '../../ui/TruthMark.tsx'
import { createLadderPaint } from './paintLadder.ts'

interface LadderPanelProps {
  readonly instrument: Instrument
  readonly status: BookStatus | undefined
  readonly levels: number
  readonly painter: Painter
}

/** One exchange's book of a symbol, best levels in the middle, and how far it can be relied on. */
export function LadderPanel({ instrument, status, levels, painter }: LadderPanelProps) {
  const { api, books, link, shell } = useStores()
  const root = useRef<HTMLElement>(null)
  const isLinked = useStore(link, ({ state }) => state === 'open')
  // Rendered only when the truth or its reason changes; the numbers are painted.
  const truth = useStore(books, (state) => state.books.get(instrument.id)?.truth ?? 'gap')
  const reason = useStore(books, (state) => state.books.get(instrument.id)?.reason ?? 'nothing came yet')
  const [isBusy, setBusy] = useState(false)
  const decimals = decimalsOf(instrument.tickSize)
  const { id } = instrument
  useLayoutEffect(() => {
    const element = root.current
    if (!element) return
    const paint = createLadderPaint(
      element,
      decimals,
      levels,
      () => books.getState().books.get(id),
      () => link.getState().state === 'open',
    )
    paint(Date.now())
    return painter.add(paint)
  }, [id, decimals, levels, books, link, painter])

  const resync = async () => {
    setBusy(true)
    const reply = await api.call('books.resync', { instrument: instrument.key })
    setBusy(false)
    if (!reply.ok) shell.getState().tell(`Not built anew: ${reply.message}`)
  }
  const shown = isLinked || truth === 'gap' ? truth : 'stale'
  const why = isLinked || truth === 'gap' ? reason : 'Crossbook is not heard'
  return (
    <section
      ref={root}
      aria-label={`${exchangeTitle(instrument.exchange)} order book`}
      data-testid={`book-${instrument.exchange}`}
      className="ladder flex min-h-0 min-w-64 flex-1 flex-col overflow-hidden rounded-md border border-line bg-panel"
    >
      <header className="flex min-h-10 items-center gap-2 border-b border-line px-3 py-1.5">
        <h2 className="text-sm font-semibold text-strong">{exchangeTitle(instrument.exchange)}</h2>
        <span data-testid={`book-${instrument.exchange}-truth`}>
          <TruthMark truth={shown} reason={why} always />
        </span>
        <span data-cell="age" className="text-2xs text-muted">
          {absent}
        </span>
        <Button
          kind="quiet"
          className="ml-auto h-6! px-1.5!"
          disabled={isBusy}
          title="Takes a new snapshot from the exchange"
          onClick={() => void resync()}
        >
          Build anew
        </Button>
      </header>
      {shown !== 'live' && (
        <p role="status" className="border-b border-line bg-warnwash px-3 py-1 text-2xs select-text">
          {why}
          {shown === 'gap' ? '' : ': it does not count'}
        </p>
      )}
      <div className="min-h-0 flex-1 overflow-y-auto">
        <table className="w-full" aria-label={`Levels of ${exchangeTitle(instrument.exchange)}`}>
          <thead className="sticky top-0 z-1 bg-panel text-2xs text-muted">
            <tr>
              <th className="px-2 text-right leading-6 font-normal">Price</th>
              <th className="px-2 text-right leading-6 font-normal">{instrument.base}</th>
              <th className="px-2 text-right leading-6 font-normal" title="At this price or better">
                Total
              </th>
            </tr>
          </thead>
          <tbody>
            {rowsOf('ask', levels)}
            <tr className="border-y border-line">
              <td colSpan={3} className="px-2 py-1">
                <span className="flex justify-between text-2xs text-muted">
                  <span>
                    Spread{' '}
                    <span data-cell="spread" className="text-text">
                      {absent}
                    </span>
                  </span>
                  <span title="What stands on the buying side less the selling side, of both, in what is shown">
                    Imbalance{' '}
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
      </div>
      <footer className="flex justify-between border-t border-line px-3 py-1 text-2xs text-muted">
        <span>
          {status === undefined
            ? 'no book is kept'
            : `${formatCount(status.bidLevels)} bids, ${formatCount(status.askLevels)} asks`}
        </span>
        {status !== undefined && (
          <span title="Times it was built anew since the start">
            {formatCount(status.updates)} updates · {formatCount(status.resyncs)} built anew
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
      <td className="px-2 text-right leading-4.5">{absent}</td>
      <td className="px-2 text-right leading-4.5">{absent}</td>
      <td className="px-2 text-right leading-4.5 text-muted">{absent}</td>
    </tr>
  ))
