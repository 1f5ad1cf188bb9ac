/** Fills and public trades as marks on a chart, and in words. Pure, so that it can be tested as it is. */
import { addAmounts, multiplyAmounts } from '../../../shared/amount.ts'
import { type Fill, fillKey } from '../../../shared/domain/index.ts'
import type { TradeList } from '../../../shared/history.ts'
import { formatHeld, formatPriceText } from '../../format/amount.ts'
import { formatDateTime } from '../../format/time.ts'
import { textsOf } from '../../i18n.ts'
import type { Mark } from './marks.ts'

const t = textsOf('chart')

const smallest = 4
const largest = 9

/** Area by quantity: the largest fill is the largest mark. A buy points up, a sell down. */
export function fillMarks(fills: readonly Fill[]): readonly Mark[] {
  const most = fills.reduce((top, { quantity }) => Math.max(top, Number(quantity)), 0)
  return fills.map((fill) => ({
    id: fillKey(fill),
    at: fill.at,
    price: Number(fill.price),
    shape: fill.side === 'BUY' ? 'up' : 'down',
    color: fill.side === 'BUY' ? 'up' : 'down',
    size: smallest + (largest - smallest) * Math.sqrt(most > 0 ? Number(fill.quantity) / most : 0),
  }))
}

/** Smaller than fills, and hollow: a circle each, its area by what was paid. */
export function tradeMarks({ at, price, quantity, isBuy }: TradeList): readonly Mark[] {
  const worth = (row: number) => (price[row] ?? 0) * (quantity[row] ?? 0)
  let most = 0
  for (let row = 0; row < at.length; row++) most = Math.max(most, worth(row))
  return Array.from(at, (time, row) => ({
    id: String(row),
    at: time,
    price: price[row] ?? Number.NaN,
    shape: 'ring',
    color: isBuy[row] === 1 ? 'up' : 'down',
    size: 1.5 + 6 * Math.sqrt(most > 0 ? worth(row) / most : 0),
  }))
}

/** `▲ Bought 0.5 at 84,210 · fee 0.0005 BTC · 2026-11-21 14:05:09` */
export function fillText({ side, quantity, price, fee, feeAsset, at }: Fill): string {
  const values = { quantity: formatHeld(quantity), price: formatPriceText(price) }
  const what = side === 'BUY' ? `▲ ${t('fill.bought', values)}` : `▼ ${t('fill.sold', values)}`
  const asset = feeAsset === null ? '' : ` ${feeAsset}`
  const paid = fee === null ? '' : ` · ${t('fill.fee', { fee: `${formatHeld(fee)}${asset}` })}`
  return `${what}${paid} · ${formatDateTime(at)}`
}

/** Fills of from <= t < to in one line, `▲ 2 buys of 0.7 at 84,210 ▼ 1 sell of 0.1 at 84,300`; empty where there are none. */
export function fillsText(fills: readonly Fill[], from: number, to: number): string {
  const within = fills.filter(({ at }) => at >= from && at < to)
  const side = (which: Fill['side'], sign: string, word: 'buys' | 'sells'): string[] => {
    const own = within.filter((fill) => fill.side === which)
    const quantity = own.reduce((sum, fill) => addAmounts(sum, fill.quantity), '0')
    const paid = own.reduce((sum, fill) => addAmounts(sum, multiplyAmounts(fill.price, fill.quantity)), '0')
    if (own.length === 0) return []
    const average = Number(paid) / Number(quantity)
    const values = { count: own.length, quantity: formatHeld(quantity) }
    if (!Number.isFinite(average)) return [`${sign} ${t(`fills.${word}`, values)}`]
    const price = formatPriceText(String(Number(average.toPrecision(8))))
    return [`${sign} ${t(`fills.${word}At`, { ...values, price })}`]
  }
  return [...side('BUY', '▲', 'buys'), ...side('SELL', '▼', 'sells')].join('  ')
}
