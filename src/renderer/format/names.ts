import { type ConnectionState, ExchangeId, exchangeTitle as titleOf } from '../../shared/domain/index.ts'
import { textsOf } from '../i18n.ts'

const t = textsOf('format')

/** An exchange this build does not know shows its id. */
export function exchangeTitle(exchange: string): string {
  const known = ExchangeId.safeParse(exchange)
  return known.success ? titleOf(known.data) : exchange
}

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

/** A connection's state in words, and in one where room is scarce, and the tone its mark takes. */
export const connectionStates: Readonly<
  Record<ConnectionState, { readonly text: string; readonly word: string; readonly tone: Tone }>
> = {
  connecting: {
    text: t('connectionStates.connecting.text'),
    word: t('connectionStates.connecting.word'),
    tone: 'warning',
  },
  live: { text: t('connectionStates.live.text'), word: t('connectionStates.live.word'), tone: 'good' },
  silent: { text: t('connectionStates.silent.text'), word: t('connectionStates.silent.word'), tone: 'warning' },
  waiting: { text: t('connectionStates.waiting.text'), word: t('connectionStates.waiting.word'), tone: 'bad' },
  open_circuit: {
    text: t('connectionStates.open_circuit.text'),
    word: t('connectionStates.open_circuit.word'),
    tone: 'bad',
  },
  stopped: { text: t('connectionStates.stopped.text'), word: t('connectionStates.stopped.word'), tone: 'idle' },
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
