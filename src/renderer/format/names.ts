import { type ConnectionState, exchangeTitles } from '../../shared/domain/index.ts'

/** An exchange this build does not know shows its id. */
const titles: Readonly<Record<string, string>> = exchangeTitles

export const exchangeTitle = (exchange: string): string => titles[exchange] ?? exchange

/** `BTC_USDT_PERP` -> base BTC, quote USDT, perpetual. */
export function splitSymbol(symbol: string): {
  readonly base: string
  readonly quote: string
  readonly isPerpetual: boolean
} {
  const isPerpetual = symbol.endsWith('_PERP')
  const [base = symbol, quote = ''] = (isPerpetual ? symbol.slice(0, -5) : symbol).split('_')
  return { base, quote, isPerpetual }
}

/** `BTC/USDT`, `BTC/USDT perp` */
export function formatSymbol(symbol: string): string {
  const { base, quote, isPerpetual } = splitSymbol(symbol)
  return `${quote === '' ? base : `${base}/${quote}`}${isPerpetual ? ' perp' : ''}`
}

/** `binance:BTC_USDT` -> the exchange's id and the symbol. */
export function splitKey(key: string): { readonly exchange: string; readonly symbol: string } {
  const at = key.indexOf(':')
  return at < 0 ? { exchange: '', symbol: key } : { exchange: key.slice(0, at), symbol: key.slice(at + 1) }
}

/** `Binance BTC/USDT perp` */
export function formatKey(key: string): string {
  const { exchange, symbol } = splitKey(key)
  return `${exchangeTitle(exchange)} ${formatSymbol(symbol)}`.trim()
}

export type Tone = 'good' | 'warning' | 'bad' | 'idle'

/** A connection's state in words, and the tone its mark takes. */
export const connectionStates: Readonly<Record<ConnectionState, { readonly text: string; readonly tone: Tone }>> = {
  connecting: { text: 'Connecting', tone: 'warning' },
  live: { text: 'Live', tone: 'good' },
  silent: { text: 'Silent, being replaced', tone: 'warning' },
  waiting: { text: 'Down, waiting to retry', tone: 'bad' },
  open_circuit: { text: 'Down, retries paused', tone: 'bad' },
  stopped: { text: 'Off', tone: 'idle' },
}

/** The words of a search for symbols as symbols write them: `eth/usdt perp` -> ETH_USDT and PERP. */
export const symbolWords = (text: string): readonly string[] =>
  text
    .toUpperCase()
    .replace(/[/-]+/g, '_')
    .split(/\s+/)
    .filter((word) => word !== '')

/** Whether a symbol contains every word of a search, in any case and order. */
export function matchesSymbol(symbol: string, text: string): boolean {
  const upper = symbol.toUpperCase()
  return symbolWords(text).every((word) => upper.includes(word))
}
