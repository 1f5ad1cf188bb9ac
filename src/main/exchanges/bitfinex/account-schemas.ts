/**
 * Private rows. They are arrays that grow at their end: what is read is named by its place, and nothing is said of lengths. Numbers that
 * float64 cannot hold come as text (`net/exact-json.ts`).
 * Docs: https://docs.bitfinex.com/reference/rest-auth-wallets, -orders, -trades, -movements, -ledgers, -positions, -key-permissions,
 * -summary · fixtures bitfinex/rest_private.json, bitfinex/ws_private.ndjson
 */
import { z } from 'zod'
import { decimalTextOf } from '../../../shared/amount.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import { bad, type RowReading } from '../rows.ts'

export const Row = z.array(z.unknown())
export const Rows = z.array(z.unknown())

export const walletColumns = { type: 0, currency: 1, balance: 2, available: 4, lastChange: 5, change: 6 } as const
export const orderColumns = {
  ...{ id: 0, clientId: 2, symbol: 3, createdAt: 4, updatedAt: 5, amount: 6, originalAmount: 7, type: 8, endsAt: 10 },
  ...{ flags: 12, status: 13, price: 16, averagePrice: 17, limitPrice: 19 },
} as const
export const tradeColumns = {
  ...{ id: 0, symbol: 1, at: 2, orderId: 3, amount: 4, price: 5, orderType: 6, maker: 8, fee: 9, feeCurrency: 10 },
} as const
export const movementColumns = {
  ...{ id: 0, currency: 1, network: 2, startedAt: 5, updatedAt: 6, status: 9, amount: 12, fees: 13 },
  ...{ address: 16, transactionId: 20 },
} as const
export const ledgerColumns = { id: 0, currency: 1, wallet: 2, at: 3, amount: 5, description: 8 } as const
export const positionColumns = {
  ...{ symbol: 0, status: 1, amount: 2, basePrice: 3, profit: 6, liquidationPrice: 8, leverage: 9 },
} as const

/** `["orders",1,0]`: scope, may read, may write. */
export const PermissionRow = z.tuple([z.string(), z.number(), z.number()], z.unknown())

/** Place 4: rates of makers `[spot, spot, spot, …, derivatives]`, and of takers `[crypto, stable, fiat, …, derivatives]`. */
export const Summary = z.tuple(
  [z.unknown(), z.unknown(), z.unknown(), z.unknown(), z.tuple([Row, Row], z.unknown())],
  z.unknown(),
)

/** `{"event":"auth","status":"OK",…}`, and what every socket says. */
export const PrivateEvent = z.object({
  event: z.string(),
  status: z.string().optional(),
  code: z.number().optional(),
  msg: z.string().optional(),
  version: z.number().optional(),
  platform: z.object({ status: z.number() }).nullish(),
})
export type PrivateEvent = Readonly<z.infer<typeof PrivateEvent>>

/** Reads one row by the places of its columns; the first value that cannot be is kept as the row's problem. */
export class Fields<Columns extends Readonly<Record<string, number>>> {
  problem: RowReading<never> | null = null
  private readonly row: readonly unknown[]
  private readonly columns: Columns

  constructor(row: readonly unknown[], columns: Columns) {
    this.row = row
    this.columns = columns
  }

  value(name: keyof Columns): unknown {
    const column = this.columns[name]
    return (column === undefined ? undefined : this.row[column]) ?? null
  }

  decimal(name: keyof Columns & string): string {
    return decimalTextOf(this.value(name)) ?? this.fail(name, 'no decimal number', '0')
  }

  decimalOrNull(name: keyof Columns & string): string | null {
    return this.value(name) === null ? null : this.decimal(name)
  }

  time(name: keyof Columns & string): EpochMs {
    const value = this.value(name)
    const isTime = typeof value === 'number' && Number.isSafeInteger(value) && value > 0
    return isTime ? value : this.fail(name, 'no time in milliseconds', 0)
  }

  text(name: keyof Columns & string): string {
    const value = this.value(name)
    return typeof value === 'string' && value !== '' ? value : this.fail(name, 'no text', '')
  }

  textOrNull(name: keyof Columns & string): string | null {
    const value = this.value(name)
    return value === null || value === '' ? null : this.text(name)
  }

  /** An integer as text: those beyond 2^53 come as text already. */
  id(name: keyof Columns & string): string {
    const value = this.value(name)
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return String(value)
    return typeof value === 'string' && /^\d{1,30}$/.test(value) ? value : this.fail(name, 'no id', '0')
  }

  private fail<T>(name: string, why: string, standIn: T): T {
    this.problem ??= bad(name, this.value(name), why)
    return standIn
  }
}
