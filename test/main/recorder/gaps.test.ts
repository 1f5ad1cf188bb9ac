import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Gap, truthCode } from '../../../src/shared/domain/index.ts'
import { btc, btcOkx, ethPerpetual, instruments } from '../storage/support.ts'
import { eth, Life, start } from './life.ts'

beforeEach(() => {
  // The clock alone is a fake: storage is real, with threads, a file and a real event loop.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: start + 400 })
})
afterEach(() => {
  vi.useRealTimers()
})

async function begun(): Promise<Life> {
  const life = new Life()
  await life.begin()
  return life
}

/** [instrument, first missing second, first second held again, cause, detail], seconds after the start. */
const told = (life: Life, of: (gap: Gap) => boolean = () => true) =>
  [...life.told.values()]
    .filter(of)
    .map(({ instrument, from, to, cause, detail }) => [
      instrument,
      (from - start) / 1_000,
      to === null ? null : (to - start) / 1_000,
      cause,
      detail,
    ])
const ofBtc = ({ instrument }: Gap) => instrument === btc.key

const stored = async (life: Life) =>
  (await life.current.real.marketRows.gaps({ instrumentId: null, from: null, to: null, limit: 100 }))
    .map(({ instrumentId, from, to, cause }) => [
      instrumentId,
      (from - start) / 1_000,
      to && (to - start) / 1_000,
      cause,
    ])
    .reverse()

