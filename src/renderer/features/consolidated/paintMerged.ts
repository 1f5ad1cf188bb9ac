/** Paints the merged ladder: rows are marked data-side, best first as they are counted from the middle. */
import type { ConsolidatedBook, ConsolidatedSide } from '../../../shared/consolidated.ts'
import { exchangeTitle } from '../../format/names.ts'
import {
  absent,
  decimalsOf,
  formatAmount,
  formatPrice,
  formatQuantity,
  formatSignedPercent,
} from '../../format/number.ts'
import { textsOf } from '../../i18n.ts'
import { writeAttribute, writeText } from '../../ui/painter.ts'
import { exchangeColor, exchangeLetter } from './exchangeMarks.ts'

const t = textsOf('consolidated')

interface Cells {
  readonly row: HTMLElement
  readonly price: Element
  readonly quantity: Element
  readonly shares: HTMLElement
  readonly total: Element
}

const cellsOf = (root: Element, side: 'bid' | 'ask'): readonly Cells[] =>
  [...root.querySelectorAll<HTMLElement>(`[data-side="${side}"]`)].flatMap((row) => {
    const [price, quantity, shares, total] = row.querySelectorAll('td')
    return price && quantity && shares && total ? [{ row, price, quantity, shares, total }] : []
  })

/** A part below this share of a bucket has its place in the bar, but no letter. */
const leastNamed = 0.005

/** So many have room beside each other in a narrow window. */
const mostNamed = 4

/**
 * `Bn 62  O 30  G 8`: the exchanges' shares of one bucket, percent, in the order of the legend: of many, the largest and how many more
 * there are (`+3`). `all` names every one.
 */
export function shareText(
  book: ConsolidatedBook,
  side: ConsolidatedSide,
  row: number,
): { readonly text: string; readonly all: string } {
  const quantity = side.quantity[row] ?? 0
  const shares = book.exchanges.flatMap((exchange, e) => {
    const share = (side.parts[row * book.exchanges.length + e] ?? 0) / quantity
    return share >= leastNamed ? [{ share, text: `${exchangeLetter(exchange)} ${Math.round(share * 100)}` }] : []
  })
  const all = shares.map(({ text }) => text).join('  ')
  if (shares.length <= mostNamed) return { text: all, all }
  // The rest takes one of the places.
  const most = mostNamed - 1
  const least = shares.map(({ share }) => share).sort((a, b) => b - a)[most - 1] ?? 0
  const named = shares.filter(({ share }) => share >= least).slice(0, most)
  return { text: [...named.map(({ text }) => text), `+${shares.length - named.length}`].join('  '), all }
}

/** The same as a bar: colours from left to right, each as wide as its share. */
function shareBar(book: ConsolidatedBook, side: ConsolidatedSide, row: number): string {
  const quantity = side.quantity[row] ?? 0
  let at = 0
  const stops = book.exchanges.map((exchange, e) => {
    const from = at
    at += ((side.parts[row * book.exchanges.length + e] ?? 0) / quantity) * 100
    // Whole percents: a bar that looks the same is not painted anew.
    return `${exchangeColor(exchange)} ${Math.round(from)}% ${Math.round(at)}%`
  })
  return `linear-gradient(90deg, ${stops.join(', ')})`
}

export function createMergedPaint(root: Element, read: () => ConsolidatedBook | null): (now: number) => void {
  const bids = cellsOf(root, 'bid')
  // Asks stand with the best at the bottom.
  const asks = [...cellsOf(root, 'ask')].reverse()
  const cell = (name: string) => root.querySelector(`[data-cell="${name}"]`)
  const [reference, spread, crossing] = [cell('reference'), cell('spread'), cell('crossing')]
  let painted: ConsolidatedBook | null | undefined

  const paintSide = (cells: readonly Cells[], book: ConsolidatedBook | null, side: ConsolidatedSide | undefined) => {
    const decimals = book === null ? null : decimalsOf(book.bucketSize)
    const deepest = book === null ? 0 : Math.max(shownTotal(book.bids, bids.length), shownTotal(book.asks, asks.length))
    cells.forEach(({ row, price, quantity, shares, total }, i) => {
      const isThere = book !== null && side !== undefined && i < side.price.length
      writeText(price, isThere ? formatPrice(side.price[i] ?? Number.NaN, decimals) : absent)
      // Where some book is not known that far, it is at least so much.
      const more = isThere && i >= side.wholeBuckets ? '≥ ' : ''
      writeText(quantity, isThere ? `${more}${formatQuantity(side.quantity[i] ?? Number.NaN)}` : absent)
      writeText(total, isThere ? `${more}${formatQuantity(side.total[i] ?? Number.NaN)}` : absent)
      const share = isThere ? shareText(book, side, i) : null
      writeText(shares, share?.text ?? '')
      writeAttribute(shares, 'title', share !== null && share.text !== share.all ? share.all : null)
      const bar = isThere ? shareBar(book, side, i) : 'none'
      if (shares.dataset.bar !== bar) {
        shares.dataset.bar = bar
        shares.style.backgroundImage = bar
      }
      const reached = isThere && deepest > 0 ? (side.total[i] ?? 0) / deepest : 0
      const depth = `${Math.round(reached * 100)}% 100%`
      if (row.style.backgroundSize !== depth) row.style.backgroundSize = depth
    })
  }
  return () => {
    const book = read()
    if (book === painted) return
    painted = book
    const isEmpty = book === null || book.exchanges.length === 0
    writeAttribute(root, 'data-truth', isEmpty ? 'gap' : null)
    paintSide(bids, isEmpty ? null : book, book?.bids)
    paintSide(asks, isEmpty ? null : book, book?.asks)
    if (reference) writeText(reference, isEmpty ? absent : formatReference(book))
    const best = book?.bestBid && book.bestAsk ? book.bestAsk.price - book.bestBid.price : Number.NaN
    if (spread) {
      const percent = (best / (book?.reference ?? Number.NaN)) * 100
      writeText(spread, Number.isNaN(best) ? absent : formatSignedPercent(percent, 4))
    }
    if (crossing) {
      writeText(crossing, crossingText(book))
      writeAttribute(crossing, 'data-crossed', book?.crossing ? '' : null)
    }
  }
}

const shownTotal = (side: ConsolidatedSide, rows: number): number =>
  side.total[Math.min(rows, side.total.length) - 1] ?? 0

/** To a tenth of a bucket: the mean of several prices has no tick of its own. */
export const formatReference = ({ reference, bucketSize }: ConsolidatedBook): string => {
  const decimals = Math.min(12, (decimalsOf(bucketSize) ?? 0) + 2)
  return Number.isNaN(reference) ? absent : formatPrice(Number(reference.toFixed(decimals)), decimals)
}

const notCrossed = t('ladder.notCrossed')

/** What crosses, or that nothing does. */
export function crossingText(book: ConsolidatedBook | null): string {
  const crossing = book?.crossing
  if (!crossing) return book?.bestBid && book.bestAsk ? notCrossed : ''
  const { bid, ask, percent, quantity, profit } = crossing
  return t('ladder.crossed', {
    buyer: exchangeTitle(bid.exchange),
    bid: formatPrice(bid.price, null),
    seller: exchangeTitle(ask.exchange),
    ask: formatPrice(ask.price, null),
    percent: formatSignedPercent(percent, 4),
    quantity: formatQuantity(quantity),
    profit: formatAmount(profit),
  })
}
