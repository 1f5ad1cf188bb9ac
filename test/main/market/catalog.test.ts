import { describe, expect, it } from 'vitest'
import { InstrumentCatalog } from '../../../src/main/market/catalog.ts'
import { type Instrument, instrumentKey, type ListedInstrument } from '../../../src/shared/domain/index.ts'

const listed = (base: string, more: Partial<ListedInstrument> = {}): ListedInstrument => ({
  exchange: 'binance',
  symbol: `${base}_USDT`,
  kind: 'spot',
  base,
  quote: 'USDT',
  nativeName: `${base}USDT`,
  tickSize: 0.01,
  lotSize: 0.001,
  minimumQuantity: null,
  minimumNotional: 5,
  contractSize: 1,
  status: 'trading',
  ...more,
})
const stored = (id: number, item: ListedInstrument): Instrument => ({
  ...item,
  id,
  key: instrumentKey(item.exchange, item.symbol),
})
const perpetual = listed('BTC', { kind: 'perpetual', symbol: 'BTC_USDT_PERP' })

describe('the instrument catalogue', () => {
  it('gives new instruments ids above the stored ones and keeps known ids', () => {
    const catalog = new InstrumentCatalog([stored(7, listed('BTC'))])
    expect(catalog.merge('binance', [listed('BTC'), listed('ETH')])).toEqual([stored(8, listed('ETH'))])
    expect(catalog.get('binance:BTC_USDT')?.id).toBe(7)
  })

  it('reports what changed, and nothing when nothing did', () => {
    const catalog = new InstrumentCatalog([stored(1, listed('BTC'))])
    const changed = listed('BTC', { tickSize: 0.1 })
    expect(catalog.merge('binance', [changed])).toEqual([stored(1, changed)])
    expect(catalog.merge('binance', [changed])).toEqual([])
  })

  it('keeps what is no longer listed as delisted, out of look-ups, search and the watch list', () => {
    const catalog = new InstrumentCatalog([stored(1, listed('BTC')), stored(2, listed('LUNA'))])
    expect(catalog.merge('binance', [listed('BTC')])).toEqual([stored(2, listed('LUNA', { status: 'delisted' }))])
    expect([...catalog.lookup('binance').spot.keys()]).toEqual(['BTCUSDT'])
    expect(catalog.search('luna', 10)).toEqual([])
    expect(catalog.watched('binance', ['LUNA_USDT', 'BTC_USDT'])).toEqual([stored(1, listed('BTC'))])
    expect(catalog.count('binance')).toBe(1)
  })

  it('leaves what is on the list but could not be read as it was', () => {
    const catalog = new InstrumentCatalog([
      stored(1, listed('BTC')),
      stored(2, listed('ODD')),
      stored(3, listed('LUNA')),
    ])
    expect(catalog.merge('binance', [listed('BTC')], ['ODDUSDT'])).toEqual([
      stored(3, listed('LUNA', { status: 'delisted' })),
    ])
    expect([...catalog.lookup('binance').spot.keys()]).toEqual(['BTCUSDT', 'ODDUSDT'])
  })

  it('tells spot from perpetual where both have one native name', () => {
    const catalog = new InstrumentCatalog([])
    catalog.merge('binance', [listed('BTC'), perpetual])
    const { spot, perpetual: perpetuals } = catalog.lookup('binance')
    expect([spot.get('BTCUSDT')?.symbol, perpetuals.get('BTCUSDT')?.symbol]).toEqual(['BTC_USDT', 'BTC_USDT_PERP'])
  })

  it('finds symbols as people write them, the exact match first', () => {
    const catalog = new InstrumentCatalog([])
    catalog.merge('binance', [listed('WBTC'), listed('BTC'), perpetual])
    const found = (query: string) => catalog.search(query, 10).map(({ symbol }) => symbol)
    expect(found('btc/usdt')).toEqual(['BTC_USDT', 'BTC_USDT_PERP', 'WBTC_USDT'])
    expect(found('perp')).toEqual(['BTC_USDT_PERP'])
    expect(catalog.search('btc', 1)).toHaveLength(1)
  })
})
