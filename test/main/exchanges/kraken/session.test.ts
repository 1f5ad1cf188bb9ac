import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../../src/main/bus/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { kraken } from '../../../../src/main/exchanges/kraken/index.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import type { MarketEvent } from '../../../../src/shared/domain/index.ts'
import { loadListed } from '../../../support/instruments.ts'
import { simulator } from '../../../support/simulator.ts'

describe('kraken over sockets', () => {
  it('lists, loads history and streams every channel without one rejected frame', async () => {
    const exchange = await simulator({
      venues: ['kraken'],
      symbols: ['BTC_USDT', 'DOGE_USD'],
      rate: 2_000,
      limits: 100,
    })
    const bus = createBus((error) => {
      throw error
    })
    const session = new ExchangeSession({
      connector: kraken,
      origins: exchange.originsOf('kraken'),
      bus,
      logger: createLogger('silent'),
    })
    onTestFinished(() => session.stop())

    const instruments = await loadListed(session)
    expect(instruments.map((one) => `${one.symbol} ${one.nativeName} ${one.status}`)).toEqual([
      'BTC_USDT BTC/USDT trading',
      'DOGE_USD DOGE/USD trading',
    ])

    const newest = session.now() - (session.now() % 60_000)
    for (const instrument of instruments) {
      const range = { instrument, period: '1m', from: newest - 700 * 60_000, to: newest - 60_000 } as const
      const history = await session.klines(range)
      expect(history.ok ? history.value.length : history.failure).toBe(700)
      expect(history.ok && history.value.every(({ isClosed }) => isClosed === true)).toBe(true)
      const older = await session.klines({ ...range, from: newest - 2_000 * 60_000, to: newest - 1_500 * 60_000 })
      expect(older).toMatchObject({ ok: true, value: [] })
    }

    const seen = new Set<string>()
    const note = (event: MarketEvent): void => {
      if (event.kind === 'funding_rate') return
      seen.add(`${event.instrument.symbol} ${event.kind}${event.kind === 'kline' ? ` ${event.period}` : ''}`)
    }
    bus.on('book_ticker', note)
    bus.on('trade', note)
    bus.on('kline', note)
    const topics: Topic[] = instruments.flatMap((instrument) => [
      { channel: 'book_ticker', instrument, period: null } as const,
      { channel: 'trade', instrument, period: null } as const,
      { channel: 'order_book', instrument, period: null } as const,
      { channel: 'kline', instrument, period: '1m' } as const,
      { channel: 'kline', instrument, period: '1d' } as const,
    ])
    const [first] = instruments
    if (first === undefined) throw new Error('nothing is listed')
    const misnamed = { ...first, id: 99, nativeName: 'XBT/USDT' }
    session.want([...topics, { channel: 'trade', instrument: misnamed, period: null }])
    session.start()
    const wanted = instruments.flatMap(({ symbol }) =>
      ['book_ticker', 'trade', 'kline 1m', 'kline 1d'].map((what) => `${symbol} ${what}`),
    )
    await vi.waitFor(() => expect([...seen]).toEqual(expect.arrayContaining(wanted)), { timeout: 30_000, interval: 50 })

    const status = session.status()
    expect(status.rejected).toEqual([])
    // The old name is refused by itself; everything beside it flows.
    // Two intervals of one market cannot share a socket.
    expect(status.sockets.map(({ feed, acknowledged }) => [feed, acknowledged])).toEqual([
      ['public', topics.length - 4],
      ['candles-1m', 2],
      ['candles-1d', 2],
    ])
    expect((await exchange.statistics()).venueErrors).toBe(0)
  }, 45_000)
})
