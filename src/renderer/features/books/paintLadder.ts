import type { BookColumns } from '../../../shared/columns.ts'
import { absent, formatPrice, formatQuantity, formatSignedPercent } from '../../format/number.ts'
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

/** The paint function of one ladder: rows are marked data-side, best first as they are counted from the middle. */
export function createLadderPaint(
  root: Element,
  decimals: number | null,
  levels: number,
  read: () => BookColumns | undefined,
  isLinked: () => boolean,
): (now: number) => void {
  const bids = cellsOf(root, 'bid')
  // Asks stand with the best at the bottom.
  const asks = [...cellsOf(root, 'ask')].reverse()
  const cell = (name: string) => root.querySelector(`[data-cell="${name}"]`)
  const [spread, imbalance, age] = [cell('spread'), cell('imbalance'), cell('age')]
  let painted: BookColumns | undefined

  const paintSide = (cells: readonly Cells[], rows: readonly LadderRow[]) => {
    cells.forEach(({ row, price, quantity, total }, i) => {
      const level = rows[i]
      writeText(price, level ? formatPrice(level.price, decimals) : absent)
      writeText(quantity, level ? formatQuantity(level.quantity) : absent)
      writeText(total, level ? formatQuantity(level.total) : absent)
      row.style.setProperty('--depth', level ? `${(level.share * 100).toFixed(1)}%` : '0%')
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
      return
    }
    const ladder = ladderOf(book, levels)
    paintSide(bids, ladder.bids)
    paintSide(asks, ladder.asks)
    if (spread)
      writeText(
        spread,
        Number.isNaN(ladder.spread)
          ? absent
          : `${formatPrice(ladder.spread, decimals)} (${formatSignedPercent(ladder.spreadPercent)})`,
      )
    if (imbalance)
      writeText(imbalance, Number.isNaN(ladder.imbalance) ? absent : formatSignedPercent(ladder.imbalance * 100))
  }
}