describe('a gap in an instrument’s seconds', () => {
  it('of a disconnect lasts from the first missing second to the first row, not to the open socket', async () => {
    const life = await begun()
    await life.seconds(3)
    life.down(btc, 'silent for 10 s')
    await life.seconds(2)
    const during = await stored(life)
    life.connect(btc)
    await life.seconds(2)
    expect({ during, told: told(life), after: await stored(life) }).toEqual({
      during: [[1, 4, null, 'disconnect']],
      told: [[btc.key, 4, 6, 'disconnect', 'silent for 10 s']],
      after: [[1, 4, 6, 'disconnect']],
    })
  })

  it.each([
    ['stale', 'stale: nobody has quoted'],
    ['suspect', 'suspect: nobody has quoted'],
  ] as const)('of a quote that is %s says so, and a quiet market has none', async (truth, detail) => {
    const life = await begun()
    await life.seconds(2)
    // Nobody quotes, and nothing speaks against the last word.
    life.quiet(btc)
    await life.seconds(3)
    expect(told(life)).toEqual([])
    const { board } = life.current
    board.truth[board.slotOf(btc.id)] = truthCode[truth]
    await life.seconds(2)
    life.connect(btc)
    await life.seconds(1)
    expect(told(life)).toEqual([[btc.key, 6, 8, 'unknown', detail]])
  })

  it('is none where the feed was back before the second', async () => {
    const life = await begun()
    await life.seconds(2)
    life.down(btc)
    life.connect(btc)
    await life.seconds(2)
    expect(told(life)).toEqual([])
  })

  it('of a busy program and of a sleep is told of all, once, by its first cause', async () => {
    const life = await begun()
    await life.seconds(2)
    await life.jump(3)
    await life.seconds(2)
    await life.jump(100)
    // The sleep killed the connection, which shows only now.
    life.down(btc)
    await life.seconds(5)
    life.connect(btc)
    await life.seconds(1)
    expect(told(life, ofBtc)).toEqual([
      [btc.key, 3, 7, 'busy', ''],
      [btc.key, 9, 115, 'sleep', ''],
    ])
    expect(told(life).length).toBe(6)
  })

  it('of a disk that refused holds every second until a row is stored again', async () => {
    const life = await begun()
    await life.seconds(2)
    life.refuse()
    await life.seconds(4)
    life.allow()
    await life.seconds(8)
    const gaps = told(life, ofBtc)
    expect(gaps).toEqual([[btc.key, 3, expect.any(Number), 'storage', expect.stringMatching(/locked/)]])
    expect(life.account(btc.id)).toMatchObject({ missing: life.account(btc.id).told, lasting: 0 })
  })

  it('of the time without Crossbook is told by how the last run ended', async () => {
    const life = await begun()
    await life.seconds(3)
    await life.shutDown(60)
    await life.seconds(2)
    await life.crash(Number.POSITIVE_INFINITY, 0, 100)
    await life.seconds(2)
    expect(told(life, ofBtc)).toEqual([
      [btc.key, 4, 65, 'shutdown', ''],
      [btc.key, 67, 167, 'crash', ''],
    ])
  })

  it('of the time without Crossbook ends where an exchange that lets nobody in keeps it from recording', async () => {
    const life = await begun()
    await life.seconds(3)
    const refusal = 'HTTP 451: not from this region'
    await life.shutDown(60)
    life.down(btc, 'the connection was cut')
    life.down(btcOkx, 'the connection was cut')
    await life.seconds(2)
    life.down(btc, refusal, 'blocked')
    await life.seconds(10)
    const during = told(life, ({ to }) => to === null)
    life.connect(btc)
    life.connect(btcOkx)
    await life.seconds(2)
    expect({ during, btc: told(life, ofBtc), okx: told(life, ({ instrument }) => instrument === btcOkx.key) }).toEqual({
      during: [
        [btcOkx.key, 4, null, 'shutdown', ''],
        [btc.key, 67, null, 'blocked', refusal],
      ],
      btc: [
        [btc.key, 4, 67, 'shutdown', ''],
        [btc.key, 67, 77, 'blocked', refusal],
      ],
      okx: [[btcOkx.key, 4, 77, 'shutdown', '']],
    })
    expect(life.account(btc.id)).toMatchObject({ missing: life.account(btc.id).told, lasting: 0 })
  })

  it('of a feed that was down has the cause that the feed told', async () => {
    const life = await begun()
    await life.seconds(2)
    life.down(btc, 'HTTP 451: not from this region', 'blocked')
    life.down(btcOkx, 'maintenance', 'outage')
    await life.seconds(2)
    life.connect(btc)
    life.connect(btcOkx)
    await life.seconds(1)
    expect(told(life)).toEqual([
      [btc.key, 3, 5, 'blocked', 'HTTP 451: not from this region'],
      [btcOkx.key, 3, 5, 'outage', 'maintenance'],
    ])
  })

  it('of a feed that was cut has the cause that its next attempts met, and keeps one that says more', async () => {
    const life = await begun()
    await life.seconds(2)
    life.down(btc, 'the connection was cut')
    life.down(btcOkx, 'HTTP 451: not from this region', 'blocked')
    await life.seconds(2)
    life.down(btc, 'its name is not resolved', 'network')
    life.down(btcOkx, 'the connection was cut')
    await life.seconds(1)
    life.connect(btc)
    life.connect(btcOkx)
    await life.seconds(1)
    expect(told(life)).toEqual([
      [btc.key, 3, 6, 'network', 'its name is not resolved'],
      [btcOkx.key, 3, 6, 'blocked', 'HTTP 451: not from this region'],
    ])
  })

  it('of an update is no plain shutdown, and one of another run without a newer version is', async () => {
    const life = await begun()
    await life.seconds(3)
    life.version = '1.1.0'
    await life.shutDown(10)
    await life.seconds(2)
    await life.shutDown(10)
    await life.seconds(1)
    expect(told(life, ofBtc)).toEqual([
      [btc.key, 4, 15, 'update', 'from 1.0.0 to 1.1.0'],
      [btc.key, 17, 28, 'shutdown', ''],
    ])
  })

  it('of a connection that had fallen silent holds the seconds of its last quote, too', async () => {
    const life = await begun()
    await life.seconds(2)
    life.quiet(btc)
    await life.seconds(5)
    // It is 0.4 s past a second; 4.5 s ago it was 0.9 s past one.
    life.lost(btc, 4_500)
    await life.seconds(3)
    life.connect(btc)
    await life.seconds(1)
    life.lost(btc, 1_900)
    life.connect(btc)
    await life.seconds(1)
    expect(told(life)).toEqual([
      [btc.key, 3, 8, 'disconnect', expect.stringMatching(/^nothing came over its connection/)],
      [btc.key, 8, 11, 'disconnect', 'silent'],
    ])
    expect(life.account(btc.id)).toMatchObject({ rows: 9, missing: [8, 9, 10], lasting: 0 })
  })

  it('of a connection that had fallen silent ends where quotes were not relied on before it was lost', async () => {
    const life = await begun()
    await life.seconds(2)
    life.quiet(btc)
    await life.seconds(3)
    const { board } = life.current
    board.truth[board.slotOf(btc.id)] = truthCode.stale
    await life.seconds(2)
    life.lost(btc, 4_500)
    await life.seconds(1)
    expect(told(life)).toEqual([
      [btc.key, 6, null, 'unknown', 'stale: nobody has quoted'],
      [btc.key, 3, 6, 'disconnect', expect.stringMatching(/^nothing came/)],
    ])
  })

  it('of a clock that was set forward is no sleep, and a short sleep is no busy program', async () => {
    const life = await begun()
    await life.seconds(2)
    await life.setClock(3_600)
    await life.seconds(2)
    await life.sleep(10)
    await life.seconds(2)
    expect(told(life, ofBtc)).toEqual([
      [btc.key, 3, 3_604, 'clock', 'the clock was set forward'],
      [btc.key, 3_606, 3_617, 'sleep', ''],
    ])
  })

  it('of a clock that was set back tells the seconds that came twice, and misses none', async () => {
    const life = await begun()
    await life.seconds(30)
    await life.setClock(-20)
    await life.seconds(25)
    const cameTwice = expect.stringMatching(/came twice/)
    expect(told(life, ofBtc)).toEqual([[btc.key, expect.any(Number), 31, 'clock', cameTwice]])
    expect(life.account(btc.id)).toMatchObject({ missing: [], lasting: 0 })
    expect(life.account(btc.id).rows).toBeGreaterThanOrEqual(35)
  })

  it('of a file written under a clock far ahead is told, and recording goes on where no row is', async () => {
    const life = await begun()
    await life.seconds(3)
    await life.shutDown(-300)
    await life.seconds(5)
    expect(told(life, ofBtc)).toEqual([[btc.key, expect.any(Number), 4, 'clock', expect.stringMatching(/came twice/)]])
    const { rows, lasting } = life.account(btc.id)
    expect({ rows, lasting }).toEqual({ rows: 8, lasting: 0 })
  })

  it('that lasted at the end of a run goes on in the next one', async () => {
    const life = await begun()
    await life.seconds(3)
    life.down(btc, 'reset')
    await life.seconds(2)
    await life.shutDown(20)
    const between = await stored(life)
    await life.seconds(1)
    expect({ between, after: told(life, ofBtc) }).toEqual({
      between: [[1, 4, null, 'disconnect']],
      after: [[btc.key, 4, 27, 'disconnect', 'reset']],
    })
  })

  it('is none while it is not watched; the time is told when it is watched again', async () => {
    const life = await begun()
    await life.seconds(2)
    life.down(btcOkx)
    await life.seconds(2)
    life.watch([btc])
    await life.seconds(5)
    const away = told(life)
    life.watch(instruments)
    life.connect(btcOkx)
    await life.seconds(2)
    expect({ away, back: told(life) }).toEqual({
      away: [[btcOkx.key, 3, 5, 'disconnect', 'silent']],
      back: [
        [btcOkx.key, 3, 5, 'disconnect', 'silent'],
        [btcOkx.key, 5, 10, 'not_watched', ''],
        [ethPerpetual.key, 5, 10, 'not_watched', ''],
      ],
    })
  })

  it('that nobody watched at the end of the last run is no shutdown', async () => {
    const life = await begun()
    await life.seconds(2)
    // Another of the exchange is, for longer than a minute.
    life.watch([eth])
    await life.seconds(70)
    await life.shutDown(5)
    life.watch([btc, btcOkx, eth])
    await life.seconds(2)
    expect(told(life)).toEqual([
      [btc.key, 3, 79, 'not_watched', ''],
      [btcOkx.key, 3, 79, 'shutdown', ''],
      [eth.key, 73, 79, 'shutdown', ''],
    ])
  })

  it.each([1, 2])('is in the file before the row that ends it (a crash after %s writes)', async (writes) => {
    const life = await begun()
    await life.seconds(2)
    await life.shutDown(10)
    await life.crash(writes, 1, 5)
    await life.seconds(2)
    await life.current.recorder.stop()
    const { missing, told, lasting } = life.account(btc.id)
    expect({ told, lasting }).toEqual({ told: missing, lasting: 0 })
    expect(missing.length).toBe(writes === 1 ? 17 : 16)
  })

  it('has an id of its own, also beside those of others', async () => {
    const life = await begun()
    const { recorder } = life.current
    await life.seconds(2)
    const theirs = recorder.nextGapId()
    life.down(btc)
    await life.seconds(1)
    await life.shutDown(5)
    await life.seconds(1)
    const next = life.current.recorder.nextGapId()
    expect({ theirs, ours: [...life.told.keys()], next }).toEqual({ theirs: 1, ours: [2, 3, 4], next: 5 })
  })
})

