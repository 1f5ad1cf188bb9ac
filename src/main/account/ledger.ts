import { Amount, amountText } from '../../shared/amount.ts'
import { type EpochMs, type Fill, type FundingPayment, type Transfer, transferKey } from '../../shared/domain/index.ts'
import type { LedgerSums } from '../storage/account-contract.ts'
import { type FillKnowledge, knowledgeOf } from './book.ts'

/** Where the ledger begins: totals per asset over all wallets, and when they held. */
export interface Opening {
  readonly at: EpochMs
  readonly totals: readonly { readonly asset: string; readonly total: string }[]
}

/** An asset whose balance is not what its history adds up to. */
export interface Unexplained {
  readonly asset: string
  readonly expected: string
  readonly got: string
  /** got - expected */
  readonly difference: string
}

/** `BTC_USDT_PERP`: BTC, USDT, true */
export function assetsOf(symbol: string): { base: string; quote: string; isPerpetual: boolean } {
  const isPerpetual = symbol.endsWith('_PERP')
  const pair = isPerpetual ? symbol.slice(0, -'_PERP'.length) : symbol
  const cut = pair.lastIndexOf('_')
  return { base: pair.slice(0, cut), quote: pair.slice(cut + 1), isPerpetual }
}

/** The exchange told all that the ledger must know of it. */
export const isTold = (fill: Fill): boolean => {
  const { fee, profit } = knowledgeOf(fill)
  return fee && (profit || !assetsOf(fill.symbol).isPerpetual)
}

/**
 * Per asset over all wallets: opening + trades - fees + transfers + funding = balance. Adds up what it is told of; what happened
 * up to the opening stands in it already and is passed over. Where the exchange rounds what it books of trades (Kraken: dollars to four
 * decimals), the sums may be off by one of the last decimal for each of these amounts, and no more. (What an opening that retention moved took in is
 * no longer counted.)
 */
export class Ledger {
  private opening: Opening | null = null
  private readonly expected = new Map<string, Amount>()
  /** Assets with fills whose profit or fee the exchange did not tell, and how many. */
  private readonly unknown = new Map<string, number>()
  /** Costs and fees of trades since the opening. */
  private readonly bookings = new Map<string, number>()
  /** Transfers that count though their times lie before the opening. */
  private readonly endedLate = new Set<string>()
  private readonly bookedDecimals: (asset: string) => number | null

  /** `bookedDecimals`: to how many the exchange rounds these; null: to none. */
  constructor(bookedDecimals: (asset: string) => number | null = () => null) {
    this.bookedDecimals = bookedDecimals
  }

  get isOpen(): boolean {
    return this.opening !== null
  }

  get openedAt(): EpochMs | null {
    return this.opening?.at ?? null
  }

  /** `sums` of what happened since, as stored. */
  open(opening: Opening, sums: readonly LedgerSums[] = []): void {
    this.opening = opening
    this.expected.clear()
    this.bookings.clear()
    this.endedLate.clear()
    for (const { asset, total } of opening.totals) this.change(asset, total)
    for (const { asset, trades, fees, transfers, funding, untoldFills, bookings } of sums) {
      for (const change of [trades, fees, transfers, funding]) this.change(asset, change)
      this.count(asset, untoldFills)
      this.book(asset, bookings)
    }
  }

  /**
   * Retention removed what happened up to `at`, and the stored opening holds it now. What the sums lead to stays the same; what is
   * told only now of that time can no longer be told from what was removed, and is passed over.
   */
  moveOpening(at: EpochMs): void {
    if (this.opening !== null && at > this.opening.at) this.opening = { ...this.opening, at }
  }

  /** `before`: what an earlier message told of the same fill, null for a new one. */
  addFill(fill: Fill, before: FillKnowledge | null): void {
    if (this.opening === null || fill.at <= this.opening.at) return
    const { base, quote, isPerpetual } = assetsOf(fill.symbol)
    const told = knowledgeOf(fill)
    if (isPerpetual) {
      if (before?.profit !== true && fill.realisedPnl !== null) this.change(quote, fill.realisedPnl)
    } else if (before === null) {
      const isBuy = fill.side === 'BUY'
      const value = new Amount(fill.price).times(fill.quantity)
      this.change(base, isBuy ? fill.quantity : new Amount(fill.quantity).negated())
      this.change(quote, isBuy ? value.negated() : value)
      this.book(quote, 1)
    }
    if (before?.fee !== true && fill.fee !== null && fill.feeAsset !== null) {
      this.change(fill.feeAsset, new Amount(fill.fee).negated())
      this.book(fill.feeAsset, 1)
    }
    const isKnown = (of: FillKnowledge) => of.fee && (of.profit || !isPerpetual)
    const wasUntold = before !== null && !isKnown(before)
    const after = { fee: told.fee || before?.fee === true, profit: told.profit || before?.profit === true }
    const change = Number(!isKnown(after)) - Number(wasUntold)
    // A fee that is not told may have been taken from either side of a spot trade.
    for (const asset of isPerpetual ? [quote] : [base, quote]) if (change !== 0) this.count(asset, change)
  }

