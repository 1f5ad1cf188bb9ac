import { describe, expect, it } from 'vitest'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { mexc } from '../../../../src/main/exchanges/mexc/index.ts'
import { periods } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'
import { bitcoin } from './documented.ts'

const [feed] = mexc.feeds

describe('MEXC subscriptions', () => {
  it('names the channel of every topic', () => {
    const topics: Topic[] = [
      { channel: 'book_ticker', instrument: bitcoin, period: null },
      { channel: 'trade', instrument: bitcoin, period: null },
      { channel: 'order_book', instrument: bitcoin, period: null },
      ...periods.map((period): Topic => ({ channel: 'kline', instrument: bitcoin, period })),
    ]
    expect(topics.map(mexc.route)).toEqual(
      [
        'spot@public.aggre.bookTicker.v3.api.pb@100ms@BTCUSDT',
        'spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT',
        'spot@public.aggre.depth.v3.api.pb@100ms@BTCUSDT',
        'spot@public.kline.v3.api.pb@BTCUSDT@Min1',
        'spot@public.kline.v3.api.pb@BTCUSDT@Min5',
        'spot@public.kline.v3.api.pb@BTCUSDT@Min15',
        'spot@public.kline.v3.api.pb@BTCUSDT@Min60',
        'spot@public.kline.v3.api.pb@BTCUSDT@Day1',
      ].map((wire) => ({ feed: 'spot', wire })),
    )
  })

  it('has no channel for a perpetual', () => {
    const perpetual = instrument('mexc', 'perpetual', 'BTC', 'USDT', 'BTC_USDT')
    expect(mexc.route({ channel: 'trade', instrument: perpetual, period: null })).toBeNull()
    expect(mexc.route({ channel: 'order_book', instrument: perpetual, period: null })).toBeNull()
  })

  it('asks for all channels of a socket in one frame, and for no more than one carries', () => {
    const wires = Array.from({ length: 31 }, (_, index) => `spot@${index}`)
    let id = 0
    const requests = feed?.subscribe(wires, () => ++id, 0)
    expect(requests).toEqual([
      {
        id: 1,
        wires: wires.slice(0, 30),
        text: JSON.stringify({ method: 'SUBSCRIPTION', params: wires.slice(0, 30), id: 1 }),
      },
      { id: 2, wires: ['spot@30'], text: '{"method":"SUBSCRIPTION","params":["spot@30"],"id":2}' },
    ])
  })

  it('unsubscribes and pings in the documented words', () => {
    const unsubscribe = feed?.unsubscribe(
      ['spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT'],
      () => 2,
      0,
      () => null,
    )
    expect([unsubscribe?.map(({ text }) => text), feed?.heartbeat?.text(0)]).toEqual([
      ['{"method":"UNSUBSCRIPTION","params":["spot@public.aggre.deals.v3.api.pb@100ms@BTCUSDT"],"id":2}'],
      '{"method":"PING"}',
    ])
  })
})
