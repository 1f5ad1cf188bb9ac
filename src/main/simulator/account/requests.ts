/** What callers of an account may ask for: read from text, or refused in words that name the field, its value and what is right. */
import { Amount } from '../../../shared/amount.ts'
import { SimulatorError } from '../control.ts'
import type { SimInstrument } from '../venue.ts'

/** Decimals that exchanges keep of fees, profits and margins. */
const settledDecimals = 8

export function refuse(field: string, got: unknown, right: string): never {
  throw new SimulatorError(`${field}: ${right} (got ${JSON.stringify(got)})`)
}

export function positiveAmount(field: string, text: string): Amount {
  if (!/^\d+(\.\d+)?$/.test(text)) refuse(field, text, 'must be plain decimal text above 0')
  const amount = new Amount(text)
  return amount.isZero() ? refuse(field, text, 'must be above 0') : amount
}

/** Base asset, rounded down to whole lots (contracts where the venue counts them). */
export function lotsOf(field: string, text: string, { lotSize, symbol }: SimInstrument): Amount {
  const quantity = positiveAmount(field, text).toNearest(new Amount(lotSize), Amount.ROUND_DOWN)
  return quantity.isZero() ? refuse(field, text, `must be at least one lot of ${symbol}, ${lotSize}`) : quantity
}

/** Quote asset per base asset, rounded to the nearest tick. */
export function tickPriceOf(field: string, text: string, { tickSize, symbol }: SimInstrument): Amount {
  const price = positiveAmount(field, text).toNearest(new Amount(tickSize))
  return price.isZero() ? refuse(field, text, `must be at least one tick of ${symbol}, ${tickSize}`) : price
}

export const settled = (amount: Amount): Amount => amount.toDecimalPlaces(settledDecimals)

/** Null where the account refuses. */
export function attempt<T>(run: () => T): T | null {
  try {
    return run()
  } catch (error) {
    if (error instanceof SimulatorError) return null
    throw error
  }
}
