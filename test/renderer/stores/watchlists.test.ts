import { expect, it } from 'vitest'
import {
  createWatchlistStore,
  renameChange,
  starChange,
  stepName,
  symbolsOf,
} from '../../../src/renderer/stores/watchlists.ts'
import type { SettingsChange, Watchlists } from '../../../src/shared/settings.ts'

const lists: Watchlists = { Majors: ['BTC_USDT', 'ETH_USDT'], Memes: ['DOGE_USDT'] }

it('steps through all symbols and every list, in both directions', () => {
  const names = Object.keys(lists)
  expect([null, 'Majors', 'Memes', 'gone'].map((name) => stepName(names, name, 1))).toEqual([
    'Majors',
    'Memes',
    null,
    'Majors',
  ])
  expect([null, 'Majors', 'Memes'].map((name) => stepName(names, name, -1))).toEqual(['Memes', null, 'Majors'])
})

it('puts a symbol into a list, also one that is not there yet, and takes it out', () => {
  expect([
    starChange(lists, 'Memes', 'BTC_USDT'),
    starChange(lists, 'Majors', 'BTC_USDT'),
    starChange(lists, 'constructor', 'BTC_USDT'),
  ]).toEqual([
    { path: ['watchlists', 'Memes'], value: ['DOGE_USDT', 'BTC_USDT'] },
    { path: ['watchlists', 'Majors'], value: ['ETH_USDT'] },
    { path: ['watchlists', 'constructor'], value: ['BTC_USDT'] },
  ])
  expect(symbolsOf(lists, 'toString')).toEqual([])
})

it('renames a list where it stands', () => {
  const { value } = renameChange(lists, 'Majors', 'Large')
  expect(Object.keys(value ?? {})).toEqual(['Large', 'Memes'])
})

it('lets changes follow each other, so that two quick stars are both kept, and goes on after one that failed', async () => {
  const { inTurn } = createWatchlistStore().getState()
  const stored: Record<string, string[]> = {}
  const star = (symbol: string, answers: boolean) => async () => {
    const change: SettingsChange = starChange(stored, 'Favourites', symbol)
    await new Promise((resolve) => setTimeout(resolve, 1))
    if (!answers) throw new Error('the hub is gone')
    stored.Favourites = Array.isArray(change.value) ? change.value.map(String) : []
  }
  const all = [star('BTC_USDT', true), star('X_Y', false), star('ETH_USDT', true)].map(inTurn)
  expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(stored).toEqual({ Favourites: ['BTC_USDT', 'ETH_USDT'] })
})