  /** `before`: the state it was in, null for a new one. */
  addTransfer(transfer: Transfer, before: Transfer | null): void {
    if (this.opening === null) return
    if ((transfer.updatedAt ?? transfer.createdAt) <= this.opening.at) {
      // One that was seen pending after the opening and ends now counts, whatever times the exchange tells. One that was completed and
      // tells its fee only now stands in the opening with it.
      const key = transferKey(transfer)
      if (before === null || (before.status === transfer.status && !this.endedLate.has(key))) return
      if (before.status === 'pending') this.endedLate.add(key)
    }
    for (const [asset, change] of effectOf(transfer)) this.change(asset, change)
    if (before === null) return
    for (const [asset, change] of effectOf(before)) this.change(asset, change.negated())
  }

  addPayment(payment: FundingPayment): void {
    if (this.opening !== null && payment.at > this.opening.at) this.change(payment.asset, payment.amount)
  }

  /** Assets that cannot be checked, and how many fills did not tell their profit or fee. */
  uncheckable(): ReadonlyMap<string, number> {
    return this.unknown
  }

  /**
   * `totals` over all wallets. A pending withdrawal locks and does not leave, as a pending deposit has not arrived; exchanges that
   * take or give already while it is pending are understood too, so both ways explain a balance.
   */
  check(totals: ReadonlyMap<string, Amount>, pending: readonly Transfer[]): Unexplained[] {
    if (this.opening === null) return []
    const underWay = new Map<string, Amount[]>()
    for (const transfer of pending) {
      for (const [asset, change] of effectOf({ ...transfer, status: 'completed' })) {
        const ways = underWay.get(asset) ?? [new Amount(0)]
        if (ways.length <= 64) underWay.set(asset, [...ways, ...ways.map((way) => way.plus(change))])
      }
    }
    const found: Unexplained[] = []
    for (const asset of new Set([...this.expected.keys(), ...totals.keys()])) {
      if (this.unknown.has(asset)) continue
      const expected = this.expected.get(asset) ?? new Amount(0)
      const got = totals.get(asset) ?? new Amount(0)
      const difference = got.minus(expected)
      const allowed = this.roundingOf(asset)
      const ways = underWay.get(asset) ?? [new Amount(0)]
      if (ways.some((way) => difference.minus(way).abs().lessThanOrEqualTo(allowed))) continue
      found.push({
        asset,
        expected: amountText(expected),
        got: amountText(got),
        difference: amountText(difference),
      })
    }
    return found
  }

  private change(asset: string, by: string | Amount): void {
    this.expected.set(asset, (this.expected.get(asset) ?? new Amount(0)).plus(by))
  }

  private book(asset: string, count: number): void {
    this.bookings.set(asset, (this.bookings.get(asset) ?? 0) + count)
  }

  /** By how much rounding may have put the sums out. */
  private roundingOf(asset: string): Amount {
    const decimals = this.bookedDecimals(asset)
    return decimals === null ? new Amount(0) : new Amount(10).pow(-decimals).times(this.bookings.get(asset) ?? 0)
  }

  private count(asset: string, by: number): void {
    const count = (this.unknown.get(asset) ?? 0) + by
    if (count > 0) this.unknown.set(asset, count)
    else this.unknown.delete(asset)
  }
}

/** What a transfer in its present state has done to the account as a whole: only what is completed has moved anything. */
function effectOf(transfer: Transfer): [asset: string, change: Amount][] {
  if (transfer.status !== 'completed') return []
  const amount = new Amount(transfer.amount)
  if (transfer.kind === 'deposit') return [[transfer.asset, amount]]
  if (transfer.kind === 'withdrawal') {
    const fee: [string, Amount][] =
      transfer.fee === null ? [] : [[transfer.feeAsset ?? transfer.asset, new Amount(transfer.fee).negated()]]
    return [[transfer.asset, amount.negated()], ...fee]
  }
  if ((transfer.fromWallet === null) === (transfer.toWallet === null)) return []
  return [[transfer.asset, transfer.toWallet === null ? amount.negated() : amount]]
}
