import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Instrument, Trade } from '../../../src/shared/domain/index.ts'
import { btc, btcOkx, ethPerpetual, instruments, openPlain } from '../storage/support.ts'
import { Life, start } from './life.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start + 400 })
})
afterEach(() => {
  vi.useRealTimers()
})

let lastTradeId = 0
const trade = (life: Life, instrument: Instrument, more: Partial<Trade> = {}): Trade => ({
  kind: 'trade',
  instrument,
  tradeId: String(++lastTradeId),
  price: 100,
  quantity: 1,
  side: 'BUY',
  exchangeAt: null,
  receivedAt: life.now(),
  ...more,
})

async function begun(symbols: readonly string[] = ['BTC_USDT']): Promise<Life> {
  lastTradeId = 0
  const life = new Life()
  life.tradeSymbols.list = symbols
  await life.begin()
  for (const instrument of instruments) life.trades(instrument, 'live')
  return life
}

const stored = (life: Life) =>
  openPlain(life.file)
    .prepare<[], [number, string]>('SELECT instrument_id, trade_id FROM trades ORDER BY id')
    .raw()
    .all()

/** [instrument, from, to, cause, detail], seconds after the start. */
const gaps = (life: Life) =>
  [...life.told.values()]
    .filter(({ kind }) => kind === 'trade')
    .map(({ instrument, from, to, cause, detail }) => [
      instrument,
      (from - start) / 1_000,
      to === null ? null : (to - start) / 1_000,
      cause,
      detail,
    ])

describe('public trades', () => {
  it('are stored once a second, of the symbols that settings name, from the moment they name them', async () => {
    const life = await begun()
    const { bus } = life.current
    const measured = () => life.current.recorder.measurements().trades
    bus.publish(trade(life, btc))
    bus.publish(trade(life, ethPerpetual))
    bus.publish(trade(life, btcOkx))
    const waiting = measured()
    await life.seconds(1)
    life.tradeSymbols.list = ['ETH_USDT_PERP']
    bus.publish(trade(life, btc))
    bus.publish(trade(life, ethPerpetual))
    // The first second asks for the newest stored trade of the symbol that is new, before there is another.
    await life.seconds(2)
    expect({ waiting, rows: stored(life), after: measured() }).toEqual({
      waiting: { written: 0, waiting: 2, dropped: 0 },
      rows: [
        [1, '1'],
        [2, '3'],
        [3, '5'],
      ],
      after: { written: 3, waiting: 0, dropped: 0 },
    })
  })

  it('are stored at once when 5,000 wait', async () => {
    const life = await begun()
    await life.seconds(1)
    for (let i = 0; i < 5_001; i++) life.current.bus.publish(trade(life, btc))
    await vi.waitUntil(() => stored(life).length > 0)
    // The one that began the next batch goes with it, in a transaction of its own.
    await vi.waitUntil(() => life.current.recorder.measurements().trades.written === 5_001)
    expect(stored(life).map(([, id]) => Number(id))).toEqual(Array.from({ length: 5_001 }, (_, i) => i + 1))
  })

  it('wait while the disk refuses, and all are stored in order afterwards', async () => {
    const life = await begun()
    await life.seconds(1)
    life.refuse()
    for (let second = 0; second < 5; second++) {
      for (let i = 0; i < 3_000; i++) life.current.bus.publish(trade(life, btc))
      await life.seconds(1)
    }
    const during = life.current.recorder.measurements().trades
    life.allow()
    await life.seconds(5)
    expect({ during, rows: stored(life).map(([, id]) => Number(id)), gaps: gaps(life) }).toEqual({
      during: { written: 0, waiting: 15_000, dropped: 0 },
      rows: Array.from({ length: 15_000 }, (_, i) => i + 1),
      gaps: [],
    })
  })

  it('beyond 200,000 are dropped, the oldest first, counted, and told as a gap', async () => {
    const life = await begun()
    await life.seconds(1)
    life.refuse()
    for (let second = 0; second < 21; second++) {
      for (let i = 0; i < 10_000; i++) life.current.bus.publish(trade(life, btc))
      await life.seconds(1)
    }
    const { dropped, waiting } = life.current.recorder.measurements().trades
    life.allow()
    await life.seconds(40)
    const ids = stored(life).map(([, id]) => Number(id))
    expect({ all: waiting + dropped, held: ids.length, first: ids[0], gaps: gaps(life) }).toEqual({
      all: 210_000,
      held: 210_000 - dropped,
      first: dropped + 1,
      gaps: [[btc.key, 1, 2, 'storage', 'more trades waited for the disk than fit']],
    })
    expect(dropped).toBe(10_000)
  })

  it('that wait are stored when it is stopped', async () => {
    const life = await begun()
    await life.seconds(1)
    life.current.bus.publish(trade(life, btc))
    await life.current.recorder.stop()
    expect(stored(life)).toEqual([[1, '1']])
  })
})

