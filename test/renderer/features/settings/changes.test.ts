import { describe, expect, it } from 'vitest'
import {
  exchangeChanges,
  exchangesInUse,
  feesOf,
  heldBy,
  isEnabled,
  matchesExchange,
} from '../../../../src/renderer/features/settings/changes.ts'
import { demoExchangeIds, exchangeIds } from '../../../../src/shared/domain/index.ts'
import { Settings } from '../../../../src/shared/settings.ts'

const untouched = Settings.parse({})
const live = Settings.parse({ mode: 'live', exchanges: { okx: {}, gate: { enabled: false } } })

describe('which exchanges are in use', () => {
  it('is some of them in an untouched demo, and none live', () => {
    expect(exchangeIds.filter((id) => isEnabled(untouched, 'demo', id))).toEqual(demoExchangeIds)
    expect(exchangeIds.filter((id) => isEnabled(untouched, 'live', id))).toEqual([])
  })
  it('is the configured ones that are not switched off', () =>
    expect((['binance', 'okx', 'gate'] as const).map((id) => isEnabled(live, 'live', id))).toEqual([
      false,
      true,
      false,
    ]))
})

it('takes an exchange that is switched on or has an account for one in use', () => {
  const accounts = [{ id: 'mexc-main', exchange: 'mexc', label: 'Main' }]
  expect([exchangesInUse(untouched), exchangesInUse(Settings.parse({ ...live, accounts }))]).toEqual([
    [],
    ['okx', 'mexc'],
  ])
})

it('finds exchanges by their names and what they trade', () => {
  const kinds = { 'Crypto.com': ['Spot', 'Perpetual'], Coinbase: ['Spot'] }
  const found = (text: string) =>
    Object.entries(kinds).flatMap(([title, traded]) => (matchesExchange(title, traded, text) ? [title] : []))
  expect(['', 'co', 'BASE', 'perp', 'spot coin', 'kraken'].map(found)).toEqual([
    ['Crypto.com', 'Coinbase'],
    ['Crypto.com', 'Coinbase'],
    ['Coinbase'],
    ['Crypto.com'],
    ['Coinbase'],
    [],
  ])
})

describe('a change to an exchange', () => {
  it('writes down the mode and the others first, so that naming one in the file changes nothing else', () =>
    expect(exchangeChanges(untouched, 'demo', { path: ['exchanges', 'okx', 'enabled'], value: false })).toEqual([
      { path: ['mode'], value: 'demo' },
      ...exchangeIds
        .filter((id) => id !== 'okx')
        .map((id) => ({ path: ['exchanges', id, 'enabled'], value: demoExchangeIds.includes(id) })),
      { path: ['exchanges', 'okx', 'enabled'], value: false },
    ]))
  it('stands alone where everything is written down already', () => {
    const all = Settings.parse({ mode: 'live', exchanges: Object.fromEntries(exchangeIds.map((id) => [id, {}])) })
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
