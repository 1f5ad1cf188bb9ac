import { join } from 'node:path'
import { pino } from 'pino'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createBus } from '../../../src/main/bus/index.ts'
import type { HistoryCandle, KlineRange, Topic } from '../../../src/main/exchanges/contract.ts'
import type { TopicsChange } from '../../../src/main/exchanges/session.ts'
import { CandleCloser } from '../../../src/main/market/candle-closer.ts'
import { KlineHistory } from '../../../src/main/market/history.ts'
import { nothingRecordedBefore } from '../../../src/main/recorder/recorded-before.ts'
import { Recorder } from '../../../src/main/recorder.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import {
  type Instrument,
  type Kline,
  openTimeOf,
  type Period,
  periodMs,
  periods,
} from '../../../src/shared/domain/index.ts'
import { indexOf, instrument } from '../../support/instruments.ts'
import { until } from '../../support/loopback.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = 60_000
/** A minute at which no longer period begins, so that only candles of a minute end. */
const noon = Date.UTC(2025, 0, 1, 12, 2)
const btc = instrument('mexc', 'spot', 'BTC', 'USDT', 'BTCUSDT')
const eth = instrument('mexc', 'spot', 'ETH', 'USDT', 'ETHUSDT')

const candle = (openTime: number): HistoryCandle => ({
  ...{ openTime, open: 2, high: 4, low: 1, close: 3, volume: 10, quoteVolume: 30 },
  isClosed: null,
})
const change = (
  state: 'live' | 'down',
  instruments: readonly Instrument[],
  wanted: readonly Period[],
): TopicsChange => ({
  feed: 'spot',
  state,
  topics: instruments.flatMap((one): Topic[] => [
    { channel: 'trade', instrument: one, period: null },
    ...wanted.map((period): Topic => ({ channel: 'kline', instrument: one, period })),
  ]),
  reason: '',
  cause: state === 'down' ? 'disconnect' : null,
  at: 0,
  downSince: null,
})

/** An exchange whose clock stands at `clock.at` and moves by seconds with `pass`. */
async function market({
  instruments = [btc],
  wanted = ['1m'] as readonly Period[],
  recorder = false,
  samplesCandles = false,
} = {}) {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  await storage.saveInstruments(instruments)
  const clock = { at: noon + 30_000, listed: true, failure: null as string | null, isMeasured: true }
  const asked: string[] = []
  let running = 0
  let mostRunning = 0
  const klines = async ({ instrument: of, period, from, to }: KlineRange, { priority }: { priority: string }) => {
    asked.push(`${of.base} ${period} ${new Date(from).toISOString().slice(11, 16)} ${priority}`)
    mostRunning = Math.max(mostRunning, ++running)
    await new Promise((resolve) => setTimeout(resolve, 1))
    running--
    if (clock.failure !== null) {
      const failure = { kind: 'unavailable', code: null, message: clock.failure, retryAfterMs: null } as const
      return { ok: false as const, failure }
    }
    const value: HistoryCandle[] = []
    for (let at = from; at <= to && clock.listed; at += periodMs[period]) value.push(candle(at))
    return { ok: true as const, value }
  }
  const history = new KlineHistory({
    storage,
    sourceOf: () => ({ klinesPerCall: () => 100, klines, now: () => clock.at }),
  })
  const bus = createBus((error) => {
    throw error
  })
  const heard: Kline[] = []
  bus.on('kline', (kline) => heard.push(kline))
  const lines: Record<string, unknown>[] = []
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>) })
  const recording = new Recorder({
    board: () => null,
    bus,
    storage,
    before: nothingRecordedBefore,
    instruments: () => indexOf([]),
    tradeSymbols: () => [],
    logger,
    onAlert: () => undefined,
  })
  if (recorder) recording.start()
  const now = () => (clock.isMeasured ? clock.at : null)
  const closer = new CandleCloser({ bus, history, now, logger, samplesCandles: () => samplesCandles })
  closer.start()
  onTestFinished(async () => {
    closer.stop()
    await recording.stop()
    await storage.close()
    vi.useRealTimers()
  })
  const pass = (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.at += 1_000
      vi.advanceTimersByTime(1_000)
    }
  }
  pass(1)
  closer.follow(change('live', instruments, wanted))
  const stored = async (of = btc, period: Period = '1m') => {
    const { openTime, isClosed, close } = await storage.klines(of.id, period, null, 10)
    return [...openTime].map((at, row) => [(at - noon) / minute, isClosed[row] === 1, close[row]])
  }
  const stream = (openTime: number, isClosed: boolean, more: Partial<Kline> = {}) =>
    bus.publish({
      ...{ kind: 'kline', instrument: btc, period: '1m', openTime, open: 2, high: 3, low: 2, close: 2.5, volume: 9 },
      ...{ quoteVolume: null, isClosed, exchangeAt: 1, receivedAt: 1, ...more },
    })
  const settled = () => until(() => running === 0 && asked.length > 0, 'answers')
  return {
    closer,
    storage,
    clock,
    asked,
    heard,
    lines,
    pass,
    stored,
    stream,
    settled,
    mostRunning: () => mostRunning,
    recording,
  }
}

