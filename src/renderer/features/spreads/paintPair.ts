import { type SpreadPair, truthCode, verdictOf } from '../../../shared/domain/index.ts'
import {
  absent,
  directionSign,
  formatAmount,
  formatPrice,
  formatQuantity,
  formatSignedPercent,
} from '../../format/number.ts'
import { formatInterval, verdictText, verdictWords } from '../../format/spread-words.ts'
import { formatAge } from '../../format/time.ts'
import { truthText, truthWords } from '../../format/truth-words.ts'
import { textsOf } from '../../i18n.ts'
import type { SpreadField, SpreadTable } from '../../stores/spreads.ts'
import { writeAttribute, writeText } from '../../ui/painter.ts'

const t = textsOf('spreads')
/** Held, not asked for at every paint. */
const noQuote = t('age.none')
const staleAge = t('age.stale')

export interface PairDecimals {
  readonly buy: number | null
  readonly sell: number | null
}

/**
 * The paint function of one row; its cells are marked data-cell with the field they show. While `isLinked` says no, nothing is
 * heard of any spread, so every one is shown as stale.
 */
export function createPairPaint(
  element: Element,
  pair: SpreadPair,
  table: SpreadTable,
  decimals: PairDecimals,
  isLinked: () => boolean,
) {
  const cell = (name: SpreadField) => element.querySelector(`[data-cell="${name}"]`)
  const cells = {
    buyPrice: cell('buyPrice'),
    sellPrice: cell('sellPrice'),
    grossPercent: cell('grossPercent'),
    netPercent: cell('netPercent'),
    executableQuantity: cell('executableQuantity'),
    executableProfit: cell('executableProfit'),
    carryPercent: cell('carryPercent'),
    interval: cell('lowNetPercent'),
    verdict: element.querySelector('[data-cell="verdict"]'),
    buyReceivedAt: cell('buyReceivedAt'),
    sellReceivedAt: cell('sellReceivedAt'),
  }
  const { columns } = table
  const value = (field: SpreadField) => columns[field][pair.index] ?? Number.NaN

  const paintSigned = (target: Element | null, number: number, text: string) => {
    if (!target) return
    writeText(target, Number.isNaN(number) ? absent : `${directionSign(number)} ${text}`)
    writeAttribute(target, 'data-sign', number > 0 ? 'up' : number < 0 ? 'down' : null)
  }
  const paintText = (target: Element | null, text: string) => {
    if (target) writeText(target, text)
  }

  return (now: number) => {
    const net = value('netPercent')
    const profit = value('executableProfit')
    const verdict = verdictOf(table.verdict[pair.index] ?? -1)
    paintText(cells.buyPrice, formatPrice(value('buyPrice'), decimals.buy))
    paintText(cells.sellPrice, formatPrice(value('sellPrice'), decimals.sell))
    paintText(cells.grossPercent, formatSignedPercent(value('grossPercent')))
    const linked = isLinked()
    const code = table.truth[pair.index] ?? truthCode.gap
    const doubt = linked ? truthText(code) : truthWords.stale.text
    paintSigned(cells.netPercent, net, formatSignedPercent(net))
    // Where there is no number it says why: one of the legs cannot be relied on.
    if (Number.isNaN(net) && cells.netPercent) writeText(cells.netPercent, doubt === '' ? absent : doubt)
    paintText(cells.executableQuantity, formatQuantity(value('executableQuantity')))
    paintSigned(cells.executableProfit, profit, formatAmount(profit))
    paintText(cells.carryPercent, formatSignedPercent(value('carryPercent'), 1))
    paintText(cells.interval, formatInterval(value('lowNetPercent'), value('highNetPercent')))
    // Most pairs leave nothing: that is true, and no news.
    for (const target of [cells.executableQuantity, cells.executableProfit])
      if (target) writeAttribute(target, 'data-zero', profit === 0 ? '' : null)
    const { sign, text } = linked ? verdictText(verdict, net) : verdictWords.absent
    paintText(cells.verdict, `${sign} ${text}`)
    writeAttribute(element, 'data-verdict', verdict)
    const isStale = !linked || Number.isNaN(net)
    for (const field of ['buyReceivedAt', 'sellReceivedAt'] as const) {
      const at = value(field)
      const target = cells[field]
      if (!target) continue
      const age = formatAge(now - at)
      writeText(target, Number.isNaN(at) ? noQuote : linked ? age : `${staleAge} ${age}`)
      writeAttribute(target, 'data-stale', isStale ? '' : null)
    }
    writeAttribute(element, 'data-stale', isStale ? '' : null)
  }
}
