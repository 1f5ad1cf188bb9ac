import { describe, expect, it } from 'vitest'
import { furnish } from '../../support/account-world.ts'
import { until } from '../../support/loopback.ts'
import { liveAccount } from './live.ts'

describe('a fill whose stream tells no fee', { timeout: 60_000 }, () => {
  it.each([
    ['kucoin', 'BTC_USDT'],
    ['kucoin', 'BTC_USDT_PERP'],
    ['htx', 'BTC_USDT_PERP'],
  ] as const)('at %s of %s is completed soon after, and told as a completion', async (exchange, symbol) => {
    const live = await liveAccount(exchange)
    const { account, events, instruments } = live
    furnish(account)
    const session = live.open()
    await until(() => session.status().state === 'live', 'live', 15_000)
    const instrument = instruments.find((one) => one.symbol === symbol)
    if (!instrument) throw new Error(`no ${symbol}`)
    account.fill(account.place({ instrument, side: 'BUY', type: 'LIMIT', price: '30000', quantity: '0.4' }).id, '0.4')
    const fills = () => events.flatMap((event) => (event.kind === 'fill' ? [event] : []))
    await until(() => fills().length === 2, 'the fill, and its fee')
    expect(fills().map(({ source, completes, fill }) => [source, completes, fill.fee === null])).toEqual([
      ['stream', false, true],
      ['rest', true, false],
    ])
    const [told] = account.fills(instrument.kind)
    expect(fills()[1]?.fill).toMatchObject({ tradeId: told?.tradeId, fee: told?.fee, feeAsset: told?.feeAsset })
    expect(session.openDrifts()).toEqual([])
  })
})