const told = (openTime: number): Kline => ({
  ...candle(openTime),
  ...{ kind: 'kline', instrument: btc, period: '1m', isClosed: true, exchangeAt: null },
  receivedAt: expect.any(Number) as number,
})

describe('a candle whose closing was not heard', () => {
  it('is asked of history eight seconds after its end, stored closed, and published', async () => {
    const { asked, heard, pass, stored, storage } = await market()
    await storage.saveKlines([{ instrumentId: btc.id, period: '1m', ...candle(noon), close: 2, isClosed: false }])
    pass(36)
    expect(asked).toEqual([])
    pass(1)
    await until(() => heard.length === 2, 'the closed candles')
    expect(asked).toEqual(['BTC 1m 12:01 history'])
    expect(heard).toEqual([told(noon - minute), told(noon)])
    expect(await stored()).toEqual([
      [-1, true, 3],
      [0, true, 3],
      [1, false, 3],
    ])
  })

  it('is asked for once a period, and publishes only what is new', async () => {
    const { asked, heard, pass, settled } = await market()
    pass(37)
    await until(() => heard.length === 2, 'two closed candles')
    pass(59)
    await settled()
    expect(asked).toHaveLength(1)
    pass(1)
    await until(() => heard.length === 3, 'the next')
    expect([asked.length, heard[2]?.openTime]).toEqual([2, noon + minute])
  })

  it('stays open where history does not have it: nothing is invented, and nobody asks again', async () => {
    const { asked, heard, pass, clock, settled, stored } = await market()
    clock.listed = false
    pass(37)
    await settled()
    pass(58)
    await settled()
    expect([asked.length, heard, await stored()]).toEqual([1, [], []])
  })

  it('is asked for again after half a minute when history fails, three times in all, and then the log says so', async () => {
    const { asked, heard, pass, clock, settled, lines } = await market({ wanted: ['15m'] })
    clock.failure = 'overloaded'
    clock.at = openTimeOf(noon, '15m') + periodMs['15m']
    for (const count of [1, 2, 3]) {
      for (let i = 0; i < 60 && asked.length < count; i++) pass(1)
      expect(asked).toHaveLength(count)
      await settled()
      await until(() => count < 3 || lines.length > 0, 'the log')
    }
    pass(120)
    expect([asked.length, heard]).toEqual([3, []])
    expect(lines).toMatchObject([{ instrument: 'mexc:BTC_USDT', period: '15m', problem: 'overloaded' }])
  })

  it("keeps history's word when the stream closes it later with less", async () => {
    const { heard, pass, stream, stored, recording, storage } = await market({ recorder: true })
    pass(37)
    await until(() => heard.length === 2, 'told by history')
    stream(noon, true)
    await until(() => heard.length === 4, 'told again')
    expect(heard.slice(2)).toMatchObject([{ volume: 9 }, told(noon)])
    await recording.stop()
    expect((await stored()).find(([at]) => at === 0)).toEqual([0, true, 3])
    expect((await storage.klines(btc.id, '1m', noon + 1, 1)).volume[0]).toBe(10)
  })

  it('takes a later closing that knows of more trades', async () => {
    const { heard, pass, stream } = await market()
    pass(37)
    await until(() => heard.length === 2, 'told by history')
    stream(noon, true, { volume: 11 })
    await new Promise((resolve) => setImmediate(resolve))
    expect(heard).toHaveLength(3)
  })
})

