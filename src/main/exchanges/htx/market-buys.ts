/** Market buys of spot: HTX's pushes tell what they have spent, and what they have bought only trade by trade. */

import { Amount, addAmounts, isZeroAmount, multiplyAmounts, subtractAmounts } from '../../../shared/amount.ts'

interface Buy {
  readonly bought: string
  readonly spent: string
  readonly trades: number
}

export interface PushedTrade {
  readonly price: string
  readonly quantity: string
}

/** They last for moments; the oldest go first. */
const mostBuys = 1_000
/** HTX reckons in eight decimals of quote asset at least: so much may be lost with each trade. */
const roundedOff = '0.00000001'

/** Of one connection, by the order's id. */
export class MarketBuys {
  private readonly buys = new Map<string, Buy>()

  /**
   * What the order has bought in base asset once `trade` is counted; null: it has spent more than the trades told here, so that some of them
   * came before this connection or were lost. `spent`: all of it in quote asset, as the push says.
   */
  boughtBy(order: string, trade: PushedTrade | null, spent: string): string | null {
    if (trade === null && isZeroAmount(spent)) return '0'
    const before = this.buys.get(order) ?? { bought: '0', spent: '0', trades: 0 }
    const now = trade === null ? before : withTrade(before, trade)
    this.buys.delete(order)
    this.buys.set(order, now)
    const [oldest] = this.buys.keys()
    if (this.buys.size > mostBuys && oldest !== undefined) this.buys.delete(oldest)
    const difference = new Amount(subtractAmounts(spent, now.spent)).abs()
    return difference.lessThanOrEqualTo(multiplyAmounts(roundedOff, String(now.trades))) ? now.bought : null
  }

  forget(order: string): void {
    this.buys.delete(order)
  }
}

const withTrade = ({ bought, spent, trades }: Buy, { price, quantity }: PushedTrade): Buy => ({
  bought: addAmounts(bought, quantity),
  spent: addAmounts(spent, multiplyAmounts(price, quantity)),
  trades: trades + 1,
})