describe('a gap that another part publishes', () => {
  it('is stored with every change of it, as soon as the disk takes it, and counted once', async () => {
    const life = await begun()
    await life.seconds(1)
    const { bus, recorder, real } = life.current
    const gap: Gap = {
      id: recorder.nextGapId(),
      ...{ instrument: eth.key, exchange: eth.exchange, symbol: eth.symbol, kind: 'kline', period: '1m' },
      ...{
        from: start - 600_000,
        to: start - 120_000,
        cause: 'outage',
        detail: '503',
        filledAt: null,
        whyNotFilled: null,
      },
    }
    life.refuse()
    bus.publish({ kind: 'gap', gap })
    await life.seconds(2)
    const waiting = recorder.measurements().waitingGaps
    bus.publish({ kind: 'gap', gap: { ...gap, filledAt: start } })
    life.allow()
    await life.seconds(4)
    const { gapsFound, gapsFilled, waitingGaps } = recorder.measurements()
    const stored = await real.marketRows.gaps({ instrumentId: eth.id, from: null, to: null, limit: 10 })
    const { instrument: _, exchange: __, symbol: ___, ...rest } = gap
    expect({ stored, gapsFound, gapsFilled, waitingGaps, waited: waiting > 0 }).toEqual({
      stored: [{ ...rest, instrumentId: eth.id, filledAt: start }],
      gapsFound: { book_ticker: 3, trade: 0, kline: 1, order_book: 0 },
      gapsFilled: { book_ticker: 0, trade: 0, kline: 1, order_book: 0 },
      waitingGaps: 0,
      waited: true,
    })
  })
})

