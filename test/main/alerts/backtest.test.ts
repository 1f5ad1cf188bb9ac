import { describe, expect, it } from 'vitest'
import { Backtests, type BacktestsOptions } from '../../../src/main/alerts/backtests.ts'
import { createLogger } from '../../../src/main/log.ts'
import type { Storage } from '../../../src/main/storage/contract.ts'
import { AlertRule, type BacktestRequest } from '../../../src/shared/alert-rules.ts'
import type { Progress } from '../../../src/shared/contract.ts'
import type { Fill } from '../../../src/shared/domain/index.ts'
import { balance, drift, fill, rate as fundingRate } from '../storage/account-rows.ts'
import { btc, btcOkx, instruments, openPlain, openTemporary } from '../storage/support.ts'

const secondMs = 1_000
const hour = 3_600_000
/** 2023-11-14T22:00:00.000Z, the start of a frame. */
const start = Math.ceil(1_699_998_480_000 / 720_000) * 720_000
const end = start + 2 * hour
const rule = (more: object): AlertRule => AlertRule.parse({ name: 'mine', coolDownSeconds: 0, ...more })

let runs = 0
const request = (one: AlertRule, more: Partial<BacktestRequest> = {}): BacktestRequest => ({
  ...{ rule: one, from: start, to: end, utcOffsetMinutes: 0, id: `backtest-${++runs}` },
  ...more,
})

function backtests(storage: Storage, more: Partial<BacktestsOptions> = {}) {
  const progress: Progress[] = []
  const tests = new Backtests({
    file: () => storage.file,
    whyNoFile: () => null,
    watched: () => [btc, btcOkx],
    find: (key) => instruments.find((one) => one.key === key),
    takerFee: () => 0.001,
    judge: null,
    maximumAgeMs: () => 5_000,
    onProgress: (one) => progress.push(one),
    logger: createLogger('silent'),
    ...more,
  })
  return { tests, progress }
}

/** Bid and ask of both exchanges by second of the recording; null: nothing is stored of it. */
type Quotes = (
  second: number,
) => readonly [binance: readonly [number, number] | null, okx: readonly [number, number] | null]

/** Two hours of quotes: the first one in chunks, the second one as they were recorded. */
async function recorded(quotes: Quotes): Promise<Storage> {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  const database = openPlain(storage.file)
  const insert = database.prepare(
    'INSERT INTO book_tickers (time, instrument_id, bid_price, bid_quantity, ask_price, ask_quantity) VALUES (?, ?, ?, 1, ?, 1)',
  )
  // In one transaction: as the recorder writes, second by second, it would take most of the test's time.
  database.transaction(() => {
    for (let second = 0; second < (2 * hour) / secondMs; second++) {
      quotes(second).forEach((sides, i) => {
        if (sides !== null) insert.run(start + second * secondMs, i + 1, ...sides)
      })
    }
  })()
  await storage.upkeep.rollUp({ before: start + hour, maximumFrames: 100 })
  return storage
}

/** Above 100 for ten seconds at each of these. */
const peaks = [600, 4_000, 4_100]
const price: Quotes = (second) => {
  // Ten minutes are missing.
  if (second >= 2_000 && second < 2_600) return [null, null]
  const isPeak = peaks.some((peak) => second >= peak && second < peak + 10)
  return [isPeak ? [101, 102] : [90, 91], [90, 91]]
}
const above = rule({ kind: 'price', instrument: 'binance:BTC_USDT', side: 'above', price: 100 })

