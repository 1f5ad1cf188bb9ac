import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../../src/main/bus/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { kucoin } from '../../../../src/main/exchanges/kucoin/index.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import type { MarketEvent } from '../../../../src/shared/domain/index.ts'
import { loadListed } from '../../../support/instruments.ts'
import { simulator } from '../../../support/simulator.ts'

describe('kucoin over sockets', () => {
  it('lists, loads history and streams every channel of both markets without one rejected frame, over tokens', async () => {
    const exchange = await simulator({ venues: ['kucoin'], symbols: ['BTC_USDT', 'ETH_USDT'], rate: 2_000 })
    const bus = createBus((error) => {
      throw error
    })
    const session = new ExchangeSession({
      connector: kucoin,
      origins: exchange.originsOf('kucoin'),
      bus,
      logger: createLogger('silent'),
      sessionTiming: { tickMs: 20, baseMs: 10, capMs: 50 },
    })
    onTestFinished(() => session.stop())

    const instruments = await loadListed(session)
    expect(instruments.map((one) => `${one.symbol} ${one.nativeName} ${one.contractSize} ${one.status}`)).toEqual([
      'BTC_USDT BTC-USDT 1 trading',
      'ETH_USDT ETH-USDT 1 trading',
      'BTC_USDT_PERP XBTUSDTM 0.001 trading',
      'ETH_USDT_PERP ETHUSDTM 0.01 trading',
    ])

    for (const instrument of instruments) {
      const perCall = kucoin.klinesPerCall(instrument, '1m')
      const to = session.now() - (session.now() % 60_000) - 60_000
      const history = await session.klines({ instrument, period: '1m', from: to - (perCall - 1) * 60_000, to })
      expect(history.ok ? history.value.length : history.failure).toBe(perCall)
    }
    const rates = await Promise.all(kucoin.fundingRates(instruments).map((call) => session.ask(call)))
    expect(
      rates.map((reply) => reply.ok && reply.value.map(({ symbol, intervalHours }) => [symbol, intervalHours])),
    ).toEqual([
      [
        ['BTC_USDT_PERP', 8],
        ['ETH_USDT_PERP', 8],
      ],
    ])

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
    const everything = instruments.flatMap(({ symbol }) => [
      `${symbol} book_ticker`,
      `${symbol} kline 1m`,
      `${symbol} kline 1d`,
    ])
    const flows = () =>
      vi.waitFor(
        () => {
          expect([...seen]).toEqual(expect.arrayContaining(everything))
          expect([...seen].some((name) => name.endsWith('USDT trade'))).toBe(true)
          expect([...seen].some((name) => name.endsWith('_PERP trade'))).toBe(true)
        },
        { timeout: 25_000, interval: 50 },
      )
    await flows()
    const status = session.status()
    expect([status.state, status.rejected, status.notes]).toEqual(['live', [], []])
    expect(status.sockets.map(({ feed, topics: count, acknowledged }) => [feed, count, acknowledged])).toEqual([
      ['spot', 8, 8],
      ['perpetual', 8, 8],
    ])

    // Each new connection asks for a token of its own.
    await exchange.dropSockets('kucoin')
    await vi.waitFor(() => expect(session.status().reconnects).toBe(2), { timeout: 5_000, interval: 10 })
    seen.clear()
    await flows()
    expect(session.status().rejected).toEqual([])
    expect((await exchange.statistics()).venueErrors).toBe(0)
  }, 60_000)
})
