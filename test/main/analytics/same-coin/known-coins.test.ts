import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KnownCoins } from '../../../../src/main/analytics/same-coin/known-coins.ts'
import { exchangeIds } from '../../../../src/shared/domain/index.ts'

const known = KnownCoins.read(join(import.meta.dirname, '../../../../resources/same-coin.json'))

describe('the list of known tickers', () => {
  it('knows the best known of every exchange', () => {
    expect(exchangeIds.filter((exchange) => known.ask('BTC', exchange, 'binance').says !== 'same')).toEqual([])
  })

  it('names no exchange that there is none of', () => {
    const named = [
      ...known.file.exchanges,
      ...known.file.same.flatMap((entry) => entry.except ?? []),
      ...known.file.different.flatMap(({ on }) => Object.keys(on)),
    ]
    expect(named.filter((exchange) => !exchangeIds.some((id) => id === exchange))).toEqual([])
  })

  it('leaves out where a ticker means another asset: TRY is the lira, on KuCoin Trias', () => {
    expect(known.ask('TRY', 'binance', 'okx').says).toBe('same')
    expect(known.ask('TRY', 'binance', 'kucoin').says).toBe('nothing')
    expect(known.ask('HOT', 'binance', 'kucoin').says).toBe('different')
    expect(known.ask('HOT', 'okx', 'htx').says).toBe('nothing')
  })
})
