/**
 * The trader's rules over everything they look at. Pure: who calls brings what is known and the time; the hub calls with what happens
 * now, a back-test with what is stored.
 */
import type { AlertRule, AlertRuleKind, AlertRuleOf, AlertRuleStatus } from '../../shared/alert-rules.ts'
import { Amount, amountText } from '../../shared/amount.ts'
import type { Balance, Drift, EpochMs, ExchangeId, Fill, FundingRate } from '../../shared/domain/index.ts'
import type { SpreadBoard } from '../analytics/spreads.ts'
import type { QuoteBoard } from '../market/quotes.ts'
import { BalanceHistory, type BalanceNow } from './balance-history.ts'
import type { Observed } from './hold.ts'
import { MarketWatch } from './market-watch.ts'
import { type Firing, RuleWatch } from './rule-watch.ts'
import type { StandingAlert } from './standing.ts'
import { fillWords, heldWords, percentWords } from './words.ts'

export type { Firing } from './rule-watch.ts'

const minuteMs = 60_000
/** Exchanges announce the next rate within minutes of a settlement; one that is older than this tells nothing. */
export const fundingGraceMs = 10 * minuteMs
/** Where the exchange does not tell when a rate is due: no interval is longer. */
export const longestFundingMs = 9 * 60 * minuteMs
/** A fill found later than this is history that was downloaded, not something that happens. */
export const freshFillMs = 15 * minuteMs
/** What fired longer ago and goes on after a restart is told again; what is watched no more is forgotten by then. */
const longestRecallMs = 7 * 86_400_000
const bytesPerGigabyte = 1e9

interface FundingNow {
  readonly ratePercent: number
  readonly knownUntil: EpochMs
  readonly isLive: boolean
}

export class AlertEngine {
  private readonly onFiring: (firing: Firing) => void
  private watches: readonly RuleWatch[] = []
  private readonly market = new MarketWatch()
  private boards: { readonly quotes: QuoteBoard; readonly spreads: SpreadBoard } | null = null
  /** What is known now, so that a new rule sees it at once. */
  private readonly fundingRates = new Map<string, FundingNow>()
  private readonly balances = new BalanceHistory()
  private readonly feeds = new Map<ExchangeId, { readonly observed: Observed; readonly reason: string }>()
  /** Accounts of the market, and whether what they bring can be relied on. */
  private readonly accounts = new Map<string, boolean>()
  /** By account: those that are open. */
  private readonly drifts = new Map<string, Map<number, Drift>>()
  private freeBytes: number | null = null
  private longestWindowMs = 0

  constructor(onFiring: (firing: Firing) => void) {
    this.onFiring = onFiring
  }

  /** Rules by id. One whose condition is the same goes on where it stood; a changed one begins anew. */
  setRules(rules: Readonly<Record<string, AlertRule>>, at: EpochMs): void {
    const known = new Map(this.watches.map((watch) => [watch.id, watch]))
    this.watches = Object.entries(rules).map(([id, rule]) => {
      const before = known.get(id)
      if (before === undefined || conditionOf(before.rule) !== conditionOf(rule)) {
        return new RuleWatch(id, rule, this.onFiring)
      }
      before.rule = rule
      return before
    })
    this.longestWindowMs = Math.max(0, ...this.of('balance_drop').map(({ rule }) => rule.withinMinutes * minuteMs))
    this.useMarket(at)
    this.judgeAll(at)
  }

  /** Boards are new: slots and pair indexes seen before mean nothing now. */
  useBoards(quotes: QuoteBoard, spreads: SpreadBoard, at: EpochMs): void {
    this.boards = { quotes, spreads }
    this.useMarket(at)
  }

  /** A market begins: nothing known of the one before holds. Of the same one, what fired does not fire again; of another it does. */
  begin(isSameMarket: boolean, at: EpochMs): void {
    this.fundingRates.clear()
    this.balances.clear()
    this.feeds.clear()
    this.drifts.clear()
    this.accounts.clear()
    this.freeBytes = null
    for (const watch of this.watches) {
      if (isSameMarket) watch.lose(() => false, at)
      else watch.forget()
    }
  }

  /** What fired and is not over, or fired so lately that its rule is silent: to be recalled by the next start. */
  standing(at: EpochMs): readonly StandingAlert[] {
    return this.watches
      .filter(({ rule }) => rule.enabled)
      .flatMap((watch) => {
        const condition = conditionOf(watch.rule)
        return watch.standing(at).map((one) => ({ ruleId: watch.id, condition, ...one }))
      })
  }

