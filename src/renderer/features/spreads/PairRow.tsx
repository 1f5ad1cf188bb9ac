import { memo, useLayoutEffect, useRef } from 'react'
import type { SpreadPair } from '../../../shared/domain/index.ts'
import { exchangeTitle, splitKey, splitSymbol } from '../../format/names.ts'
import { absent } from '../../format/number.ts'
import { kindWords } from '../../format/spread-words.ts'
import { textsOf } from '../../i18n.ts'
import type { SpreadTable } from '../../stores/spreads.ts'
import type { Painter } from '../../ui/painter.ts'
import { useStores } from '../../ui/StoresContext.tsx'
import { createPairPaint, type PairDecimals } from './paintPair.ts'

const t = textsOf('spreads')

interface PairRowProps {
  readonly id: string
  readonly pair: SpreadPair
  readonly table: SpreadTable
  readonly decimals: PairDecimals
  readonly painter: Painter
  readonly index: number
  readonly top: number
  readonly isSelected: boolean
  onSelect(index: number): void
  onOpen(index: number): void
  onChart(index: number): void
}

export const PairRow = memo(function PairRow(props: PairRowProps) {
  const { id, pair, table, decimals, painter, index, top, isSelected, onSelect, onOpen, onChart } = props
  const ref = useRef<HTMLTableRowElement>(null)
  const { buy, sell } = decimals
  const { link } = useStores()
  useLayoutEffect(() => {
    const element = ref.current
    if (!element) return
    const paint = createPairPaint(element, pair, table, { buy, sell }, () => link.getState().state === 'open')
    paint(Date.now())
    return painter.add(paint)
  }, [pair, table, buy, sell, painter, link])
  const { base, quote } = splitSymbol(pair.symbol)

  return (
    <tr
      ref={ref}
      id={id}
      aria-rowindex={index + 2}
      aria-selected={isSelected}
      data-testid={`pair-row-${pair.index}`}
      className="listing-row data-[verdict=uncertain]:text-muted"
      style={{ transform: `translateY(${top}px)` }}
      onMouseDown={() => onSelect(index)}
      onClick={() => onOpen(index)}
      onDoubleClick={() => onChart(index)}
    >
      <th scope="row" className="listing-cell font-normal">
        <span className="font-semibold text-strong">{base}</span>
        <span className="ml-1.5 text-2xs text-muted">{quote}</span>
      </th>
      <td className="listing-cell small text-muted">{kindWords(pair.kind, pair.symbol)}</td>
      <Leg instrument={pair.buy} cell="buyPrice" />
      <Leg instrument={pair.sell} cell="sellPrice" />
      <td data-cell="grossPercent" className="listing-cell number">
        {absent}
      </td>
      <td data-cell="netPercent" className="listing-cell number signed font-semibold">
        {absent}
      </td>
      <td data-cell="lowNetPercent" className="listing-cell number small">
        {absent}
      </td>
      <td data-cell="verdict" className="listing-cell small">
        {absent}
      </td>
      <td data-cell="executableQuantity" className="listing-cell number data-[zero]:text-muted">
        {absent}
      </td>
      <td data-cell="executableProfit" className="listing-cell number signed data-[zero]:text-muted">
        {absent}
      </td>
      <td data-cell="carryPercent" className="listing-cell number">
        {absent}
      </td>
      <td data-cell="buyReceivedAt" className="listing-cell number age small">
        {absent}
      </td>
      <td data-cell="sellReceivedAt" className="listing-cell number age small">
        {absent}
      </td>
    </tr>
  )
})

function Leg({ instrument, cell }: { readonly instrument: string; readonly cell: string }) {
  const { exchange, symbol } = splitKey(instrument)
  return (
    <td className="listing-cell first-of-group flex justify-between gap-2">
      <span>
        {exchangeTitle(exchange)}
        {symbol.endsWith('_PERP') && <span className="ml-1 text-2xs text-muted">{t('perpetual')}</span>}
      </span>
      <span data-cell={cell} className="text-strong">
        {absent}
      </span>
    </td>
  )
}
