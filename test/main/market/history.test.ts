import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { HistoryCandle, KlineRange } from '../../../src/main/exchanges/contract.ts'
import { KlineHistory, type KlineSource } from '../../../src/main/market/history.ts'
import { missingRanges } from '../../../src/main/market/history-pages.ts'
import type { KlineRow } from '../../../src/main/storage/contract.ts'
import { openStorage } from '../../../src/main/storage/index.ts'
import { openTimeOf, type Period, periodMs } from '../../../src/shared/domain/index.ts'
import { instrument } from '../../support/instruments.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const minute = 60_000
const day = periodMs['1d']
const now = 1_700_000_000_000 - (1_700_000_000_000 % minute) + 30_000
const current = now - 30_000
const btc = instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT')

/** An exchange that lists since `listedAt`, notes what it was asked, and has no candle of a time in which nobody traded. */
function source(listedAt: number, perCall: number, traded: (at: number, period: Period) => boolean = () => true) {
  const asked: string[] = []
  const candle = (openTime: number): HistoryCandle => {
    const price = openTime / minute
    return {
      openTime,
      open: price,
      high: price + 1,
      low: price - 1,
      close: price,
      volume: 2,
      quoteVolume: 2 * price,
      isClosed: null,
    }
  }
  const klines = async ({ period, from, to }: KlineRange) => {
    asked.push(period === '1m' ? `${(current - from) / minute}..${(current - to) / minute}` : period)
    const value: HistoryCandle[] = []
    for (let at = Math.max(from, openTimeOf(listedAt, period)); at <= to; at += periodMs[period]) {
      if (traded(at, period)) value.push(candle(at))
    }
    return { ok: true as const, value }
  }
  const kline: KlineSource = { klinesPerCall: () => perCall, klines, now: () => now }
  return { asked, kline }
}

/** A candle as the stream left it, its numbers unlike the exchange's. */
const row = (openTime: number, isClosed: boolean): KlineRow[] => [
  {
    instrumentId: btc.id,
    period: '1m',
    openTime,
    open: 1,
    high: 1,
    low: 1,
    close: isClosed ? openTime / minute : 1,
    volume: 1,
    quoteVolume: 1,
    isClosed,
  },
]

async function history(kline: KlineSource | null) {
  const storage = await openStorage({ file: join(temporaryFolder(), 'crossbook.db') })
  onTestFinished(() => storage.close())
  await storage.saveInstruments([btc])
  return { storage, history: new KlineHistory({ storage, sourceOf: () => kline }) }
}

describe('missing ranges', () => {
  it.each([
    ['an empty series', [], [{ from: 0, to: 40 }]],
    ['a full one', [0, 10, 20, 30, 40], []],
    [
      'holes at both ends and inside',
      [10, 30],
      [
        { from: 0, to: 0 },
        { from: 20, to: 20 },
        { from: 40, to: 40 },
      ],
    ],
    ['times outside', [-10, 0, 10, 20, 30, 40, 50], []],
  ])('of %s', (_name, times, expected) => {
    expect(missingRanges(Float64Array.from(times), 0, 40, 10)).toEqual(expected)
  })
})

