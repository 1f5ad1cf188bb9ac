import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../../src/main/bus/index.ts'
import { coinbase } from '../../../../src/main/exchanges/coinbase/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import { ExchangeSession } from '../../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../../src/main/log.ts'
import type { BookTicker, Instrument } from '../../../../src/shared/domain/index.ts'
import { loadListed } from '../../../support/instruments.ts'
import { simulator } from '../../../support/simulator.ts'

async function open(rate = 100) {
  const exchange = await simulator({ venues: ['coinbase'], symbols: ['BTC_USD', 'ETH_USDT'], rate })
  const bus = createBus((error) => {
    throw error
  })
  const connector = coinbase
  const session = new ExchangeSession({
    ...{ connector, origins: exchange.originsOf('coinbase'), bus, logger: createLogger('silent') },
  })
  onTestFinished(() => session.stop())
  const instruments = await loadListed(session)
  return { exchange, bus, session, instruments }
}

const topicsOf = (instruments: readonly Instrument[]): Topic[] =>
  instruments.flatMap((instrument) => [
    { channel: 'book_ticker', instrument, period: null } as const,
    { channel: 'trade', instrument, period: null } as const,
    { channel: 'order_book', instrument, period: null } as const,
    { channel: 'kline', instrument, period: '1m' } as const,
    { channel: 'kline', instrument, period: '5m' } as const,
  ])

describe('coinbase over sockets', () => {
  it('lists, loads history and streams every channel without one rejected frame', async () => {
    const { exchange, bus, session, instruments } = await open()
    // The other name of the dollar book is not among them.
    expect(instruments.map((one) => `${one.symbol} ${one.nativeName} ${one.status}`)).toEqual([
      'BTC_USD BTC-USD trading',
      'ETH_USDT ETH-USDT trading',
    ])
    for (const instrument of instruments) {
      const perCall = coinbase.klinesPerCall(instrument, '5m')
      const to = session.now() - (session.now() % 300_000) - 300_000
      const range = { instrument, period: '5m', from: to - (perCall - 1) * 300_000, to } as const
      const history = await session.klines(range)
      expect(history.ok ? history.value.length : history.failure).toBe(perCall)
    }

    const seen = new Set<string>()
    bus.on('book_ticker', ({ instrument }) => seen.add(`${instrument.symbol} book_ticker`))
    bus.on('trade', ({ instrument }) => seen.add(`${instrument.symbol} trade`))
    bus.on('kline', ({ instrument, period }) => seen.add(`${instrument.symbol} kline ${period}`))
    session.want(topicsOf(instruments))
    session.start()
    await vi.waitFor(
      () =>
        expect([...seen].sort()).toEqual(
          instruments.flatMap(({ symbol }) => [...[`${symbol} book_ticker`, `${symbol} kline 5m`, `${symbol} trade`]]),
        ),
      { timeout: 15_000, interval: 50 },
    )
    const status = session.status()
    expect(status.state).toBe('live')
    expect(status.rejected).toEqual([])
    expect(status.notes).toEqual([])
    expect(status.sockets.map(({ feed, topics, acknowledged }) => [feed, topics, acknowledged])).toEqual([
      ['market', 4, 4],
      ['trades', 2, 2],
    ])

    session.want(topicsOf(instruments.slice(0, 1)))
    await vi.waitFor(() => expect(session.status().sockets.map(({ topics }) => topics)).toEqual([2, 1]))
    expect((await exchange.statistics()).venueErrors).toBe(0)
  }, 40_000)

  it('tells the best prices of the books that the exchange has', async () => {
    const { exchange, bus, session, instruments } = await open()
    const quotes: BookTicker[] = []
    bus.on('book_ticker', (quote) => quotes.push(quote))
    session.want(instruments.map((instrument) => ({ channel: 'book_ticker', instrument, period: null })))
    session.start()
    await vi.waitFor(() => expect(quotes.length).toBeGreaterThan(20), { timeout: 15_000 })
    const wrong = quotes.filter(({ instrument, bidPrice, bidQuantity, askPrice, askQuantity, exchangeAt }) => {
      const id = ((exchangeAt ?? 0) - Date.UTC(2020, 0, 1)) * 1_000
      const book = exchange.bookAt('coinbase', instrument.symbol, id)
      const [bid, ask] = [book?.bids[0], book?.asks[0]]
      return (
        bid?.price !== bidPrice ||
        bid?.quantity !== bidQuantity ||
        ask?.price !== askPrice ||
        ask?.quantity !== askQuantity
      )
    })
    expect(wrong).toEqual([])
  }, 40_000)

  it('has quotes again after frames were lost, though nobody keeps the book', async () => {
    const { exchange, bus, session, instruments } = await open()
    let quotes = 0
    bus.on('book_ticker', () => quotes++)
    session.want(instruments.map((instrument) => ({ channel: 'book_ticker', instrument, period: null })))
    session.start()
    await vi.waitFor(() => expect(quotes).toBeGreaterThan(5), { timeout: 15_000 })
    const gap = await exchange.inject({ kind: 'gap', exchange: 'coinbase', channel: 'order_book', probability: 1 })
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await gap.stop()
    const before = quotes
    await vi.waitFor(() => expect(quotes).toBeGreaterThan(before + 5), { timeout: 20_000 })
    expect(session.status().rejected.map(({ reason }) => reason)).toEqual(['value'])
  }, 50_000)

  it('names a product that is not served, and streams the others', async () => {
    const { session, instruments } = await open()
    const [first] = instruments
    if (first === undefined) throw new Error('nothing listed')
    const gone: Instrument = { ...first, id: 99, nativeName: 'GONE-USD', symbol: 'GONE_USD' }
    session.want([first, gone].map((instrument) => ({ channel: 'trade', instrument, period: null })))
    session.start()
    await vi.waitFor(
      () =>
        expect(session.status().notes).toEqual([
          expect.stringMatching(/GONE_USD.*refused \(Failed to subscribe: GONE-USD is not a valid product\)/),
        ]),
      { timeout: 20_000 },
    )
    await vi.waitFor(() => expect(session.status().sockets.map(({ acknowledged }) => acknowledged)).toEqual([1]), {
      timeout: 20_000,
    })
  }, 50_000)
})
