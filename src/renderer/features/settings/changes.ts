/** How wishes become changes of the settings file. Pure. */
import { type ExchangeId, exchangeIds, type FeeRates, type MarketKind } from '../../../shared/domain/index.ts'
import type { ExchangeFees, Settings, SettingsChange } from '../../../shared/settings.ts'

export type Mode = 'demo' | 'live'

/**
 * Whether an exchange is in use. In the demo all are until any is configured; live, only configured ones are, and those unless
 * switched off.
 */
export function isEnabled(settings: Settings, mode: Mode, exchange: ExchangeId): boolean {
  const configured = settings.exchanges[exchange]
  if (configured) return configured.enabled
  return mode === 'demo' && exchangeIds.every((id) => settings.exchanges[id] === undefined)
}

/**
 * A change to one exchange's settings. Merely naming an exchange in the file can switch others off, or the demo to live: so what
 * was in use and the mode are written down with it, where they stood nowhere yet.
 */
export function exchangeChanges(settings: Settings, mode: Mode, change: SettingsChange): SettingsChange[] {
  const changes: SettingsChange[] = []
  if (settings.mode === undefined) changes.push({ path: ['mode'], value: mode })
  for (const exchange of exchangeIds) {
    if (settings.exchanges[exchange] === undefined)
      changes.push({ path: ['exchanges', exchange, 'enabled'], value: isEnabled(settings, mode, exchange) })
  }
  const isSame = (other: SettingsChange) => other.path.join('.') === change.path.join('.')
  return [...changes.filter((other) => !isSame(other)), change]
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