const index = fc.nat(instruments.length - 1)
const seconds = fc.integer({ min: 1, max: 6 })
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('seconds' as const), count: seconds, settled: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('down' as const, 'connect' as const), index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('jump' as const), count: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('refuse' as const, 'allow' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('watch' as const), list: fc.subarray([...instruments]) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('shutDown' as const), count: fc.integer({ min: 0, max: 90 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('crash' as const), writes: fc.nat(8), count: seconds, off: fc.nat(90) }),
  },
)

async function live(life: Life, what: typeof happening extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  switch (what.kind) {
    case 'seconds':
      return life.seconds(what.count, what.settled)
    case 'jump':
      return life.jump(what.count)
    case 'watch':
      return life.watch(what.list)
    case 'shutDown':
      return life.shutDown(what.count)
    case 'crash':
      return life.crash(what.writes, what.count, what.off)
    case 'refuse':
      return life.refuse()
    case 'allow':
      return life.allow()
    default: {
      const instrument = instruments[what.index] ?? btc
      return what.kind === 'down' ? life.down(instrument) : life.connect(instrument)
    }
  }
}

/** More of them: CROSSBOOK_GAP_LIVES=100. */
const lives = Number(process.env.CROSSBOOK_GAP_LIVES ?? 3)

describe('any life', () => {
  it('leaves gaps that hold exactly the seconds missing between the first row and the last', {
    timeout: 60_000 + lives * 20_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 14 }), async (happenings) => {
        const life = await begun()
        await life.seconds(1)
        for (const what of happenings) await live(life, what)
        life.watch(instruments)
        await life.shutDown(3)
        await life.seconds(3)
        await life.current.recorder.stop()
        for (const { id } of instruments) {
          const { rows, missing, told, lasting } = life.account(id)
          expect(rows).toBeGreaterThan(1)
          expect({ told, lasting }).toEqual({ told: missing, lasting: 0 })
        }
        await life.end()
      }),
      { numRuns: lives },
    )
  })
})
