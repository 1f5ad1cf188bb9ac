import { type ExchangeId, type Instrument, instrumentKey, type ListedInstrument } from '../../shared/domain/index.ts'
import type { InstrumentLookup } from '../exchanges/contract.ts'

/**
 * Every instrument any exchange lists, each with an id that stays the same within one data folder. Ids are given here, in one
 * place; storage keeps them. What an exchange no longer lists stays, as `delisted`, because stored rows refer to it.
 */
export class InstrumentCatalog {
  private readonly byKey = new Map<string, Instrument>()
  private readonly ids = new Map<number, Instrument>()
  private readonly lookups = new Map<ExchangeId, InstrumentLookup>()
  private nextId: number

  constructor(stored: readonly Instrument[]) {
    for (const instrument of stored) this.put(instrument)
    this.nextId = stored.reduce((highest, { id }) => Math.max(highest, id), 0) + 1
    for (const exchange of new Set(stored.map((one) => one.exchange))) this.index(exchange)
  }

  get size(): number {
    return this.byKey.size
  }

  get(key: string): Instrument | undefined {
    return this.byKey.get(key)
  }

  byId(id: number): Instrument | undefined {
    return this.ids.get(id)
  }

  /** How many instruments of the exchange can be traded or are paused; delisted ones do not count. */
  count(exchange: ExchangeId): number {
    const { spot, perpetual } = this.lookup(exchange)
    return spot.size + perpetual.size
  }

  /** The exchange's listed instruments by its own names. */
  lookup(exchange: ExchangeId): InstrumentLookup {
    return this.lookups.get(exchange) ?? { spot: new Map(), perpetual: new Map() }
  }

  /**
   * Takes an exchange's whole list: new instruments get ids, changed ones their changes, missing ones `delisted`. `unread` names (as
   * the exchange does) those that are on the list but could not be read: what is known of them stands. Returns what changed.
   */
  merge(
    exchange: ExchangeId,
    listed: readonly ListedInstrument[],
    unread: readonly string[] = [],
  ): readonly Instrument[] {
    const stands = new Set(unread)
    const changed: Instrument[] = []
    const seen = new Set<string>()
    for (const item of listed) {
      const key = instrumentKey(exchange, item.symbol)
      // Two native names for one symbol (a listing being replaced): the trading one stands, else the first.
      if (seen.has(key) && (item.status !== 'trading' || this.byKey.get(key)?.status === 'trading')) continue
      seen.add(key)
      const known = this.byKey.get(key)
      const instrument: Instrument = { ...item, id: known?.id ?? this.nextId++, key }
      if (known && same(known, instrument)) continue
      this.put(instrument)
      changed.push(instrument)
    }
    for (const known of this.byKey.values()) {
      if (known.exchange !== exchange || seen.has(known.key) || known.status === 'delisted') continue
      if (stands.has(known.nativeName)) continue
      const gone: Instrument = { ...known, status: 'delisted' }
      this.put(gone)
      changed.push(gone)
    }
    if (changed.length > 0) this.index(exchange)
    return changed
  }

  /** The exchange's instruments among these symbols, in their order, delisted ones left out. */
  watched(exchange: ExchangeId, symbols: readonly string[]): readonly Instrument[] {
    return symbols.flatMap((symbol) => {
      const instrument = this.byKey.get(instrumentKey(exchange, symbol))
      return instrument && instrument.status !== 'delisted' ? [instrument] : []
    })
  }

  /** Listed instruments whose symbol contains the text; exact and leading matches first, then by symbol and exchange. */
  search(query: string, limit: number): readonly Instrument[] {
    const wanted = query
      .trim()
      .toUpperCase()
      .replace(/[\s/-]/g, '_')
    const rank = (symbol: string) => (symbol === wanted ? 0 : symbol.startsWith(wanted) ? 1 : 2)
    return [...this.byKey.values()]
      .filter(({ symbol, status }) => status !== 'delisted' && symbol.toUpperCase().includes(wanted))
      .sort(
        (a, b) =>
          rank(a.symbol.toUpperCase()) - rank(b.symbol.toUpperCase()) ||
          a.symbol.length - b.symbol.length ||
          (a.key < b.key ? -1 : 1),
      )
      .slice(0, limit)
  }

  private put(instrument: Instrument): void {
    this.byKey.set(instrument.key, instrument)
    this.ids.set(instrument.id, instrument)
  }

  private index(exchange: ExchangeId): void {
    const spot = new Map<string, Instrument>()
    const perpetual = new Map<string, Instrument>()
    for (const instrument of this.byKey.values()) {
      if (instrument.exchange !== exchange || instrument.status === 'delisted') continue
      const names = instrument.kind === 'spot' ? spot : perpetual
      names.set(instrument.nativeName, instrument)
    }
    this.lookups.set(exchange, { spot, perpetual })
  }
}

const same = (a: Instrument, b: Instrument): boolean =>
  a.nativeName === b.nativeName &&
  a.status === b.status &&
  a.tickSize === b.tickSize &&
  a.lotSize === b.lotSize &&
  a.minimumQuantity === b.minimumQuantity &&
  a.minimumNotional === b.minimumNotional &&
  a.contractSize === b.contractSize &&
  a.kind === b.kind &&
  a.base === b.base &&
  a.quote === b.quote
