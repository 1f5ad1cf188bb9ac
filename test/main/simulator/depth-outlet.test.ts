import { describe, expect, it } from 'vitest'
import { type BookSubscriber, DepthOutlet } from '../../../src/main/simulator/depth-outlet.ts'
import { FairPrices, listedSince, VenueMarket } from '../../../src/main/simulator/market.ts'
import type { SimBookTopic, SimDepth } from '../../../src/main/simulator/venue.ts'

const start = Date.UTC(2026, 2, 18, 13, 37, 21, 345)

/** An outlet of a real market, whose clients take frames or do not. `levels` 0: a market where nothing ever changes. */
function outlet(levels: number | null, topic: Partial<SimBookTopic> = {}, throttleMs = 0) {
  const rules = { exchange: 'okx', kinds: ['spot'], contractSize: () => 1 } as const
  const options = { seed: 3, symbols: ['BTC_USDT'], rules, fair: new FairPrices(3), listedAt: listedSince(start) }
  const market = new VenueMarket({ ...options, clock: () => start })
  const [instrument] = market.instruments
  if (!instrument) throw new Error('no instrument')
  const subscriber: BookSubscriber = {
    topic: { channel: 'order_book', instrument, levels, snapshotFirst: true, heartbeatMs: null, ...topic },
    throttleMs,
    told: null,
  }
  const state = { canTake: true, takes: true, isCrossing: false }
  const sent: Pick<SimDepth, 'isSnapshot' | 'previousId' | 'updateId'>[] = []
  const of = new DepthOutlet<BookSubscriber>({
    source: market.depthOf(instrument),
    canTake: () => state.canTake,
    send(_subscriber, { isSnapshot, previousId, updateId }) {
      if (state.takes) sent.push({ isSnapshot, previousId, updateId })
      return state.takes
    },
    crosses: () => state.isCrossing,
  })
  of.subscriptions.add(subscriber)
  /** Steps of 10 ms. */
  const run = (fromMs: number, toMs: number) => {
    for (let at = fromMs; at < toMs; at += 10) of.step(start + at)
  }
  return { state, sent, run }
}

describe('the outlet of an order book', () => {
  it('tells the whole book first, then each tick on from the last', () => {
    const { sent, run } = outlet(null)
    run(0, 1_000)
    expect(sent).toHaveLength(11)
    expect(sent.map(({ isSnapshot }) => isSnapshot)).toEqual([true, ...Array(10).fill(false)])
    for (const [index, { previousId }] of sent.slice(1).entries()) expect(previousId).toBe(sent[index]?.updateId)
  })

  it('keeps to a slower speed', () => {
    const { sent, run } = outlet(null, {}, 500)
    run(0, 2_100)
    expect(sent).toHaveLength(5)
    for (const [index, { previousId }] of sent.slice(1).entries()) expect(previousId).toBe(sent[index]?.updateId)
  })

  it.each(['canTake', 'takes'] as const)('makes up for what a slow client did not take: %s', (refusal) => {
    const { state, sent, run } = outlet(null)
    run(0, 300)
    const held = sent.at(-1)?.updateId
    state[refusal] = false
    run(300, 900)
    state[refusal] = true
    run(900, 1_000)
    expect(sent.at(-1)?.previousId).toBe(held)
  })

  it('says nothing where nothing changed, but for heartbeats, whose id is the one before', () => {
    const { sent, run } = outlet(0, { heartbeatMs: 60_000 })
    run(0, 130_000)
    const [whole, ...more] = sent
    const id = whole?.updateId
    expect(more).toEqual([
      { isSnapshot: false, previousId: id, updateId: id },
      { isSnapshot: false, previousId: id, updateId: id },
    ])
    const silent = outlet(0)
    silent.run(0, 130_000)
    expect(silent.sent).toHaveLength(1)
  })
})
