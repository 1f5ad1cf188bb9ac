import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BookRules, DepthSnapshot, DepthUpdate } from '../../../src/main/exchanges/depth.ts'
import { connectorOf } from '../../../src/main/exchanges/registry.ts'
import type { ExchangeId, MarketKind } from '../../../src/shared/domain/index.ts'
import { depthUpdate, levelList, PlainBook, type PlainLevels } from '../../support/depth.ts'
import { instrument } from '../../support/instruments.ts'

/** One change of a market's book, and how its exchange tells it. */
interface Change {
  readonly side: 'bids' | 'asks'
  readonly price: number
  readonly quantity: number
  /** Ids are as far apart where others' changes are counted too. */
  readonly step: number
  readonly endsMessage: boolean
}

/** A message and the position, in changes, at which it leaves the book. */
interface Sent {
  readonly update: DepthUpdate
  readonly end: number
}

/** How an exchange counts: `changes` one after another · `linked` with others' between, each message naming the one before it · `messages` one after another. */
type Counting = 'changes' | 'linked' | 'messages'
const firstId = 1_000_000

const market = instrument('okx', 'spot', 'BTC', 'USDT', 'BTC-USDT')

const change = fc.record({
  side: fc.constantFrom('bids', 'asks'),
  price: fc.integer({ min: 1, max: 6 }),
  quantity: fc.integer({ min: 0, max: 3 }),
  step: fc.integer({ min: 1, max: 4 }),
  endsMessage: fc.boolean(),
})
const changesOf = fc.array(change, { minLength: 2, maxLength: 60 })

const disturbance = fc.record({
  kind: fc.constantFrom('drop', 'repeat', 'delay'),
  at: fc.nat(),
  by: fc.integer({ min: 1, max: 4 }),
})

/** The book after the first `position` changes: what there really is. */
function truth(changes: readonly Change[], position: number): { bids: PlainLevels; asks: PlainLevels } {
  const levels = { bids: new Map<number, number>(), asks: new Map<number, number>() }
  for (const { side, price, quantity } of changes.slice(0, position)) {
    if (quantity === 0) levels[side].delete(price)
    else levels[side].set(price, quantity)
  }
  const sorted = (side: 'bids' | 'asks', sign: number) => [...levels[side]].sort(([a], [b]) => sign * (a - b))
  return { bids: sorted('bids', -1), asks: sorted('asks', 1) }
}

/** Ids by position; position 0 is the book before all changes. */
function idsOf(changes: readonly Change[], counting: Counting): readonly number[] {
  const ids = [firstId]
  for (const [at, { step }] of changes.entries()) {
    const beginsMessage = at === 0 || changes[at - 1]?.endsMessage === true
    const counted = { changes: 1, linked: step, messages: beginsMessage ? 1 : 0 }[counting]
    ids.push((ids.at(-1) ?? firstId) + counted)
  }
  return ids
}

function wholeAt(changes: readonly Change[], ids: readonly number[], position: number): DepthSnapshot {
  const { bids, asks } = truth(changes, position)
  return { lastId: ids[position] ?? 0, bids: levelList(bids), asks: levelList(asks), exchangeAt: null }
}

function messagesOf(changes: readonly Change[], ids: readonly number[], isNamedByLast: boolean): Sent[] {
  const sent: Sent[] = []
  let start = 0
  for (const [at, { endsMessage }] of changes.entries()) {
    if (!endsMessage && at < changes.length - 1) continue
    const end = at + 1
    const of = (side: 'bids' | 'asks'): PlainLevels =>
      changes
        .slice(start, end)
        .filter((one) => one.side === side)
        .map(({ price, quantity }) => [price, quantity])
    const lastId = ids[end] ?? 0
    const update = depthUpdate(market, {
      firstId: isNamedByLast ? lastId : (ids[start + 1] ?? 0),
      lastId,
      previousId: ids[start] ?? 0,
      bids: of('bids'),
      asks: of('asks'),
    })
    sent.push({ update, end })
    start = end
  }
  return sent
}

function disturbed(sent: readonly Sent[], disturbances: readonly { kind: string; at: number; by: number }[]): Sent[] {
  const arrived = [...sent]
  for (const { kind, at, by } of disturbances) {
    const place = at % Math.max(1, arrived.length)
    const one = arrived[place]
    if (one === undefined) continue
    if (kind !== 'repeat') arrived.splice(place, 1)
    if (kind !== 'drop') arrived.splice(place + by, 0, one)
  }
  return arrived
}

/** Applies messages until the first gap; every answer on the way is held against what there really is. */
function follow(
  rules: BookRules,
  changes: readonly Change[],
  whole: DepthSnapshot,
  from: number,
  arrived: readonly Sent[],
) {
  const book = new PlainBook(rules, whole)
  let position = from
  for (const { update, end } of arrived) {
    const answer = book.apply(update)
    if (answer === 'gap') return { position, hasGap: true }
    // one that is passed over must bring nothing new
    if (answer === 'old') expect(end).toBeLessThanOrEqual(position)
    else position = end
    expect(book.levels()).toEqual(truth(changes, position))
  }
  return { position, hasGap: false }
}