  /** Of before the start, into a market that has just begun. Of a rule that is another one by now it says nothing. */
  recall(standing: readonly StandingAlert[], at: EpochMs): void {
    const byId = new Map(this.watches.map((watch) => [watch.id, watch]))
    for (const { ruleId, condition, subject, firedAt, holds } of standing) {
      const watch = byId.get(ruleId)
      if (watch === undefined || conditionOf(watch.rule) !== condition || at - firedAt > longestRecallMs) continue
      watch.recall(subject, firedAt, holds)
    }
  }

  // ---------------------------------------------------------------- what is told

  watchesSlot = (slot: number): boolean => this.market.watchesSlot(slot)
  watchesPair = (pair: number): boolean => this.market.watchesPair(pair)

  quote(slot: number, at: EpochMs): void {
    this.market.quote(slot, at)
  }

  pair(index: number, at: EpochMs): void {
    this.market.pair(index, at)
  }

  funding({ exchange, symbol, rate, nextFundingAt, receivedAt }: FundingRate, at: EpochMs): void {
    const key = `${exchange}:${symbol}`
    const knownUntil = nextFundingAt === null ? receivedAt + longestFundingMs : nextFundingAt + fundingGraceMs
    this.fundingRates.set(key, { ratePercent: Number(rate) * 100, knownUntil, isLive: true })
    this.judgeFunding(key, at)
  }

  /** Perpetuals of which a rate is known. */
  fundingKeys(): Iterable<string> {
    return this.fundingRates.keys()
  }

  /** The feed of a perpetual is down, or is there again. */
  fundingLive(key: string, isLive: boolean, at: EpochMs): void {
    const known = this.fundingRates.get(key)
    if (known === undefined || known.isLive === isLive) return
    this.fundingRates.set(key, { ...known, isLive })
    this.judgeFunding(key, at)
  }

  balance(balance: BalanceNow, at: EpochMs): void {
    this.balances.add(balance, at, this.longestWindowMs)
    this.judgeBalance(balance.account, balance.asset, at)
  }

  /** What was held before the market began. How far it can be relied on is known once its accounts are there. */
  recallBalances(balances: readonly Balance[]): void {
    this.balances.recall(balances.map((balance) => ({ ...balance, isLive: false })))
  }

  /** A fill that was not known; one that is known already is told with its fee and is none. */
  fill(fill: Fill, at: EpochMs): void {
    if (at - fill.at > freshFillMs) return
    for (const watch of this.of('order_fill')) {
      const { account, symbol } = watch.rule
      if ((account !== null && account !== fill.account) || (symbol !== null && symbol !== fill.symbol)) continue
      watch.happened(`${fill.account} ${fill.symbol}`, at, () => fillWords(fill))
    }
  }

  /** `holds`: it is not live. */
  feed(exchange: ExchangeId, observed: Observed, reason: string, at: EpochMs): void {
    this.feeds.set(exchange, { observed, reason })
    this.judgeFeed(exchange, at)
  }

  /** It is switched off: what was known of it is over. */
  feedGone(exchange: ExchangeId, at: EpochMs): void {
    this.feed(exchange, 'clear', '', at)
    this.feeds.delete(exchange)
  }

  /** How an account is: one that is not live tells neither of fills nor whether a difference is settled. */
  account(id: string, isLive: boolean, at: EpochMs): void {
    if (this.accounts.get(id) === isLive) return
    this.accounts.set(id, isLive)
    this.judgeDrift(id, at)
  }

  /** It was removed: what was known of it is over, and nothing that it held has left it. */
  accountGone(id: string, at: EpochMs): void {
    this.accounts.delete(id)
    this.drifts.delete(id)
    this.judgeDrift(id, at)
    for (const asset of this.balances.forget(id)) {
      for (const watch of this.of('balance_drop')) watch.observe(`${id} ${asset}`, 'clear', at, () => '')
    }
  }

  drift(drift: Drift, at: EpochMs): void {
    const open = this.drifts.get(drift.account) ?? new Map<number, Drift>()
    this.drifts.set(drift.account, open)
    if (drift.resolvedAt === null) open.set(drift.id, drift)
    else open.delete(drift.id)
    this.judgeDrift(drift.account, at)
  }

