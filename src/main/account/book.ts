import { isSameAmount, isZeroAmount } from '../../shared/amount.ts'
import {
  type Balance,
  balanceKey,
  type EpochMs,
  type Fill,
  type FundingPayment,
  fillKey,
  type Position,
  positionKey,
  type Transfer,
  transferKey,
} from '../../shared/domain/index.ts'
import { mergeTransfer } from '../storage/accounts/precedence.ts'
import { trim } from './bounded.ts'
import { KeySet } from './key-set.ts'

const mostRows = 20_000
const mostFills = 2_000_000
const mostUntold = 20_000
const mostTransfers = 50_000
const mostPayments = 200_000

interface Dated {
  readonly exchangeAt: EpochMs | null
  readonly receivedAt: EpochMs
}

interface Entry<Row> {
  row: Row
  /** The exchange's newest time of any word on it. */
  newestAt: EpochMs | null
  /** When a stream last changed it, by the clock that nobody sets. */
  streamAt: number
}

/** Messages of one row do not overtake each other by more: one that seems that much older came after the clock was set back. */
const mostOvertakenMs = 10_000

/** What a table must know of its rows. */
interface RowRules<Row> {
  keyOf(row: Row): string
  isSame(a: Row, b: Row): boolean
  isZero(row: Row): boolean
  /** `next` with what only the row before it tells and that no message changes. */
  join(known: Row, next: Row): Row
}

/**
 * Absolute rows, the newest of each key: by the exchange's time where both tell it, else by arrival. A stream's message never
 * replaces a newer one; a REST answer is the exchange's word when it was asked, and whoever gives it here has compared it first.
 */
export class NewestTable<Row extends Dated> {
  private readonly rules: RowRules<Row>
  private readonly entries = new Map<string, Entry<Row>>()

  constructor(rules: RowRules<Row>) {
    this.rules = rules
  }

  get(key: string): Row | undefined {
    return this.entries.get(key)?.row
  }

  /** Those that are not zero. */
  rows(): Row[] {
    return [...this.entries.values()].map((entry) => entry.row).filter((row) => !this.rules.isZero(row))
  }

  /** Zero ones too: what has been held, as far as is remembered. */
  allRows(): Row[] {
    return [...this.entries.values()].map((entry) => entry.row)
  }

  /** A stream changed it at or after `at`, by the clock that nobody sets. */
  touchedSince(key: string, at: number): boolean {
    return (this.entries.get(key)?.streamAt ?? Number.NEGATIVE_INFINITY) >= at
  }

  /** The row as it is now where it says something new, else null. `at`: now, by the clock that nobody sets. */
  fromStream(next: Row, at: number): Row | null {
    const known = this.entries.get(this.rules.keyOf(next))
    if (known !== undefined && isOlder(next, known)) return null
    return this.put(known, next, at)
  }

  fromRest(next: Row): Row | null {
    return this.put(this.entries.get(this.rules.keyOf(next)), next, null)
  }

  private put(known: Entry<Row> | undefined, next: Row, streamAt: number | null): Row | null {
    const { rules } = this
    if (known === undefined) {
      const entry = { row: next, newestAt: next.exchangeAt, streamAt: streamAt ?? Number.NEGATIVE_INFINITY }
      this.entries.set(rules.keyOf(next), entry)
      trim(this.entries, mostRows)
      return rules.isZero(next) ? null : next
    }
    const joined = rules.join(known.row, next)
    const isNew = !rules.isSame(known.row, joined)
    known.row = joined
    known.newestAt = later(known.newestAt, next.exchangeAt)
    if (streamAt !== null && isNew) known.streamAt = streamAt
    return isNew ? joined : null
  }
}

const later = (a: EpochMs | null, b: EpochMs | null): EpochMs | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

function isOlder<Row extends Dated>(next: Row, known: Entry<Row>): boolean {
  if (next.exchangeAt !== null && known.newestAt !== null) return next.exchangeAt < known.newestAt
  const behindMs = known.row.receivedAt - next.receivedAt
  return behindMs > 0 && behindMs < mostOvertakenMs
}

const isSameOrNull = (a: string | null, b: string | null): boolean =>
  a === null || b === null ? a === b : isSameAmount(a, b)

/** `free` and `locked` are null from a message that tells only the total until REST tells them: they are never guessed. */
export const createBalances = (): NewestTable<Balance> =>
  new NewestTable<Balance>({
    keyOf: balanceKey,
    isSame: (a, b) =>
      isSameAmount(a.total, b.total) && isSameOrNull(a.free, b.free) && isSameOrNull(a.locked, b.locked),
    isZero: (balance) => isZeroAmount(balance.total),
    join: (_, next) => next,
  })

