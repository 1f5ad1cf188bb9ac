/** What balances are worth: pure, from the newest quotes of spot markets. */
import { Amount, amountText, decimalTextOf, isZeroAmount } from '../../shared/amount.ts'
import {
  type Balance,
  balanceKey,
  type EpochMs,
  type ExchangeId,
  type Instrument,
  type Truth,
} from '../../shared/domain/index.ts'
import type { BalanceRow, Portfolio } from '../../shared/portfolio.ts'
import { strangersOf } from '../../shared/same-coin.ts'
import type { JudgedBalance } from './balance-truth.ts'

/** The middle of a spot market's best bid and ask, quote asset per base asset. */
export interface Price {
  readonly exchange: ExchangeId
  readonly base: string
  readonly quote: string
  readonly price: number
  readonly receivedAt: EpochMs
  /** It can be relied on: its quote is live, or, where nobody judges it, young enough and its feed has not gone down since. */
  readonly isFresh: boolean
}
/** Every quote comes by here: the board writes its entries in place. */
interface Entry extends Omit<Price, 'isFresh'> {
  readonly instrument: Instrument
  price: number
  receivedAt: EpochMs
  /** Its feed has not gone down since. */
  isUp: boolean
  /** Both sides are quoted still. */
  isWhole: boolean
}

/** Whether the asset of this name is known to be another coin, or counted in another unit, on one exchange than on the other. */
type AreDifferentCoins = (asset: string, one: ExchangeId, other: ExchangeId) => boolean

/** The newest price of every spot market that quotes came for, watched or only wanted for valuation. */
export class PriceBoard {
  private readonly prices = new Map<number, Entry>()
  private readonly byPair = new Map<string, Entry[]>()
  private readonly truthOf: (instrumentId: number) => Truth | null
  private readonly areDifferent: AreDifferentCoins

  /** `truthOf` an instrument's quote; null: nobody judges it. */
  constructor(truthOf: (instrumentId: number) => Truth | null, areDifferent: AreDifferentCoins = () => false) {
    this.truthOf = truthOf
    this.areDifferent = areDifferent
  }

  apply(instrument: Instrument, bid: number | null, ask: number | null, receivedAt: EpochMs): void {
    if (instrument.kind !== 'spot') return
    const known = this.prices.get(instrument.id)
    if (bid === null || ask === null) {
      // The price of before is shown, but as what it is.
      if (known) known.isWhole = false
      return
    }
    const price = (bid + ask) / 2
    if (known) {
      known.price = price
      known.receivedAt = receivedAt
      known.isUp = true
      known.isWhole = true
      return
    }
    const { id, exchange, base, quote } = instrument
    const entry: Entry = { instrument, exchange, base, quote, price, receivedAt, isUp: true, isWhole: true }
    this.prices.set(id, entry)
    const pair = `${base} ${quote}`
    const entries = this.byPair.get(pair)
    if (entries) entries.push(entry)
    else this.byPair.set(pair, [entry])
  }

  feedDown(instrumentIds: readonly number[]): void {
    for (const id of instrumentIds) {
      const entry = this.prices.get(id)
      if (entry) entry.isUp = false
    }
  }

  /**
   * The pair's best price: fresh before stale, the same exchange's before another's, then the newest; of another exchange never that of
   * another coin.
   */
  find(base: string, quote: string, exchange: ExchangeId, freshAfter: EpochMs): Price | null {
    let best: Price | null = null
    const rank = (price: Price) => (price.isFresh ? 2 : 0) + (price.exchange === exchange ? 1 : 0)
    for (const entry of this.byPair.get(`${base} ${quote}`) ?? []) {
      if ([base, quote].some((asset) => this.areDifferent(asset, exchange, entry.exchange))) continue
      const price = { ...entry, isFresh: this.isFresh(entry, freshAfter) }
      const better =
        best === null || rank(price) > rank(best) || (rank(price) === rank(best) && price.receivedAt > best.receivedAt)
      if (better) best = price
    }
    return best
  }

  private isFresh({ instrument, isUp, isWhole, receivedAt }: Entry, freshAfter: EpochMs): boolean {
    const truth = this.truthOf(instrument.id)
    return isWhole && (truth === null ? isUp && receivedAt >= freshAfter : truth === 'live')
  }
}

interface Valued {
  readonly price: string | null
  readonly state: BalanceRow['priceState']
}

/** Assets that most others are quoted in: a price may go over one of them where there is no direct market. */
const bridgeAssets: readonly string[] = ['USDT', 'USDC', 'BTC']

/**
 * One unit of `asset` in `currency`: by the direct market, its inverse, or over a bridge asset. Stale when a quote on the way is
 * not live, or, where nobody judges it, older than `freshAfter` or its feed is down; missing where there is no way.
 */
