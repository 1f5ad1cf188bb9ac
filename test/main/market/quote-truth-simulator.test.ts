/** Quotes of a simulated exchange over real sockets, judged while faults are on. */
import { expect, it, onTestFinished } from 'vitest'
import { Desk } from '../../../src/main/analytics/desk.ts'
import { createBus } from '../../../src/main/bus/index.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import { ExchangeSession } from '../../../src/main/exchanges/session.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { ExchangeId } from '../../../src/shared/domain/index.ts'
import { Settings } from '../../../src/shared/settings.ts'
import { loadListed } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { simulator as startSimulator } from '../../support/simulator.ts'

/** Quotes of one symbol at one exchange, on a desk that is swept ten times a second. */
async function market(exchange: ExchangeId) {
  const simulator = await startSimulator({ venues: [exchange], symbols: ['BTC_USDT', 'BTC_USDT_PERP'], rate: 200 })
  const bus = createBus((error) => {
    throw error
  })
  const session = new ExchangeSession({
    connector: connectorOf(exchange),
    origins: simulator.originsOf(exchange),
    bus,
    logger: createLogger('silent'),
    // Heartbeats every half second, so that a silence shows soon.
    sessionTiming: { pingEveryMs: 500 },
  })
  onTestFinished(() => session.stop())
  await session.measureClock()
  const instruments = await loadListed(session)
  const desk = new Desk({
    settings: () => Settings.parse({}),
    takerFee: () => 0,
    lifeOf: (instrument) => session.lifeOf(instrument),
    clockOffsetMs: () => session.measuredOffset(),
    onClockDoubt: () => session.doubtClock(),
    onQuote: () => undefined,
    onTruth: () => undefined,
    onPair: () => undefined,
    onOpportunity: () => undefined,
    onBoards: () => undefined,
  })
  bus.on('book_ticker', (quote) => desk.bookTicker(quote))
  bus.on('connection', ({ state, instrumentIds, at }) => {
    if (state === 'down') desk.feedDown(instrumentIds, at, 'disconnected')
  })
  desk.watch(instruments, Date.now())
  session.want(instruments.map((instrument) => ({ channel: 'book_ticker', instrument, period: null })))
  session.start()
  const timer = setInterval(() => desk.sweep(Date.now()), 100)
  onTestFinished(() => clearInterval(timer))
  const slot = instruments.findIndex(({ kind }) => kind === 'perpetual')
  const truth = () => desk.truth.truthOf(slot)
  await until(() => truth() === 'live', 'a first quote')
  return { simulator, desk, reason: () => desk.truth.reasonOf(slot), truth }
}

it('calls quotes stale when nothing of their connection comes any more, before the session gives it up', async () => {
  const { simulator, truth, reason } = await market('binance')
  await simulator.inject({ kind: 'silence', exchange: 'binance' })
  await until(() => truth() !== 'live', 'they do not count', 30_000)
  expect([truth(), reason()]).toEqual([
    'stale',
    'its connection gives no sign of life, and is asked for one every 0.5 s',
  ])
}, 60_000)

it('doubts quotes that were long under way, until they are quick again', async () => {
  const { simulator, truth, reason } = await market('binance')
  const slow = await simulator.inject({ kind: 'latency', exchange: 'binance', ms: 6_500 })
  await until(() => truth() === 'suspect', 'they are doubted', 30_000)
  expect(reason()).toMatch(/^it came [67](\.\d)? s after the time it bears$/)
  await slow.stop()
  await until(() => truth() === 'live', 'they count again', 30_000)
}, 60_000)

it('doubts quotes whose times lie in the future of the clock that was measured', async () => {
  const { simulator, truth, reason } = await market('gate')
  await simulator.inject({ kind: 'skew', exchange: 'gate', ms: 60_000 })
  await until(() => truth() === 'suspect', 'they are doubted', 30_000)
  expect(reason()).toMatch(/^its time is (60|59(\.\d)?|6\d) s ahead of the exchange's clock$/)
}, 60_000)
