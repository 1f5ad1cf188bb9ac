/**
 * Profit and loss from own trades and funding payments: pure, exact, in the asset it arose in.
 *
 * Spot      cost by average or first in, first out. Never short: what is sold beyond what known fills bought is `uncoveredQuantity`,
 *           its cost is unknown (it was deposited, or bought before the oldest stored fill), so it is left out of `realised`, and
 *           a note says so.
 * Perpetual longs and shorts, also through zero. `average` takes the exchange's own `realisedPnl` of a fill where it gives one: it
 *           knows positions from before the oldest stored fill and hedge mode, where fills do not tell which of two positions they
 *           close, and it is the figure that the account was credited with. Exchanges compute it by average entry price, so where
 *           all fills are known, it is what this computes, but for their rounding. `fifo` is always computed here, since no
 *           exchange gives it. A fill that the exchange says closed something (its profit is not 0) while nothing known is open
 *           opens nothing: its quantity is uncovered, and in `fifo` left out of `realised`.
 * Fees      apart, never in `realised`. In the quote or settlement asset as they are; in the base asset of spot valued at the fill's
 *           price, and what is held changes by them; in a third asset they are in `feesElsewhere`. Unknown ones are counted in a note.
 * Funding   apart; positive is received.
 */
import type { EpochMs, ExchangeId, Fill, FundingPayment } from '../shared/domain/index.ts'
import type { DayZone, PnlDay, PnlMethod, PnlReport, PnlSymbol } from '../shared/pnl.ts'
import { createDayOf } from './pnl/days.ts'
import { InstrumentPnl } from './pnl/instrument-pnl.ts'
import { asProduct, productText, unitsOf, unitsText } from './pnl/scaled.ts'
import { createTotals, type Totals, totalsText } from './pnl/totals.ts'

export type PnlFill = Pick<
  Fill,
  'account' | 'exchange' | 'symbol' | 'side' | 'price' | 'quantity' | 'fee' | 'feeAsset' | 'realisedPnl' | 'at'
>
export type PnlPayment = Pick<FundingPayment, 'account' | 'exchange' | 'symbol' | 'asset' | 'amount' | 'at'>

export interface PnlOptions {
  readonly method: PnlMethod
  /** Only from <= t < to is summed; older fills still set the cost, younger ones are as if they had not happened. */
  readonly from: EpochMs | null
  readonly to: EpochMs | null
  /** Whose days are told. */
  readonly days: DayZone
}

/** One account's symbol. */
interface Entry {
  readonly account: string
  readonly exchange: ExchangeId
  readonly symbol: string
  readonly instrument: InstrumentPnl
  /** In the symbol's quote asset. */
  readonly totals: Totals
  /** Funding that was paid in another asset. */
  readonly otherAssets: Map<string, Totals>
  uncovered: bigint
  fillsWithoutFee: number
}

/**
 * @param fills ascending by time within each account and symbol
 * @param payments in any order
 * @returns the report without what newest prices tell: `unrealised` is null. `openCost` is signed like `openQuantity`, null where
 *   nothing is open.
 * @throws where an amount is no decimal text
 */
