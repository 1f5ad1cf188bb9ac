import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HeldDepth } from '../../../../src/main/exchanges/held-depth.ts'
import { bookColumns } from '../../../../src/main/market/books/contract.ts'
import { btc, eth, script, topic } from './scripted.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_700_000_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Time passes, and the hub sweeps every second. */
function pass(ms: number, keeper: { sweep(now: number): void }): void {
  for (let left = ms; left > 0; left -= 1_000) {
    vi.advanceTimersByTime(Math.min(left, 1_000))
    keeper.sweep(Date.now())
  }
}

function restBook() {
  const exchange = script('rest')
  exchange.keeper.watch([btc])
  return exchange
}

async function liveRestBook() {
  const exchange = restBook()
  exchange.live()
  exchange.update(11, 12)
  await exchange.answer(10)
  expect(exchange.truth()).toBe('live')
  return exchange
}

function liveStreamBook() {
  const exchange = script('stream')
  exchange.keeper.watch([btc])
  exchange.snapshot(10)
  exchange.live()
  expect(exchange.truth()).toBe('live')
  return exchange
}

describe('a book whose exchange sends checksums', () => {
  it('is built anew where it is not what one of them says, and tells the gap', () => {
    const exchange = liveStreamBook()
    exchange.summed(11, 4, [[100, 3]])
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 11, resyncs: 0 })
    exchange.summed(12, 5, [[100, 3]])
    expect(exchange.status()).toMatchObject({
      truth: 'gap',
      reason: 'its checksum is not the one that the exchange sent',
      resyncs: 1,
      bidLevels: 0,
    })
    expect(exchange.gaps).toMatchObject([
      { id: 1, cause: 'resync', detail: 'its checksum is not the one that the exchange sent' },
    ])
    exchange.snapshot(20)
    expect(exchange.truth()).toBe('live')
  })

  it('does not take a snapshot by REST whose waiting updates end in another', async () => {
    const exchange = restBook()
    exchange.live()
    exchange.summed(11, 9, [[100, 3]])
    await exchange.answer(10)
    expect(exchange.truth()).toBe('gap')
    vi.advanceTimersByTime(500)
    exchange.summed(12, 4, [[100, 3]])
    await exchange.answer(11)
    expect(exchange.truth()).toBe('live')
  })
})

