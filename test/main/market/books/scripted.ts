/** An exchange's session as the keeper sees it, which does what a test says. */
import { pino } from 'pino'
import { createBus, type EventOf } from '../../../../src/main/bus/index.ts'
import type { Topic } from '../../../../src/main/exchanges/contract.ts'
import {
  type BookRules,
  type DepthSnapshot,
  type DepthUpdate,
  LevelList,
} from '../../../../src/main/exchanges/depth.ts'
import { type BooksBefore, noBooksBefore } from '../../../../src/main/market/books/book-gaps.ts'
import { OrderBookKeeper } from '../../../../src/main/market/books/keeper.ts'
import type { RestCall, RestResult } from '../../../../src/main/net/rest.ts'
import { GapLog } from '../../../../src/main/recorder/gap-log.ts'
import type { BookTicker, Gap, Instrument } from '../../../../src/shared/domain/index.ts'
import { instrument } from '../../../support/instruments.ts'

export const btc = { ...instrument('binance', 'spot', 'BTC', 'USDT', 'BTCUSDT'), id: 1 }
export const eth = { ...instrument('binance', 'spot', 'ETH', 'USDT', 'ETHUSDT'), id: 2 }
export const topic = (of: Instrument = btc, channel: Topic['channel'] = 'order_book'): Topic => ({
  channel,
  instrument: of,
  period: null,
})

type Row = readonly [price: number, quantity: number]
export function levelsOf(rows: readonly Row[]): LevelList {
  const levels = new LevelList()
  for (const [price, quantity] of rows) levels.push(price, quantity)
  return levels
}

interface Asked {
  readonly instrument: Instrument
  readonly answer: (reply: RestResult<DepthSnapshot>) => void
}

