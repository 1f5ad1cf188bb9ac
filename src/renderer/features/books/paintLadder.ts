import type { BookColumns } from '../../../shared/columns.ts'
import { absent, formatAmount, formatPrice, formatQuantity, formatSignedPercent } from '../../format/number.ts'
import { formatAge } from '../../format/time.ts'
import { writeAttribute, writeText } from '../../ui/painter.ts'
import { type LadderRow, ladderOf } from './ladder.ts'

interface Cells {
  readonly row: HTMLElement
  readonly price: Element
  readonly quantity: Element
  readonly total: Element
}

const cellsOf = (root: Element, side: 'bid' | 'ask'): readonly Cells[] =>
  [...root.querySelectorAll<HTMLElement>(`[data-side="${side}"]`)].flatMap((row) => {
    const [price, quantity, total] = row.querySelectorAll('td')
    return price && quantity && total ? [{ row, price, quantity, total }] : []
  })

/** null: as many digits as a value needs. */
export interface LadderDecimals {
  readonly price: number | null
  readonly quantity: number | null
}

/** Finer lots than this are written by their significant digits: a column of zeros tells nothing. */
const finestLot = 6
/** What adding up floats leaves over, of a value. */
const dust = 1e-9

/** Tight spreads are small shares of a price: two digits of them at least, without a sign. */
const percentText = (percent: number): string => `${formatAmount(Math.abs(percent))} %`

/** The paint function of one ladder: rows are marked data-side, best first as they are counted from the middle. */
export function createLadderPaint(
  root: Element,
  decimals: LadderDecimals,
  levels: number,
  read: () => BookColumns | undefined,
  isLinked: () => boolean,
): (now: number) => void {
  const bids = cellsOf(root, 'bid')
  // Asks stand with the best at the bottom.
  const asks = [...cellsOf(root, 'ask')].reverse()
  const cell = (name: string) => root.querySelector(`[data-cell="${name}"]`)
  const [spread, percent, imbalance, age] = [cell('spread'), cell('spreadPercent'), cell('imbalance'), cell('age')]
  const lot = decimals.quantity !== null && decimals.quantity <= finestLot ? decimals.quantity : null
  // Whole lots stand in a column with their points in line; what is no whole lot is shortened like any quantity.
  const quantityText = (value: number) =>
    lot === null || Math.abs(Number(value.toFixed(lot)) - value) > value * dust
      ? formatQuantity(value)
      : formatPrice(value, lot)
  let painted: BookColumns | undefined

  const paintSide = (cells: readonly Cells[], rows: readonly LadderRow[]) => {
    cells.forEach(({ row, price, quantity, total }, i) => {
      const level = rows[i]
      writeText(price, level ? formatPrice(level.price, decimals.price) : absent)
      writeText(quantity, level ? quantityText(level.quantity) : absent)
      writeText(total, level ? quantityText(level.total) : absent)
      // No variable: one would have the style of every cell below worked out anew.
      const depth = `${level ? Math.round(level.share * 100) : 0}% 100%`
      if (row.style.backgroundSize !== depth) row.style.backgroundSize = depth
    })
  }
  return (now) => {
    const book = read()
    const truth = book === undefined ? 'gap' : isLinked() || book.truth === 'gap' ? book.truth : 'stale'
    writeAttribute(root, 'data-truth', truth === 'live' ? null : truth)
    if (age) writeText(age, book?.receivedAt == null ? absent : formatAge(now - book.receivedAt))
    if (book === painted) return
    painted = book
    if (book === undefined) {
      paintSide(bids, [])
      paintSide(asks, [])
      for (const figure of [spread, imbalance]) if (figure) writeText(figure, absent)
      if (percent) writeText(percent, '')
      return
    }
    const ladder = ladderOf(book, levels)
    paintSide(bids, ladder.bids)
    paintSide(asks, ladder.asks)
    const sign = ladder.spread < 0 ? '−' : ''
    if (spread) writeText(spread, `${sign}${formatPrice(Math.abs(ladder.spread), decimals.price)}`)
    if (percent) writeText(percent, Number.isNaN(ladder.spread) ? '' : `${sign}${percentText(ladder.spreadPercent)}`)
    if (imbalance) writeText(imbalance, formatSignedPercent(ladder.imbalance * 100, 1))
  }
}