describe('a book whose snapshot comes by REST', () => {
  it('waits for its first update, asks for the snapshot, and lays over it what came meanwhile', async () => {
    const exchange = restBook()
    exchange.live()
    expect(exchange.status()).toMatchObject({ truth: 'gap', reason: 'waiting for a snapshot' })
    expect(exchange.asked).toHaveLength(0)
    exchange.update(11, 12, [[100, 2]], [])
    exchange.update(13, 13, [], [[101, 3]])
    expect(exchange.asked).toHaveLength(1)
    await exchange.answer(11)
    expect(exchange.status()).toMatchObject({ truth: 'live', reason: '', updateId: 13, resyncs: 0 })
    expect(exchange.keeper.of(btc.id)?.book.top(5)).toMatchObject({
      bidQuantity: Float64Array.of(2),
      askQuantity: Float64Array.of(3),
    })
    expect(exchange.gaps).toEqual([])
  })

  it('is live without updates in a quiet market', async () => {
    const exchange = restBook()
    exchange.live()
    vi.advanceTimersByTime(1_000)
    await exchange.answer(10)
    expect(exchange.truth()).toBe('live')
    exchange.update(11)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 11 })
  })

  it('asks again, after a pause, while snapshots are older than its updates or do not come', async () => {
    const exchange = restBook()
    exchange.update(21)
    await exchange.answer(10)
    expect(exchange.status()).toMatchObject({
      truth: 'gap',
      reason: 'the snapshot is older than the updates that came',
    })
    expect(exchange.asked).toHaveLength(0)
    vi.advanceTimersByTime(500)
    await exchange.answer(null)
    expect(exchange.status().reason).toBe('its snapshot could not be loaded: out of order')
    vi.advanceTimersByTime(1_000)
    await exchange.answer(20)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 21 })
  })

  it('drops what came before a hole in the updates that waited', async () => {
    const exchange = restBook()
    exchange.update(11)
    exchange.update(12)
    exchange.update(15)
    await exchange.answer(10)
    expect(exchange.truth()).toBe('gap')
    vi.advanceTimersByTime(500)
    await exchange.answer(14)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 15 })
  })

  it('is built anew alone when an update is missing, and tells the gap', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.watch([btc, eth])
    exchange.update(5, 6, [[10, 1]], [[11, 1]], eth)
    await exchange.answer(4, [[10, 1]], [[11, 1]])
    expect(exchange.status(eth).truth).toBe('live')
    vi.advanceTimersByTime(100)
    exchange.update(14)
    expect(exchange.status()).toMatchObject({ truth: 'gap', resyncs: 1, bidLevels: 0 })
    expect(exchange.status().reason).toBe('an update is missing between 12 and 14')
    expect(exchange.status(eth).truth).toBe('live')
    exchange.update(15)
    await exchange.answer(14)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 15 })
    expect(exchange.gaps).toMatchObject([
      { id: 1, kind: 'order_book', from: Date.now() - 100, to: null, cause: 'resync' },
      { id: 1, to: Date.now(), filledAt: null, whyNotFilled: 'exchanges do not tell past order books' },
    ])
  })

  it('takes no snapshot that is older than what it knew before', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.resync(btc.id, 'asked for by hand')
    await exchange.answer(11)
    expect(exchange.status()).toMatchObject({
      truth: 'gap',
      reason: 'the snapshot is older than the updates that came',
    })
    vi.advanceTimersByTime(500)
    await exchange.answer(12)
    expect(exchange.truth()).toBe('live')
  })

  it('takes a snapshot of an exchange that has begun to count anew, as its updates show', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.resync(btc.id, 'asked for by hand')
    exchange.update(3)
    await exchange.answer(2)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 3 })
  })

  it('takes an update that came twice for what it is', async () => {
    const exchange = await liveRestBook()
    exchange.update(13, 13, [[100, 5]])
    exchange.update(12, 12, [[100, 9]])
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 13 })
    expect(exchange.keeper.of(btc.id)?.book.top(1).bidQuantity).toEqual(Float64Array.of(5))
  })

  it('asks for a few at a time, however many broke', async () => {
    const exchange = script('rest')
    const many = Array.from({ length: 20 }, (_, i) => ({ ...btc, id: 10 + i, key: `binance:X${i}_USDT` }))
    exchange.keeper.watch(many)
    for (const one of many) exchange.update(11, 11, [[100, 1]], [[101, 1]], one)
    for (let left = 20; left > 0; left--) await exchange.answer(10)
    expect(exchange.state.mostAsked).toBe(4)
    expect(exchange.keeper.list().every(({ truth }) => truth === 'live')).toBe(true)
  })

  it('keeps a bounded number of updates while it waits', async () => {
    const exchange = restBook()
    for (let id = 1; id <= 3_000; id++) exchange.update(id)
    await exchange.answer(1_000)
    expect(exchange.truth()).toBe('gap')
    vi.advanceTimersByTime(500)
    await exchange.answer(2_500)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 3_000 })
  })
})

