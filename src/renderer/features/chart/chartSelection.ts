/** Which instrument the chart shows, and which can be laid over it. Pure, so that it can be tested as it is. */
import type { Instrument } from '../../../shared/domain/index.ts'
import { exchangeTitle, formatSymbol } from '../../format/names.ts'

interface Choice {
  readonly symbol: string | null
  readonly exchange: string | null
}

/** The chosen instrument; else the first one watched of that symbol; else the first one watched. null: nothing is watched. */
export const chosenInstrument = (instruments: readonly Instrument[], { symbol, exchange }: Choice): Instrument | null =>
  instruments.find((instrument) => instrument.symbol === symbol && instrument.exchange === exchange) ??
  instruments.find((instrument) => instrument.symbol === symbol) ??
  instruments[0] ??
  null

/** The same symbol on the other exchanges. */
export const comparable = (instruments: readonly Instrument[], shown: Instrument): readonly Instrument[] =>
  instruments.filter(({ symbol, exchange }) => symbol === shown.symbol && exchange !== shown.exchange)

/** Instruments whose exchange, symbol or the exchange's own name contain every word; `/` and `-` count as `_`. */
export function searchInstruments(instruments: readonly Instrument[], text: string): readonly Instrument[] {
  const normalise = (part: string) => part.toUpperCase().replace(/[/-]/g, '_')
  const words = text.trim().split(/\s+/).filter(Boolean).map(normalise)
  return instruments.filter(({ exchange, symbol, nativeName }) => {
    const names = normalise(`${exchangeTitle(exchange)} ${symbol} ${formatSymbol(symbol)} ${nativeName}`)
    return words.every((word) => names.includes(word))
  })
}
