/** How exchanges are told apart where several stand in one bar: one or two letters each, and a colour. */
import { type ExchangeId, exchangeIds, knownExchanges } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'

/**
 * The first six are of Okabe and Ito; the others are as far from them as it gets, for every kind of colour-blindness, and
 * stand out from dark and light ground. So many are not told apart by colour alone: the letters stand beside them.
 */
const colors = [
  ...(['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d55e00', '#0072b2'] as const),
  ...(['#b3a61f', '#8f8f8f', '#5b3df0', '#7d5a26', '#4a6378'] as const),
] as const

/** The first letter, and where others begin with it too, the first one that none of them has in its place. */
function letterOf(exchange: ExchangeId): string {
  const title = exchangeTitle(exchange)
  const first = title.slice(0, 1)
  const rivals = knownExchanges().flatMap((id) => {
    const other = exchangeTitle(id)
    return id !== exchange && other.startsWith(first) ? [other.toLowerCase()] : []
  })
  if (rivals.length === 0) return first
  const own = [...title.toLowerCase()].find((letter, at) => at > 0 && rivals.every((rival) => rival[at] !== letter))
  return own === undefined ? title : first + own
}

const letters = new Map<ExchangeId, string>(exchangeIds.map((id) => [id, letterOf(id)]))

export const exchangeLetter = (exchange: ExchangeId): string => letters.get(exchange) ?? letterOf(exchange)
export const exchangeColor = (exchange: ExchangeId): string =>
  colors[Math.max(0, knownExchanges().indexOf(exchange)) % colors.length] ?? colors[0]
