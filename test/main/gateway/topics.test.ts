import { describe, expect, it } from 'vitest'
import { parseTopic } from '../../../src/main/gateway/stream/topics.ts'

describe('a topic', () => {
  const address = { event: 'kline', exchanges: ['BINANCE'], name: 'BTC_USDT', period: '1m' } as const
  it.each([
    ['kline', true],
    ['kline:*', true],
    ['kline:binance', true],
    ['kline:BINANCE:BTC_USDT:1m', true],
    ['kline:*:*_USDT:*', true],
    ['kline:B*:BTC*:1m', true],
    ['kline:OKX', false],
    ['kline:*:BTC_USD', false],
    ['kline:*:.*', false],
    ['kline:*:*:5m', false],
    ['trade', false],
  ])('%s takes the candle or not: %s', (text, matches) => {
    const topic = parseTopic(text)
    if ('problem' in topic) throw new Error(topic.problem)
    expect(topic.matches(address)).toBe(matches)
  })

  it.each([
    ['quotes', 'unknown event type'],
    ['', 'unknown event type'],
    ['kline:FTX', 'unknown exchange'],
    ['kline:OKX:BTC_USDT:2m', 'unknown period'],
    ['alert:OKX', 'at most 0 parts'],
    ['fill::BTC_USDT', 'a part is empty'],
    ['fill:*:B C', 'a blank'],
    ['fill:*:****', 'more than 3 *'],
    [`fill:*:${'A'.repeat(200)}`, 'longer than'],
  ])('%j is refused: %s', (text, why) => {
    expect(parseTopic(text)).toEqual({ problem: expect.stringContaining(why) })
  })

  it('of a pair is that of either leg', () => {
    const topic = parseTopic('spread:OKX:BTC_USDT')
    if ('problem' in topic) throw new Error(topic.problem)
    const pair = (...exchanges: string[]) => ({ event: 'spread', exchanges, name: 'BTC_USDT', period: '' }) as const
    expect([topic.matches(pair('GATE', 'OKX')), topic.matches(pair('GATE', 'MEXC'))]).toEqual([true, false])
  })
})
