import type { DecimalText } from '../../shared/domain/index.ts'
import { productText } from './scaled.ts'

/** What is summed per day and per symbol: products (scaled.ts). */
export interface Totals {
  realised: bigint
  fees: bigint
  funding: bigint
  fills: number
}

export const createTotals = (): Totals => ({ realised: 0n, fees: 0n, funding: 0n, fills: 0 })

/** net = realised - fees + funding */
export const totalsText = ({ realised, fees, funding, fills }: Totals): TotalsText => ({
  realised: productText(realised),
  fees: productText(fees),
  funding: productText(funding),
  net: productText(realised - fees + funding),
  fills,
})
interface TotalsText {
  readonly realised: DecimalText
  readonly fees: DecimalText
  readonly funding: DecimalText
  readonly net: DecimalText
  readonly fills: number
}