describe('a book whose stream begins with a snapshot', () => {
  it('ignores updates before it, and is asked for again where it does not come', () => {
    const exchange = script('stream')
    exchange.keeper.watch([btc])
    exchange.update(11)
    exchange.live()
    expect(exchange.truth()).toBe('gap')
    vi.advanceTimersByTime(3_000)
    expect(exchange.resubscribed).toEqual(['binance:BTC_USDT'])
    vi.advanceTimersByTime(3_000)
    expect(exchange.resubscribed).toHaveLength(2)
    exchange.snapshot(12)
    expect(exchange.truth()).toBe('live')
    vi.advanceTimersByTime(60_000)
    expect(exchange.resubscribed).toHaveLength(2)
  })

  it('is asked for where its stream flowed before anybody wanted the book, so that nobody says that it is live', () => {
    const exchange = script('stream')
    exchange.keeper.watch([btc])
    exchange.update(11)
    expect(exchange.status()).toMatchObject({ truth: 'gap', reason: 'waiting for a snapshot' })
    exchange.update(12)
    vi.advanceTimersByTime(3_000)
    expect(exchange.resubscribed).toEqual(['binance:BTC_USDT'])
    exchange.snapshot(13)
    expect(exchange.truth()).toBe('live')
  })

  it('has its stream begin anew when an update is missing', () => {
    const exchange = liveStreamBook()
    exchange.update(13)
    expect(exchange.truth()).toBe('gap')
    expect(exchange.resubscribed).toEqual(['binance:BTC_USDT'])
    exchange.update(14)
    expect(exchange.truth()).toBe('gap')
    exchange.snapshot(20)
    exchange.update(21)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 21, resyncs: 1 })
  })

  it('goes on from a snapshot that comes unasked: of a connection that took over', () => {
    const exchange = liveStreamBook()
    exchange.update(11, 14, [[100.5, 2]])
    exchange.snapshot(12, [[100, 7]])
    exchange.update(13, 16, [[99, 1]])
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 16, resyncs: 0 })
    expect(exchange.keeper.of(btc.id)?.book.top(5).bidPrice).toEqual(Float64Array.of(100, 99))
  })

  it('tells nobody of what it was while it is led over what was held back of a connection that took over', () => {
    const exchange = liveStreamBook()
    exchange.update(11, 16, [[100.5, 2]])
    const seen: number[] = []
    exchange.bus.on('order_book', ({ book }) => seen.push(book.book.bestBid))
    const held = new HeldDepth()
    held.hold({ ...exchange.depth(12, 12, [[99, 7]], [[101, 1]]), isSnapshot: true })
    held.hold(exchange.depth(13, 15, [[99.5, 1]], []))
    held.hold(exchange.depth(16, 17, [[100.6, 1]], []))
    held.release((update) => exchange.keeper.apply(update))
    expect(seen).toEqual([100.6])
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 17, resyncs: 0 })
  })

  it('begins anew at once, then after a moment, and is left alone for longer while it breaks again and again', () => {
    const exchange = liveStreamBook()
    const asked: number[] = []
    let id = 10
    for (let round = 0; round < 16; round++) {
      id += 2
      const before = exchange.resubscribed.length
      exchange.update(id)
      const brokeAt = Date.now()
      while (exchange.resubscribed.length === before) vi.advanceTimersByTime(10)
      asked.push(Date.now() - brokeAt)
      exchange.snapshot(++id)
    }
    expect(asked.slice(0, 2)).toEqual([0, 0])
    expect([...asked].sort((a, b) => a - b)).toEqual(asked)
    expect(asked.at(10)).toBeLessThan(1_000)
    expect(asked.at(-1)).toBeGreaterThan(1_000)
  })
})

describe('a book whose feed is down', () => {
  it('says so, with the reason and the cause, until it is right again', async () => {
    const exchange = await liveRestBook()
    vi.advanceTimersByTime(5_000)
    exchange.down('no route to host', 'network')
    const downAt = Date.now()
    expect(exchange.status()).toMatchObject({ truth: 'gap', reason: 'no route to host', bidLevels: 0, since: downAt })
    const kept = exchange.keeper.of(btc.id)
    expect(kept && bookColumns(kept, 5).bidPrice).toHaveLength(0)
    vi.advanceTimersByTime(2_000)
    exchange.update(31)
    exchange.live()
    await exchange.answer(30)
    expect(exchange.truth()).toBe('live')
    expect(exchange.gaps).toMatchObject([
      { from: downAt, to: null, cause: 'network', detail: 'no route to host' },
      { from: downAt, to: downAt + 2_000 },
    ])
  })

  it('makes no gap before it was right once', () => {
    const exchange = restBook()
    exchange.down()
    expect(exchange.gaps).toEqual([])
  })

  it('forgets a snapshot that was asked for before', async () => {
    const exchange = await liveRestBook()
    exchange.update(20)
    exchange.down()
    await exchange.answer(19)
    expect(exchange.truth()).toBe('gap')
  })
})

