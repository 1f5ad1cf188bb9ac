import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { balancePath, channelPath, namePart, positionPath } from '../../../../src/main/bridges/redis/names.ts'
import { alertMessage, balanceMessage, driftMessage, positionMessage } from '../../../../src/shared/unified/messages.ts'

const hostile = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a:b', ' ', '', '\r\n', '*', 'é', '币安_USDT'),
)

describe('names', () => {
  it('keep what is harmless', () => {
    expect(['BTC_USDT_PERP', '1000SHIB_USDT', '币安_USDT', 'binance-main', 'BINANCE-OKX'].map(namePart)).toEqual([
      'BTC_USDT_PERP',
      '1000SHIB_USDT',
      '币安_USDT',
      'binance-main',
      'BINANCE-OKX',
    ])
    expect(['a:b', 'a b', 'a\nb', '*', 'x[1]?', '', 'a\u0000b'].map(namePart)).toEqual([
      'a_b',
      'a_b',
      'a_b',
      '_',
      'x_1__',
      '_',
      'a_b',
    ])
  })

  it('have the same number of parts whatever the data says', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, (one, two, three) => {
        const times = { exchangeAt: null, receivedAt: 1 }
        const balance = balanceMessage(
          {
            account: one,
            exchange: 'okx',
            wallet: 'spot',
            asset: two,
            free: null,
            locked: null,
            total: '1',
            ...times,
          },
          'live',
        )
        const position = positionMessage({
          ...{
            account: one,
            exchange: 'okx',
            symbol: two,
            side: 'BOTH',
            quantity: '1',
            entryPrice: null,
            markPrice: null,
          },
          ...{
            unrealisedPnl: null,
            liquidationPrice: null,
            leverage: null,
            marginMode: null,
            settleAsset: three,
            ...times,
          },
        })
        const drift = driftMessage({
          ...{ id: 1, account: one, subject: 'order', item: two, field: three, expected: null, got: null },
          ...{ since: null, foundAt: 1, resolvedAt: null, resolution: null },
        })
        const alert = alertMessage({
          ...{ id: 1, at: 1, severity: 'info', rule: 'disk', ruleId: null },
          ...{ subject: one, message: two, acknowledgedAt: null },
        })
        const paths = [
          ...[balance, position, drift, alert].map(channelPath),
          balancePath(balance),
          positionPath(position),
        ]
        expect(paths.map((path) => path.split(':').length)).toEqual([3, 3, 3, 3, 5, 5])
        expect(paths.filter((path) => /[\s*?[\]\\]|::|:$/.test(path))).toEqual([])
      }),
    )
  })
})
