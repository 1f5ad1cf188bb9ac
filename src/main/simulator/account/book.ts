/**
 * The balances of one account and the ledger of their changes. For every wallet and asset: what was forgotten + all entries =
 * total, and free + locked = total. Reserved is what resting orders and pending withdrawals hold, margin what open positions do;
 * losses can eat into both, then all of the total is locked and nothing is free.
 */
import { Amount, amountText } from '../../../shared/amount.ts'
import type { EpochMs } from '../../../shared/domain/index.ts'
import type { SimBalance, SimLedgerEntry, SimWallet } from './contract.ts'

export interface Cell {
  readonly wallet: SimWallet
  readonly asset: string
  total: Amount
  reserved: Amount
  margin: Amount
  forgotten: Amount
  updatedAt: EpochMs
  /** As it was last told; null once it changed. */
  told: SimBalance | null
}

/** What of an entry the book does not know by itself. */
export type Cause = Pick<SimLedgerEntry, 'reason'> &
  Partial<Pick<SimLedgerEntry, 'instrument' | 'order' | 'fill' | 'funding' | 'transfer'>>

const zero = new Amount(0)

/** Its own, not copied. */
export interface BookState {
  readonly cells: readonly Cell[]
  readonly ledger: readonly (readonly [SimWallet, SimLedgerEntry[]])[]
  readonly entries: number
}

export class AccountBook {
  readonly #cells = new Map<SimWallet, Map<string, Cell>>()
  readonly #ledger = new Map<SimWallet, SimLedgerEntry[]>()
  readonly #touched = new Set<Cell>()
  #entries: number

  constructor(from?: BookState) {
    for (const cell of from?.cells ?? []) this.#cellsOf(cell.wallet).set(cell.asset, cell)
    for (const [wallet, entries] of from?.ledger ?? []) this.#ledger.set(wallet, entries)
    this.#entries = from?.entries ?? 0
  }

  state(): BookState {
    const cells = [...this.#cells.values()].flatMap((ofWallet) => [...ofWallet.values()])
    return { cells, ledger: [...this.#ledger], entries: this.#entries }
  }

  /** Adds `change` to the total and writes it down; nothing where it is zero. */
  post(wallet: SimWallet, asset: string, change: Amount, cause: Cause, at: EpochMs): void {
    if (change.isZero()) return
    const cell = this.#cell(wallet, asset)
    cell.total = cell.total.plus(change)
    this.#touch(cell, at)
    const list = this.#ledger.get(wallet) ?? []
    this.#ledger.set(wallet, list)
    this.#entries += 1
    list.push({
      number: this.#entries,
      wallet,
      asset,
      change: amountText(change),
      total: amountText(cell.total),
      reason: cause.reason,
      instrument: cause.instrument ?? null,
      order: cause.order ?? null,
      fill: cause.fill ?? null,
      funding: cause.funding ?? null,
      transfer: cause.transfer ?? null,
      at,
    })
  }

  /** Holds `change` more for orders and withdrawals, or lets go of it (negative). */
  reserve(wallet: SimWallet, asset: string, change: Amount, at: EpochMs): void {
    if (change.isZero()) return
    const cell = this.#cell(wallet, asset)
    cell.reserved = cell.reserved.plus(change)
    this.#touch(cell, at)
  }

  /** Holds `change` more for positions. */
  addMargin(wallet: SimWallet, asset: string, change: Amount, at: EpochMs): void {
    if (change.isZero()) return
    const cell = this.#cell(wallet, asset)
    cell.margin = cell.margin.plus(change)
    this.#touch(cell, at)
  }

  total(wallet: SimWallet, asset: string): Amount {
    return this.#cells.get(wallet)?.get(asset)?.total ?? zero
  }

  free(wallet: SimWallet, asset: string): Amount {
    const cell = this.#cells.get(wallet)?.get(asset)
    return cell ? freeOf(cell) : zero
  }

  balances(wallet: SimWallet): readonly SimBalance[] {
    return [...(this.#cells.get(wallet)?.values() ?? [])].map(tell)
  }

  /** What changed since the last time this was asked, as it is now. */
  takeTouched(): readonly SimBalance[] {
    const touched = [...this.#touched].map(tell)
    this.#touched.clear()
    return touched
  }

  ledger(wallet: SimWallet): readonly SimLedgerEntry[] {
    return this.#ledger.get(wallet)?.slice() ?? []
  }

  /** The sum of the entries that are no longer kept. */
  opening(wallet: SimWallet, asset: string): string {
    return amountText(this.#cells.get(wallet)?.get(asset)?.forgotten ?? zero)
  }

  /** Drops entries before `before`; their sum is kept as the opening. */
  forget(before: EpochMs): void {
    for (const [wallet, entries] of this.#ledger) {
      const kept = entries.findIndex((entry) => entry.at >= before)
      for (const { asset, change } of entries.splice(0, kept === -1 ? entries.length : kept)) {
        const cell = this.#cell(wallet, asset)
        cell.forgotten = cell.forgotten.plus(change)
      }
    }
  }

  #cell(wallet: SimWallet, asset: string): Cell {
    const cells = this.#cellsOf(wallet)
    const known = cells.get(asset)
    if (known) return known
    const cell: Cell = {
      wallet,
      asset,
      total: zero,
      reserved: zero,
      margin: zero,
      forgotten: zero,
      updatedAt: 0,
      told: null,
    }
    cells.set(asset, cell)
    return cell
  }

  #cellsOf(wallet: SimWallet): Map<string, Cell> {
    const cells = this.#cells.get(wallet) ?? new Map<string, Cell>()
    this.#cells.set(wallet, cells)
    return cells
  }

  #touch(cell: Cell, at: EpochMs): void {
    cell.updatedAt = Math.max(cell.updatedAt, at)
    cell.told = null
    this.#touched.add(cell)
  }
}

function freeOf({ total, reserved, margin }: Cell): Amount {
  const free = total.minus(reserved).minus(margin)
  return free.isNegative() ? zero : free
}

function tell(cell: Cell): SimBalance {
  if (cell.told) return cell.told
  const free = freeOf(cell)
  cell.told = {
    wallet: cell.wallet,
    asset: cell.asset,
    free: amountText(free),
    locked: amountText(cell.total.minus(free)),
    total: amountText(cell.total),
    updatedAt: cell.updatedAt,
  }
  return cell.told
}