describe('an exchange that was switched off and on', () => {
  const again = (exchange: ReturnType<typeof script>) => {
    exchange.keeper.watch([])
    exchange.state.session++
    exchange.keeper.watch([btc])
  }

  it('is asked for snapshots by the session that runs now', async () => {
    const exchange = await liveRestBook()
    again(exchange)
    exchange.update(21)
    expect(exchange.asked).toHaveLength(1)
    await exchange.answer(20)
    expect(exchange.truth()).toBe('live')
  })

  it('has streams begin anew on the session that runs now', () => {
    const exchange = liveStreamBook()
    again(exchange)
    exchange.snapshot(20)
    exchange.update(23)
    expect(exchange.status()).toMatchObject({ truth: 'gap' })
    expect(exchange.resubscribed).toEqual(['binance:BTC_USDT'])
  })
})

describe('quotes that do not come any more', () => {
  it('are doubted while their order book moves on, until the next one', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    for (let id = 13; id < 19; id++) {
      const gone = id % 2 === 0 ? 100 : 100.5
      exchange.update(
        id,
        id,
        [
          [gone, 0],
          [200.5 - gone, 1],
        ],
        [],
      )
      pass(500, exchange.keeper)
    }
    expect(exchange.disputes).toEqual([])
    pass(3_000, exchange.keeper)
    expect(exchange.disputes).toEqual([expect.stringContaining('no quote comes')])
    expect(exchange.truth()).toBe('live')
    // Their stream is begun anew: at once, after ten seconds, after twenty more.
    expect(exchange.renewedQuotes).toHaveLength(1)
    pass(35_000, exchange.keeper)
    const [first = 0, ...others] = exchange.renewedQuotes
    expect(others.map((at) => Math.round((at - first) / 1_000))).toEqual([10, 30])
    exchange.quote(100.5, 101)
    pass(1_000, exchange.keeper)
    expect(exchange.disputes).toEqual([expect.any(String), null])
    expect(exchange.renewedQuotes).toHaveLength(3)
  })

  it('are not missed for moves that came before the newest of them and were held back while connections changed', async () => {
    const exchange = await liveRestBook()
    const held = Array.from({ length: 8 }, (_, place) => {
      const bids: [number, number][] = place % 2 === 0 ? [[100.5, 1]] : [[100.5, 0]]
      return { ...exchange.depth(13 + place, 13 + place, bids, []), isFollowed: true as const }
    })
    pass(500, exchange.keeper)
    exchange.quote(100, 101)
    for (const update of held) exchange.keeper.apply(update)
    pass(4_500, exchange.keeper)
    expect(exchange.status()).toMatchObject({ truth: 'live', updateId: 20, resyncs: 0 })
    expect(exchange.renewedQuotes).toEqual([])
    expect(exchange.disputes).toEqual([])
  })
})

describe('the times that updates bear', () => {
  it('are doubted when they came late or lie ahead of the clock of the exchange, and quotes without a time with them', async () => {
    const exchange = await liveRestBook()
    exchange.state.clockOffsetMs = 60_000
    exchange.update(13)
    expect(exchange.truth()).toBe('live')
    exchange.quote(100, 101)
    exchange.state.lateMs = 10_000
    exchange.update(14)
    expect(exchange.status()).toMatchObject({
      truth: 'suspect',
      reason: 'its newest update came 10.0 s after the time that it bears',
    })
    pass(5_000, exchange.keeper)
    expect(exchange.disputes).toEqual([expect.stringContaining('bears no time')])
    expect(exchange.state.clockDoubts).toBeGreaterThan(0)
    expect(exchange.gaps).toMatchObject([{ cause: 'unknown', to: null }])
    exchange.state.lateMs = -3_000
    exchange.update(15)
    expect(exchange.status().reason).toBe("the time of its newest update is 3.0 s ahead of the exchange's clock")
    exchange.state.lateMs = 5
    // What only keeps a stream alive settles nothing.
    exchange.update(16, 16, [], [])
    expect(exchange.truth()).toBe('suspect')
    exchange.update(17)
    pass(1_000, exchange.keeper)
    expect(exchange.status()).toMatchObject({ truth: 'live', resyncs: 0 })
    expect(exchange.gaps.at(-1)).toMatchObject({ cause: 'unknown', to: expect.any(Number) })
    expect(exchange.disputes).toEqual([expect.any(String), null])
  })

  it('are doubted of updates that waited for the snapshot, too', async () => {
    const exchange = restBook()
    exchange.live()
    exchange.state.lateMs = 8_000
    exchange.update(11)
    await exchange.answer(10)
    expect(exchange.truth()).toBe('suspect')
  })
})

