import { describe, expect, it } from 'vitest'
import { ServerMessage } from '../../../src/main/gateway/stream/messages.ts'
import { until } from '../../support/loopback.ts'
import { openTestGateway, streamBot } from './support/gateway.ts'
import { btc, quietHub } from './support/quiet-hub.ts'

describe('history over the stream', () => {
  const klines = (from: number, count: number) => ({
    instrumentId: btc.id,
    period: '1m' as const,
    openTime: Float64Array.from({ length: count }, (_, i) => from + i * 60_000),
    open: new Float64Array(count).fill(1),
    high: new Float64Array(count).fill(2),
    low: new Float64Array(count).fill(0.5),
    close: new Float64Array(count).fill(1.5),
    volume: new Float64Array(count).fill(0),
    isClosed: new Uint8Array(count).fill(1),
  })
  const request = {
    type: 'request_historical',
    exchange: 'BINANCE',
    symbol: 'BTC_USDT',
    period: '1m',
    from: 0,
    to: 240_000,
  }

  it('comes in chunks, in order, and says when it is complete', async () => {
    const { hub } = quietHub({
      async *streamHistory({ instrument: key, from }) {
        expect(key).toBe('binance:BTC_USDT')
        yield { kind: 'chunk', klines: klines(from, 2), done: 2, total: 4 }
        yield { kind: 'chunk', klines: klines(from + 120_000, 1), done: 3, total: 4 }
        yield {
          kind: 'complete',
          result: { candles: 3, fetched: 1, missing: [{ from: 180_000, to: 240_000, reason: 'halted' }], error: null },
        }
      },
    })
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    bot.send({ ...request, id: 'h' })
    await until(() => bot.ofType('historical_data_complete').length === 1, 'complete')
    expect(bot.ofType('historical_data_chunk')).toMatchObject([
      {
        id: 'h',
        sequence: 0,
        done: 2,
        total: 4,
        data: [{ timestamp_open: 0, close: '1.5' }, { timestamp_open: 60_000 }],
      },
      { id: 'h', sequence: 1, done: 3, total: 4, data: [{ timestamp_open: 120_000 }] },
    ])
    expect(bot.ofType('historical_data_complete')[0]).toEqual({
      type: 'historical_data_complete',
      id: 'h',
      candles: 3,
      fetched: 1,
      missing: [{ from: 180_000, to: 240_000, reason: 'halted' }],
    })
    for (const message of bot.received) ServerMessage.parse(message)
  })

  it('is bounded, can be cancelled, ends with its client, and tells a failure', async () => {
    const ended: string[] = []
    const { hub } = quietHub({
      async *streamHistory({ from }, signal) {
        if (from === 1) {
          yield {
            kind: 'complete',
            result: { candles: 0, fetched: 0, missing: [], error: { code: 'outage', message: 'down' } },
          }
          return
        }
        await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        ended.push('aborted')
        yield {
          kind: 'complete',
          result: { candles: 0, fetched: 0, missing: [], error: { code: 'cancelled', message: 'ended' } },
        }
      },
    })
    const bot = streamBot(await openTestGateway(hub))
    await bot.opened
    for (let i = 0; i < 4; i++) bot.send({ ...request, id: i })
    expect(await bot.ask({ ...request, id: 'fifth' })).toMatchObject({
      type: 'error_response',
      code: 'too_many_requests',
    })
    bot.send({ type: 'cancel', id: 2 })
    await until(() => bot.ofType('error_response').length === 2, 'cancelled')
    expect(bot.ofType('error_response')[1]).toEqual({
      type: 'error_response',
      id: 2,
      code: 'cancelled',
      message: 'ended',
    })
    expect(await bot.ask({ ...request, from: 1, id: 'bad' })).toMatchObject({
      type: 'error_response',
      code: 'outage',
      message: 'down',
    })
    expect(await bot.ask({ ...request, id: 3 })).toMatchObject({ message: expect.stringContaining('under way') })
    bot.socket.close()
    await until(() => ended.length === 4, 'the others end with it')
  })
})
