import type { InstrumentLookup } from '../../src/main/exchanges/contract.ts'
import type { ExchangeSession } from '../../src/main/exchanges/session.ts'
import {
  type ExchangeId,
  type Instrument,
  instrumentKey,
  type MarketKind,
  symbolOf,
} from '../../src/shared/domain/index.ts'

let nextId = 1

/** An instrument for tests; sizes as given, everything else plausible. */
export function instrument(
  exchange: ExchangeId,
  kind: MarketKind,
  base: string,
  quote: string,
  nativeName: string,
  more: Partial<Instrument> = {},
): Instrument {
  const symbol = symbolOf(base, quote, kind)
  return {
    id: nextId++,
    key: instrumentKey(exchange, symbol),
    exchange,
    symbol,
    kind,
    base,
    quote,
    nativeName,
    tickSize: 0.01,
    lotSize: 0.0001,
    minimumQuantity: null,
    minimumNotional: null,
    contractSize: 1,
    status: 'trading',
    ...more,
  }
}

export function lookupOf(instruments: readonly Instrument[]): InstrumentLookup {
  const of = (kind: MarketKind) => new Map(instruments.filter((i) => i.kind === kind).map((i) => [i.nativeName, i]))
  return { spot: of('spot'), perpetual: of('perpetual') }
}

/** What the session's exchange lists, by its REST, numbered and given to the session as the hub does. */
export async function loadListed(
  session: ExchangeSession,
  isWanted: (instrument: Instrument) => boolean = () => true,
): Promise<readonly Instrument[]> {
  const listed = await session.loadInstruments()
  if (!listed.ok) throw new Error(listed.failure.message)
  const instruments = listed.value
    .map((one, id) => ({ ...one, id, key: instrumentKey(one.exchange, one.symbol) }))
    .filter(isWanted)
  session.useInstruments(lookupOf(instruments))
  return instruments
}

/** As the catalogue finds them. */
export const indexOf = (instruments: readonly Instrument[]) => ({
  get: (key: string) => instruments.find((instrument) => instrument.key === key),
  byId: (id: number) => instruments.find((instrument) => instrument.id === id),
})