describe('a doubt', () => {
  it('is a crossed book, at once, which is built anew after a second', async () => {
    const exchange = await liveRestBook()
    exchange.update(13, 13, [[101, 1]], [])
    expect(exchange.status()).toMatchObject({
      truth: 'suspect',
      reason: 'locked: the best bid 101 is not below the best ask 101',
    })
    exchange.update(
      14,
      14,
      [],
      [
        [101, 0],
        [102, 1],
      ],
    )
    expect(exchange.truth()).toBe('live')
    exchange.update(15, 15, [[103, 1]], [])
    const crossedAt = Date.now()
    expect(exchange.status().reason).toBe('crossed: the best bid 103 is not below the best ask 102')
    pass(2_000, exchange.keeper)
    expect(exchange.truth()).toBe('gap')
    expect(exchange.gaps.at(-1)).toMatchObject({ cause: 'resync', from: crossedAt, to: null })
    await exchange.answer(15)
    expect(exchange.truth()).toBe('live')
  })

  it('is a message that was not understood, until the next update follows', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.doubt({ topics: [topic(btc, 'trade')], words: 'unread' })
    expect(exchange.truth()).toBe('live')
    exchange.keeper.doubt({ topics: [topic()], words: 'unread' })
    expect(exchange.status()).toMatchObject({ truth: 'suspect', reason: 'unread' })
    exchange.update(13)
    expect(exchange.truth()).toBe('live')
    exchange.keeper.doubt({ topics: [topic()], words: 'unread' })
    pass(4_000, exchange.keeper)
    expect(exchange.truth()).toBe('gap')
    await exchange.answer(13)
    expect(exchange.truth()).toBe('live')
  })

  it('is a difference from its quotes that stays', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    vi.advanceTimersByTime(600)
    exchange.quote(100.5, 101)
    pass(3_000, exchange.keeper)
    expect(exchange.truth()).toBe('live')
    pass(500, exchange.keeper)
    expect(exchange.status()).toMatchObject({
      truth: 'suspect',
      reason: 'its best prices 100 and 101 are not those of its quotes, 100.5 and 101',
    })
    pass(1_000, exchange.keeper)
    expect(exchange.truth()).toBe('gap')
    // Nothing came of it for as long: its stream begins anew before the snapshot is asked for.
    expect(exchange.resubscribed).toHaveLength(1)
    vi.advanceTimersByTime(1_000)
    await exchange.answer(13, [[100.5, 1]])
    expect(exchange.truth()).toBe('live')
    // Whichever of the two was wrong: the quotes are not believed either, until both agree again.
    expect(exchange.disputes).toEqual([expect.stringContaining('other best prices')])
    exchange.quote(100.5, 101)
    pass(1_000, exchange.keeper)
    expect(exchange.disputes).toEqual([expect.any(String), null])
  })

  it('is a side without a level while its quotes have one, however often the other side changes', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    exchange.update(13, 13, [[100, 0]], [])
    for (let id = 14; id < 19; id++) {
      pass(1_000, exchange.keeper)
      exchange.quote(100, 101)
      exchange.update(id, id, [], [[102, id]])
    }
    expect(exchange.status()).toMatchObject({
      truth: 'suspect',
      reason: 'its best prices none and 101 are not those of its quotes, 100 and 101',
    })
  })

  it('is none of a side without a level where its quotes have none either', async () => {
    const exchange = await liveRestBook()
    exchange.update(13, 13, [[100, 0]], [])
    const none = { bidPrice: null, bidQuantity: null, askPrice: 101, askQuantity: 1 }
    exchange.bus.publish({ kind: 'book_ticker', instrument: btc, ...none, exchangeAt: null, receivedAt: Date.now() })
    for (let id = 14; id < 24; id++) {
      pass(1_000, exchange.keeper)
      exchange.update(id, id, [], [[102, id]])
    }
    expect(exchange.status()).toMatchObject({ truth: 'live', resyncs: 0 })
    expect([exchange.disputes, exchange.renewedQuotes]).toEqual([[], []])
  })

  it('is no difference from a quote of before the price came to stand, as long as no other comes', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    vi.advanceTimersByTime(1_000)
    exchange.update(13, 13, [
      [100, 0],
      [99.5, 1],
    ])
    pass(8_000, exchange.keeper)
    expect(exchange.disputes).toEqual([])
    exchange.quote(100, 101)
    pass(4_000, exchange.keeper)
    expect(exchange.disputes).toHaveLength(1)
  })

  it('is no difference that comes and goes, nor one from a quote older than the book', async () => {
    const exchange = await liveRestBook()
    for (let id = 13; id < 80; id++) {
      const bid = 87 + id
      vi.advanceTimersByTime(90)
      exchange.quote(bid, bid + 1)
      exchange.keeper.sweep(Date.now())
      expect(exchange.truth()).toBe('live')
      vi.advanceTimersByTime(10)
      exchange.update(
        id,
        id,
        [
          [bid - 1, 0],
          [bid, 1],
        ],
        [
          [bid, 0],
          [bid + 1, 1],
        ],
      )
    }
    for (let id = 80; id < 140; id++) {
      const bid = 87 + id
      // Told at moments of their own in a market that moves: they never meet.
      exchange.quote(bid + 0.5, bid + 1.5)
      exchange.update(
        id,
        id,
        [
          [bid - 1, 0],
          [bid, 1],
        ],
        [
          [bid, 0],
          [bid + 1, 1],
        ],
      )
      pass(1_000, exchange.keeper)
    }
    expect(exchange.status().resyncs).toBe(0)
    const other = script('rest')
    other.keeper.watch([btc])
    other.quote(90, 91)
    vi.advanceTimersByTime(10)
    other.update(11)
    await other.answer(10)
    pass(10_000, other.keeper)
    expect(other.truth()).toBe('live')
  })

  it('that comes back at once does not have the book built anew without a rest', async () => {
    const exchange = await liveRestBook()
    let id = 13
    const live = async (seconds: number) => {
      for (let second = 0; second < seconds; second++) {
        while (exchange.asked.length > 0) await exchange.answer(id)
        exchange.update(++id, id, [[102, 1]], [])
        pass(1_000, exchange.keeper)
      }
      return exchange.status().resyncs
    }
    // Every two or three seconds at first, so that it is right soon after.
    const soon = await live(30)
    expect(soon).toBeGreaterThan(6)
    expect(soon).toBeLessThan(14)
    expect((await live(600)) - soon).toBeLessThan(12)
  })
})