function rulesOf(exchange: ExchangeId, kind: MarketKind): BookRules {
  const rules = connectorOf(exchange).bookRules(kind)
  if (rules === null) throw new Error(`${exchange} keeps no books of ${kind}`)
  return rules
}

describe.each<[ExchangeId, MarketKind, Counting, isNamedByLast: boolean]>([
  ['binance', 'spot', 'changes', false],
  ['binance', 'perpetual', 'linked', false],
  ['okx', 'spot', 'linked', true],
  ['gate', 'spot', 'changes', false],
  ['mexc', 'spot', 'changes', false],
  ['bybit', 'spot', 'messages', true],
  ['coinbase', 'spot', 'linked', true],
  ['htx', 'spot', 'linked', true],
  ['htx', 'perpetual', 'linked', true],
  ['bitfinex', 'spot', 'linked', true],
  ['cryptocom', 'spot', 'linked', true],
])('the book rules of %s %s', (exchange, kind, counting, isNamedByLast) => {
  const rules = rulesOf(exchange, kind)
  /** A whole book by REST may fall within a message; one by stream comes between two. */
  const startOf = (sent: readonly Sent[], changes: readonly Change[], nat: number): number =>
    rules.snapshot === null ? ([0, ...sent.map(({ end }) => end)][nat % (sent.length + 1)] ?? 0) : nat % changes.length
  /** What comes after subscribing: by stream, nothing older than the whole book. */
  const cameSince = (sent: readonly Sent[], start: number): readonly Sent[] =>
    rules.snapshot === null ? sent.filter(({ end }) => end > start) : sent

  it('follow an undisturbed stream to its end, wherever the whole book falls', () => {
    fc.assert(
      fc.property(changesOf, fc.nat(), (changes, nat) => {
        const ids = idsOf(changes, counting)
        const sent = messagesOf(changes, ids, isNamedByLast)
        const start = startOf(sent, changes, nat)
        const end = follow(rules, changes, wholeAt(changes, ids, start), start, cameSince(sent, start))
        expect(end).toEqual({ position: changes.length, hasGap: false })
      }),
      { numRuns: 300 },
    )
  })

  it('never let a change be missed, whatever is lost, repeated or late', () => {
    fc.assert(
      fc.property(changesOf, fc.nat(), fc.array(disturbance, { maxLength: 6 }), (changes, nat, disturbances) => {
        const ids = idsOf(changes, counting)
        const sent = messagesOf(changes, ids, isNamedByLast)
        const start = startOf(sent, changes, nat)
        const arrived = disturbed(cameSince(sent, start), disturbances)
        follow(rules, changes, wholeAt(changes, ids, start), start, arrived)
      }),
      { numRuns: 1_000 },
    )
  })

  it('call it a gap where one message is lost, unless the whole book knew it', () => {
    fc.assert(
      fc.property(changesOf, fc.nat(), fc.nat(), (changes, nat, lostAt) => {
        const ids = idsOf(changes, counting)
        const sent = messagesOf(changes, ids, isNamedByLast)
        const start = startOf(sent, changes, nat)
        const news = sent.filter(({ end }) => end > start)
        const [lost, next] = news.slice(lostAt % Math.max(1, news.length))
        fc.pre(lost !== undefined && next !== undefined)
        const arrived = news.filter((one) => one !== lost)
        const end = follow(rules, changes, wholeAt(changes, ids, start), start, arrived)
        const before = news[news.indexOf(lost) - 1]
        expect(end).toEqual({ position: before?.end ?? start, hasGap: true })
      }),
      { numRuns: 300 },
    )
  })
})

describe('the book rules of okx, where ids begin anew', () => {
  const rules = rulesOf('okx', 'spot')
  /** The ids of the second half, far below those of the first; the message between the halves tells of both. */
  const renumbered = (sent: readonly Sent[], at: number): readonly Sent[] =>
    sent.map(({ update, end }, index) => {
      if (index < at) return { update, end }
      const lower = firstId - 1_000
      const previousId = update.previousId === null || index === at ? update.previousId : update.previousId - lower
      return { update: { ...update, firstId: update.firstId - lower, lastId: update.lastId - lower, previousId }, end }
    })

  it('go on where nothing is lost, and miss nothing where something is', () => {
    fc.assert(
      fc.property(changesOf, fc.nat(), fc.array(disturbance, { maxLength: 4 }), (changes, nat, disturbances) => {
        const ids = idsOf(changes, 'linked')
        const all = messagesOf(changes, ids, true)
        const sent = renumbered(all, nat % all.length)
        const whole = wholeAt(changes, ids, 0)
        expect(follow(rules, changes, whole, 0, sent)).toEqual({ position: changes.length, hasGap: false })
        follow(rules, changes, whole, 0, disturbed(sent, disturbances))
      }),
      { numRuns: 500 },
    )
  })
})
