/** What rows of private replies and pushes have in common. */

import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs, Instrument } from '../../../shared/domain/index.ts'
import { millisecondsOf } from '../instants.ts'
import { RowFields } from '../row-fields.ts'
import { millisecondsOfSeconds } from './times.ts'

/** Whose rows they are. */
export interface AccountContext {
  readonly account: string
  /** By the name on sockets. */
  readonly instruments: ReadonlyMap<string, Instrument>
}

/** Times are written in two ways: in seconds by REST, as RFC 3339 by sockets. */
export class KrakenFields extends RowFields {
  seconds(field: string, value: number): EpochMs {
    const at = millisecondsOfSeconds(value)
    return Number.isNaN(at) ? this.fail(field, value, 'no time in seconds', 0) : at
  }

  instant(field: string, value: string): EpochMs {
    const at = millisecondsOf(value)
    return Number.isNaN(at) ? this.fail(field, value, 'no time', 0) : at
  }
}

/** Percent as a fraction, exactly: "0.2500" is 0.0025. */
export const fractionOf = (percent: string): string => amountText(new Amount(percent).div(100))
