/** Rules about quotes and spreads over the stored one-second quotes, hot and cold. */
import type { EpochMs } from '../../../shared/domain/index.ts'
import { truthCode } from '../../../shared/domain/index.ts'
import type { PairJudge } from '../../analytics/contract.ts'
import { SpreadBoard } from '../../analytics/spreads.ts'
import { QuoteBoard } from '../../market/quotes.ts'
import type { QuoteFrame, QuoteReader } from '../../storage/cold/quotes.ts'
import type { AlertEngine } from '../engine.ts'
import type { BacktestPlan } from './messages.ts'
import type { Tally } from './tally.ts'

const secondMs = 1_000
/** How much an instrument usually moves is learnt from what came before the range. */
const warmUpMs = 120_000

const same = { standing: 'same', words: '' } as const

/** Says what the judge of now says: a pair banned today would not fire today. */
const judgeOf = ({ standings }: BacktestPlan): PairJudge => ({
  standingOf: (buy, sell) => standings.get(`${buy.key}>${sell.key}`) ?? same,
  onChange: () => () => undefined,
})

/** Yields after every frame of 720 s, with the time up to which everything is read. */
export function* replayQuotes(
  reader: QuoteReader,
  engine: AlertEngine,
  plan: BacktestPlan,
  tally: Tally,
): Generator<EpochMs, readonly string[]> {
  const { rule, from, to, instruments } = plan
  const fees = new Map(instruments.map(({ instrument, takerFee }) => [instrument.key, takerFee]))
  const board = new QuoteBoard(instruments.map(({ instrument }) => instrument))
  const spreads = new SpreadBoard(board, ({ key }) => fees.get(key) ?? Number.NaN, plan.maximumAgeMs, judgeOf(plan))
  const begin = from - (rule.holdSeconds + rule.coolDownSeconds) * secondMs - warmUpMs
  engine.useBoards(board, spreads, begin)
  const second = new Second(board, spreads, engine, rule.kind === 'net_spread')
  let damaged = 0
  const ids = board.instruments.map(({ id }) => id)
  let at = Number.NaN
  const frames = reader.frames({ instrumentIds: ids, from: Math.max(0, begin), to }, () => {
    damaged++
  })
  for (const frame of frames) {
    for (let row = 0; row < frame.length; ) {
      const time = frame.time[row] as number
      // What is not stored was not live.
      if (time - at > secondMs) second.nothing(at + secondMs)
      at = time
      row = second.read(frame, row)
      if (second.settle(time)) tally.knew(time, time + secondMs)
    }
    yield frame.frameTime
  }
  if (!Number.isNaN(at)) second.nothing(at + secondMs)
  return damaged === 0 ? [] : [`${damaged} damaged pieces of the recording were passed over.`]
}

/** One second of the board: what is stored of it is live, everything else is not. */
class Second {
  private readonly board: QuoteBoard
  private readonly spreads: SpreadBoard
  private readonly engine: AlertEngine
  private readonly isAboutPairs: boolean
  private readonly slots = new Map<number, number>()
  /** By slot: the number of the second in which it was last seen. */
  private readonly seen: Uint32Array
  private readonly changed: Uint8Array
  private readonly computed: Uint32Array
  private number = 1

  constructor(board: QuoteBoard, spreads: SpreadBoard, engine: AlertEngine, isAboutPairs: boolean) {
    this.board = board
    this.spreads = spreads
    this.engine = engine
    this.isAboutPairs = isAboutPairs
    this.seen = new Uint32Array(board.instruments.length)
    this.changed = new Uint8Array(board.instruments.length)
    this.computed = new Uint32Array(spreads.pairs.length)
    board.instruments.forEach(({ id }, slot) => {
      this.slots.set(id, slot)
    })
  }

  /** Takes the rows of one second into the board; the row after them. */
  read(frame: QuoteFrame, first: number): number {
    const { board } = this
    this.number++
    const time = frame.time[first] as number
    let row = first
    for (; row < frame.length && frame.time[row] === time; row++) {
      const slot = this.slots.get(frame.instrumentIds[row] as number)
      if (slot === undefined) continue
      this.seen[slot] = this.number
      const isSame =
        board.truth[slot] === truthCode.live &&
        board.bidPrice[slot] === frame.bidPrice[row] &&
        board.askPrice[slot] === frame.askPrice[row]
      board.bidPrice[slot] = frame.bidPrice[row] as number
      board.bidQuantity[slot] = frame.bidQuantity[row] as number
      board.askPrice[slot] = frame.askPrice[row] as number
      board.askQuantity[slot] = frame.askQuantity[row] as number
      board.receivedAt[slot] = time
      board.truth[slot] = truthCode.live
      if (!isSame) this.changed[slot] = 1
    }
    return row
  }

  /** Nothing is stored from here on: nothing is known. */
  nothing(at: EpochMs): void {
    if (Number.isNaN(at)) return
    this.number++
    this.settle(at)
  }

  /** Judges what changed. True when anything is known of this second. */
  settle(at: EpochMs): boolean {
    const { board, seen, changed } = this
    for (let slot = 0; slot < seen.length; slot++) {
      if (seen[slot] === this.number || board.truth[slot] !== truthCode.live) continue
      board.truth[slot] = truthCode.gap
      changed[slot] = 1
    }
    if (this.isAboutPairs) this.judgePairs(at)
    else for (let slot = 0; slot < changed.length; slot++) if (changed[slot] === 1) this.engine.quote(slot, at)
    changed.fill(0)
    this.engine.sweep(at)
    return this.isAnythingKnown()
  }

  private judgePairs(at: EpochMs): void {
    const { spreads, changed, computed, seen } = this
    if (!changed.includes(1)) return
    // Whatever is stored of a second counts as quoted in it: which leg came first is not known.
    for (let slot = 0; slot < seen.length; slot++) if (seen[slot] === this.number) spreads.quoted(slot)
    for (let slot = 0; slot < changed.length; slot++) {
      if (changed[slot] !== 1) continue
      const pairs = spreads.pairsOf(slot)
      for (let i = 0; i < pairs.length; i++) {
        const pair = pairs[i] as number
        // A pair whose legs both changed is computed once.
        if (computed[pair] === this.number) continue
        computed[pair] = this.number
        spreads.update(pair, at)
        this.engine.pair(pair, at)
      }
    }
  }

  private isAnythingKnown(): boolean {
    const { board, spreads } = this
    if (!this.isAboutPairs) {
      return board.truth.some(
        (truth, slot) => truth === truthCode.live && (board.bidPrice[slot] ?? 0) > 0 && (board.askPrice[slot] ?? 0) > 0,
      )
    }
    for (let pair = 0; pair < spreads.pairs.length; pair++) {
      if (!Number.isNaN(spreads.netPercent[pair] as number)) return true
    }
    return false
  }
}
