/** One fault at a time: what it hides is found by the next reconciliation, published, settled by the exchange's word, and stored. */
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { SimOrder } from '../../src/main/simulator/account/contract.ts'
import type { Fault } from '../../src/main/simulator/index.ts'
import { type BuiltInExchangeId, type Drift, exchangeIds } from '../../src/shared/domain/index.ts'
import { historyPaths } from '../support/account-life.ts'
import { booksOf, booksOn, openOrdersOf, openOrdersOn } from '../support/account-truth.ts'
import { type AccountWorld, afterOpening, isLive, startAccountWorld } from '../support/account-world.ts'
import { until } from '../support/loopback.ts'

/** Every frame of theirs bears a number, heartbeats too: a lost one shows within a second, and what it told is asked for. */
const tellsHoles: ReadonlySet<BuiltInExchangeId> = new Set(['coinbase'])

/** Longer than a frame may lag and an answer may be behind. */
const quiet = (ms = 130): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

function place({ truth, instrument }: AccountWorld): SimOrder {
  const btc = instrument('BTC_USDT')
  if (!btc) throw new Error('BTC_USDT is not traded')
  return truth.place({ instrument: btc, side: 'BUY', type: 'LIMIT', price: '20000', quantity: '0.2' })
}

const agrees = ({ truth, main }: AccountWorld): boolean =>
  JSON.stringify([booksOf(truth), openOrdersOf(truth)]) ===
  JSON.stringify([booksOn(main.session), openOrdersOn(main.session)])

const subjectsOf = (drifts: readonly Drift[]): string[] => [...new Set(drifts.map(({ subject }) => subject))].sort()

/** Everything known and agreed, and old enough that a stream must have told it. */
async function calm(world: AccountWorld): Promise<void> {
  await isLive(world.main)
  await quiet()
  await world.main.session.refresh()
  await until(() => agrees(world) && world.main.session.openDrifts().length === 0, 'calm')
  await quiet()
}

/** What was published while `run` ran and until everything agreed again. */
async function during(world: AccountWorld, run: () => Promise<void>) {
  const from = world.events.length
  await run()
  await until(() => agrees(world), 'it agrees again').catch((error: unknown) => {
    const { truth, main } = world
    expect([booksOn(main.session), openOrdersOn(main.session)], String(error)).toEqual([
      booksOf(truth),
      openOrdersOf(truth),
    ])
  })
  await until(() => world.main.session.openDrifts().length === 0, 'every drift is resolved').catch((error: unknown) => {
    expect(world.main.session.openDrifts(), String(error)).toEqual([])
  })
  const events = world.events.slice(from)
  const drifts = events.flatMap((event) => (event.kind === 'drift' ? [event.drift] : []))
  return {
    found: drifts.filter(({ resolvedAt }) => resolvedAt === null),
    resolved: drifts.filter(({ resolvedAt }) => resolvedAt !== null),
    fills: events.flatMap((event) => (event.kind === 'fill' ? [event.fill.tradeId] : [])),
    orders: events.flatMap((event) => (event.kind === 'order_update' ? [event.order] : [])),
    statuses: events.flatMap((event) => (event.kind === 'order_update' ? [event.order.status] : [])),
  }
}

/** The database tells of each drift, found and resolved, as the bus did. */
async function isStored(world: AccountWorld, resolved: readonly Drift[]): Promise<void> {
  await world.stored()
  const database = new Database(world.file, { readonly: true })
  const rows = database
    .prepare<[], { id: number; subject: string; found: number; resolved: number | null; resolution: string | null }>(
      'SELECT id, subject, found_at AS found, resolved_at AS resolved, resolution FROM drift',
    )
    .all()
  database.close()
  const stored = new Map(rows.map((row) => [row.id, row]))
  expect(resolved.map(({ id }) => stored.get(id))).toEqual(
    resolved.map(({ id, subject, foundAt, resolvedAt, resolution }) => ({
      id,
      subject,
      found: foundAt,
      resolved: resolvedAt,
      resolution,
    })),
  )
}

type Proof = readonly [name: string, run: () => Promise<void>]