export function computePnl(
  fills: Iterable<PnlFill>,
  payments: Iterable<PnlPayment>,
  { method, from, to, days: zone }: PnlOptions,
): PnlReport {
  const begin = from ?? Number.NEGATIVE_INFINITY
  const end = to ?? Number.POSITIVE_INFINITY
  const dayOf = createDayOf(zone)
  const entries = new Map<string, Map<string, Entry>>()
  const days = new Map<string, Map<string, Totals>>()
  const feesElsewhere = new Map<string, bigint>()
  let firstFillAt: EpochMs | null = null
  let unnamedFees = 0

  const entryOf = ({ account, exchange, symbol }: Pick<PnlFill, 'account' | 'exchange' | 'symbol'>): Entry => {
    const ofAccount = entries.get(account) ?? new Map<string, Entry>()
    entries.set(account, ofAccount)
    const known = ofAccount.get(symbol)
    if (known) return known
    const entry: Entry = {
      account,
      exchange,
      symbol,
      instrument: new InstrumentPnl(symbol, method),
      totals: createTotals(),
      otherAssets: new Map(),
      uncovered: 0n,
      fillsWithoutFee: 0,
    }
    ofAccount.set(symbol, entry)
    return entry
  }
  const dayTotals = (at: EpochMs, asset: string): Totals => {
    const day = dayOf(at)
    const ofDay = days.get(day) ?? new Map<string, Totals>()
    days.set(day, ofDay)
    return found(ofDay, asset)
  }

  for (const fill of fills) {
    const { at, fee, feeAsset } = fill
    if (firstFillAt === null || at < firstFillAt) firstFillAt = at
    if (at >= end) continue
    const entry = entryOf(fill)
    const { base, quote } = entry.instrument.assets
    const result = entry.instrument.add(fill)
    if (at < begin) continue
    for (const totals of [entry.totals, dayTotals(at, quote)]) {
      totals.realised += result.realised
      totals.fees += result.fee
      totals.fills++
    }
    entry.uncovered += result.uncovered
    if (fee === null) entry.fillsWithoutFee++
    else if (feeAsset === null) unnamedFees++
    else if (feeAsset !== base && feeAsset !== quote) {
      feesElsewhere.set(feeAsset, (feesElsewhere.get(feeAsset) ?? 0n) + unitsOf(fee))
    }
  }

  for (const payment of payments) {
    const { at, asset, amount } = payment
    if (at < begin || at >= end) continue
    const entry = entryOf(payment)
    const funding = asProduct(unitsOf(amount))
    const totals = asset === entry.instrument.assets.quote ? entry.totals : found(entry.otherAssets, asset)
    totals.funding += funding
    dayTotals(at, asset).funding += funding
  }

  const all = [...entries.values()].flatMap((ofAccount) => [...ofAccount.values()])
  return {
    method,
    days: dayRows(days),
    symbols: all.flatMap(symbolRows),
    feesElsewhere: [...feesElsewhere].map(([asset, units]) => ({ asset, amount: unitsText(units) })),
    firstFillAt,
    notes: notesOf(all, method, unnamedFees),
  }
}

function found(totals: Map<string, Totals>, key: string): Totals {
  const known = totals.get(key)
  if (known) return known
  const made = createTotals()
  totals.set(key, made)
  return made
}

const byText = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number =>
  a < b ? -1 : a > b ? 1 : 0

const dayRows = (days: ReadonlyMap<string, ReadonlyMap<string, Totals>>): PnlDay[] =>
  [...days]
    .sort(byText)
    .flatMap(([day, assets]) =>
      [...assets].sort(byText).map(([asset, totals]) => ({ day, asset, ...totalsText(totals) })),
    )

/** A symbol without anything in the range and nothing open has no row. */
function symbolRows(entry: Entry): PnlSymbol[] {
  const { account, exchange, symbol, instrument, totals, otherAssets, uncovered } = entry
  const { quantity, cost } = instrument.book
  const names = { account, exchange, symbol }
  const others = [...otherAssets].map(([asset, other]) => ({
    ...names,
    asset,
    ...totalsText(other),
    openQuantity: '0',
    openCost: null,
    unrealised: null,
    uncoveredQuantity: '0',
  }))
  if (totals.fills === 0 && totals.funding === 0n && quantity === 0n) return others
  return [
    {
      ...names,
      asset: instrument.assets.quote,
      ...totalsText(totals),
      openQuantity: unitsText(quantity),
      openCost: quantity === 0n ? null : productText(cost),
      unrealised: null,
      uncoveredQuantity: unitsText(uncovered),
    },
    ...others,
  ]
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

function notesOf(entries: readonly Entry[], method: PnlMethod, unnamedFees: number): string[] {
  const notes: string[] = []
  for (const { account, symbol, instrument, uncovered, fillsWithoutFee } of entries) {
    const { base, isPerpetual } = instrument.assets
    const where = `${symbol} (${account})`
    if (uncovered > 0n && !isPerpetual) {
      notes.push(
        `${where}: ${unitsText(uncovered)} ${base} sold that no stored fill bought; their cost is unknown, so they are left out`,
      )
    }
    if (uncovered > 0n && isPerpetual) {
      const what = method === 'average' ? "the exchange's own profit is taken" : 'it is left out'
      notes.push(`${where}: ${unitsText(uncovered)} ${base} closed that no stored fill opened; ${what}`)
    }
    if (fillsWithoutFee > 0) notes.push(`${where}: the fee of ${count(fillsWithoutFee, 'fill')} is not known`)
  }
  if (unnamedFees > 0) notes.push(`${count(unnamedFees, 'fee')} in an unnamed asset left out`)
  return notes
}
