/** The fields of one row of a reply or push: whichever is wrong names itself, and nothing absent becomes 0. */
import { Amount, decimalTextOf, isZeroAmount } from '../../shared/amount.ts'
import type { EpochMs } from '../../shared/domain/index.ts'
import { bad, type RowReading } from './rows.ts'

/** As exchanges write numbers; their own schemas say which of these forms a field may have. */
export type Told = string | number | null | undefined

const isAbsent = (value: Told): value is null | undefined | '' => value === undefined || value === null || value === ''

/** From 2001 to 2286: seconds, microseconds and nanoseconds are no such time. */
const milliseconds = /^\d{13}$/

/** Reads the fields of one row; the first that is wrong is kept as the row's problem, and what was returned for it counts for nothing. */
export class RowFields {
  problem: RowReading<never> | null = null

  decimal(field: string, value: Told): string {
    return decimalTextOf(value) ?? this.fail(field, value, 'no decimal number', '0')
  }

  /** Absent, null and '' stand for what does not apply. */
  decimalOrNull(field: string, value: Told): string | null {
    return isAbsent(value) ? null : this.decimal(field, value)
  }

  /** As `decimalOrNull`, where 0 stands for it as well: prices and sizes of orders, averages, leverage. */
  decimalUnlessZero(field: string, value: Told): string | null {
    const text = this.decimalOrNull(field, value)
    return text === null || isZeroAmount(text) ? null : text
  }

  time(field: string, value: Told): EpochMs {
    return milliseconds.test(String(value)) ? Number(value) : this.fail(field, value, 'no time in milliseconds', 0)
  }

  /** 0 stands for no time, too. */
  timeOrNull(field: string, value: Told): EpochMs | null {
    return isAbsent(value) || Number(value) === 0 ? null : this.time(field, value)
  }

  /** One of the exchange's own words; one that is not in the table is a problem: it is not guessed. */
  word<T>(field: string, text: string | undefined, table: Readonly<Record<string, T>>, standIn: T): T {
    const meaning = text !== undefined && Object.hasOwn(table, text) ? table[text] : undefined
    return meaning ?? this.fail(field, text, 'an unknown word', standIn)
  }

  /** Keeps the problem; returns what may stand in its place, so that a row can be written down in one go. */
  fail<T>(field: string, value: unknown, why: string, standIn: T): T {
    this.problem ??= bad(field, value, why)
    return standIn
  }
}

export const textOrNull = (text: string | null | undefined): string | null => (isAbsent(text) ? null : text)

/** null too where there is none, or where it is none: 0 or below. */
export const positiveOrNull = (amount: string | null): string | null =>
  amount === null || !new Amount(amount).greaterThan(0) ? null : amount