describe('a back-test over quotes', () => {
  it('finds what the engine would have seen, in chunks and in recent rows, and says what it does not know', async () => {
    const storage = await recorded(price)
    const { tests, progress } = backtests(storage)
    const times = peaks.map((second) => start + second * secondMs)
    const one = request(above)
    const result = await tests.run(one)
    expect(result).toEqual({
      ...{ from: start, to: end, count: 3, first: times[0], last: times[2] },
      days: [
        { at: Date.UTC(2023, 10, 14), count: expect.any(Number) },
        ...(new Date(end).getUTCDate() === 14 ? [] : [{ at: Date.UTC(2023, 10, 15), count: expect.any(Number) }]),
      ],
      latest: [...times].reverse().map((at) => ({
        ...{ at, subject: 'binance:BTC_USDT', message: 'binance:BTC_USDT at 101.5 is above 100' },
      })),
      coveredMs: 2 * hour - 600 * secondMs,
      words: ['Stored once a second: what happened within a second, and what books held, is not known.'],
    })
    expect(result.days.reduce((sum, { count }) => sum + (count ?? 0), 0)).toBe(3)
    expect([progress[0]?.state, progress.at(-1)]).toEqual([
      'running',
      {
        id: one.id,
        title: 'Back-test: mine',
        done: 100,
        total: 100,
        state: 'finished',
        canCancel: false,
        detail: null,
      },
    ])

    // Held for long enough, cooling, within a part of the range, and across the hole.
    const counts = await Promise.all(
      [rule({ ...above, holdSeconds: 5 }), rule({ ...above, holdSeconds: 11 })].map(
        async (other) => (await tests.run(request(other))).count,
      ),
    )
    expect(counts).toEqual([3, 0])
    const cooled = await tests.run(request(rule({ ...above, coolDownSeconds: 600 })))
    expect([cooled.count, cooled.last]).toEqual([2, times[1]])
    const part = await tests.run(request(above, { from: start + hour, to: start + hour + 420_000 }))
    expect([part.count, part.coveredMs]).toEqual([1, 420_000])
    const holding = rule({ kind: 'price', instrument: 'okx:BTC_USDT', side: 'below', price: 100, holdSeconds: 2_300 })
    // The hold stood still for the ten minutes of which nothing is known.
    expect((await tests.run(request(holding))).first).toBe(start + 2_900 * secondMs)
  })

  it('judges spreads as they were, with the fees of now, and pairs that are one asset only', async () => {
    const storage = await recorded((second) => [
      [99, 100],
      second >= 1_000 && second < 1_005 ? [102, 103] : second >= 5_000 && second < 5_060 ? null : [99, 100],
    ])
    const spread = rule({ kind: 'net_spread', symbol: 'BTC_USDT', abovePercent: 1 })
    const { tests } = backtests(storage)
    const result = await tests.run(request(spread))
    expect(result).toMatchObject({ count: 1, first: start + 1_000 * secondMs, coveredMs: 2 * hour - 60 * secondMs })
    expect(result.latest[0]).toEqual({
      at: start + 1_000 * secondMs,
      subject: 'binance:BTC_USDT>okx:BTC_USDT',
      message: 'buy binance:BTC_USDT at 100, sell okx:BTC_USDT at 102: net 1.798 % is above 1 %',
    })
    const costly = backtests(storage, { takerFee: () => 0.01 })
    expect((await costly.tests.run(request(spread))).count).toBe(0)
    const unproven = backtests(storage, {
      judge: { standingOf: () => ({ standing: 'unproven', words: '' }), onChange: () => () => undefined },
    })
    expect((await unproven.tests.run(request(spread))).count).toBe(0)
    const alone = backtests(storage, { watched: () => [btc] })
    expect(await alone.tests.run(request(spread))).toMatchObject({ count: null, coveredMs: 0 })
  })

  it('never says that nothing happened where nothing is stored', async () => {
    const storage = await recorded((second) => (second < 60 ? [[90, 91], null] : [null, null]))
    const { tests } = backtests(storage)
    const before = await tests.run(request(above, { from: start - 48 * hour, to: start - 24 * hour }))
    expect(before).toMatchObject({ count: null, first: null, last: null, coveredMs: 0 })
    expect(before.days.every(({ count }) => count === null)).toBe(true)
    expect(await tests.run(request(above))).toMatchObject({ count: 0, coveredMs: 60_000 })
    const disk = await tests.run(request(rule({ kind: 'disk', belowGigabytes: 5 })))
    expect([disk.count, disk.words]).toEqual([
      null,
      ['Free space of the disk is not recorded, so nothing tells how often this would have fired.'],
    ])
    expect((await tests.run(request(rule({ ...above, instrument: 'gate:BTC_USDT' })))).count).toBe(null)
  })

  it('can be cancelled, and refuses what cannot be', async () => {
    const storage = await recorded((second) => (second < 60 ? [[90, 91], null] : [null, null]))
    const { tests, progress } = backtests(storage)
    const one = request(above)
    const running = tests.run(one)
    tests.cancel(one.id)
    await expect(running).rejects.toThrow('cancelled')
    expect(progress.at(-1)).toMatchObject({ state: 'cancelled', canCancel: false })
    await expect(tests.run(request(above, { from: end, to: start }))).rejects.toThrow('is not before to')
    await expect(tests.run(request(above, { from: 0 }))).rejects.toThrow('more than 400 days')
    const none = backtests(storage, { file: () => null, whyNoFile: () => 'dry run' })
    await expect(none.tests.run(request(above))).rejects.toThrow('nothing is stored: dry run')
  })
})