describe('silence', () => {
  it('of a market whose connection lives is no doubt', async () => {
    const exchange = await liveRestBook()
    pass(600_000, exchange.keeper)
    expect(exchange.truth()).toBe('live')
  })

  it('of its connection is, once the market is silent for longer than it ever is', async () => {
    const exchange = await liveRestBook()
    for (let id = 13; id < 60; id++) {
      vi.advanceTimersByTime(1_000)
      exchange.update(id)
    }
    exchange.state.silentMs = 10_000
    pass(10_000, exchange.keeper)
    expect(exchange.truth()).toBe('live')
    exchange.state.silentMs = 21_000
    pass(11_000, exchange.keeper)
    expect(exchange.status()).toMatchObject({
      truth: 'stale',
      reason: 'nothing has come over its connection for 21 s',
    })
    exchange.update(60)
    expect(exchange.truth()).toBe('live')
  })

  it('of a book whose quotes go on is, and its stream begins anew', async () => {
    const exchange = await liveRestBook()
    for (let id = 13; id < 60; id++) {
      vi.advanceTimersByTime(100)
      exchange.update(id)
    }
    for (let second = 0; second < 4; second++) {
      exchange.quote(100, 101)
      exchange.bus.publish({
        ...{ kind: 'book_ticker', instrument: btc, bidPrice: 100, askPrice: 101, bidQuantity: second, askQuantity: 1 },
        ...{ exchangeAt: null, receivedAt: Date.now() },
      })
      pass(1_000, exchange.keeper)
    }
    expect(exchange.status()).toMatchObject({ truth: 'stale' })
    expect(exchange.status().reason).toBe('no update for 4 s while its quotes move; usually one comes every 100 ms')
    pass(2_000, exchange.keeper)
    expect(exchange.truth()).toBe('gap')
    expect(exchange.resubscribed).toEqual(['binance:BTC_USDT'])
    exchange.update(70)
    expect(exchange.asked).toEqual([])
    vi.advanceTimersByTime(1_000)
    await exchange.answer(70)
    expect(exchange.truth()).toBe('live')
  })
})