  /** null: not known. */
  disk(freeBytes: number | null, at: EpochMs): void {
    this.freeBytes = freeBytes
    this.judgeDisk(at)
  }

  // ---------------------------------------------------------------- time

  /** Time went on. */
  sweep(at: EpochMs): void {
    for (const key of this.fundingRates.keys()) this.judgeFunding(key, at)
    for (const { rule } of this.of('balance_drop')) {
      for (const account of this.balances.accountsWith(rule.asset)) this.judgeBalance(account, rule.asset, at)
    }
    for (const watch of this.watches) watch.tick(at)
  }

  /** Nobody looked from then to then: what holds at both ends stands still between them. */
  away(from: EpochMs, to: EpochMs): void {
    for (const watch of this.watches) watch.pause(to - from)
    this.judgeAll(to)
  }

  /** When something changes or fires if nothing else becomes known; null: never. */
  dueAt(at: EpochMs): EpochMs | null {
    const times = this.watches.map((watch) => watch.dueAt())
    for (const { rule } of this.of('balance_drop')) {
      for (const account of this.balances.accountsWith(rule.asset)) {
        times.push(this.balances.changesAt(account, rule.asset, at, rule.withinMinutes * minuteMs))
      }
    }
    if (this.of('funding').length > 0) {
      for (const { knownUntil } of this.fundingRates.values()) times.push(knownUntil + 1)
    }
    let first: EpochMs | null = null
    for (const time of times) if (time !== null && time > at && (first === null || time < first)) first = time
    return first
  }

  status(at: EpochMs): readonly AlertRuleStatus[] {
    return this.watches.map((watch) => {
      const { subjects, unknown } = this.countsOf(watch)
      return watch.status(at, subjects, unknown)
    })
  }

  // ---------------------------------------------------------------- conditions

  private judgeAll(at: EpochMs): void {
    for (const key of this.fundingRates.keys()) this.judgeFunding(key, at)
    for (const { rule } of this.of('balance_drop')) {
      for (const account of this.balances.accountsWith(rule.asset)) this.judgeBalance(account, rule.asset, at)
    }
    for (const exchange of this.feeds.keys()) this.judgeFeed(exchange, at)
    for (const account of this.drifts.keys()) this.judgeDrift(account, at)
    this.judgeDisk(at)
  }

  private judgeFunding(key: string, at: EpochMs): void {
    const known = this.fundingRates.get(key)
    if (known === undefined) return
    for (const watch of this.of('funding')) {
      const { rule } = watch
      if (rule.instrument !== key) continue
      const observed = fundingObserved(rule, known, at)
      const rate = percentWords(known.ratePercent)
      watch.observe(key, observed, at, () => `${key}: funding rate of ${rate} ${fundingWords(rule)}${heldWords(rule)}`)
    }
  }

  private judgeBalance(account: string, asset: string, at: EpochMs): void {
    for (const watch of this.of('balance_drop')) {
      const { rule } = watch
      if (rule.asset !== asset || (rule.account !== null && rule.account !== account)) continue
      const drop = this.balances.drop(account, asset, at, rule.withinMinutes * minuteMs)
      if (drop === null) continue
      const fallen = drop.highest.minus(drop.total)
      const limit = rule.unit === 'percent' ? drop.highest.times(rule.drop).dividedBy(100) : new Amount(rule.drop)
      const holds = fallen.greaterThan(0) && fallen.greaterThanOrEqualTo(limit)
      const observed = !this.balances.isLive(account, asset) ? 'unknown' : holds ? 'holds' : 'clear'
      watch.observe(
        `${account} ${asset}`,
        observed,
        at,
        () =>
          `${account} holds ${amountText(drop.total)} ${asset}, ${amountText(fallen)} less than ` +
          `${amountText(drop.highest)} within ${rule.withinMinutes} min${heldWords(rule)}`,
      )
    }
  }

  private judgeFeed(exchange: ExchangeId, at: EpochMs): void {
    const known = this.feeds.get(exchange)
    if (known === undefined) return
    for (const watch of this.of('feed_down')) {
      if (watch.rule.exchange !== null && watch.rule.exchange !== exchange) continue
      const why = known.reason === '' ? '' : `: ${known.reason}`
      watch.observe(exchange, known.observed, at, () => `${exchange} is not live${heldWords(watch.rule)}${why}`)
    }
  }