describe('a candle of an exchange that tells candles at intervals', () => {
  it('is asked of history though it was heard to close, and told once more where history knows of more', async () => {
    const { asked, heard, pass, stream, recording, stored, settled } = await market({
      recorder: true,
      samplesCandles: true,
    })
    pass(33)
    stream(noon, true)
    pass(4)
    await until(() => heard.length === 2, 'told once more')
    expect([asked, heard[1]]).toEqual([['BTC 1m 12:01 history'], told(noon)])
    // The next one was told to its last trade.
    pass(55)
    stream(noon + minute, true, { volume: 10 })
    pass(10)
    await until(() => asked.length === 2, 'the next question')
    await settled()
    expect([asked, heard.length]).toEqual([['BTC 1m 12:01 history', 'BTC 1m 12:02 history'], 3])
    await recording.stop()
    expect((await stored()).find(([at]) => at === 0)).toEqual([0, true, 3])
  })
})

describe('nothing is asked', () => {
  it('where the stream has closed the candle', async () => {
    const { asked, pass, stream } = await market()
    pass(33)
    stream(noon, true)
    pass(20)
    expect(asked).toEqual([])
  })

  it('while the feed is down, and again once it is back', async () => {
    const { asked, closer, pass, settled } = await market()
    closer.follow(change('down', [btc], ['1m']))
    pass(120)
    expect(asked).toEqual([])
    closer.follow(change('live', [btc], ['1m']))
    pass(60)
    await settled()
    expect(asked).toHaveLength(1)
  })

  it("while the exchange's clock is not measured", async () => {
    const { asked, clock, pass } = await market()
    clock.isMeasured = false
    pass(120)
    expect(asked).toEqual([])
  })

  it('for what is watched no longer, nor after the end', async () => {
    const { asked, closer, pass, settled } = await market({ instruments: [btc, eth], wanted: ['1m', '5m'] })
    closer.watch([eth], ['1m'])
    pass(60)
    await settled()
    expect(asked).toEqual(['ETH 1m 12:01 history'])
    closer.stop()
    pass(120)
    expect(asked).toHaveLength(1)
  })

  it('with an outdated instrument: contracts may change their size', async () => {
    const { closer, heard, pass } = await market()
    const changed = { ...btc, contractSize: 10 }
    closer.watch([changed], ['1m'])
    pass(37)
    await until(() => heard.length === 2, 'closed')
    expect(heard[0]?.instrument).toBe(changed)
  })
})

describe('eighty instruments of five periods', () => {
  it('are looked after by one timer, two questions at once', async () => {
    const many = Array.from({ length: 80 }, (_, n) => instrument('mexc', 'spot', `C${n}`, 'USDT', `C${n}USDT`))
    const { asked, clock, pass, mostRunning, heard } = await market({ instruments: many, wanted: periods })
    expect(vi.getTimerCount()).toBe(1)
    // Midnight: every period ends at once.
    clock.at = openTimeOf(noon, '1d') + periodMs['1d'] + 5_000
    pass(6)
    for (let i = 0; i < 40; i++) vi.advanceTimersByTime(1_000)
    await until(() => heard.length === 800, 'all closed', 30_000)
    expect([new Set(asked).size, asked.length, mostRunning()]).toEqual([400, 400, 2])
  }, 40_000)
})
