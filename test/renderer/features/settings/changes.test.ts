import { describe, expect, it } from 'vitest'
import { exchangeChanges, feesOf, heldBy, isEnabled } from '../../../../src/renderer/features/settings/changes.ts'
import { Settings } from '../../../../src/shared/settings.ts'

const untouched = Settings.parse({})
const live = Settings.parse({ mode: 'live', exchanges: { okx: {}, gate: { enabled: false } } })

describe('which exchanges are in use', () => {
  it('is all of them in an untouched demo, and none live', () =>
    expect([isEnabled(untouched, 'demo', 'mexc'), isEnabled(untouched, 'live', 'mexc')]).toEqual([true, false]))
  it('is the configured ones that are not switched off', () =>
    expect((['binance', 'okx', 'gate'] as const).map((id) => isEnabled(live, 'live', id))).toEqual([
      false,
      true,
      false,
    ]))
})

describe('a change to an exchange', () => {
  it('writes down the mode and the others first, so that naming one in the file changes nothing else', () =>
    expect(exchangeChanges(untouched, 'demo', { path: ['exchanges', 'okx', 'enabled'], value: false })).toEqual([
      { path: ['mode'], value: 'demo' },
      { path: ['exchanges', 'binance', 'enabled'], value: true },
      { path: ['exchanges', 'gate', 'enabled'], value: true },
      { path: ['exchanges', 'mexc', 'enabled'], value: true },
      { path: ['exchanges', 'okx', 'enabled'], value: false },
    ]))
  it('stands alone where everything is written down already', () => {
    const all = Settings.parse({ mode: 'live', exchanges: { binance: {}, okx: {}, gate: {}, mexc: {} } })
    const change = { path: ['exchanges', 'okx', 'fees', 'spot'], value: { maker: 0, taker: 0.001 } }
    expect(exchangeChanges(all, 'live', change)).toEqual([change])
  })
})

it('takes own fees before standard ones, and none where neither is known', () => {
  const rates = (taker: number) => ({ maker: 0, taker })
  const standard = { okx: { spot: rates(0.001), perpetual: rates(0.0005) } }
  const settings = Settings.parse({ exchanges: { okx: { fees: { spot: rates(0.0007) } } } })
  expect([
    feesOf(settings, standard, 'okx', 'spot'),
    feesOf(settings, standard, 'okx', 'perpetual'),
    feesOf(settings, standard, 'gate', 'spot'),
  ]).toEqual([{ rates: rates(0.0007), isOwn: true }, { rates: rates(0.0005), isOwn: false }, null])
})

it('finds what holds a setting, itself or as a part of what is held', () => {
  const overridden = { mode: '--demo', 'exchanges.okx.enabled': '--exchanges', symbols: 'CROSSBOOK_SYMBOLS' }
  expect([
    heldBy(overridden, ['mode']),
    heldBy(overridden, ['exchanges', 'okx', 'enabled']),
    heldBy(overridden, ['exchanges', 'okx', 'fees']),
    heldBy(overridden, ['symbols', '0']),
  ]).toEqual(['--demo', '--exchanges', null, 'CROSSBOOK_SYMBOLS'])
})