describe('filling', () => {
  it('loads the last candles in calls no larger than allowed, newest first, the running one open', async () => {
    const { asked, kline } = source(0, 4)
    const { storage, history: candles } = await history(kline)
    expect(await candles.fill(btc, '1m', 10)).toEqual({ candles: 10, problem: null })
    expect(asked).toEqual(['1..0', '5..2', '9..6'])
    const stored = await storage.klines(btc.id, '1m', null, 100)
    expect([...stored.openTime]).toEqual(Array.from({ length: 10 }, (_, i) => current - (9 - i) * minute))
    expect([...stored.isClosed]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
  })

  it('closes no candle by a clock that may be wrong, unless another follows it', async () => {
    const { kline } = source(0, 100)
    // Three minutes ahead, since this machine's clock was set; nobody has measured it yet. The exchange has no candle of the future.
    const ahead: KlineSource = {
      ...kline,
      now: () => now + 3 * minute,
      isClockKnown: () => false,
      klines: (range, options) => kline.klines({ ...range, to: Math.min(range.to, current) }, options),
    }
    const { history: candles, storage } = await history(ahead)
    await candles.fill(btc, '1m', 6)
    const { openTime, isClosed } = await storage.klines(btc.id, '1m', null, 10)
    expect([...openTime].map((at, row) => [(current - at) / minute, isClosed[row] === 1])).toEqual([
      [2, true],
      [1, true],
      [0, false],
    ])
  })

  it('asks for the running candle alone where the others are stored', async () => {
    const { asked, kline } = source(0, 100)
    const { history: candles } = await history(kline)
    await candles.fill(btc, '1m', 10)
    await candles.fill(btc, '1m', 10)
    expect(asked).toEqual(['9..0', '0..0'])
  })

  it('does not take a candle that was open when the program ended for a whole one', async () => {
    const { asked, kline } = source(0, 100)
    const { storage, history: candles } = await history(kline)
    // 4 and 3 minutes ago are closed, the next was under way at the end, and since the start the stream has closed another.
    for (const back of [4, 3, 1]) await storage.saveKlines(row(current - back * minute, true))
    await storage.saveKlines(row(current - 2 * minute, false))
    await candles.fill(btc, '1m', 5)
    expect(asked).toEqual(['2..0'])
    const stored = await storage.klines(btc.id, '1m', null, 5)
    expect([...stored.close]).toEqual([4, 3, 2, 1, 0].map((back) => current / minute - back))
    expect([...stored.isClosed]).toEqual([1, 1, 1, 1, 0])
  })

  it('waits for the exchange to close the candle before', async () => {
    const { asked, kline } = source(0, 100)
    const { history: candles } = await history({ ...kline, now: () => current + Math.min(waited(), 10_000) })
    const begun = performance.now()
    const waited = () => performance.now() - begun + 1_500
    await candles.fill(btc, '1m', 2)
    expect(asked).toEqual(['1..0'])
    expect(performance.now() - begun).toBeGreaterThan(490)
  })

  it('does nothing where nothing is stored', async () => {
    const { asked, kline } = source(0, 100)
    const dry = new KlineHistory({ storage: null, sourceOf: () => kline })
    expect(await dry.fill(btc, '1m', 10)).toEqual({ candles: 0, problem: null })
    expect(asked).toEqual([])
  })

  it('asks for nothing before the day of the listing', async () => {
    const { asked, kline } = source(current - 2 * minute, 500)
    const { history: candles } = await history(kline)
    expect(await candles.fill(btc, '1m', 5_000)).toEqual({ candles: 3, problem: null })
    const minutesOfToday = (current % day) / minute
    const calls = asked.filter((one) => one !== '1d').map((one) => Number(one.split('..')[1]))
    expect(calls.filter((to) => to > minutesOfToday)).toEqual([])
    // Where it begins is asked once: are there days that far back, and any before?
    expect(asked.filter((one) => one === '1d')).toHaveLength(2)
  })

  it('goes on where nobody traded for a whole call', async () => {
    const quiet = (at: number) => at > current - 350 * minute && at < current
    const { kline } = source(0, 100, (at, period) => period === '1d' || !quiet(at))
    const { history: candles, storage } = await history(kline)
    expect(await candles.fill(btc, '1m', 500)).toEqual({ candles: 151, problem: null })
    const { openTime } = await storage.klines(btc.id, '1m', null, 1_000)
    expect([openTime[0], openTime[149], openTime[150]]).toEqual([
      current - 499 * minute,
      current - 350 * minute,
      current,
    ])
  })

  it('says what the exchange said when it refuses', async () => {
    const failure = { kind: 'invalid', code: '-1121', message: 'Invalid symbol.', retryAfterMs: null } as const
    const { history: candles } = await history({
      klinesPerCall: () => 10,
      klines: async () => ({ ok: false, failure }),
      now: () => now,
    })
    expect(await candles.fill(btc, '1m', 10)).toEqual({ candles: 0, problem: 'Invalid symbol.' })
  })
})

describe('listing', () => {
  it('fetches what is not stored, once', async () => {
    const { asked, kline } = source(0, 100)
    const { history: candles } = await history(kline)
    await candles.fill(btc, '1m', 5)
    const { klines: older } = await candles.list(btc, '1m', current - 4 * minute, 3)
    expect([...older.openTime]).toEqual([7, 6, 5].map((back) => current - back * minute))
    await candles.list(btc, '1m', current - 4 * minute, 3)
    expect(asked).toEqual(['4..0', '7..5'])
  })

  it('fetches anew what is stored open though its time is over', async () => {
    const { asked, kline } = source(0, 100)
    const { storage, history: candles } = await history(kline)
    await candles.fill(btc, '1m', 5)
    await storage.saveKlines(row(current - 7 * minute, false))
    await candles.list(btc, '1m', current - 4 * minute, 3)
    expect(asked).toEqual(['4..0', '7..5'])
  })

  it('lists what the exchange has where nothing is stored', async () => {
    const { kline } = source(0, 2)
    const dry = new KlineHistory({ storage: null, sourceOf: () => kline })
    const { klines: listed } = await dry.list(btc, '1m', null, 5)
    expect([...listed.openTime]).toEqual([4, 3, 2, 1, 0].map((back) => current - back * minute))
    expect([...listed.isClosed]).toEqual([1, 1, 1, 1, 0])
  })

  it('does not ask again for what the exchange does not have', async () => {
    const { asked, kline } = source(current, 1_500)
    const { history: candles } = await history(kline)
    const before = current - 10 * minute
    expect((await candles.list(btc, '1m', before, 3)).klines.openTime).toHaveLength(0)
    expect(await candles.list(btc, '1m', before, 3)).toMatchObject({ problem: null })
    // The day of its listing may have traded before that page, too.
    const sinceMidnight = (current % day) / minute
    expect(asked).toEqual(['13..11', '1d', `${sinceMidnight}..14`])
  })

  it('leaps over the time in which nobody traded, to the newest day that has candles before it', async () => {
    const today = current - (current % day)
    const busy = today - 3 * day + 20 * 60 * minute
    const hasCandle = (at: number, period: Period) =>
      period === '1d'
        ? at === today || at === today - 3 * day
        : at >= current - minute || (at >= busy && at < busy + 8 * minute)
    const { asked, kline } = source(0, 1_500, hasCandle)
    const { storage, history: candles } = await history(kline)
    // Stored long ago: not to be taken for what came next.
    await storage.saveKlines(row(today - 40 * day, true))
    const first = await candles.list(btc, '1m', null, 500)
    expect([...first.klines.openTime]).toEqual([current - minute, current])
    const second = await candles.list(btc, '1m', current - minute, 500)
    expect([[...second.klines.openTime], second.problem]).toEqual([
      Array.from({ length: 8 }, (_, i) => busy + i * minute),
      null,
    ])
    const newest = await candles.list(btc, '1m', current - minute, 3)
    expect([...newest.klines.openTime]).toEqual([5, 6, 7].map((i) => busy + i * minute))
    expect(asked.filter((one) => one === '1d')).toHaveLength(1)
    // Before that day there is nothing but what is stored.
    const oldest = await candles.list(btc, '1m', busy, 500)
    expect([...oldest.klines.openTime]).toEqual([today - 40 * day])
    expect(await candles.list(btc, '1m', today - 40 * day, 500)).toMatchObject({ problem: null })
  })

  it('says so where the leap could not be made sure of', async () => {
    const { kline } = source(0, 1_500, (at) => at >= current - minute)
    const failure = { kind: 'network', code: null, message: 'no connection', retryAfterMs: null } as const
    const { storage, history: candles } = await history({
      ...kline,
      klines: async (range, ...rest) => (range.period === '1d' ? { ok: false, failure } : kline.klines(range, ...rest)),
    })
    expect((await candles.list(btc, '1m', current - minute, 5)).problem).toBe('no connection')
    await storage.saveKlines(row(current - 40 * day, true))
    const { klines, problem } = await candles.list(btc, '1m', current - minute, 5)
    expect([[...klines.openTime], problem]).toEqual([[current - 40 * day], 'no connection'])
  })

  it('tells the end of history from an exchange that could not be asked', async () => {
    const failure = { kind: 'network', code: null, message: 'no connection', retryAfterMs: null } as const
    const klines = async () => ({ ok: false as const, failure })
    const { storage, history: candles } = await history({ klinesPerCall: () => 10, klines, now: () => now })
    await storage.saveKlines(row(current - minute, true))
    const older = await candles.list(btc, '1m', current - minute, 3)
    expect([...older.klines.openTime]).toEqual([])
    expect(older.problem).toBe('no connection')
    const newest = await candles.list(btc, '1m', null, 3)
    expect([...newest.klines.openTime]).toEqual([current - minute])
    expect(newest.problem).toBe('no connection')
  })

  it('gives what is stored when the exchange is not running', async () => {
    const running = source(0, 100)
    const { storage, history: candles } = await history(running.kline)
    await candles.fill(btc, '1m', 5)
    const offline = new KlineHistory({ storage, sourceOf: () => null })
    expect((await offline.list(btc, '1m', null, 3)).klines.openTime).toHaveLength(3)
  })
})
