/**
 * Random lives of orders, positions and transfers while private frames are lost, doubled, reordered, delayed and garbled, sockets
 * drop, answers fail and keys are taken away. Once the faults end, one reconciliation makes everything equal to the exchange's
 * own books: on the screen, on the bus and in the database; nothing twice, nothing lost, nothing unexplained.
 *
 * CROSSBOOK_MODEL_RUNS    lives in all, over all exchanges (default 320)
 * CROSSBOOK_MODEL_SEED    of another sequence; a failing life prints its own
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exchangeIds } from '../../src/shared/domain/index.ts'
import { type Life, life, live } from '../support/account-life.ts'
import {
  BusHistory,
  booksOf,
  booksOn,
  historyOf,
  openOrdersOf,
  openOrdersOn,
  storedIn,
  totalsOf,
  unexplainedIn,
} from '../support/account-truth.ts'
import { type AccountWorld, afterOpening, isLive, startAccountWorld } from '../support/account-world.ts'

const runs = Math.ceil(Number(process.env.CROSSBOOK_MODEL_RUNS ?? 320) / exchangeIds.length)
const firstSeed = Number(process.env.CROSSBOOK_MODEL_SEED ?? 1)
/** Worlds of one exchange side by side: a life is mostly waiting. */
const lanes = 4
/** Lives in one world, so that its books stay small. */
const livesPerWorld = 20
/** Most need some hundredths of a second; three test files on two busy cores, and forty such worlds in this one, some need long. */
const settledMs = 20_000

function agreement(world: AccountWorld, bus: BusHistory) {
  const { truth, main } = world
  return {
    got: {
      ...booksOn(main.session),
      open: openOrdersOn(main.session),
      ...bus.history(),
      drifts: main.session.openDrifts(),
    },
    expected: { ...booksOf(truth), open: openOrdersOf(truth), ...historyOf(truth), drifts: [] },
  }
}

async function settled(isSettled: () => boolean): Promise<boolean> {
  const end = Date.now() + settledMs
  while (!isSettled()) {
    if (Date.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return true
}

/** One life, and what must hold after it. */
async function prove(world: AccountWorld, bus: BusHistory, one: Life): Promise<void> {
  const { truth, main, storage, file, logged } = world
  await live(world, one)
  // An acknowledgement that was lost is missed after ten seconds.
  await isLive(main, 25_000)
  await main.session.refresh()
  const isEqual = () => {
    const { got, expected } = agreement(world, bus)
    return JSON.stringify(got) === JSON.stringify(expected)
  }
  if (!(await settled(isEqual))) {
    const { got, expected } = agreement(world, bus)
    const said = { polls: main.session.status().polls, notes: main.session.status().notes, logged: logged.slice(-20) }
    expect(got, JSON.stringify(said, null, 1)).toEqual(expected)
  }
  expect(bus.broken).toEqual([])
  await world.stored()
  const { history, books, endedTwice, unresolved } = storedIn(file, main.id)
  expect({ history, books, endedTwice, unresolved }).toEqual({
    history: historyOf(truth),
    books: booksOf(truth),
    endedTwice: [],
    unresolved: [],
  })
  expect(await unexplainedIn(storage.accounts, main.id, totalsOf(truth))).toEqual([])
}

describe.each(exchangeIds)('an account at %s', { timeout: 120_000 + runs * 10_000, concurrent: true }, (exchange) => {
  it(`equals the exchange's books after each of ${runs} random lives`, async () => {
    let left = runs
    let worlds = 0
    const lane = async () => {
      while (left > 0) {
        const lives = Math.min(livesPerWorld, left, Math.ceil(runs / lanes))
        left -= lives
        const seed = firstSeed * 1_000_003 + exchangeIds.indexOf(exchange) * 10_007 + worlds++
        const world = await startAccountWorld({ exchange, seed })
        try {
          const bus = new BusHistory(world.main.id, world.truth)
          for (const event of world.events) bus.take(event)
          for (const kind of ['order_update', 'fill', 'transfer', 'funding_payment'] as const)
            world.bus.on(kind, (event) => bus.take(event))
          await isLive(world.main)
          await afterOpening(world)
          await fc.assert(
            // What a life leaves behind is the next one's beginning, so that a failing one is not taken again.
            fc.asyncProperty(life, (one) => prove(world, bus, one)),
            { numRuns: lives, seed, endOnFailure: true, timeout: 60_000 },
          )
        } finally {
          await world.close()
        }
      }
    }
    await Promise.all(Array.from({ length: lanes }, lane))
  })
})
