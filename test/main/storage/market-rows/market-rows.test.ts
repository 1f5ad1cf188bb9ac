import { describe, expect, it } from 'vitest'
import type { GapFilter, StoredGap, TradeRow } from '../../../../src/main/storage/market-contract.ts'
import { instruments, openPlain, openTemporary, second, snapshot } from '../support.ts'

const trade = (more: Partial<TradeRow> = {}): TradeRow => ({
  instrumentId: 1,
  tradeId: '1001',
  price: 36_500.5,
  quantity: 0.25,
  side: 'BUY',
  exchangeAt: second,
  receivedAt: second + 12,
  ...more,
})

const gap = (more: Partial<StoredGap> = {}): StoredGap => ({
  id: 1,
  instrumentId: 1,
  kind: 'book_ticker',
  period: null,
  from: second,
  to: null,
  cause: 'disconnect',
  detail: 'silent for 10 s',
  filledAt: null,
  whyNotFilled: null,
  ...more,
})
const all: GapFilter = { instrumentId: null, from: null, to: null, limit: 100 }

async function opened() {
  const storage = await openTemporary()
  await storage.saveInstruments(instruments)
  return { storage, rows: storage.marketRows }
}

describe('public trades', () => {
  it('are stored once per instrument and trade id; those without an id always', async () => {
    const { storage, rows } = await opened()
    const first = await rows.saveTrades([trade(), trade({ price: 1 }), trade({ instrumentId: 2 })])
    // More than one statement's rows, some of them known.
    const many = Array.from({ length: 45 }, (_, i) => trade({ tradeId: String(1_000 + i), side: 'SELL' }))
    const second = await rows.saveTrades(many)
    const nameless = await rows.saveTrades([trade({ tradeId: null }), trade({ tradeId: null })])
    const stored = openPlain(storage.file).prepare('SELECT count(*), sum(price = 1), sum(trade_id IS NULL) FROM trades')
    expect({ first: first.rows, second: second.rows, nameless: nameless.rows, stored: stored.raw().get() }).toEqual({
      first: 2,
      second: 44,
      nameless: 2,
      stored: [48, 0, 2],
    })
  })

  it('keep every field, and show in the view', async () => {
    const { storage, rows } = await opened()
    await rows.saveTrades([trade({ exchangeAt: null, side: 'SELL' })])
    expect(openPlain(storage.file).prepare('SELECT * FROM v_trades').get()).toEqual({
      time: '2023-11-14T22:13:20.012Z',
      time_ms: second + 12,
      exchange: 'binance',
      symbol: 'BTC_USDT',
      trade_id: '1001',
      price: 36_500.5,
      quantity: 0.25,
      side: 'SELL',
      received_time: '2023-11-14T22:13:20.012Z',
      received_time_ms: second + 12,
    })
  })

  it('tell the time of the newest one of an instrument', async () => {
    const { rows } = await opened()
    await rows.saveTrades([
      trade({ exchangeAt: second + 5_000, tradeId: 'a' }),
      trade({ exchangeAt: second + 1_000, tradeId: 'b' }),
      trade({ instrumentId: 2, exchangeAt: null, receivedAt: second + 9_000 }),
    ])
    expect([await rows.newestTradeAt(1), await rows.newestTradeAt(2), await rows.newestTradeAt(3)]).toEqual([
      second + 5_000,
      second + 9_000,
      null,
    ])
  })

  it('are stored all or none', async () => {
    const { rows } = await opened()
    const failure = await rows.saveTrades([trade(), trade({ instrumentId: 99 })]).catch((error: Error) => error.message)
    expect([failure, await rows.newestTradeAt(1)]).toEqual([
      'rows of an instrument that is not in the database were refused',
      null,
    ])
  })
})

