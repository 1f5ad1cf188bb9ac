/** What the fills on the screen add up to, exactly, per asset. Pure but for what it remembers of the last list. */
import { Amount, amountText, multiplyAmounts } from '../../../shared/amount.ts'
import type { Fill } from '../../../shared/domain/index.ts'
import { splitSymbol } from '../../format/names.ts'

export interface FillSums {
  /** Bought and sold in each quote asset, price times quantity; and the profit realised where the exchange tells it. */
  readonly quotes: readonly {
    readonly asset: string
    readonly bought: string
    readonly sold: string
    /** null: no fill tells any. */
    readonly realised: string | null
    /** Fills of perpetuals whose exchange does not tell their profit: it is not in `realised`. */
    readonly withoutProfit: number
  }[]
  /** Positive: paid. Rebates are taken off. */
  readonly fees: readonly { readonly asset: string; readonly amount: string }[]
  /** Fills whose fee is not known. */
  readonly withoutFee: number
}

interface Quote {
  bought: Amount
  sold: Amount
  realised: Amount | null
  withoutProfit: number
}

export const tradedValue = ({ price, quantity }: Pick<Fill, 'price' | 'quantity'>): string =>
  multiplyAmounts(price, quantity)

const byAsset = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Adds up a list that mostly grows: a fill that was counted is not read again. Takes the whole list, says its sums. Lists that
 * lost a row (another filter, a fill told anew) are added up from the start.
 */
export function createFillSums(): (fills: readonly Fill[]) => FillSums {
  let counted = new Set<Fill>()
  let quotes = new Map<string, Quote>()
  let fees = new Map<string, Amount>()
  let withoutFee = 0

  function add(fill: Fill): void {
    counted.add(fill)
    const { quote, isPerpetual } = splitSymbol(fill.symbol)
    const sums = quotes.get(quote) ?? { bought: new Amount(0), sold: new Amount(0), realised: null, withoutProfit: 0 }
    quotes.set(quote, sums)
    if (fill.side === 'BUY') sums.bought = sums.bought.plus(tradedValue(fill))
    else sums.sold = sums.sold.plus(tradedValue(fill))
    if (fill.realisedPnl !== null) sums.realised = (sums.realised ?? new Amount(0)).plus(fill.realisedPnl)
    else if (isPerpetual) sums.withoutProfit++
    if (fill.fee === null || fill.feeAsset === null) withoutFee++
    else fees.set(fill.feeAsset, (fees.get(fill.feeAsset) ?? new Amount(0)).plus(fill.fee))
  }

  return (fills) => {
    const fresh = fills.filter((fill) => !counted.has(fill))
    if (counted.size + fresh.length !== fills.length) {
      counted = new Set()
      quotes = new Map()
      fees = new Map()
      withoutFee = 0
      for (const fill of fills) add(fill)
    } else for (const fill of fresh) add(fill)
    return {
      quotes: [...quotes].sort(byAsset).map(([asset, { bought, sold, realised, withoutProfit }]) => ({
        asset,
        bought: amountText(bought),
        sold: amountText(sold),
        realised: realised === null ? null : amountText(realised),
        withoutProfit,
      })),
      fees: [...fees].sort(byAsset).map(([asset, amount]) => ({ asset, amount: amountText(amount) })),
      withoutFee,
    }
  }
}