const positionAmounts = [
  'quantity',
  'entryPrice',
  'markPrice',
  'unrealisedPnl',
  'liquidationPrice',
  'leverage',
] as const

/** Leverage and margin mode are settings: a message that does not tell them has not changed them. */
export const createPositions = (): NewestTable<Position> =>
  new NewestTable<Position>({
    keyOf: positionKey,
    isSame: (a, b) =>
      positionAmounts.every((field) => isSameOrNull(a[field], b[field])) && a.marginMode === b.marginMode,
    isZero: (position) => isZeroAmount(position.quantity),
    join: (known, next) => ({
      ...next,
      leverage: next.leverage ?? known.leverage,
      marginMode: next.marginMode ?? known.marginMode,
    }),
  })

/** What is known of a fill beside that it happened. */
export interface FillKnowledge {
  readonly fee: boolean
  readonly profit: boolean
}

export const knowledgeOf = ({ fee, feeAsset, realisedPnl }: Fill): FillKnowledge => ({
  fee: fee !== null && (feeAsset !== null || isZeroAmount(fee)),
  profit: realisedPnl !== null,
})

const complete: FillKnowledge = { fee: true, profit: true }

/** Every fill once; one that comes again with a fee or profit that was missing is told apart. */
export class KnownFills {
  private readonly known = new KeySet(mostFills)
  /** Of those that are known, what is not complete. Of spot trades the fee is all that may be told later. */
  private readonly untold = new Map<string, FillKnowledge>()

  /** Stored ones, and those of them that are not complete. */
  remember(keys: Iterable<string>, untold: Iterable<FillKnowledge & { readonly key: string }> = []): void {
    for (const key of keys) this.known.add(key)
    for (const { key, fee, profit } of untold) this.keep(key, { fee, profit })
  }

  has(fill: Fill): boolean {
    return this.known.has(fillKey(fill))
  }

  /** null: nothing new. `before` null: the fill itself is new. */
  add(fill: Fill): { readonly before: FillKnowledge | null } | null {
    const key = fillKey(fill)
    const before = this.known.has(key) ? (this.untold.get(key) ?? complete) : null
    const told = knowledgeOf(fill)
    const fee = before?.fee === true || told.fee
    const profit = before?.profit === true || told.profit
    if (before !== null && before.fee === fee && before.profit === profit) return null
    this.known.add(key)
    if (fee && (profit || !fill.symbol.endsWith('_PERP'))) this.untold.delete(key)
    else this.keep(key, { fee, profit })
    return { before }
  }

  private keep(key: string, knowledge: FillKnowledge): void {
    this.known.add(key)
    this.untold.set(key, knowledge)
    trim(this.untold, mostUntold)
  }
}

/** The newest state of each transfer. One that has left `pending` does not go back to it. */
export class TransferTable {
  private readonly known = new Map<string, Transfer>()

  remember(transfers: Iterable<Transfer>): void {
    for (const transfer of transfers) this.known.set(transferKey(transfer), transfer)
  }

  pending(): Transfer[] {
    return [...this.known.values()].filter((transfer) => transfer.status === 'pending')
  }

  /** null: nothing new. `transfer` as it is now: what only an earlier word told, such as the fee, still holds. */
  add(next: Transfer): { readonly before: Transfer | null; readonly transfer: Transfer } | null {
    const key = transferKey(next)
    const before = this.known.get(key)
    if (before === undefined) {
      this.known.set(key, next)
      trim(this.known, mostTransfers)
      return { before: null, transfer: next }
    }
    const transfer = mergeTransfer(before, next)
    if (!isNewTransferState(before, transfer)) return null
    this.known.set(key, transfer)
    return { before, transfer }
  }
}

function isNewTransferState(known: Transfer, next: Transfer): boolean {
  if (known.status !== 'pending' && next.status === 'pending') return false
  if (known.updatedAt !== null && next.updatedAt !== null && next.updatedAt < known.updatedAt) return false
  return (
    known.status !== next.status ||
    known.exchangeStatus !== next.exchangeStatus ||
    known.transactionId !== next.transactionId ||
    !isSameAmount(known.amount, next.amount) ||
    !isSameOrNull(known.fee, next.fee)
  )
}

export class KnownPayments {
  private readonly known = new Set<string>()

  /** False: it was known. */
  add({ symbol, paymentId }: FundingPayment): boolean {
    const key = `${symbol} ${paymentId}`
    if (this.known.has(key)) return false
    this.known.add(key)
    trim(this.known, mostPayments)
    return true
  }
}