  private judgeDrift(account: string, at: EpochMs): void {
    const open = [...(this.drifts.get(account)?.values() ?? [])]
    for (const watch of this.of('drift')) {
      if (watch.rule.account !== null && watch.rule.account !== account) continue
      const [first] = open
      const isKnown = this.accounts.get(account) !== false
      const observed = !isKnown ? 'unknown' : first === undefined ? 'clear' : 'holds'
      watch.observe(account, observed, at, () => {
        const more = open.length > 1 ? `, and ${open.length - 1} more` : ''
        return `${account}: ${first?.subject} ${first?.item} differs from what the exchange says${more}${heldWords(watch.rule)}`
      })
    }
  }

  private judgeDisk(at: EpochMs): void {
    const { freeBytes } = this
    for (const watch of this.of('disk')) {
      const limit = watch.rule.belowGigabytes * bytesPerGigabyte
      const observed = freeBytes === null ? 'unknown' : freeBytes < limit ? 'holds' : 'clear'
      watch.observe('disk', observed, at, () => {
        const free = ((freeBytes ?? 0) / bytesPerGigabyte).toFixed(1)
        return `${free} GB are free on the disk, less than ${watch.rule.belowGigabytes} GB${heldWords(watch.rule)}`
      })
    }
  }

  // ---------------------------------------------------------------- which rules

  private useMarket(at: EpochMs): void {
    if (this.boards === null) return
    const { quotes, spreads } = this.boards
    const ofQuotes = [...this.of('price'), ...this.of('spread_width')]
    this.market.use(quotes, spreads, { quotes: ofQuotes, spreads: this.of('net_spread') }, at)
  }

  /** Those that are switched on. */
  private of<K extends AlertRuleKind>(kind: K): readonly RuleWatch<AlertRuleOf<K>>[] {
    return this.watches.filter(
      (watch): watch is RuleWatch<AlertRuleOf<K>> => watch.rule.enabled && watch.rule.kind === kind,
    )
  }

  private countsOf(watch: RuleWatch): { readonly subjects: number; readonly unknown: number } {
    const { rule } = watch
    switch (rule.kind) {
      case 'net_spread':
      case 'price':
      case 'spread_width':
        return this.market.counts(watch.id)
      case 'funding': {
        const known = this.fundingRates.get(rule.instrument)
        return { subjects: 1, unknown: known?.isLive === true ? 0 : 1 }
      }
      case 'balance_drop': {
        const accounts = this.balances
          .accountsWith(rule.asset)
          .filter((account) => rule.account === null || account === rule.account)
        const unknown = accounts.filter((account) => !this.balances.isLive(account, rule.asset)).length
        return { subjects: accounts.length, unknown }
      }
      case 'feed_down': {
        const feeds = [...this.feeds].filter(([exchange]) => rule.exchange === null || exchange === rule.exchange)
        return { subjects: feeds.length, unknown: feeds.filter(([, { observed }]) => observed === 'unknown').length }
      }
      case 'disk':
        return { subjects: 1, unknown: this.freeBytes === null ? 1 : 0 }
      case 'order_fill':
      case 'drift': {
        const accounts = [...this.accounts].filter(([id]) => rule.account === null || id === rule.account)
        return { subjects: accounts.length, unknown: accounts.filter(([, isLive]) => !isLive).length }
      }
    }
  }
}

/** All of a rule that decides when it fires; its name and its ways out may change meanwhile. */
function conditionOf({ name, severity, sound, notification, redis, webhook, ...condition }: AlertRule): string {
  return JSON.stringify(condition)
}

function fundingObserved(rule: AlertRuleOf<'funding'>, known: FundingNow, at: EpochMs): Observed {
  if (!known.isLive || at > known.knownUntil || Number.isNaN(known.ratePercent)) return 'unknown'
  const { ratePercent } = known
  const [positive, negative] = [ratePercent > rule.percent, ratePercent < -rule.percent]
  const holds = rule.when === 'beyond' ? positive || negative : rule.when === 'positive' ? positive : negative
  return holds ? 'holds' : 'clear'
}

const fundingWords = ({ when, percent }: AlertRuleOf<'funding'>): string =>
  when === 'beyond'
    ? `is beyond ±${percentWords(percent)}`
    : when === 'positive'
      ? `is above ${percentWords(percent)}`
      : `is below -${percentWords(percent)}`