describe('a back-test over what happened', () => {
  it('counts funding, balances, fills, differences and outages as they were known, while it recorded', async () => {
    // The program was off in the second hour but for its last frame.
    const storage = await recorded((second) =>
      second < 3_600 || second >= 6_480
        ? [
            [90, 91],
            [90, 91],
          ]
        : [null, null],
    )
    const at = (second: number) => start + second * secondMs
    const fills: Fill[] = [100, 200].map((second, i) =>
      fill({ tradeId: String(i), at: at(second), receivedAt: at(second) + 5 }),
    )
    const old = fill({ tradeId: 'old', at: start - 48 * hour, receivedAt: at(300) })
    await storage.accounts.save({
      fills: [...fills, old].map((one) => ({ fill: one, raw: '{}' })),
      balances: [
        [0, '100'],
        [1_000, '95'],
        [1_100, '60'],
        [3_000, '100'],
      ].map(([second, total]) => balance({ asset: 'USDT', total: String(total), receivedAt: at(Number(second)) })),
      fundingRates: [
        [0, '0.0001'],
        [500, '-0.002'],
        [600, '0.0001'],
      ].map(([second, text]) =>
        fundingRate({
          ...{ exchange: 'binance', symbol: 'BTC_USDT_PERP', rate: String(text) },
          ...{ nextFundingAt: start + 8 * hour, receivedAt: at(Number(second)) },
        }),
      ),
      drifts: [
        drift({ id: 1, foundAt: at(700), resolvedAt: at(720), resolution: 'settled' }),
        drift({ id: 2, foundAt: at(800), resolvedAt: at(900), resolution: 'settled' }),
      ],
    })
    const gap = { kind: 'book_ticker', period: null, detail: 'no answer', filledAt: null, whyNotFilled: null } as const
    await storage.marketRows.saveGaps([
      { ...gap, id: 1, instrumentId: 1, from: at(1_500), to: at(1_560), cause: 'outage' },
      { ...gap, id: 2, instrumentId: 2, from: at(1_500), to: at(1_505), cause: 'disconnect' },
      { ...gap, id: 3, instrumentId: 2, from: at(1_600), to: at(1_700), cause: 'shutdown' },
    ])
    const { tests } = backtests(storage)
    const ask = async (more: object) => {
      const { count, first, coveredMs } = await tests.run(request(rule(more)))
      return [count, first === null ? null : (first - start) / secondMs, coveredMs / secondMs]
    }
    const recordedSeconds = 3_600 + 720
    expect({
      funding: await ask({ kind: 'funding', instrument: 'binance:BTC_USDT_PERP', when: 'beyond', percent: 0.1 }),
      held: await ask({ kind: 'funding', instrument: 'binance:BTC_USDT_PERP', when: 'negative', holdSeconds: 101 }),
      drop: await ask({ kind: 'balance_drop', asset: 'USDT', unit: 'percent', drop: 30, withinMinutes: 30 }),
      fills: await ask({ kind: 'order_fill', account: 'binance-main' }),
      drift: await ask({ kind: 'drift', holdSeconds: 60 }),
      down: await ask({ kind: 'feed_down', holdSeconds: 10 }),
      okx: await ask({ kind: 'feed_down', exchange: 'okx' }),
      other: await ask({ kind: 'order_fill', account: 'nobody' }),
    }).toEqual({
      funding: [1, 500, recordedSeconds],
      held: [0, null, recordedSeconds],
      drop: [1, 1_100, recordedSeconds],
      fills: [2, 100.005, recordedSeconds],
      drift: [1, 860, recordedSeconds],
      down: [1, 1_510, recordedSeconds],
      okx: [1, 1_500, recordedSeconds],
      other: [null, null, 0],
    })
  })

  it('lets a hold stand still while nothing was recorded', async () => {
    // A frame of 12 minutes at the beginning, another one an hour after it ended.
    const [frame, again] = [720, 720 + 3_600]
    const isOn = (second: number) => second < frame || (second >= again && second < again + frame)
    const storage = await recorded((second) => (isOn(second) ? [[90, 91], null] : [null, null]))
    const at = (second: number) => start + second * secondMs
    await storage.accounts.save({
      balances: [balance({ asset: 'USDT', total: '100', receivedAt: at(0) })],
      fundingRates: [
        fundingRate({
          ...{ exchange: 'binance', symbol: 'BTC_USDT_PERP', rate: '-0.002' },
          ...{ nextFundingAt: start + 8 * hour, receivedAt: at(620) },
        }),
      ],
      drifts: [drift({ id: 1, foundAt: at(420), resolvedAt: at(again + 700), resolution: 'settled' })],
    })
    const { tests } = backtests(storage)
    const ask = async (more: object) => {
      const { count, first } = await tests.run(request(rule(more)))
      return [count, first === null ? null : (first - start) / secondMs]
    }
    const funding = { kind: 'funding', instrument: 'binance:BTC_USDT_PERP', when: 'negative' }
    expect({
      // 300 s in the first frame, the others in the second.
      drift: await ask({ kind: 'drift', holdSeconds: 301 }),
      // The hour between counts for nothing, at no end.
      tooLong: await ask({ kind: 'drift', holdSeconds: 1_001 }),
      funding: await ask({ ...funding, holdSeconds: 200 }),
      at: await ask({ ...funding, holdSeconds: 100 }),
    }).toEqual({ drift: [1, again + 1], tooLong: [0, null], funding: [1, again + 100], at: [1, 720] })
  })
})
