/** What a venue lists, by the exchange's names: arrays and maps that stay the same and are filled anew when a market is listed or delisted. */
import type { SimInstrument, SimMarket } from './venue.ts'

export function listedOf(
  market: SimMarket,
  isServed: (instrument: SimInstrument) => boolean,
): readonly SimInstrument[] {
  const listed: SimInstrument[] = []
  const fill = (): void => {
    listed.splice(0, listed.length, ...market.instruments.filter(isServed))
  }
  fill()
  market.onListing?.(fill)
  return listed
}

/** `namesOf`: all names that the venue knows an instrument by; none where it does not serve it. */
export function listedBy(
  market: SimMarket,
  namesOf: (instrument: SimInstrument) => readonly string[],
): ReadonlyMap<string, SimInstrument> {
  const byName = new Map<string, SimInstrument>()
  const fill = (): void => {
    byName.clear()
    for (const instrument of market.instruments) for (const name of namesOf(instrument)) byName.set(name, instrument)
  }
  fill()
  market.onListing?.(fill)
  return byName
}