function priceOf(
  board: PriceBoard,
  asset: string,
  currency: string,
  exchange: ExchangeId,
  freshAfter: EpochMs,
): Valued {
  if (asset === currency) return { price: '1', state: 'self' }
  const leg = (base: string, quote: string): { price: Amount; isFresh: boolean } | null => {
    const direct = board.find(base, quote, exchange, freshAfter)
    const inverse = direct === null ? board.find(quote, base, exchange, freshAfter) : null
    const found = direct ?? inverse
    const text = found === null || found.price <= 0 ? null : decimalTextOf(found.price)
    if (found === null || text === null) return null
    const price = direct === null ? new Amount(1).dividedBy(text) : new Amount(text)
    return { price, isFresh: found.isFresh }
  }
  const direct = leg(asset, currency)
  let best: { price: Amount; isFresh: boolean } | null = direct
  for (const bridge of bridgeAssets) {
    if (best?.isFresh || bridge === asset || bridge === currency) continue
    const first = leg(asset, bridge)
    const second = first === null ? null : leg(bridge, currency)
    if (first === null || second === null) continue
    const isFresh = first.isFresh && second.isFresh
    if (best === null || isFresh) best = { price: first.price.times(second.price), isFresh }
  }
  if (best === null) return { price: null, state: 'missing' }
  return { price: amountText(best.price.toSignificantDigits(12)), state: best.isFresh ? 'live' : 'stale' }
}

export interface PortfolioInput {
  readonly currency: string
  readonly now: EpochMs
  readonly staleAfterMs: number
  readonly board: PriceBoard
  readonly balances: readonly Balance[]
  /** Totals at the last midnight by `balanceKey`; null: none are known. An account not in it began later. */
  readonly midnight: ReadonlyMap<string, string> | null
  /** Accounts whose first balances were stored before midnight: what they did not hold then was 0. */
  readonly knownAtMidnight: ReadonlySet<string>
  readonly drifting: ReadonlySet<string>
  readonly truthOf: (balance: Balance) => JudgedBalance
  readonly areDifferentCoins: AreDifferentCoins
  readonly staleAccounts: ReadonlySet<string>
}

/** Balances that are zero now and were zero at midnight are left out. Values are rounded to 8 places; sums are exact. */
export function valuePortfolio(input: PortfolioInput): Portfolio {
  const { currency, now, board, midnight } = input
  const freshAfter = now - input.staleAfterMs
  const prices = new Map<string, Valued>()
  const missing = new Set<string>()
  const stale = new Set<string>()
  let total = new Amount(0)
  let change: Amount | null = null
  const rows: BalanceRow[] = []
  for (const balance of input.balances) {
    const key = balanceKey(balance)
    const before = midnight?.get(key) ?? (input.knownAtMidnight.has(balance.account) ? '0' : null)
    if (isZeroAmount(balance.total) && (before === null || isZeroAmount(before))) continue
    const priceKey = `${balance.exchange} ${balance.asset}`
    let valued = prices.get(priceKey)
    if (!valued) {
      valued = priceOf(board, balance.asset, currency, balance.exchange, freshAfter)
      prices.set(priceKey, valued)
    }
    const { price, state } = valued
    const changed = before === null ? null : new Amount(balance.total).minus(before)
    const value = price === null ? null : new Amount(balance.total).times(price).toDecimalPlaces(8)
    if (value !== null) total = total.plus(value)
    else missing.add(balance.asset)
    if (state === 'stale') stale.add(balance.asset)
    if (changed !== null && price !== null)
      change = (change ?? new Amount(0)).plus(changed.times(price).toDecimalPlaces(8))
    const judged = input.truthOf(balance)
    rows.push({
      ...balance,
      price,
      value: value === null ? null : amountText(value),
      priceState: state,
      changeSinceMidnight: changed === null ? null : amountText(changed),
      hasDrift: input.drifting.has(key),
      isStale: input.staleAccounts.has(balance.account),
      truth: judged.truth,
      truthReason: judged.reason,
      otherCoinThan: null,
    })
  }
  return {
    currency,
    at: now,
    rows: withOtherCoins(rows, input.areDifferentCoins),
    total: amountText(total),
    missingPrices: [...missing].sort(),
    stalePrices: [...stale].sort(),
    changeSinceMidnight: change === null ? null : amountText(change),
  }
}

/** Says of each balance on which other exchange its asset's name means another coin. */
function withOtherCoins(rows: readonly BalanceRow[], areDifferentCoins: AreDifferentCoins): BalanceRow[] {
  const exchanges = new Map<string, Set<ExchangeId>>()
  for (const { asset, exchange } of rows) {
    const holding = exchanges.get(asset)
    if (holding) holding.add(exchange)
    else exchanges.set(asset, new Set([exchange]))
  }
  const strangers = new Map(
    [...exchanges].map(([asset, holding]) => [
      asset,
      strangersOf([...holding].sort(), (one, other) => areDifferentCoins(asset, one, other)),
    ]),
  )
  return rows.map((row) => ({ ...row, otherCoinThan: strangers.get(row.asset)?.get(row.exchange) ?? null }))
}

/** The spot market whose quotes value an asset at an exchange, as its symbol; '' for the currency itself. */
export const valuationSymbols = (asset: string, currency: string): readonly string[] =>
  asset === currency
    ? []
    : [currency, ...bridgeAssets.filter((bridge) => bridge !== currency && bridge !== asset)].flatMap((quote) => [
        `${asset}_${quote}`,
        `${quote}_${asset}`,
      ])
