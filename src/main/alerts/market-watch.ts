/**
 * Rules about quotes and spreads. Called for every quote and every pair that is computed anew, so that what no rule asks for costs one
 * look into an array. Reads the boards; a leg or quote that is not live is `unknown`, never a number. Pure.
 */
import type { AlertRuleOf } from '../../shared/alert-rules.ts'
import { type EpochMs, truthCode, verdictCode } from '../../shared/domain/index.ts'
import type { SpreadBoard } from '../analytics/spreads.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import type { Observed } from './hold.ts'
import type { RuleWatch } from './rule-watch.ts'
import { heldWords, percentWords, plainNumber } from './words.ts'

type QuoteRule = AlertRuleOf<'price'> | AlertRuleOf<'spread_width'>
type QuoteWatch = RuleWatch<QuoteRule>
export type SpreadWatch = RuleWatch<AlertRuleOf<'net_spread'>>

export class MarketWatch {
  private board: QuoteBoard | null = null
  private spreads: SpreadBoard | null = null
  private bySlot: (readonly QuoteWatch[] | undefined)[] = []
  private byPair: (readonly SpreadWatch[] | undefined)[] = []
  /** `binance:BTC_USDT>okx:BTC_USDT` by pair. */
  private subjects: readonly string[] = []

  /** Other rules, or other boards: slots and pairs seen before mean nothing now. Everything is looked at once. */
  use(
    board: QuoteBoard,
    spreads: SpreadBoard,
    watches: { readonly quotes: readonly QuoteWatch[]; readonly spreads: readonly SpreadWatch[] },
    at: EpochMs,
  ): void {
    this.board = board
    this.spreads = spreads
    this.bySlot = []
    for (const watch of watches.quotes) {
      board.instruments.forEach(({ key }, slot) => {
        if (key === watch.rule.instrument) this.bySlot[slot] = [...(this.bySlot[slot] ?? []), watch]
      })
    }
    this.byPair = watches.spreads.length === 0 ? [] : pairsOf(spreads, watches.spreads)
    this.subjects = watches.spreads.length === 0 ? [] : spreads.pairs.map(({ buy, sell }) => `${buy}>${sell}`)
    const instruments = new Set(board.instruments.map(({ key }) => key))
    for (const watch of watches.quotes) watch.lose((subject) => instruments.has(subject), at)
    const pairs = new Set(this.subjects)
    for (const watch of watches.spreads) watch.lose((subject) => pairs.has(subject), at)
    for (let slot = 0; slot < this.bySlot.length; slot++) this.quote(slot, at)
    for (let pair = 0; pair < this.byPair.length; pair++) this.pair(pair, at)
  }

  /** Some rule asks for this instrument, or for this pair. */
  watchesSlot = (slot: number): boolean => this.bySlot[slot] !== undefined
  watchesPair = (pair: number): boolean => this.byPair[pair] !== undefined

  /** The quote in this slot, or how far it can be relied on, changed. */
  quote(slot: number, at: EpochMs): void {
    const watches = this.bySlot[slot]
    if (watches === undefined) return
    for (const watch of watches) {
      const observed = this.judgeQuote(watch.rule, slot)
      if (observed !== 'holds' && watch.isIdle) continue
      watch.observe(watch.rule.instrument, observed, at, () => this.quoteWords(watch.rule, slot))
    }
  }

  /** The numbers of this pair were written anew. */
  pair(index: number, at: EpochMs): void {
    const watches = this.byPair[index]
    if (watches === undefined) return
    for (const watch of watches) {
      const observed = this.judgePair(watch.rule.abovePercent, index)
      if (observed !== 'holds' && watch.isIdle) continue
      const subject = this.subjects[index] ?? ''
      watch.observe(subject, observed, at, () => this.pairWords(watch.rule, index))
    }
  }

  /** How many subjects a rule looks at, and of how many nothing live is known. */
  counts(id: string): { readonly subjects: number; readonly unknown: number } {
    let subjects = 0
    let unknown = 0
    const count = (observed: Observed) => {
      subjects++
      if (observed === 'unknown') unknown++
    }
    this.bySlot.forEach((watches, slot) => {
      for (const one of watches ?? []) if (one.id === id) count(this.judgeQuote(one.rule, slot))
    })
    this.byPair.forEach((watches, pair) => {
      for (const one of watches ?? []) if (one.id === id) count(this.judgePair(one.rule.abovePercent, pair))
    })
    return { subjects, unknown }
  }

  private judgeQuote(rule: QuoteRule, slot: number): Observed {
    const { board } = this
    if (board === null || board.truth[slot] !== truthCode.live) return 'unknown'
    const bid = board.bidPrice[slot] as number
    const ask = board.askPrice[slot] as number
    // NaN compares false: a side that nobody quotes tells nothing.
    if (!(bid > 0 && ask > 0)) return 'unknown'
    const middle = (bid + ask) / 2
    const holds =
      rule.kind === 'spread_width'
        ? ((ask - bid) / middle) * 100 > rule.abovePercent
        : rule.side === 'above'
          ? middle > rule.price
          : middle < rule.price
    return holds ? 'holds' : 'clear'
  }

  private judgePair(abovePercent: number, pair: number): Observed {
    const { spreads } = this
    if (spreads === null) return 'unknown'
    const net = spreads.netPercent[pair] as number
    const verdict = spreads.verdict[pair]
    if (Number.isNaN(net) || verdict === verdictCode.absent) return 'unknown'
    if (!(net > abovePercent)) return 'clear'
    // Quotes that grew older, or jumped, do not end what was certain a moment ago; nor does it fire on them.
    if (verdict === verdictCode.uncertain) return 'undecided'
    return verdict === verdictCode.counts ? 'holds' : 'clear'
  }

  private quoteWords(rule: QuoteRule, slot: number): string {
    const bid = this.board?.bidPrice[slot] ?? Number.NaN
    const ask = this.board?.askPrice[slot] ?? Number.NaN
    const middle = (bid + ask) / 2
    if (rule.kind === 'price')
      return `${rule.instrument} at ${plainNumber(middle)} is ${rule.side} ${plainNumber(rule.price)}${heldWords(rule)}`
    const width = percentWords(((ask - bid) / middle) * 100)
    return `${rule.instrument}: spread of ${width} is wider than ${percentWords(rule.abovePercent)}${heldWords(rule)}`
  }

  private pairWords(rule: AlertRuleOf<'net_spread'>, index: number): string {
    const { spreads } = this
    const pair = spreads?.pairs[index]
    if (!spreads || !pair) return ''
    const [ask, bid, net] = [spreads.buyPrice, spreads.sellPrice, spreads.netPercent].map(
      (column) => column[index] ?? 0,
    )
    return (
      `buy ${pair.buy} at ${plainNumber(ask ?? 0)}, sell ${pair.sell} at ${plainNumber(bid ?? 0)}: ` +
      `net ${percentWords(net ?? 0)} is above ${percentWords(rule.abovePercent)}${heldWords(rule)}`
    )
  }
}

/** Watches by pair; pairs that the same rules look at share one list. */
function pairsOf(spreads: SpreadBoard, watches: readonly SpreadWatch[]): (readonly SpreadWatch[] | undefined)[] {
  const bySymbol = new Map<string, readonly SpreadWatch[]>()
  return spreads.pairs.map(({ symbol }) => {
    const known = bySymbol.get(symbol)
    const list = known ?? watches.filter(({ rule }) => rule.symbol === null || rule.symbol === symbol)
    if (known === undefined) bySymbol.set(symbol, list)
    return list.length === 0 ? undefined : list
  })
}
