import { describe, expect, it } from 'vitest'
import { coinPairOf, decide, decisionsOn, undo } from '../../../src/renderer/stores/coin-decisions.ts'
import { SameCoinSettings } from '../../../src/shared/same-coin.ts'
import { Settings, SettingsChange } from '../../../src/shared/settings.ts'

const pair = { buy: 'gate:GMT_USDT', sell: 'mexc:GMT_USDT' }
const back = { buy: 'mexc:GMT_USDT', sell: 'gate:GMT_USDT' }
const perpetual = { buy: 'gate:GMT_USDT_PERP', sell: 'mexc:GMT_USDT' }
const none = SameCoinSettings.parse({})

/** As the hub takes them. */
function taken(settings: SameCoinSettings, changes: readonly SettingsChange[]): SameCoinSettings {
  const next: Record<string, unknown> = { ...settings }
  for (const change of changes) {
    const { path, value } = SettingsChange.parse(change)
    expect(path[0]).toBe('sameCoin')
    if (value === null) delete next[path[1] ?? '']
    else next[path[1] ?? ''] = value
  }
  return Settings.parse({ sameCoin: next }).sameCoin
}

describe('a decision on a pair', () => {
  it('names asset and exchanges, and holds in both directions and for all markets of the asset', () => {
    expect(coinPairOf(perpetual)).toEqual({ asset: 'GMT', exchanges: ['gate', 'mexc'] })
    expect(coinPairOf({ buy: 'elsewhere:GMT_USDT', sell: 'mexc:GMT_USDT' })).toBeNull()
    const banned = taken(none, decide(none, 'banned', pair))
    expect(banned.banned).toEqual([{ asset: 'GMT', exchanges: ['gate', 'mexc'] }])
    expect([pair, back, perpetual].map((one) => decisionsOn(banned, one))).toEqual([['banned'], ['banned'], ['banned']])
  })

  it('takes the opposite one back, is not kept twice, and can be undone', () => {
    const banned = taken(none, decide(none, 'banned', pair))
    const confirmed = taken(banned, decide(banned, 'confirmed', back))
    expect(confirmed).toMatchObject({ banned: [], confirmed: [{ asset: 'GMT' }] })
    expect(taken(confirmed, decide(confirmed, 'confirmed', pair)).confirmed).toHaveLength(1)
    expect(taken(confirmed, undo(confirmed, 'confirmed', perpetual))).toEqual(none)
  })

  it('mutes two markets only, beside whatever else is decided', () => {
    const confirmed = taken(none, decide(none, 'confirmed', pair))
    const muted = taken(confirmed, decide(confirmed, 'muted', pair))
    expect(decisionsOn(muted, back)).toEqual(['muted', 'confirmed'])
    expect(decisionsOn(muted, perpetual)).toEqual(['confirmed'])
    expect(taken(muted, undo(muted, 'muted', back))).toEqual(confirmed)
  })
})
