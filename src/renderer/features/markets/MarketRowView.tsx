import { memo, useLayoutEffect, useRef } from 'react'
import { exchangeTitle, formatSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import type { QuoteTable } from '../../stores/quotes.ts'
import { classes } from '../../ui/classes.ts'
import type { Painter } from '../../ui/painter.ts'
import { createRowPaint } from './paintRow.ts'
import type { ExchangeColumn, Freshness, MarketRow, MarketTable } from './rows.ts'

const t = textsOf('markets')

interface MarketRowProps {
  readonly id: string
  readonly row: MarketRow
  readonly market: MarketTable
  /** Of each exchange. */
  readonly columns: readonly ExchangeColumn[]
  readonly table: QuoteTable
  readonly painter: Painter
  readonly freshnessAt: (now: number) => Freshness
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  readonly isStarred: boolean
  /** The watchlist that a star stands for. */
  readonly starList: string
  onStar(symbol: string): void
  onSelect(index: number): void
  onOpen(index: number): void
}

/** Renders the frame of a row once; its numbers are painted, not rendered. */
export const MarketRowView = memo(function MarketRowView(props: MarketRowProps) {
  const {
    id,
    row,
    market,
    columns,
    table,
    painter,
    freshnessAt,
    index,
    top,
    isSelected,
    isStarred,
    starList,
    onStar,
    onSelect,
    onOpen,
  } = props
  const ref = useRef<HTMLTableRowElement>(null)
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const paint = createRowPaint(element, row, table, freshnessAt)
    paint(Date.now())
    return painter.add(paint)
  }, [row, table, painter, freshnessAt])

  return (
    <tr
      ref={ref}
      id={id}
      aria-rowindex={index + 3}
      aria-selected={isSelected}
      data-testid={`market-row-${row.symbol}`}
      className="listing-row"
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={() => onSelect(index)}
      onDoubleClick={() => onOpen(index)}
    >
      <th scope="row" className="listing-cell font-normal sticky left-0 z-1 flex items-center gap-1.5 bg-panel">
        <button
          type="button"
          tabIndex={-1}
          aria-pressed={isStarred}
          aria-label={t('star.label', { symbol: formatSymbol(row.symbol), list: starList })}
          title={t(isStarred ? 'star.out' : 'star.in', { list: starList })}
          className={classes('-ml-1 hover:text-strong', isStarred ? 'text-accent' : 'text-faint')}
          onClick={() => onStar(row.symbol)}
        >
          {isStarred ? '★' : '☆'}
        </button>
        <span className="font-semibold text-strong">{row.base}</span>
        <span className="text-2xs text-muted">{row.symbol.slice(row.base.length + 1).replace('_PERP', '')}</span>
        {row.kind === 'perpetual' && (
          <span className="ml-auto rounded-sm border border-line px-1 text-2xs leading-4 text-muted">
            {t('perpetual')}
          </span>
        )}
      </th>
      <td data-cell="cross" className="listing-cell number signed">
        {absent}
      </td>
      {market.exchanges.map((exchange, e) =>
        columns.map((column) => {
          const isListed = (row.slots[e] ?? -1) >= 0
          return (
            <td
              key={`${exchange} ${column}`}
              data-exchange={isListed ? e : undefined}
              data-testid={`${row.symbol}-${exchange}-${column}`}
              aria-label={isListed ? undefined : t('notListed', { exchange: exchangeTitle(exchange) })}
              className={classes(
                'listing-cell number',
                column === 'age' ? 'age small' : 'quote',
                column === 'bid' && 'first-of-group',
                !isListed && 'text-faint',
              )}
            >
              {absent}
            </td>
          )
        }),
      )}
    </tr>
  )
})
