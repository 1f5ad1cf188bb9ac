import { describe, expect, it } from 'vitest'
import { formatInterval, problemWords, verdictText, verdictWords } from '../../../src/renderer/format/spread-words.ts'
import { verdicts } from '../../../src/shared/domain/index.ts'

describe('a verdict', () => {
  it('has a word and a sign of its own', () => {
    const words = verdicts.map((verdict) => verdictWords[verdict])
    expect(new Set(words.map(({ text }) => text)).size).toBe(verdicts.length)
    expect(new Set(words.map(({ sign }) => sign)).size).toBe(verdicts.length)
  })

  it.each([
    ['counts', 0.1, 'counts'],
    ['counts', 0, 'a loss'],
    ['counts', -0.1, 'a loss'],
    ['uncertain', -0.1, 'uncertain'],
    ['absent', null, 'no value'],
  ] as const)('%s of %d % is "%s"', (verdict, net, text) => expect(verdictText(verdict, net).text).toBe(text))
})

it('writes an interval with one unit, and none where there is none', () => {
  expect(formatInterval(-0.02, 0.0801)).toBe('−0.020 to +0.080 %')
  expect(formatInterval(Number.NaN, Number.NaN)).toBe('–')
})

it.each([
  [{ leg: 'buy', rule: 'lotSize', limit: 0.01 }, 'less than a lot that both take, 0.01 BTC'],
  [{ leg: 'sell', rule: 'minimumQuantity', limit: 0.5 }, 'OKX takes no order below 0.5 BTC'],
  [{ leg: 'buy', rule: 'minimumNotional', limit: 5 }, 'Gate takes no order below 5.00 USDT'],
  [{ leg: 'sell', rule: 'depth', limit: 12.5 }, 'the book of OKX ends at 12.5 BTC'],
] as const)('says what keeps an order from being placed: %j', (problem, words) =>
  expect(problemWords(problem, { symbol: 'BTC_USDT_PERP' }, { buy: 'gate', sell: 'okx' })).toBe(words),
)
