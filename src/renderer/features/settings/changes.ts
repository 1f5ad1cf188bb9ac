/** How wishes become changes of the settings file. Pure. */
import {
  type ExchangeId,
  type FeeRates,
  isBuiltIn,
  knownExchanges,
  type MarketKind,
} from '../../../shared/domain/index.ts'
import { type ExchangeFees, enabledExchanges, type Settings, type SettingsChange } from '../../../shared/settings.ts'

export type Mode = 'demo' | 'live'

/** A plugin's is never in the demo: there it shows what it will be when live. */
export const isEnabled = (settings: Settings, mode: Mode, exchange: ExchangeId): boolean =>
  enabledExchanges(settings, isBuiltIn(exchange) ? mode : 'live').includes(exchange)

/** Those that the settings say the trader uses: switched on, or with an account. */
export const exchangesInUse = ({ exchanges, accounts }: Settings): readonly ExchangeId[] =>
  knownExchanges().filter((id) => exchanges[id]?.enabled || accounts.some(({ exchange }) => exchange === id))

/**
 * A change to one exchange's settings. Merely naming an exchange in the file can switch others off, or the demo to live: so what
 * was in use and the mode are written down with it, where they stood nowhere yet.
 */
export function exchangeChanges(settings: Settings, mode: Mode, change: SettingsChange): SettingsChange[] {
  const changes: SettingsChange[] = []
  if (settings.mode === undefined) changes.push({ path: ['mode'], value: mode })
  for (const exchange of knownExchanges()) {
    if (settings.exchanges[exchange] === undefined)
      changes.push({ path: ['exchanges', exchange, 'enabled'], value: isEnabled(settings, mode, exchange) })
  }
  const isSame = (other: SettingsChange) => other.path.join('.') === change.path.join('.')
  return [...changes.filter((other) => !isSame(other)), change]
}

/** Whether every word of a search is part of an exchange's name, or begins the name of a kind that it trades. */
export function matchesExchange(title: string, kinds: readonly string[], text: string): boolean {
  const words = text.toLowerCase().split(/\s+/)
  return words.every(
    (word) => title.toLowerCase().includes(word) || kinds.some((kind) => kind.toLowerCase().startsWith(word)),
  )
}

/** The fees in force and whether they are the trader's own; null where neither they nor the standard are known. */
export function feesOf(
  settings: Settings,
  standardFees: Readonly<Record<string, ExchangeFees>>,
  exchange: ExchangeId,
  kind: MarketKind,
): { readonly rates: FeeRates; readonly isOwn: boolean } | null {
  const own = settings.exchanges[exchange]?.fees[kind]
  const rates = own ?? standardFees[exchange]?.[kind]
  return rates ? { rates, isOwn: own !== undefined } : null
}

/** What holds a setting (a flag, an environment variable), itself or as a whole; null when the file decides. */
export function heldBy(overridden: Readonly<Record<string, string>>, path: readonly string[]): string | null {
  for (let length = path.length; length > 0; length--) {
    const holder = overridden[path.slice(0, length).join('.')]
    if (holder !== undefined) return holder
  }
  return null
}
