/** Which pair and which basis the History screen shows. Pure, so that it can be tested as it is. */
import type { Instrument } from '../../../shared/domain/index.ts'

export interface HistoryChoice {
  /** Instrument keys; null: whatever suits the symbol. */
  readonly buy: string | null
  readonly sell: string | null
  readonly spot: string | null
  readonly perpetual: string | null
}
export const noHistoryChoice: HistoryChoice = { buy: null, sell: null, spot: null, perpetual: null }

/** Lengths of a bucket that can be chosen, ms: all of the hub's ladder. */
export const historySteps = [1_000, 10_000, 60_000, 900_000, 3_600_000] as const

const isOther = (a: Instrument, b: Instrument) => a.key !== b.key && a.base === b.base && a.quote === b.quote

/** What a leg can be compared with: the same assets on another exchange or in the other kind of market, the same kind first. */
export const counterparts = (instruments: readonly Instrument[], leg: Instrument): readonly Instrument[] =>
  instruments
    .filter((one) => isOther(one, leg))
    .sort((a, b) => Number(a.kind !== leg.kind) - Number(b.kind !== leg.kind) || a.key.localeCompare(b.key))

/** The chosen pair as far as it is watched; else one of the symbol, else the first there is. null: nothing can be compared. */
export function chosenPair(
  instruments: readonly Instrument[],
  choice: HistoryChoice,
  symbol: string | null,
): { readonly buy: Instrument; readonly sell: Instrument } | null {
  const byKey = (key: string | null) => instruments.find((one) => one.key === key)
  const candidates = [byKey(choice.buy), ...instruments.filter((one) => one.symbol === symbol), ...instruments]
  for (const buy of candidates) {
    if (!buy) continue
    const others = counterparts(instruments, buy)
    const sell = others.find((one) => one.key === choice.sell) ?? others[0]
    if (sell) return { buy, sell }
  }
  return null
}

/** Spot markets of a perpetual's assets, its own exchange's first. */
export const spotsOf = (instruments: readonly Instrument[], perpetual: Instrument): readonly Instrument[] =>
  instruments
    .filter((one) => one.kind === 'spot' && isOther(one, perpetual))
    .sort(
      (a, b) =>
        Number(a.exchange !== perpetual.exchange) - Number(b.exchange !== perpetual.exchange) ||
        a.key.localeCompare(b.key),
    )

/** The chosen perpetual; else one of the symbol's assets, else the first that has a spot market. null: there is none. */
export function chosenBasis(
  instruments: readonly Instrument[],
  choice: HistoryChoice,
  symbol: string | null,
): { readonly spot: Instrument; readonly perpetual: Instrument } | null {
  const perpetuals = instruments.filter(({ kind }) => kind === 'perpetual')
  const wanted = symbol?.replace(/_PERP$/, '')
  const candidates = [
    ...perpetuals.filter(({ key }) => key === choice.perpetual),
    ...perpetuals.filter(({ base, quote }) => `${base}_${quote}` === wanted),
    ...perpetuals,
  ]
  for (const perpetual of candidates) {
    const spots = spotsOf(instruments, perpetual)
    const spot = spots.find(({ key }) => key === choice.spot) ?? spots[0]
    if (spot) return { spot, perpetual }
  }
  return null
}
