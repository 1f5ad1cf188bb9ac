import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import { FundingRates, type FundingSource } from '../../../src/main/market/funding-rates.ts'
import { RateLimiter } from '../../../src/main/net/rate-limit.ts'
import type { RestCall } from '../../../src/main/net/rest.ts'
import { RestClient } from '../../../src/main/net/rest-client.ts'
import type { ExchangeId, FundingRate, Instrument } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'
import { json, serveHttp, until } from '../../support/loopback.ts'

const perpetual = (base: string, exchange: ExchangeId = 'binance') =>
  instrument(exchange, 'perpetual', base, 'USDT', `${base}USDT`)
const btc = perpetual('BTC')
const eth = perpetual('ETH')
const spot = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')

const rateOf = ({ exchange, symbol }: Instrument, rate: string, more: Partial<FundingRate> = {}): FundingRate => ({
  exchange,
  symbol,
  rate,
  nextFundingAt: 8_000,
  intervalHours: 8,
  markPrice: '100',
  exchangeAt: 1_000,
  receivedAt: 1_010,
  ...more,
})

/** An exchange on loopback whose rates are `answers`, by native name; null: the whole call fails. */
async function market() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => {
    vi.useRealTimers()
  })
  const answers: { rates: FundingRate[] | null; held: (() => void)[] | null } = { rates: [], held: null }
  const server = await serveHttp((_request, response) => {
    const answer = (): void => {
      if (answers.rates === null) json(response, {}, 400)
      else json(response, answers.rates)
    }
    if (answers.held === null) answer()
    else answers.held.push(answer)
  })
  onTestFinished(() => server.close())
  const client = new RestClient({
    dialect: { usage: () => null, failure: () => null },
    limiter: new RateLimiter([{ id: 'p', limit: 1_000, intervalMs: 1_000 }]),
  })
  onTestFinished(() => client.close())
  const call = (names: string): RestCall<readonly FundingRate[]> => ({
    url: `${server.origin}/rates`,
    query: [['names', names]],
    pool: 'p',
    weight: 1,
    // The server is the test's own and sends what it was given.
    parse: (body) => ({ ok: true, value: body as FundingRate[] }),
  })
  const source: FundingSource = {
    connector: { fundingRates: (instruments) => [call(instruments.map(({ nativeName }) => nativeName).join())] },
    ask: (one, options) => client.call(one, options),
  }
  const sources = new Map<ExchangeId, FundingSource>([['binance', source]])
  const lines: string[] = []
  const logger = pino({ base: null, timestamp: false }, { write: (line: string) => lines.push(line) })
  const bus = createBus((error) => {
    throw error
  })
  const published: FundingRate[] = []
  bus.on('funding_rate', ({ rate }) => published.push(rate))
  const clock = { now: 0 }
  const board = new FundingRates({ bus, logger, source: (exchange) => sources.get(exchange), now: () => clock.now })
  onTestFinished(() => board.stop())
  const asked = () => server.requests.map((url) => new URL(url, server.origin).searchParams.get('names'))
  return {
    board,
    clock,
    bus,
    published,
    answers,
    asked,
    sources,
    lines: () => lines.map((line) => JSON.parse(line)),
    /** A minute passes, and its answers are there. */
    minute: async () => {
      const before = asked().length
      await until(() => {
        // While the answer before is still being read nobody is asked: then it takes another minute.
        if (asked().length === before) vi.advanceTimersByTime(60_000)
        return asked().length > before
      }, 'asked')
    },
    probe: () => client.call(call('probe')),
    stream: (rate: FundingRate) => bus.publish({ kind: 'funding_rate', rate }),
  }
}

