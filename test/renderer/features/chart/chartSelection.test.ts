import { describe, expect, it } from 'vitest'
import {
  chosenInstrument,
  comparable,
  searchInstruments,
} from '../../../../src/renderer/features/chart/chartSelection.ts'
import { instrument } from '../../../support/instruments.ts'

const btcBinance = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const perpOkx = instrument('okx', 'perpetual', 'BTC', 'USDT', 'BTC-USDT-SWAP')
const btcGate = instrument('gate', 'spot', 'BTC', 'USDT', 'BTC_USDT')
const ethMexc = instrument('mexc', 'spot', 'ETH', 'USDT', 'ETHUSDT')
const watched = [btcBinance, perpOkx, btcGate, ethMexc]

describe('chosenInstrument', () => {
  it.each([
    ['exactly what was chosen', { symbol: 'BTC_USDT', exchange: 'gate' }, btcGate],
    ['the first of the symbol without an exchange', { symbol: 'BTC_USDT', exchange: null }, btcBinance],
    ['the first of the symbol where that exchange lacks it', { symbol: 'ETH_USDT', exchange: 'okx' }, ethMexc],
    ['the first watched where the symbol is gone', { symbol: 'XRP_USDT', exchange: 'okx' }, btcBinance],
    ['the first watched where nothing was chosen', { symbol: null, exchange: null }, btcBinance],
  ])('gives %s', (_what, choice, expected) => {
    expect(chosenInstrument(watched, choice)).toBe(expected)
  })

  it('gives null where nothing is watched', () => {
    expect(chosenInstrument([], { symbol: 'BTC_USDT', exchange: null })).toBeNull()
  })
})

describe('comparable', () => {
  it('gives the same symbol elsewhere, and no perpetual for a spot market', () => {
    expect([comparable(watched, btcBinance), comparable(watched, perpOkx)]).toEqual([[btcGate], []])
  })
})

describe('searchInstruments', () => {
  it.each([
    ['', watched],
    ['btc', [btcBinance, perpOkx, btcGate]],
    ['BTC/usdt', [btcBinance, perpOkx, btcGate]],
    ['okx perp', [perpOkx]],
    ['btc-usdt-swap', [perpOkx]],
    ['mexc  eth', [ethMexc]],
    ['doge', []],
  ])('finds by “%s”', (text, expected) => {
    expect(searchInstruments(watched, text)).toEqual(expected)
  })
})