describe('gaps', () => {
  it('are upserted by id, and an unchanged one is not written again', async () => {
    const { rows } = await opened()
    const open = gap()
    const closed = gap({ to: second + 4_000 })
    const counts = []
    for (const save of [open, open, closed]) counts.push((await rows.saveGaps([save])).rows)
    expect({ counts, stored: await rows.gaps(all), last: await rows.lastGapId() }).toEqual({
      counts: [1, 0, 1],
      stored: [closed],
      last: 1,
    })
  })

  it('are found by instrument and by what they overlap, newest first', async () => {
    const { rows } = await opened()
    await rows.saveGaps([
      gap({ id: 1, to: second + 2_000 }),
      gap({
        id: 2,
        from: second + 10_000,
        to: second + 12_000,
        kind: 'kline',
        period: '1m',
        filledAt: second + 20_000,
      }),
      gap({ id: 3, from: second + 30_000, cause: 'crash', whyNotFilled: 'quotes of the past cannot be had' }),
      gap({ id: 4, instrumentId: 2, from: second + 11_000, to: second + 40_000 }),
    ])
    const ids = async (more: Partial<GapFilter>) => (await rows.gaps({ ...all, ...more })).map(({ id }) => id)
    expect({
      all: await ids({}),
      limited: await ids({ limit: 2 }),
      after: await ids({ after: { from: second + 30_000, id: 3 }, limit: 2 }),
      sameTime: [
        await ids({ after: { from: second + 11_000, id: 5 } }),
        await ids({ after: { from: second + 11_000, id: 4 } }),
      ],
      one: await ids({ instrumentId: 1 }),
      // An end is not part of the gap, nor is the beginning of the next range.
      touching: await ids({ from: second + 2_000, to: second + 10_000 }),
      inside: await ids({ from: second + 11_500, to: second + 11_600 }),
      lasting: await ids({ from: second + 1e9 }),
      ends: await rows.gapEnds('book_ticker'),
      last: await rows.lastGapId(),
    }).toEqual({
      all: [3, 4, 2, 1],
      limited: [3, 4],
      after: [4, 2],
      sameTime: [
        [4, 2, 1],
        [2, 1],
      ],
      one: [3, 2, 1],
      touching: [],
      inside: [4, 2],
      lasting: [3],
      ends: new Map([
        [1, second + 2_000],
        [2, second + 40_000],
      ]),
      last: 4,
    })
  })

  it('are found by kind, and the newest of a kind where it is over', async () => {
    const { rows } = await opened()
    await rows.saveGaps([
      gap({ id: 1, kind: 'order_book', to: second + 5_000 }),
      gap({ id: 2, kind: 'order_book', from: second + 4_000, to: second + 4_000, cause: 'not_watched' }),
      gap({ id: 3, kind: 'trade' }),
      gap({ id: 4, instrumentId: 2, kind: 'order_book', to: second + 1_000 }),
      gap({ id: 5, instrumentId: 2, kind: 'order_book', from: second + 2_000 }),
    ])
    expect((await rows.gaps({ ...all, kind: 'trade' })).map(({ id }) => id)).toEqual([3])
    const last = { from: second + 4_000, to: second + 4_000, cause: 'not_watched' }
    expect(await rows.lastGaps('order_book')).toEqual(new Map([[1, last]]))
  })

  it('begin at id 0 in an empty file', async () => {
    const { rows } = await opened()
    expect([await rows.lastGapId(), await rows.gaps(all)]).toEqual([0, []])
  })
})

describe('snapshots', () => {
  it('tell the newest of each instrument, and the first from a time on', async () => {
    const { storage, rows } = await opened()
    await storage.saveSnapshot(snapshot(second, [[1, 1, 1, 2, 1], [2, 1, 1, 2, 1]])) // biome-ignore format: rows
    await storage.saveSnapshot(snapshot(second + 3_000, [[1, 1, 1, 2, 1]]))
    expect({
      newest: await rows.newestSnapshots(),
      first: [await rows.firstSnapshot(1, second + 1), await rows.firstSnapshot(2, second + 1)],
    }).toEqual({
      newest: new Map([
        [1, second + 3_000],
        [2, second],
      ]),
      first: [second + 3_000, null],
    })
  })

  it('pass over a damaged chunk where the first one from a time on is sought', async () => {
    const { storage, rows } = await opened()
    const later = second + 1_440_000
    for (const time of [second, later]) await storage.saveSnapshot(snapshot(time, [[1, 1, 1, 2, 1]]))
    await storage.upkeep.rollUp({ before: later + 1_440_000, maximumFrames: 9 })
    openPlain(storage.file).exec("UPDATE book_ticker_chunks SET data = x'00' WHERE frame_time <= 1700000000000")
    expect(await rows.firstSnapshot(1, second)).toBe(later)
  })

  it('know whether the file was closed the last time', async () => {
    const { storage } = await opened()
    expect(storage.wasUnclean).toBe(false)
  })
})