/** `stream`: snapshots come over the stream; else by REST. */
export function script(kind: 'stream' | 'rest', before: Partial<BooksBefore> = {}) {
  const asked: Asked[] = []
  const resubscribed: string[] = []
  /** When streams of quotes were begun anew. */
  const renewedQuotes: number[] = []
  const gaps: Gap[] = []
  const events: EventOf<'order_book'>[] = []
  const disputes: (string | null)[] = []
  const state = {
    silentMs: 0,
    lateMs: 5,
    clockOffsetMs: 0,
    clockDoubts: 0,
    subscribed: true,
    /** Another one: the exchange was switched off and on, and whatever holds the session of before gets nothing from it. */
    session: 1,
    mostAsked: 0,
    askedNow: 0,
  }
  let asking: Instrument = btc
  const rules: BookRules = {
    snapshot:
      kind === 'stream'
        ? null
        : (of) => {
            asking = of
            const call: Partial<RestCall<DepthSnapshot>> = { url: 'https://exchange.test/depth' }
            return call as RestCall<DepthSnapshot>
          },
    follows({ firstId, lastId }, known) {
      if (lastId <= known) return 'old'
      return firstId <= known + 1 ? 'next' : 'gap'
    },
    levels: null,
    intervalMs: 100,
    checksum: (book) => {
      const { bidQuantity, askQuantity } = book.top(10)
      return [...bidQuantity, ...askQuantity].reduce((sum, quantity) => sum + quantity, 0)
    },
  }
  const bus = createBus((error) => {
    throw error
  })
  bus.on('gap', ({ gap }) => gaps.push(gap))
  bus.on('order_book', (event) => events.push(event))
  const index = { get: () => btc, byId: () => btc }
  const keeper = new OrderBookKeeper({
    bus,
    gaps: new GapLog({ bus, instruments: () => index, lastId: 0 }),
    before: { ...noBooksBefore, ...before },
    instrumentOf: (id) => [btc, eth].find((one) => one.id === id),
    onDisagreement: (_id, words) => disputes.push(words),
    source: () => {
      const { session } = state
      const isOver = () => session !== state.session
      return {
        rules: () => rules,
        ask: (_call, signal) =>
          new Promise<RestResult<never>>((resolve) => {
            if (isOver()) {
              resolve({
                ok: false,
                failure: { kind: 'cancelled', code: null, message: 'cancelled', retryAfterMs: null },
              })
              return
            }
            state.mostAsked = Math.max(state.mostAsked, ++state.askedNow)
            const end = (reply: RestResult<never>) => {
              state.askedNow--
              resolve(reply)
            }
            signal.addEventListener('abort', () => undefined)
            asked.push({ instrument: asking, answer: end as Asked['answer'] })
          }),
        resubscribe: (of, channel) => {
          if (isOver()) return false
          if (channel === 'book_ticker') renewedQuotes.push(Date.now())
          else resubscribed.push(of.key)
          return state.subscribed
        },
        silentMs: () => state.silentMs,
        clockOffsetMs: () => state.clockOffsetMs,
        doubtClock: () => {
          state.clockDoubts++
        },
      }
    },
    logger: pino({ enabled: false }),
    random: () => 0.5,
  })
  const depth = (
    firstId: number,
    lastId: number,
    bids: readonly Row[],
    asks: readonly Row[],
    of = btc,
  ): DepthUpdate => ({
    instrument: of,
    isSnapshot: false,
    firstId,
    lastId,
    previousId: null,
    bids: levelsOf(bids),
    asks: levelsOf(asks),
    exchangeAt: Date.now() + state.clockOffsetMs - state.lateMs,
    receivedAt: Date.now(),
  })
  return {
    bus,
    keeper,
    state,
    asked,
    resubscribed,
    renewedQuotes,
    gaps,
    disputes,
    events,
    depth,
    update: (
      firstId: number,
      lastId = firstId,
      bids: readonly Row[] = [[100, 1]],
      asks: readonly Row[] = [[101, 1]],
      of = btc,
    ) => keeper.apply(depth(firstId, lastId, bids, asks, of)),
    /** The same with the sum of all quantities that the exchange says it has. */
    summed: (lastId: number, checksum: number, bids: readonly Row[] = [[100, 1]]) =>
      keeper.apply({ ...depth(lastId, lastId, bids, [[101, 1]], btc), checksum }),
    snapshot: (lastId: number, bids: readonly Row[] = [[100, 1]], asks: readonly Row[] = [[101, 1]], of = btc) =>
      keeper.apply({ ...depth(lastId, lastId, bids, asks, of), isSnapshot: true }),
    /** Answers the oldest call that waits. */
    async answer(lastId: number | null, bids: readonly Row[] = [[100, 1]], asks: readonly Row[] = [[101, 1]]) {
      const call = asked.shift()
      if (call === undefined) throw new Error('nothing was asked for')
      call.answer(
        lastId === null
          ? { ok: false, failure: { kind: 'unavailable', code: null, message: 'out of order', retryAfterMs: null } }
          : { ok: true, value: { lastId, bids: levelsOf(bids), asks: levelsOf(asks), exchangeAt: null } },
      )
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    },
    live: (of = btc) =>
      keeper.follow({
        feed: 'spot',
        state: 'live',
        topics: [topic(of)],
        reason: '',
        cause: null,
        at: Date.now(),
        downSince: null,
      }),
    down: (reason = 'cut', cause: 'disconnect' | 'network' | 'outage' = 'disconnect') =>
      keeper.follow({
        feed: 'spot',
        state: 'down',
        topics: [topic(), topic(eth)],
        reason,
        cause,
        at: Date.now(),
        downSince: null,
      }),
    quote(bidPrice: number, askPrice: number) {
      const quote: BookTicker = {
        ...{ kind: 'book_ticker', instrument: btc, bidPrice, askPrice, bidQuantity: 1, askQuantity: 1 },
        ...{ exchangeAt: null, receivedAt: Date.now() },
      }
      bus.publish(quote)
    },
    status(of = btc) {
      const found = keeper.list().find((one) => one.instrument === of.key)
      if (found === undefined) throw new Error(`no book of ${of.key}`)
      return found
    },
    truth: () => keeper.list()[0]?.truth,
  }
}