describe('a clock that was set back', () => {
  const setBack = () => vi.setSystemTime(Date.now() - 3_600_000)

  it('keeps no book from being held against its quotes', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    pass(1_000, exchange.keeper)
    setBack()
    for (let second = 0; second < 6 && exchange.truth() === 'live'; second++) {
      pass(1_000, exchange.keeper)
      exchange.quote(100.5, 101)
    }
    expect(exchange.status()).toMatchObject({
      truth: 'suspect',
      reason: 'its best prices 100 and 101 are not those of its quotes, 100.5 and 101',
    })
    expect(exchange.disputes).toEqual([
      'its order book, which comes over another channel, has stood at other best prices',
    ])
  })

  it('takes no quote from before for one that came after', async () => {
    const exchange = await liveRestBook()
    exchange.quote(100, 101)
    pass(1_000, exchange.keeper)
    setBack()
    pass(1_000, exchange.keeper)
    exchange.update(13, 13, [[100.5, 1]])
    pass(6_000, exchange.keeper)
    expect(exchange.status()).toMatchObject({ truth: 'live', resyncs: 0 })
  })

  it('keeps no silence of the connection unseen', async () => {
    const exchange = await liveRestBook()
    pass(1_000, exchange.keeper)
    setBack()
    exchange.state.silentMs = 21_000
    pass(11_000, exchange.keeper)
    expect(exchange.truth()).toBe('stale')
  })

  it('keeps no book crossed that would be built anew', async () => {
    const exchange = await liveRestBook()
    exchange.update(13, 13, [[102, 1]])
    expect(exchange.truth()).toBe('suspect')
    pass(1_000, exchange.keeper)
    setBack()
    pass(3_000, exchange.keeper)
    expect(exchange.status()).toMatchObject({ truth: 'gap', resyncs: 1 })
  })

  it('keeps no gap untold, neither one that lasted nor those to come', async () => {
    const exchange = await liveRestBook()
    const begun = Date.now()
    const newest = () => new Map(exchange.gaps.map((gap) => [gap.id, [gap.from - begun, gap.to && gap.to - begun]]))
    const down = (ms: number) => {
      exchange.down()
      pass(ms, exchange.keeper)
    }
    const again = async (id: number) => {
      exchange.live()
      exchange.update(id)
      await exchange.answer(id)
      expect(exchange.truth()).toBe('live')
    }
    pass(1_000, exchange.keeper)
    down(2_000)
    await again(20)
    pass(1_000, exchange.keeper)
    down(1_000)
    const hour = 3_600_000
    setBack()
    pass(2_000, exchange.keeper)
    await again(30)
    pass(1_000, exchange.keeper)
    down(3_000)
    await again(40)
    expect([...newest().values()]).toEqual([
      [1_000, 3_000],
      [4_000, 5_000],
      [6_000 - hour, 7_000 - hour],
      [8_000 - hour, 11_000 - hour],
    ])
  })
})

