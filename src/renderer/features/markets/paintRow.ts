import { truthCode, truthOf } from '../../../shared/domain/index.ts'
import { formatPrice, formatSignedPercent } from '../../format/number.ts'
import { formatAge } from '../../format/time.ts'
import { truthText } from '../../format/truth-words.ts'
import type { QuoteTable } from '../../stores/quotes.ts'
import { writeAttribute, writeText } from '../../ui/painter.ts'
import { bestOf, type Freshness, type MarketRow, shownTruth } from './rows.ts'

/** How long a changed price keeps its mark. */
const flashMs = 350

/** Cells of one exchange in a row, and what was painted there last. */
interface Group {
  readonly bid: PriceCell
  readonly ask: PriceCell
  /** null: not shown, as the age. */
  readonly last: PriceCell | null
  readonly age: Element | null
}

class PriceCell {
  readonly element: Element
  private painted = Number.NaN
  private isPainted = false
  private flashUntil = 0

  constructor(element: Element) {
    this.element = element
  }

  paint(value: number, decimals: number | null, now: number, isStale = false): void {
    if (!this.isPainted || !Object.is(value, this.painted)) {
      writeText(this.element, formatPrice(value, decimals))
      // A first value is no change.
      const direction = value - this.painted
      if (!isStale && (direction > 0 || direction < 0)) {
        writeAttribute(this.element, 'data-flash', direction > 0 ? 'up' : 'down')
        this.flashUntil = now + flashMs
      }
      this.painted = value
      this.isPainted = true
    }
    if (this.flashUntil !== 0 && now >= this.flashUntil) {
      writeAttribute(this.element, 'data-flash', null)
      this.flashUntil = 0
    }
  }
}

/** The paint function of one row. `element` holds, per exchange, cells marked data-exchange: bid and ask, then last and age if shown. */
export function createRowPaint(
  element: Element,
  row: MarketRow,
  table: QuoteTable,
  freshnessAt: (now: number) => Freshness,
): (now: number) => void {
  const cross = element.querySelector('[data-cell="cross"]')
  const groups: (Group | null)[] = row.slots.map((_slot, exchange) => {
    const cells = element.querySelectorAll(`[data-exchange="${exchange}"]`)
    const [bid, ask, last, age] = cells
    return bid && ask
      ? { bid: new PriceCell(bid), ask: new PriceCell(ask), last: last ? new PriceCell(last) : null, age: age ?? null }
      : null
  })
  const comparable = row.slots.filter((slot) => slot >= 0).length > 1
  const { bidPrice, askPrice, lastPrice, receivedAt } = table.columns

  return (now) => {
    const freshness = freshnessAt(now)
    const best = bestOf(row, table, freshness)
    for (let exchange = 0; exchange < groups.length; exchange++) {
      const slot = row.slots[exchange] ?? -1
      const group = groups[exchange]
      if (slot < 0 || !group) continue
      const decimals = row.decimals[exchange] ?? null
      group.last?.paint(lastPrice[slot] ?? Number.NaN, decimals, now)
      const at = receivedAt[slot] ?? Number.NaN
      const code = shownTruth(table.truth[slot] ?? truthCode.gap, freshness)
      const isDoubtful = code !== truthCode.live
      const truth = isDoubtful ? truthOf(code) : null
      group.bid.paint(bidPrice[slot] ?? Number.NaN, decimals, now, isDoubtful)
      group.ask.paint(askPrice[slot] ?? Number.NaN, decimals, now, isDoubtful)
      writeAttribute(group.bid.element, 'data-truth', truth)
      writeAttribute(group.ask.element, 'data-truth', truth)
      writeAttribute(group.bid.element, 'data-best', comparable && best.bid === exchange ? '' : null)
      writeAttribute(group.ask.element, 'data-best', comparable && best.ask === exchange ? '' : null)
      if (group.age === null) continue
      // A word for what colour and line say; of a gap no age is worth telling, and beside `suspect` there is no room for one.
      const age = formatAge(now - at)
      writeText(group.age, truth === null ? age : truth === 'stale' ? `${truthText(code)} ${age}` : truthText(code))
      writeAttribute(group.age, 'data-truth', truth)
    }
    if (!cross) return
    const percent = comparable ? best.crossPercent : Number.NaN
    writeText(cross, formatSignedPercent(percent))
    writeAttribute(cross, 'data-sign', percent > 0 ? 'up' : null)
  }
}
