import { expect, it } from 'vitest'
import { isListed, symbolsOfSubject } from '../../../../src/renderer/features/alerts/listed.ts'

const majors = new Set(['BTC_USDT', 'ETH_USDT_PERP'])
const passes = (subject: string) => isListed({ subject }, (symbol) => majors.has(symbol))

it.each([
  ['binance:BTC_USDT', ['BTC_USDT']],
  ['gate:BTC_USDT>okx:BTC_USDT_PERP', ['BTC_USDT', 'BTC_USDT_PERP']],
  // A fill, and what an account holds of an asset.
  ['binance-main ETH_USDT_PERP', ['ETH_USDT_PERP']],
  ['binance-main USDT', []],
  ['binance-main', []],
  ['okx', []],
  ['disk', []],
] as const)('finds the symbols of %s', (subject, symbols) => expect(symbolsOfSubject(subject)).toEqual(symbols))

it('hides what is about other symbols, and nothing that is about none', () => {
  const shown = [
    'binance:BTC_USDT',
    'okx:BTC_USDT_PERP>gate:BTC_USDT',
    'main ETH_USDT_PERP',
    'main USDT',
    'okx',
    'disk',
  ]
  const hidden = ['binance:BTC_USDT_PERP', 'okx:ETH_USDT>gate:ETH_USDT', 'main SOL_USDT']
  expect([shown.filter(passes), hidden.filter(passes)]).toEqual([shown, []])
})
