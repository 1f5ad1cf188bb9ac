/** What must hold at every moment of a run, looked at while it runs. */
import { type ExchangeId, type KeptBook, truthCode } from '../../src/shared/domain/index.ts'
import { BusHistory } from '../support/account-truth.ts'
import { BookJudge } from '../support/book-judge.ts'
import type { InjectedHole } from '../support/chaos-gate.ts'
import { accountIdOf, tradeKey, type World } from './world.ts'

const everyMs = 50
/**
 * A connection that nothing comes over is called stale when it leaves the heartbeat unanswered: heartbeats of up to 20 s, 3 s for the
 * answer, a second until it is looked at, and what a busy machine is late.
 */
const silenceToStaleMs = 26_000
const mostViolations = 20

/** A book was not live from `from` to `to`, epoch ms. */
export interface Doubt {
  readonly instrument: string
  readonly from: number
  to: number | null
  readonly truth: string
  readonly reason: string
}

export class Watch {
  /** Each once, in the order they were seen. */
  readonly violations: string[] = []
  readonly doubts: Doubt[] = []
  /** Live books compared with the simulator's. */
  compared = 0
  private readonly world: World
  private readonly judge: BookJudge
  private readonly books = new Map<string, KeptBook>()
  private readonly lastCompared = new Map<string, string>()
  private readonly openDoubts = new Map<string, Doubt>()
  private readonly trades = new Set<string>()
  private readonly histories = new Map<ExchangeId, BusHistory>()
  private readonly timer: NodeJS.Timeout
  private readonly listening: (() => void)[]

  constructor(world: World) {
    this.world = world
    const { faults } = world.scenario
    this.judge = new BookJudge(world.simulator, {
      isDisturbed: (exchange) => faults.some((one) => one.exchange === exchange && one.fault.kind === 'frames'),
      clockShifts: (exchange) =>
        shiftsBetween(
          faults.flatMap(({ exchange: of, fault }) => (of === exchange && fault.kind === 'skew' ? [fault.ms] : [])),
        ),
    })
    for (const exchange of world.scenario.accounts) {
      const truth = world.simulator.accounts.get(exchange)
      if (truth) this.histories.set(exchange, new BusHistory(accountIdOf(exchange), truth))
    }
    const { bus } = world.hub
    const accountEvents = ['order_update', 'fill', 'transfer', 'funding_payment'] as const
    this.listening = [
      bus.on('order_book', ({ book }) => {
        this.books.set(book.instrument.key, book)
        this.judge.note(book)
      }),
      bus.on('trade', (trade) => {
        const key = tradeKey(trade)
        if (trade.tradeId !== null && this.trades.has(key)) this.violate(`a public trade was told twice: ${key}`)
        this.trades.add(key)
      }),
      ...accountEvents.map((kind) =>
        bus.on(kind, (event) => {
          for (const history of this.histories.values()) history.take(event)
        }),
      ),
    ]
    this.timer = setInterval(() => this.look(Date.now()), everyMs)
  }

  get isKeepingBooks(): boolean {
    return this.books.size > 0
  }

  /** Books that are not live now, in words. */
  doubtful(): readonly string[] {
    return [...this.books.values()]
      .filter(({ truth }) => truth !== 'live')
      .map(({ instrument, truth, reason }) => `${instrument.key} ${truth} (${reason})`)
  }

  stop(): void {
    clearInterval(this.timer)
    for (const off of this.listening) off()
    for (const doubt of this.openDoubts.values()) doubt.to = Date.now()
    for (const [exchange, { broken }] of this.histories)
      for (const line of broken) this.violate(`account of ${exchange}: ${line}`)
  }

  private violate(what: string): void {
    if (this.violations.length < mostViolations && !this.violations.includes(what)) this.violations.push(what)
  }

  private look(now: number): void {
    for (const [key, book] of this.books) {
      this.note(key, book, now)
      if (book.truth === 'live') this.compare(key, book)
    }
    for (const hole of this.world.proxy.holes) if (hole.fault.kind === 'half_open') this.silent(hole, now)
  }

  private note(key: string, { truth, reason }: KeptBook, now: number): void {
    const open = this.openDoubts.get(key)
    if (truth === 'live') {
      if (open) open.to = now
      this.openDoubts.delete(key)
    } else if (open === undefined) {
      const doubt: Doubt = { instrument: key, from: now, to: null, truth, reason }
      this.openDoubts.set(key, doubt)
      this.doubts.push(doubt)
    }
  }

  private compare(key: string, book: KeptBook): void {
    const { updateId, exchangeAt } = book
    if (updateId === null) {
      this.violate(`${key} is live without an update id`)
      return
    }
    const state = `${updateId} ${exchangeAt}`
    if (this.lastCompared.get(key) === state) return
    this.lastCompared.set(key, state)
    this.compared++
    const wrong = this.judge.wrongWith(book)
    if (wrong !== null) this.violate(wrong)
  }

  /** Nothing comes over these connections: what came before may not be called live for ever. */
  private silent({ exchange, from, to, origin }: InjectedHole, now: number): void {
    if (to !== null || now - from < silenceToStaleMs) return
    const { board } = this.world.hub
    board.instruments.forEach((instrument, slot) => {
      if (instrument.exchange !== exchange || board.truth[slot] !== truthCode.live) return
      if ((board.receivedAt[slot] ?? now) < from)
        this.violate(`the quote of ${instrument.key} is live ${now - from} ms after ${origin} fell silent`)
    })
  }
}

/** By how much two moments of a clock may differ that is set by any of these at any time, 0 first. */
function shiftsBetween(skews: readonly number[]): readonly number[] {
  const states = [0]
  for (const skew of skews) states.push(...states.map((state) => state + skew))
  return [...new Set([0, ...states.flatMap((one) => states.map((other) => one - other))])]
}
