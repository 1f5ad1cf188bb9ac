/** Reading rows whose numbers are text: a field that is wrong names itself. */
import { decimalTextOf } from '../../../shared/amount.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { Parsed } from '../../net/rest.ts'
import { bad, type RowReading } from '../rows.ts'
import { Envelope } from './schemas.ts'

/** Reads the numbers of one row; the first that is none is kept as the row's problem, and what was returned for it counts for nothing. */
export class RowFields {
  problem: RowReading<never> | null = null

  decimal(field: string, text: string | undefined): string {
    return decimalTextOf(text) ?? this.fail(field, text, 'no decimal number', '0')
  }

  /** OKX writes '' for what does not apply. */
  decimalOrNull(field: string, text: string | undefined): string | null {
    return text === undefined || text === '' ? null : this.decimal(field, text)
  }

  time(field: string, text: string | undefined): EpochMs {
    return text !== undefined && /^\d{12,14}$/.test(text)
      ? Number(text)
      : this.fail(field, text, 'no time in milliseconds', 0)
  }

  timeOrNull(field: string, text: string | undefined): EpochMs | null {
    return text === undefined || text === '' ? null : this.time(field, text)
  }

  /** One of OKX's own words; a word that is not in the table is a problem: it is not guessed. */
  word<T>(field: string, text: string, table: Readonly<Record<string, T>>, standIn: T): T {
    return (Object.hasOwn(table, text) ? table[text] : undefined) ?? this.fail(field, text, 'an unknown word', standIn)
  }

  private fail<T>(field: string, value: unknown, why: string, standIn: T): T {
    this.problem ??= bad(field, value, why)
    return standIn
  }
}

export const textOrNull = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text)

/** The rows of a reply. */
export function rowsOf(body: unknown): Parsed<readonly unknown[]> {
  const envelope = Envelope.safeParse(body)
  if (!envelope.success) return { ok: false, problem: envelope.error.message }
  const { code, msg, data } = envelope.data
  if (code !== '0') return { ok: false, problem: `code ${code} ${msg ?? ''}` }
  return data ? { ok: true, value: data } : { ok: false, problem: 'no data' }
}
