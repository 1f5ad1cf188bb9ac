/** What is received of the instruments on the watch list, and of those that are named elsewhere in the settings. */
import type { Instrument, MarketKind } from '../../shared/domain/index.ts'
import type { Settings } from '../../shared/settings.ts'
import type { Connector, Topic } from '../exchanges/contract.ts'

export interface Named {
  readonly watched: readonly Instrument[]
  /** Whose public trades are recorded, watched or not. */
  readonly recorded: readonly Instrument[]
  /** Whose order books are kept, watched or not. */
  readonly books: readonly Instrument[]
}

/** One exchange's instruments by what the settings want of them. `find` gives those of some symbols. */
export function namedBy(
  { symbols, trades, orderBooks }: Settings,
  connector: Connector,
  find: (symbols: readonly string[]) => readonly Instrument[],
): Named {
  const watched = find(symbols)
  const books = orderBooks.symbols === 'watched' ? watched : find(orderBooks.symbols)
  const hasBook = ({ kind }: Instrument) => connector.bookRules(kind) !== null
  return { watched, recorded: find(trades.record), books: books.filter(hasBook) }
}

export const topicsOf = ({ watched, recorded, books }: Named, { periods }: Settings): Topic[] => [
  ...watched.flatMap((instrument) => watchedTopics(instrument, periods)),
  ...recorded
    .filter((instrument) => !watched.includes(instrument))
    .map((instrument): Topic => ({ channel: 'trade', instrument, period: null })),
  ...books.map((instrument): Topic => ({ channel: 'order_book', instrument, period: null })),
]

const watchedTopics = (instrument: Instrument, periods: Settings['periods']): Topic[] => [
  { channel: 'book_ticker', instrument, period: null },
  { channel: 'trade', instrument, period: null },
  ...periods.map((period): Topic => ({ channel: 'kline', instrument, period })),
  ...(instrument.kind === 'perpetual' ? [{ channel: 'funding_rate', instrument, period: null } satisfies Topic] : []),
]

export const kindOf = (symbol: string): MarketKind => (symbol.endsWith('_PERP') ? 'perpetual' : 'spot')
