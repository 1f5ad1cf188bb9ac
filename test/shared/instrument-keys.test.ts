import { expect, it } from 'vitest'
import { AlertRule } from '../../src/shared/alert-rules.ts'
import { SameCoinSettings } from '../../src/shared/same-coin.ts'

it.each(['binance', 'x-acme2'])('rules and decisions may name instruments of %s', (exchange) => {
  const instrument = `${exchange}:BTC_USDT_PERP`
  const price = { kind: 'price', name: 'BTC', instrument, side: 'above', price: 1 }
  expect(AlertRule.safeParse(price).error).toBeUndefined()
  expect(AlertRule.safeParse({ kind: 'funding', name: 'BTC', instrument, when: 'beyond' }).error).toBeUndefined()
  expect(SameCoinSettings.safeParse({ muted: [[instrument, 'okx:BTC_USDT_PERP']] }).error).toBeUndefined()
  expect(AlertRule.safeParse({ ...price, instrument: 'BTC_USDT' }).success).toBe(false)
})
