/** How exchanges are told apart where several stand in one bar: a letter each, and a colour. */
import { type ExchangeId, exchangeIds } from '../../../shared/domain/index.ts'
import { exchangeTitle } from '../../format/names.ts'

/** Of Okabe and Ito, apart for every kind of colour-blindness and on dark and light ground. */
const colors = ['#e69f00', '#56b4e9', '#009e73', '#cc79a7', '#d55e00', '#0072b2', '#b3a61f', '#8f8f8f'] as const

/** The fewest first letters that no other exchange begins with. */
function letterOf(exchange: ExchangeId): string {
  const title = exchangeTitle(exchange)
  const others = exchangeIds.filter((id) => id !== exchange).map((id) => exchangeTitle(id).toUpperCase())
  for (let length = 1; length < title.length; length++) {
    const start = title.slice(0, length).toUpperCase()
    if (!others.some((other) => other.startsWith(start))) return title.slice(0, length)
  }
  return title
}

const letters = new Map(exchangeIds.map((id) => [id, letterOf(id)]))

export const exchangeLetter = (exchange: ExchangeId): string => letters.get(exchange) ?? exchange
export const exchangeColor = (exchange: ExchangeId): string =>
  colors[exchangeIds.indexOf(exchange) % colors.length] ?? colors[0]
