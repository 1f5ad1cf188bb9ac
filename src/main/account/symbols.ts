import type { Instrument } from '../../shared/domain/index.ts'
import { trim } from './bounded.ts'

/** Exchanges that answer per symbol are asked for so many at most: watched ones first, then those seen last. */
const mostSymbols = 300

/** The instruments an account has traded or is likely to trade. */
export class AccountSymbols {
  private readonly likely: () => readonly Instrument[]
  private readonly find: (symbol: string) => Instrument | undefined
  private readonly seen = new Set<string>()
  private beyond = 0

  constructor(likely: () => readonly Instrument[], find: (symbol: string) => Instrument | undefined) {
    this.likely = likely
    this.find = find
  }

  /** Named by an order, a fill or a position. */
  add(symbol: string): void {
    const isKnown = this.seen.delete(symbol)
    this.seen.add(symbol)
    if (!isKnown) trim(this.seen, mostSymbols)
  }

  /** How many there were beyond those of the newest list. */
  get leftOut(): number {
    return this.beyond
  }

  instrument(symbol: string): Instrument | undefined {
    return this.find(symbol)
  }

  /** Those that the exchange lists, each once. */
  list(): readonly Instrument[] {
    const bySymbol = new Map(this.likely().map((instrument) => [instrument.symbol, instrument]))
    for (const symbol of [...this.seen].reverse()) {
      const instrument = bySymbol.has(symbol) ? undefined : this.find(symbol)
      if (instrument !== undefined) bySymbol.set(symbol, instrument)
    }
    this.beyond = Math.max(0, bySymbol.size - mostSymbols)
    return [...bySymbol.values()].slice(0, mostSymbols)
  }
}