describe('the board of funding rates', () => {
  it('fills in the interval where the exchange tells it apart from the rates, asked once an hour', async () => {
    const { board, published, answers, sources, minute } = await market()
    const source = sources.get('binance')
    if (!source) throw new Error('no source')
    let intervalsAsked = 0
    sources.set('binance', {
      ...source,
      connector: {
        ...source.connector,
        fundingIntervals: (instruments) => ({
          url: 'intervals',
          query: [],
          pool: 'p',
          weight: 1,
          parse: () => ({ ok: true, value: new Map(instruments.map(({ symbol }) => [symbol, 4])) }),
        }),
      },
      ask: async (call, options) => {
        if (call.url !== 'intervals') return source.ask(call, options)
        intervalsAsked++
        const parsed = call.parse(null)
        if (!parsed.ok) throw new Error(parsed.problem)
        return parsed
      },
    })
    answers.rates = [rateOf(btc, '0.0001', { intervalHours: null })]
    board.watch([btc])
    board.start()
    await until(() => published.length === 1, 'the first rate')
    answers.rates = [rateOf(btc, '0.0002', { intervalHours: null, exchangeAt: 2_000 })]
    await minute()
    await until(() => published.length === 2, 'the second rate')
    board.watch([btc, eth])
    await until(() => intervalsAsked === 2, 'asked for what is newly watched')
    expect(published.map(({ intervalHours }) => intervalHours)).toEqual([4, 4])
    expect(board.list()).toMatchObject([{ rate: '0.0002', intervalHours: 4 }])
  })

  it('knows no rate that nobody has told for ten minutes, and one that is only repeated', async () => {
    const { board, clock, published, answers, asked, lines, minute } = await market()
    answers.rates = [rateOf(btc, '0.0001')]
    board.watch([btc])
    board.start()
    await until(() => published.length === 1, 'the first rate')
    clock.now = 9 * 60_000
    await minute()
    // Asked is not yet told: it is once it is known for another ten minutes.
    await until(() => {
      clock.now = 18 * 60_000
      const isTold = board.of(btc.key) !== null
      clock.now = 9 * 60_000
      return isTold
    }, 'told again')
    expect(asked()).toHaveLength(2)
    clock.now = 18 * 60_000
    expect(board.of(btc.key)).toMatchObject({ rate: '0.0001' })
    answers.rates = null
    await minute()
    await until(() => lines().length === 1, 'the failure')
    clock.now = 20 * 60_000
    expect(board.of(btc.key)).toBeNull()
    answers.rates = [rateOf(btc, '0.0001')]
    await minute()
    await until(() => board.of(btc.key) !== null, 'it is there again')
    expect(published).toHaveLength(1)
  })

  it('takes what comes after the clock was set back, and believes nothing from before it', async () => {
    const { board, clock, stream } = await market()
    board.watch([btc, eth])
    board.start()
    const untimed = { exchangeAt: null, nextFundingAt: null }
    const hourMs = 3_600_000
    clock.now = 2 * hourMs
    stream(rateOf(btc, '0.1', { ...untimed, receivedAt: clock.now }))
    stream(rateOf(eth, '0.5', { ...untimed, receivedAt: clock.now }))
    clock.now = hourMs
    stream(rateOf(btc, '0.2', { ...untimed, receivedAt: clock.now }))
    expect([board.of(btc.key)?.rate, board.of(eth.key)]).toEqual(['0.2', null])
    clock.now += 60_000
    stream(rateOf(btc, '0.3', { ...untimed, receivedAt: clock.now }))
    expect(board.of(btc.key)?.rate).toBe('0.3')
  })

  it('asks each minute for the watched perpetuals, and publishes what is news', async () => {
    const { board, published, answers, asked, minute } = await market()
    answers.rates = [rateOf(btc, '0.0001')]
    board.watch([btc, spot])
    board.start()
    await until(() => published.length === 1, 'the first rate')
    answers.rates = [rateOf(btc, '0.0002', { exchangeAt: 2_000 })]
    await minute()
    await until(() => published.length === 2, 'the second rate')
    await minute()
    await minute()
    expect([asked(), published, board.list()]).toEqual([
      ['BTCUSDT', 'BTCUSDT', 'BTCUSDT', 'BTCUSDT'],
      [rateOf(btc, '0.0001'), rateOf(btc, '0.0002', { exchangeAt: 2_000 })],
      [rateOf(btc, '0.0002', { exchangeAt: 2_000 })],
    ])
  })

  it.each<[string, Partial<FundingRate>, Partial<FundingRate>, boolean]>([
    ['newer by the exchange, though it came earlier', { exchangeAt: 2_000, receivedAt: 900 }, {}, true],
    ['older by the exchange, though it came later', { exchangeAt: 999, receivedAt: 5_000 }, {}, false],
    ['of the same moment', { receivedAt: 5_000 }, {}, false],
    ['later, without a time of the exchange', { exchangeAt: null, receivedAt: 1_011 }, {}, true],
    ['earlier, without a time of the exchange', { exchangeAt: null, receivedAt: 1_009 }, {}, false],
    ['later than one without a time of the exchange', { receivedAt: 1_011 }, { exchangeAt: null }, true],
  ])('puts a rate of the stream over another that is %s: %s', async (_name, second, first, isTaken) => {
    const { board, stream } = await market()
    board.watch([btc])
    board.start()
    stream(rateOf(btc, '0.1', first))
    stream(rateOf(btc, '0.2', second))
    expect(board.list().map(({ rate }) => rate)).toEqual([isTaken ? '0.2' : '0.1'])
  })

  it('never publishes an older answer over a newer push', async () => {
    const { board, stream, answers, published } = await market()
    answers.held = []
    answers.rates = [rateOf(btc, '0.1'), rateOf(eth, '0.5')]
    board.watch([btc, eth])
    board.start()
    await until(() => answers.held?.length === 1, 'the question')
    stream(rateOf(btc, '0.2', { exchangeAt: 3_000 }))
    for (const answer of answers.held) answer()
    await until(() => published.length === 2, 'the answer')
    expect([published.map(({ rate }) => rate), board.list().map(({ rate }) => rate)]).toEqual([
      ['0.2', '0.5'],
      ['0.2', '0.5'],
    ])
  })

  it('keeps the interval and a due time ahead that later messages do not tell', async () => {
    const { board, stream } = await market()
    board.watch([btc])
    board.start()
    const silent = { nextFundingAt: null, intervalHours: null }
    stream(rateOf(btc, '0.1'))
    stream(rateOf(btc, '0.2', { exchangeAt: 7_999, ...silent }))
    const ahead = board.list()
    stream(rateOf(btc, '0.3', { exchangeAt: 8_000, ...silent }))
    expect([ahead, board.list()]).toEqual([
      [rateOf(btc, '0.2', { exchangeAt: 7_999 })],
      [rateOf(btc, '0.3', { exchangeAt: 8_000, nextFundingAt: null })],
    ])
  })

  it('takes the interval out of an answer that is no news', async () => {
    const { board, stream, answers } = await market()
    answers.held = []
    answers.rates = [rateOf(btc, '0.1')]
    board.watch([btc])
    board.start()
    await until(() => answers.held?.length === 1, 'the question')
    stream(rateOf(btc, '0.2', { exchangeAt: 2_000, intervalHours: null }))
    for (const answer of answers.held) answer()
    await until(() => board.list()[0]?.intervalHours === 8, 'the interval')
    expect(board.list()).toEqual([rateOf(btc, '0.2', { exchangeAt: 2_000 })])
  })

  it('forgets what is no longer watched and passes over what never was', async () => {
    const { board, stream } = await market()
    board.watch([btc, eth])
    board.start()
    for (const one of [btc, eth, perpetual('SOL'), perpetual('BTC', 'okx')]) stream(rateOf(one, '0.1'))
    const both = board.list().length
    board.watch([eth])
    stream(rateOf(btc, '0.3', { exchangeAt: 9_000 }))
    expect([both, board.list()]).toEqual([2, [rateOf(eth, '0.1')]])
  })

  it('asks for what is newly watched at once, also while an answer is under way', async () => {
    const { board, answers, asked } = await market()
    answers.held = []
    board.watch([btc])
    board.start()
    await until(() => answers.held?.length === 1, 'the first question')
    board.watch([btc, eth])
    board.watch([btc, eth])
    for (const answer of answers.held.splice(0)) answer()
    await until(() => asked().length === 2, 'the second question')
    expect(asked()).toEqual(['BTCUSDT', 'BTCUSDT,ETHUSDT'])
  })

  it('logs a failure when it begins and when it ends, and tries again each minute', async () => {
    const { board, answers, minute, lines, published } = await market()
    answers.rates = null
    board.watch([btc])
    board.start()
    await until(() => lines().length === 1, 'the line')
    await minute()
    await minute()
    answers.rates = [rateOf(btc, '0.1')]
    await minute()
    await until(() => published.length === 1, 'the rate')
    expect(lines()).toEqual([
      { level: 40, exchange: 'binance', reason: 'HTTP 400 "{}"', msg: 'funding rates could not be asked for' },
      { level: 30, exchange: 'binance', msg: 'funding rates are there again' },
    ])
  })

  it.each<[string, (held: Awaited<ReturnType<typeof market>>) => void]>([
    ['its end', ({ board }) => board.stop()],
    ['the end of the exchange', ({ sources }) => sources.clear()],
  ])('asks nobody and takes no answer after %s', async (_name, finish) => {
    const held = await market()
    const { board, answers, asked, published, probe } = held
    answers.held = []
    answers.rates = [rateOf(btc, '0.1')]
    board.watch([btc])
    board.start()
    await until(() => answers.held?.length === 1, 'the question')
    finish(held)
    for (const answer of answers.held) answer()
    answers.held = null
    // Answered after the one before has been read: both go through one client.
    await probe()
    vi.advanceTimersByTime(180_000)
    await probe()
    expect([asked(), published, board.list()]).toEqual([['BTCUSDT', 'probe', 'probe'], [], []])
  })
})