describe('gaps in public trades', () => {
  it('are told of what is recorded: the stream was down, or the computer slept', async () => {
    const life = await begun()
    await life.seconds(2)
    life.trades(btc, 'down', 'reset by the exchange')
    life.trades(ethPerpetual, 'down', 'reset by the exchange')
    await life.seconds(3)
    life.trades(btc, 'live')
    await life.seconds(1)
    // Busy for less than a sleep: the trades lay in the sockets meanwhile.
    await life.jump(10)
    const busy = gaps(life)
    await life.seconds(1)
    await life.jump(60)
    life.trades(btcOkx, 'down', 'silent')
    await life.seconds(4)
    life.trades(btcOkx, 'live')
    await life.seconds(1)
    expect({ busy, all: gaps(life) }).toEqual({
      busy: [[btc.key, 2, 6, 'disconnect', 'reset by the exchange']],
      all: [
        [btc.key, 2, 6, 'disconnect', 'reset by the exchange'],
        [btc.key, 19, 80, 'sleep', ''],
        [btcOkx.key, 19, 84, 'sleep', ''],
      ],
    })
  })

  it('are told by the new clock once it was set back, also one that lasted then', async () => {
    const life = await begun()
    const down = async (instrument: Instrument, seconds: number) => {
      life.trades(instrument, 'down', 'cut')
      await life.seconds(seconds)
    }
    await life.seconds(2)
    await down(btc, 3)
    life.trades(btc, 'live')
    await down(btcOkx, 2)
    // From 7.4 s to 8.4 s without it.
    await life.setClock(-60)
    await life.seconds(2)
    life.trades(btcOkx, 'live')
    await down(btc, 4)
    life.trades(btc, 'live')
    await life.seconds(1)
    expect(gaps(life)).toEqual([
      [btc.key, 2, 6, 'disconnect', 'cut'],
      [btcOkx.key, 5, 8, 'disconnect', 'cut'],
      [btcOkx.key, -52, -49, 'disconnect', 'cut'],
      [btc.key, -50, -45, 'disconnect', 'cut'],
    ])
  })

  it('are told of what is recorded and not watched, too; after a sleep its next trade shows that its stream lives', async () => {
    const life = await begun()
    life.unwatchedTrades.list = [btcOkx]
    life.watch([btc])
    await life.seconds(2)
    life.trades(btcOkx, 'down', 'reset by the exchange')
    await life.seconds(3)
    life.trades(btcOkx, 'live')
    await life.seconds(1)
    await life.jump(60)
    await life.seconds(2)
    const ofOkx = () => gaps(life).filter(([key]) => key === btcOkx.key)
    const asleep = ofOkx()
    life.current.bus.publish(trade(life, btcOkx))
    await life.seconds(1)
    await life.shutDown(30)
    for (const instrument of instruments) life.trades(instrument, 'live')
    await life.seconds(2)
    expect({ asleep, all: ofOkx() }).toEqual({
      asleep: [
        [btcOkx.key, 2, 6, 'disconnect', 'reset by the exchange'],
        [btcOkx.key, 7, null, 'sleep', ''],
      ],
      all: [
        [btcOkx.key, 2, 6, 'disconnect', 'reset by the exchange'],
        [btcOkx.key, 7, 70, 'sleep', ''],
        [btcOkx.key, 70, 102, 'shutdown', ''],
      ],
    })
  })

  it('are told where a message was not understood, seconds in a row as one', async () => {
    const life = await begun()
    await life.seconds(2)
    const words = 'a message of its connection was not understood (json)'
    const doubt = (...instruments: readonly Instrument[]) =>
      life.current.recorder.doubt({
        topics: instruments.map((instrument) => ({ channel: 'trade', instrument, period: null })),
        words,
      })
    doubt(btc)
    doubt(btc, btcOkx)
    await life.seconds(1)
    doubt(btc)
    await life.seconds(3)
    doubt(btc)
    life.trades(btc, 'down', 'silent')
    doubt(btc)
    await life.seconds(1)
    life.trades(btc, 'live')
    await life.seconds(1)
    expect(gaps(life)).toEqual([
      [btc.key, 2, 4, 'unknown', words],
      [btcOkx.key, 2, 3, 'unknown', words],
      [btc.key, 6, 7, 'unknown', words],
      [btc.key, 6, 8, 'disconnect', 'silent'],
    ])
  })

  it('are told of the time between two runs', async () => {
    const life = await begun()
    await life.seconds(2)
    await life.shutDown(30)
    for (const instrument of instruments) life.trades(instrument, 'live')
    await life.seconds(2)
    expect(gaps(life)).toEqual([
      [btc.key, 2, 34, 'shutdown', ''],
      [btcOkx.key, 2, 34, 'shutdown', ''],
    ])
  })

  it('end with the run where nobody records them in the next; the time until somebody does is told then', async () => {
    const life = await begun(['BTC_USDT'])
    await life.seconds(2)
    life.watch([btc])
    await life.seconds(1)
    life.tradeSymbols.list = []
    await life.shutDown(30)
    await life.seconds(5)
    life.trades(btc, 'live')
    life.tradeSymbols.list = ['BTC_USDT']
    await life.seconds(2)
    expect(gaps(life)).toEqual([
      [btc.key, 3, 35, 'shutdown', ''],
      [btc.key, 35, 40, 'not_watched', ''],
    ])
  })

  it('after a crash are told from the newest stored trade on', async () => {
    const life = await begun()
    await life.seconds(2)
    life.current.bus.publish(trade(life, btc))
    await life.crash(Number.POSITIVE_INFINITY, 1, 31)
    for (const instrument of instruments) life.trades(instrument, 'live')
    life.current.bus.publish(trade(life, btc))
    await life.seconds(2)
    const newest = 'counted from the newest stored trade'
    expect({ gaps: gaps(life), rows: stored(life).length }).toEqual({
      gaps: [[btc.key, 3, 35, 'crash', newest]],
      rows: 2,
    })
  })

  it('after a crash are told where the clock was set back before it, too', async () => {
    const life = await begun()
    await life.seconds(2)
    life.trades(btc, 'down', 'cut')
    await life.seconds(2)
    life.trades(btc, 'live')
    await life.setClock(-1_000)
    life.current.bus.publish(trade(life, btc))
    await life.crash(Number.POSITIVE_INFINITY, 1, 31)
    for (const instrument of instruments) life.trades(instrument, 'live')
    await life.seconds(2)
    expect(gaps(life)).toEqual([
      [btc.key, 2, 5, 'disconnect', 'cut'],
      [btc.key, -994, -962, 'crash', 'counted from the newest stored trade'],
    ])
  })

  it('of the time between two runs end where an exchange that lets nobody in keeps them away', async () => {
    const life = await begun()
    await life.seconds(2)
    life.current.bus.publish(trade(life, btc))
    await life.seconds(1)
    const refusal = 'HTTP 451: not from this region'
    const refused = async () => {
      await life.seconds(1)
      for (const instrument of instruments) life.trades(instrument, 'down', refusal, 'blocked')
      await life.seconds(10)
      for (const instrument of instruments) life.trades(instrument, 'live')
      await life.seconds(2)
    }
    await life.shutDown(30)
    await refused()
    life.current.bus.publish(trade(life, btc))
    await life.crash(Number.POSITIVE_INFINITY, 1, 31)
    await refused()
    expect(gaps(life).filter(([key]) => key === btc.key)).toEqual([
      [btc.key, 3, 35, 'shutdown', ''],
      [btc.key, 35, 46, 'blocked', refusal],
      [btc.key, 48, 80, 'crash', 'counted from the newest stored trade'],
      [btc.key, 80, 91, 'blocked', refusal],
    ])
  })

  it('that lasted at the end of a run end when the stream is live again', async () => {
    const life = await begun()
    await life.seconds(2)
    life.trades(btc, 'down', 'silent')
    await life.seconds(1)
    await life.shutDown(30)
    life.trades(btc, 'live')
    await life.seconds(1)
    expect(gaps(life)).toEqual([
      [btc.key, 2, 35, 'disconnect', 'silent'],
      // Its stream is not live yet.
      [btcOkx.key, 3, null, 'shutdown', ''],
    ])
  })

  it('are told when a symbol is recorded again', async () => {
    const life = await begun()
    await life.seconds(2)
    life.tradeSymbols.list = []
    await life.seconds(10)
    const away = gaps(life)
    life.tradeSymbols.list = ['BTC_USDT']
    await life.seconds(2)
    expect({ away, back: gaps(life) }).toEqual({
      away: [],
      back: [
        [btc.key, 3, 13, 'not_watched', ''],
        [btcOkx.key, 3, 13, 'not_watched', ''],
      ],
    })
  })
})