/** In this order, one after another in one world. */
function proofsIn(world: AccountWorld, exchange: BuiltInExchangeId): readonly Proof[] {
  const proofs: Proof[] = []
  const prove = (name: string, run: () => Promise<void>): void => void proofs.push([name, run])
  const inForce = async (fault: Fault, run: () => void | Promise<void>): Promise<void> => {
    const { stop } = await world.simulator.inject(fault)
    await run()
    await stop()
  }
  /** Nobody asks for what was hidden but the stream itself, once it notices. */
  const holeShows = (order: SimOrder): Promise<void> => {
    const isHere = () => world.events.some((one) => one.kind === 'fill' && one.fill.exchangeOrderId === order.id)
    return until(isHere, 'the hole shows')
  }
  /** Where frames are numbered, the next one shows that some were lost before: here it is not the order's own. */
  const placeAfterHoles = async (): Promise<SimOrder> => {
    world.truth.end(place(world).id, 'CANCELED')
    await calm(world)
    const order = place(world)
    await calm(world)
    return order
  }
  /** A fill of which no frame tells, the order with it. */
  const fillUnheard = (order: SimOrder, fault: Fault) =>
    inForce(fault, async () => {
      world.truth.fill(order.id, '0.2')
      await quiet()
    })

  prove('calls nothing a difference of what is told in time', async () => {
    await calm(world)
    const told = await during(world, async () => {
      const order = place(world)
      for (const quantity of ['0.1', '0.1']) {
        await quiet()
        world.truth.fill(order.id, quantity)
      }
      await quiet()
      world.truth.end(place(world).id, 'CANCELED')
      await quiet()
      await world.main.session.refresh()
    })
    expect(told.found).toEqual([])
    expect(new Set(told.fills).size).toBe(2)
  })

  const unheard = [
    ['lost', { kind: 'gap', exchange, side: 'private' }],
    ['withheld by a silent socket', { kind: 'silence', exchange, side: 'private' }],
  ] as const satisfies readonly (readonly [string, Fault])[]
  for (const [name, fault] of unheard)
    prove(`finds, tells, settles and stores what frames that are ${name} hide`, async () => {
      const order = await placeAfterHoles()
      const told = await during(world, async () => {
        await fillUnheard(order, fault)
        if (tellsHoles.has(exchange)) return holeShows(order)
        expect(openOrdersOn(world.main.session)).not.toEqual(openOrdersOf(world.truth))
        await world.main.session.refresh()
      })
      if (tellsHoles.has(exchange)) expect(told.found).toEqual([])
      else expect(subjectsOf(told.found)).toEqual(expect.arrayContaining(['balance', 'fill', 'order']))
      expect(told.found.every(({ since, expected, got }) => since !== null && expected !== got)).toBe(true)
      expect(new Set(told.resolved.map(({ id }) => id))).toEqual(new Set(told.found.map(({ id }) => id)))
      expect(told.fills).toHaveLength(1)
      await isStored(world, told.resolved)
    })

  prove('repairs what garbled frames hide, which is no difference', async () => {
    const order = place(world)
    await calm(world)
    const told = await during(world, async () => {
      await fillUnheard(order, { kind: 'malformed', exchange, side: 'private' })
      await world.main.session.refresh()
    })
    expect(told.found).toEqual([])
    expect(told.fills).toHaveLength(1)
    expect(told.statuses).toEqual(['FILLED'])
    expect(world.main.session.status().rejected).not.toEqual([])
  })

  /** Later than the answers, and than the heartbeats of those whose holes show. */
  const lateMs = 800 + (tellsHoles.has(exchange) ? 1_000 : 0)
  prove('settles what a late frame would have told, and is not moved by it when it comes', async () => {
    const order = await placeAfterHoles()
    const told = await during(world, async () => {
      await inForce({ kind: 'latency', ms: lateMs, exchange, side: 'private' }, async () => {
        world.truth.fill(order.id, '0.2')
        await quiet()
        if (tellsHoles.has(exchange)) await holeShows(order)
        else await world.main.session.refresh()
      })
      await quiet(lateMs + 100)
      await world.main.session.refresh()
    })
    if (tellsHoles.has(exchange)) expect(told.found).toEqual([])
    else expect(subjectsOf(told.found)).toEqual(expect.arrayContaining(['order']))
    expect(told.statuses).toEqual(['FILLED'])
    expect(new Set(told.fills).size).toBe(1)
    await isStored(world, told.resolved)
  })

  for (const kind of ['duplicate', 'reorder'] as const)
    prove(`takes frames that come with the fault ${kind} as they are meant`, async () => {
      await calm(world)
      const told = await during(world, async () => {
        await inForce({ kind, exchange, side: 'private' }, async () => {
          const order = place(world)
          world.truth.fill(order.id, '0.1')
          world.truth.fill(order.id, '0.1')
          await quiet()
        })
        // A frame that changes places with the next may wait for it.
        world.truth.end(place(world).id, 'CANCELED')
        await quiet()
        await world.main.session.refresh()
      })
      expect(new Set(told.fills).size).toBe(2)
      const filled = told.orders.filter(({ status }) => status === 'FILLED')
      // One that comes behind the next is passed over as old there: an answer completes the price that it told.
      expect(exchange === 'kraken' ? filled.filter(({ price }) => price !== null) : filled).toHaveLength(1)
      expect(told.found).toEqual([])
    })

  prove('repairs what happened while its sockets were down, which is no difference', async () => {
    const order = place(world)
    await calm(world)
    const told = await during(world, async () => {
      await inForce({ kind: 'refuse', exchange }, async () => {
        await world.simulator.dropSockets(exchange)
        await until(() => world.main.session.isStale(), 'it knows that it is stale')
        world.truth.fill(order.id, '0.2')
      })
      await isLive(world.main)
      await world.main.session.refresh()
    })
    expect(told.fills).toHaveLength(1)
    expect(told.found).toEqual([])
  })

  prove('opens its streams anew when their listen keys expire, and repairs what it missed', async () => {
    const order = place(world)
    await calm(world)
    const told = await during(world, async () => {
      await world.simulator.inject({ kind: 'expire_listen_keys', exchange })
      world.truth.fill(order.id, '0.2')
      await isLive(world.main)
      await quiet(300)
      await isLive(world.main)
      await world.main.session.refresh()
    })
    expect(told.fills).toHaveLength(1)
    // Two messages tell of a whole fill there: that of the trade leaves its order partially filled.
    const isOfTrade = (status: string) => exchange === 'kraken' && status === 'PARTIALLY_FILLED'
    expect(told.statuses.filter((status) => !isOfTrade(status))).toEqual(['FILLED'])
  })

  for (const what of ['orderHistory', 'fills'] as const)
    prove(`ends nothing and loses nothing while ${what} answers 500`, async () => {
      const order = place(world)
      await calm(world)
      const told = await during(world, async () => {
        const faults = await Promise.all(
          (historyPaths[exchange]?.[what] ?? []).map((path) =>
            world.simulator.inject({ kind: 'status', status: 500, path, exchange }),
          ),
        )
        await fillUnheard(order, { kind: 'gap', exchange, side: 'private' })
        await world.main.session.refresh()
        const pollOf = () => world.main.session.status().polls.find(({ kind }) => kind === what)
        // A hint may have begun it anew after the refresh.
        await until(() => pollOf()?.state === 'failed', `${what} failed`)
        expect(pollOf()).toMatchObject({ state: 'failed', problem: expect.stringMatching(/unavailable/) })
        expect(world.main.session.status().state).toBe('degraded')
        for (const { stop } of faults) await stop()
        await isLive(world.main)
        await world.main.session.refresh()
      })
      if (!tellsHoles.has(exchange)) expect(subjectsOf(told.found)).toEqual(expect.arrayContaining(['balance']))
      expect(told.fills).toHaveLength(1)
      expect(told.statuses).toEqual(['FILLED'])
      await isStored(world, told.resolved)
    })

  const silent = [
    ['500', { kind: 'status', status: 500, exchange }],
    ['429', { kind: 'status', status: 429, retryAfter: 0, exchange }],
    ['half of their text', { kind: 'malformed', exchange }],
    ['nothing', { kind: 'refuse', exchange }],
  ] as const satisfies readonly (readonly [string, Fault])[]
  for (const [name, fault] of silent)
    prove(`keeps what it knows, as old as it is, while all answers are ${name}`, async () => {
      const order = place(world)
      await calm(world)
      const before = openOrdersOn(world.main.session)
      const told = await during(world, async () => {
        await inForce({ kind: 'gap', exchange, side: 'private' }, async () => {
          await inForce(fault, async () => {
            world.truth.end(order.id, 'CANCELED')
            await world.main.session.refresh()
            // Open until the exchange says otherwise, however many requests fail.
            expect(openOrdersOn(world.main.session)).toEqual(before)
            expect(booksOn(world.main.session).balances.length).toBe(booksOf(world.truth).balances.length)
            expect(world.main.session.status().state).toBe('degraded')
          })
        })
        await isLive(world.main)
        await world.main.session.refresh()
      })
      expect(told.statuses).toEqual(['CANCELED'])
    })

  prove('takes slow answers for what they are: older than the streams', async () => {
    await calm(world)
    const told = await during(world, () =>
      inForce({ kind: 'latency', ms: 150, exchange }, async () => {
        const asked = world.main.session.refresh()
        const order = place(world)
        world.truth.fill(order.id, '0.2')
        await asked
        await world.main.session.refresh()
      }),
    )
    expect(told.statuses.at(-1)).toBe('FILLED')
    // Where streams tell no fee, an answer completes what they told.
    const completed = exchange === 'kucoin' ? new Set(told.fills).size : told.fills.length
    expect(completed).toBe(1)
  })

  for (const ms of [-70_000, 70_000])
    prove(`measures the clock anew when it is wrong by ${ms} ms, and misses nothing`, async () => {
      const order = place(world)
      await calm(world)
      const told = await during(world, async () => {
        await inForce({ kind: 'skew', ms, exchange }, () => world.main.session.refresh())
        await fillUnheard(order, { kind: 'gap', exchange, side: 'private' })
        await world.main.session.refresh()
      })
      expect(told.fills).toHaveLength(1)
      expect(told.statuses).toEqual(['FILLED'])
    })
  for (const when of ['during', 'after'] as const)
    prove(
      `knows what happened unheard while the exchange's clock ran 3 s ahead and nobody knew: asked ${when} that`,
      async () => {
        const [known, filled] = [place(world), place(world)]
        await calm(world)
        const refresh = () => world.main.session.refresh()
        const ended: string[] = []
        const told = await during(world, async () => {
          await inForce({ kind: 'skew', ms: 3_000, exchange }, async () => {
            await inForce({ kind: 'gap', exchange, side: 'private' }, async () => {
              world.truth.fill(filled.id, '0.2')
              ended.push(filled.id, ...[known, place(world)].map(({ id }) => world.truth.end(id, 'CANCELED').id))
              await quiet()
            })
            if (when === 'during') await refresh()
          })
          // HTX answers nothing beyond its own present: what it dated ahead of it is asked for once that time has come.
          if (when === 'after' && exchange === 'htx') await new Promise((resolve) => setTimeout(resolve, 3_100))
          if (when === 'after') await refresh()
        })
        const ends = told.orders.filter(({ status }) => status === 'FILLED' || status === 'CANCELED')
        expect(ends.map(({ exchangeOrderId }) => exchangeOrderId).sort()).toEqual(ended.sort())
        expect(new Set(told.fills).size).toBe(1)
      },
    )
  return proofs
}

// One test an exchange, so that the four run side by side; what fails is named.
describe.each(exchangeIds)(
  'an account at %s whose messages suffer',
  { timeout: 90_000, concurrent: true },
  (exchange) => {
    it('finds, tells, settles and stores what each kind of fault hides', async () => {
      const world = await startAccountWorld({ exchange, seed: 5 })
      try {
        await isLive(world.main)
        await afterOpening(world)
        for (const [name, run] of proofsIn(world, exchange)) {
          await run().catch((error: unknown) => {
            throw new Error(name, { cause: error })
          })
        }
      } finally {
        await world.close()
      }
    })
  },
)
