import { expect, it } from 'vitest'
import { exchangeTitle, formatKey, formatSymbol, splitKey, splitSymbol } from '../../../src/renderer/format/names.ts'

it('takes symbols apart', () => {
  expect(splitSymbol('BTC_USDT')).toEqual({ base: 'BTC', quote: 'USDT', isPerpetual: false })
  expect(splitSymbol('1000PEPE_USDT_PERP')).toEqual({ base: '1000PEPE', quote: 'USDT', isPerpetual: true })
  expect(splitKey('okx:BTC_USDT')).toEqual({ exchange: 'okx', symbol: 'BTC_USDT' })
})

it('writes them as people do', () =>
  expect([
    formatSymbol('BTC_USDT_PERP'),
    formatKey('gate:ETH_BTC'),
    exchangeTitle('okx'),
    exchangeTitle('new'),
  ]).toEqual(['BTC/USDT perp', 'Gate ETH/BTC', 'OKX', 'new']))
