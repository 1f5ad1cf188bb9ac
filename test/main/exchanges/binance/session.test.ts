import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../../src/main/bus/index.ts'
import { binance } from '../../../../src/main/exchanges/binance/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import type { MarketEvent } from '../../../../src/shared/domain/index.ts'
import { loadListed } from '../../../support/instruments.ts'
import { simulator } from '../../../support/simulator.ts'

describe('binance over sockets', () => {
  it('lists, loads history and streams every channel of both products without one rejected frame', async () => {
    const exchange = await simulator({
      venues: ['binance'],
      symbols: ['BTC_USDT', 'ETH_USDT', '1000PEPE_USDT'],
      rate: 2_000,
    })
    const bus = createBus((error) => {
      throw error
    })
    const session = new ExchangeSession({
      connector: binance,
      origins: exchange.originsOf('binance'),
      bus,
      logger: createLogger('silent'),
    })
    onTestFinished(() => session.stop())

    const instruments = await loadListed(session)
    expect(instruments.map((one) => `${one.symbol} ${one.nativeName} ${one.status}`)).toEqual([
      'BTC_USDT BTCUSDT trading',
      'ETH_USDT ETHUSDT trading',
      'BTC_USDT_PERP BTCUSDT trading',
      'ETH_USDT_PERP ETHUSDT trading',
      '1000PEPE_USDT_PERP 1000PEPEUSDT trading',
    ])

    for (const instrument of instruments) {
      const perCall = binance.klinesPerCall(instrument, '1m')
      const to = session.now() - (session.now() % 60_000) - 60_000
      const history = await session.klines({ instrument, period: '1m', from: to - (perCall - 1) * 60_000, to })
      expect(history.ok ? history.value.length : history.failure).toBe(perCall)
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
      { channel: 'kline', instrument, period: '1m' } as const,
      { channel: 'kline', instrument, period: '1d' } as const,
    ])
    session.want(topics)
    session.start()

    const quotesAndCandles = instruments.flatMap(({ symbol }) => [
      `${symbol} book_ticker`,
      `${symbol} kline 1m`,
      `${symbol} kline 1d`,
    ])
    await vi.waitFor(
      () => {
        expect([...seen]).toEqual(expect.arrayContaining(quotesAndCandles))
        // trades are rarer; one of each product has come
        expect([...seen].some((name) => name.endsWith('USDT trade'))).toBe(true)
        expect([...seen].some((name) => name.endsWith('_PERP trade'))).toBe(true)
      },
      { timeout: 25_000, interval: 50 },
    )

    const status = session.status()
    expect(status.state).toBe('live')
    expect(status.rejected).toEqual([])
    expect(status.notes).toEqual([])
    expect(status.sockets.map(({ feed, topics: count, acknowledged }) => [feed, count, acknowledged])).toEqual([
      ['spot', 8, 8],
      ['perpetual-public', 3, 3],
      ['perpetual-market', 9, 9],
    ])
    expect((await exchange.statistics()).venueErrors).toBe(0)
  }, 40_000)
})