describe('the keeper', () => {
  it('tells every change by the same object', async () => {
    const exchange = await liveRestBook()
    const [first] = exchange.events
    const count = exchange.events.length
    exchange.update(13)
    exchange.update(13)
    expect(exchange.events).toHaveLength(count + 1)
    expect(exchange.events.every((event) => event === first)).toBe(true)
    expect(first?.book).toBe(exchange.keeper.of(btc.id))
  })

  it('keeps no book of what is watched no more, and counts on', async () => {
    const exchange = await liveRestBook()
    exchange.update(20)
    exchange.keeper.watch([eth])
    expect(exchange.keeper.of(btc.id)).toBeUndefined()
    expect(exchange.gaps.at(-1)?.to).toBe(Date.now())
    expect(exchange.keeper.resync(btc.id, 'asked for by hand')).toBe(false)
    expect(exchange.keeper.measurements()).toEqual([
      { exchange: 'binance', truths: { gap: 1, stale: 0, suspect: 0, live: 0 }, updates: 2, levels: 4, resyncs: 1 },
    ])
  })

  it('builds one anew when asked by hand', async () => {
    const exchange = await liveRestBook()
    expect(exchange.keeper.resync(btc.id, 'asked for by hand')).toBe(true)
    expect(exchange.status()).toMatchObject({ truth: 'gap', reason: 'asked for by hand' })
    await exchange.answer(20)
    expect(exchange.truth()).toBe('live')
  })

  it('leaves a gap open at its end that the next run closes', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.stop()
    exchange.down()
    exchange.update(13)
    expect(exchange.keeper.list()).toEqual([])
    expect(exchange.gaps).toMatchObject([{ cause: 'shutdown', from: Date.now(), to: null }])
    const [gap] = exchange.gaps
    if (gap === undefined) throw new Error('no gap')
    const next = script('rest', { openGaps: [{ ...gap, instrumentId: btc.id }] })
    vi.advanceTimersByTime(60_000)
    next.keeper.watch([btc])
    next.update(101)
    await next.answer(100)
    expect(next.gaps).toMatchObject([{ id: gap.id, cause: 'shutdown', to: Date.now() }])
  })

  it('ends gaps of the last run whose books nobody wants any more, and tells the time until somebody does', async () => {
    const exchange = await liveRestBook()
    exchange.keeper.stop()
    const [gap] = exchange.gaps
    if (gap === undefined) throw new Error('no gap')
    const next = script('rest', { openGaps: [{ ...gap, instrumentId: btc.id }] })
    vi.advanceTimersByTime(60_000)
    next.keeper.watch([eth])
    const begun = Date.now()
    const empty = { cause: 'not_watched', from: begun, to: begun }
    expect([next.gaps[0], next.gaps.at(-1)]).toMatchObject([{ id: gap.id, cause: 'shutdown', to: begun }, empty])
    vi.advanceTimersByTime(60_000)
    next.keeper.watch([btc])
    next.update(101)
    await next.answer(100)
    expect(next.gaps.at(-1)).toMatchObject({ cause: 'not_watched', from: begun, to: Date.now() })
    expect(Date.now()).toBeGreaterThanOrEqual(begun + 60_000)

    // The same, with the end of the run in between.
    const last = { from: begun, to: begun, cause: 'not_watched' } as const
    const later = script('rest', { lastBookGaps: new Map([[btc.id, last]]) })
    later.keeper.watch([btc])
    later.update(101)
    await later.answer(100)
    expect(later.gaps.at(-1)).toMatchObject({ cause: 'not_watched', from: begun, to: Date.now() })
  })

  it('tells what a run did not that was cut short: from when it last recorded, or from its last gap', async () => {
    const now = Date.now()
    const ended = (to: number) => ({ from: to - 5_000, to, cause: 'resync' }) as const
    const reason = { cause: 'crash', detail: '' } as const
    const begin = async (lastTo: number, cutShort: { at: number; reason: typeof reason } | null) => {
      const run = script('rest', { lastBookGaps: new Map([[btc.id, ended(lastTo)]]), cutShort })
      run.keeper.watch([btc])
      run.update(101)
      await run.answer(100)
      return run.gaps.at(-1)
    }
    const at = now - 100_000
    expect(await begin(now - 500_000, { at, reason })).toMatchObject({ cause: 'crash', from: at, to: Date.now() })
    const to = now - 90_000
    expect(await begin(to, { at, reason })).toMatchObject({ cause: 'crash', from: to, to: Date.now() })
    expect(await begin(now - 500_000, null)).toBeUndefined()
  })
})
