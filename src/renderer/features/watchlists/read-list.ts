/** Reads a list of symbols as people keep them, and writes one. Pure. */
import { ExchangeId, exchangeTitle, knownExchanges, otherExchangeNames } from '../../../shared/domain/index.ts'
import { textsOf } from '../../i18n.ts'

const t = textsOf('watchlists')

export interface ReadList {
  /** As Crossbook writes them, `BTC_USDT` and `BTC_USDT_PERP`, each once, in the order they came. */
  readonly symbols: readonly string[]
  /** What was not understood: nothing else of the text is left out but comments, headings and repetitions. */
  readonly problems: readonly LineProblem[]
  /** How many symbols stood there again. */
  readonly repeated: number
}

export interface LineProblem {
  /** From 1. */
  readonly line: number
  readonly text: string
  readonly reason: string
}

/**
 * One symbol a line, several with commas or semicolons, or a CSV with a column `symbol`. Each may be written `BTC/USDT`, `BTC-USDT`,
 * `BTC_USDT` or `BTCUSDT`, with the exchange before a colon as TradingView exports it (`BINANCE:BTCUSDT.P`): the exchange is left
 * out, since a watchlist holds symbols. Perpetuals end in `.P`, `-SWAP` or `PERP`. `#` begins a comment, `###` a heading.
 * `known` tells where a word such as BTCTUSD is cut.
 */
export function readList(text: string, known: readonly string[] = []): ReadList {
  const joined = new Map(
    known.map((symbol) => [symbol.replace('_PERP', '').replace('_', ''), symbol.replace('_PERP', '')]),
  )
  const symbols = new Set<string>()
  const problems: LineProblem[] = []
  let repeated = 0
  let column: number | null = null
  let isBegun = false
  text.split(/\r\n|\r|\n/).forEach((line, index) => {
    if (line.trim() === '' || /^\s*#(?!##)/.test(line)) return
    const cells = splitCells(line)
    if (!isBegun) {
      isBegun = true
      const header = cells.findIndex((cell) => /^(symbol|ticker|pair|instrument|market)$/i.test(cell))
      if (header >= 0) {
        column = header
        return
      }
    }
    const named = column === null ? cells.filter((cell) => cell !== '') : [cells[column] ?? '']
    for (const cell of named) {
      if (cell.startsWith('###')) continue
      const symbol = readSymbol(cell, joined)
      if (typeof symbol !== 'string')
        problems.push({ line: index + 1, text: cell === '' ? line.trim() : cell, reason: symbol.problem })
      else if (symbols.has(symbol)) repeated++
      else symbols.add(symbol)
    }
  })
  return { symbols: [...symbols], problems, repeated }
}

/** A file that `readList` reads back as the same list. */
export const writeList = (symbols: readonly string[]): string => symbols.map((symbol) => `${symbol}\n`).join('')

/** Cells of a line between commas, semicolons or tabs, without their quotes and the room around them. */
function splitCells(line: string): readonly string[] {
  const cells = line.match(/(?:"(?:[^"]|"")*"|[^,;\t])+|(?<=[,;\t]|^)(?=[,;\t]|$)/g) ?? []
  return cells.map((cell) => {
    const trimmed = cell.trim()
    return (/^".*"$/.test(trimmed) ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed).trim()
  })
}

interface Refused {
  readonly problem: string
}

/** Where a word without a separator ends in its quote asset. */
const quotes = [
  'USDT',
  'USDC',
  'FDUSD',
  'TUSD',
  'BUSD',
  'USDE',
  'DAI',
  'USD',
  'EUR',
  'GBP',
  'TRY',
  'BRL',
  'JPY',
  'BTC',
  'ETH',
  'BNB',
]

const perpetual = /(?:\.P|[-_ ]?SWAP|[-_. ]PERP|(?<=USDT|USDC|USD)PERP)$/
const pair = /^([^\s_/:.-]+)[-_/ ]([^\s_/:.-]+)$/

const noSymbol: Refused = { problem: t('refusals.noSymbol') }
const emptyLine: Refused = { problem: t('refusals.emptyLine') }
const otherSettlement: Refused = { problem: t('refusals.settlement') }
const noQuote: Refused = { problem: t('refusals.noQuote') }

/** No asset is called as perpetuals are marked: read back, `BTC_PERP` would be another market. */
const symbolOf = (base: string, quote: string, suffix: string): string | Refused =>
  quote === 'PERP' || quote === 'SWAP' ? noSymbol : `${base}_${quote}${suffix}`

function readSymbol(cell: string, joined: ReadonlyMap<string, string>): string | Refused {
  const written = cell.toUpperCase()
  if (written === '') return emptyLine
  // BTC/USDT:USDT, as ccxt writes a perpetual: what follows the colon is the asset it settles in.
  const settled = /^([^\s/:]+)\/([^\s/:]+):([^\s/:]+)$/.exec(written)
  if (settled) {
    const [, base = '', quote = '', settle] = settled
    return settle === quote ? symbolOf(base, quote, '_PERP') : otherSettlement
  }
  const at = written.indexOf(':')
  if (at >= 0) {
    const name = written.slice(0, at).trim().toLowerCase()
    if (!ExchangeId.safeParse(otherExchangeNames[name] ?? name).success)
      return {
        problem: t('refusals.exchange', {
          name: cell.slice(0, at),
          known: knownExchanges().map(exchangeTitle).join(', '),
        }),
      }
  }
  const named = written.slice(at + 1).trim()
  const market = named.replace(perpetual, '')
  const suffix = market === named ? '' : '_PERP'
  const found = pair.exec(market)
  if (found) return symbolOf(found[1] ?? '', found[2] ?? '', suffix)
  if (!/^[^\s_/:.-]+$/.test(market)) return noSymbol
  const whole = joined.get(market)
  if (whole !== undefined) return `${whole}${suffix}`
  const fitting = quotes.filter((quote) => market.endsWith(quote) && market.length > quote.length)
  const [quote] = fitting
  if (quote === undefined) return noQuote
  const cut = (its: string) => `${market.slice(0, -its.length)}/${its}`
  if (fitting.length > 1) return { problem: t('refusals.severalQuotes', { pairs: fitting.map(cut) }) }
  return `${market.slice(0, -quote.length)}_${quote}${suffix}`
}
