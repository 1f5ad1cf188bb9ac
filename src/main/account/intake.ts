import { Amount } from '../../shared/amount.ts'
import type {
  Balance,
  EpochMs,
  Fill,
  FundingPayment,
  Order,
  OrderEvent,
  Position,
  Transfer,
} from '../../shared/domain/index.ts'
import type { Bus } from '../bus/index.ts'
import type { AccountMemory, DownloadedList } from '../storage/account-contract.ts'
import { createBalances, createPositions, KnownFills, KnownPayments, TransferTable } from './book.ts'
import { DriftBoard } from './drifts.ts'
import { isTold, Ledger } from './ledger.ts'
import { FillCount, type OrderOutcome, OrderTable } from './orders.ts'
import type { AccountSymbols } from './symbols.ts'

export interface IntakeOptions {
  readonly account: string
  readonly bus: Bus
  readonly nextDriftId: () => number
  readonly symbols: AccountSymbols
  /** The exchange's clock when the session began. */
  readonly startedAt: EpochMs
  /** As of AccountConnector. */
  readonly bookedDecimals?: (asset: string) => number | null
}

type Source = OrderEvent['source']

/** The one way into an account's state, whoever tells: what is new is applied, added to the ledger and published, in that order. */
export class Intake {
  readonly orders = new OrderTable()
  readonly balances = createBalances()
  readonly positions = createPositions()
  readonly fills = new KnownFills()
  readonly transfers = new TransferTable()
  readonly ledger: Ledger
  readonly drifts: DriftBoard
  readonly fillCount: FillCount
  /** When a stream last brought something, by the clock that nobody sets. */
  streamAt = Number.NEGATIVE_INFINITY
  /** The newest fill that has not told its profit or fee, the exchange's clock; 0: none. */
  untoldAt: EpochMs = 0
  private readonly payments = new KnownPayments()
  private readonly options: IntakeOptions
  private closed = false

  constructor(options: IntakeOptions) {
    this.options = options
    const { account, nextDriftId } = options
    this.drifts = new DriftBoard({
      account,
      nextId: nextDriftId,
      publish: (drift) => this.publish({ kind: 'drift', drift }),
    })
    this.fillCount = new FillCount(options.startedAt)
    this.ledger = new Ledger(options.bookedDecimals)
  }

  /** From now on nothing is published: an answer may come after the end. */
  close(): void {
    this.closed = true
  }

  /** What is stored; nothing of it is published. */
  remember(memory: AccountMemory): void {
    const { symbols } = this.options
    for (const balance of memory.balances) this.balances.fromRest(balance)
    for (const position of memory.positions) this.positions.fromRest(position)
    for (const order of memory.openOrders) {
      this.orders.apply(order, null)
      this.fillCount.addOrder(order)
    }
    this.fills.remember(memory.fillKeys, memory.untoldFills)
    this.transfers.remember(memory.transfers)
    this.drifts.remember(memory.openDrifts)
    for (const symbol of memory.symbols) symbols.add(symbol)
  }

  /** Orders that are stored. */
  rememberOrders(orders: Iterable<Order>): void {
    for (const order of orders) this.orders.apply(order, null)
  }

  /** Payments that are stored. */
  rememberPayments(payments: Iterable<FundingPayment>): void {
    for (const payment of payments) this.payments.add(payment)
  }

  order(order: Order, raw: string, source: Source): OrderOutcome {
    const outcome = this.orders.apply(order, source === 'stream' ? performance.now() : null)
    if (outcome.kind !== 'new' && outcome.kind !== 'changed') return outcome
    this.options.symbols.add(order.symbol)
    this.fillCount.addOrder(outcome.order)
    this.publish({ kind: 'order_update', order: outcome.order, raw, source })
    return outcome
  }

  /** True: it was not known. */
  fill(fill: Fill, raw: string, source: Source): boolean {
    const added = this.fills.add(fill)
    if (added === null) return false
    this.options.symbols.add(fill.symbol)
    if (added.before === null) this.fillCount.addFill(fill)
    if (!isTold(fill)) this.untoldAt = Math.max(this.untoldAt, fill.at)
    this.ledger.addFill(fill, added.before)
    this.publish({ kind: 'fill', fill, completes: added.before !== null, raw, source })
    return added.before === null
  }

  /** The ledger was opened with this. */
  tellOpening(at: EpochMs, totals: readonly { readonly asset: string; readonly total: string }[]): void {
    this.publish({ kind: 'ledger_opened', account: this.options.account, at, totals })
  }

  /** A list is whole until then; all of it has been taken in. `symbols`: of the past, where the exchange is asked symbol by symbol. */
  downloaded(list: DownloadedList, until: EpochMs, symbols?: readonly string[]): void {
    const { account } = this.options
    const mark = { kind: 'account_downloaded', account, list, until } as const
    this.publish(symbols === undefined ? mark : { ...mark, symbols })
  }

  transfer(told: Transfer, raw: string): boolean {
    const added = this.transfers.add(told)
    if (added === null) return false
    const { before, transfer } = added
    this.ledger.addTransfer(transfer, before)
    this.publish({ kind: 'transfer', transfer, raw })
    return true
  }

  payment(payment: FundingPayment): boolean {
    if (!this.payments.add(payment)) return false
    this.ledger.addPayment(payment)
    this.publish({ kind: 'funding_payment', payment })
    return true
  }

  balance(balance: Balance, source: Source): void {
    const isStream = source === 'stream'
    const row = isStream ? this.balances.fromStream(balance, performance.now()) : this.balances.fromRest(balance)
    if (row !== null) this.publish({ kind: 'balance', balance: row })
  }

  position(position: Position, source: Source): void {
    const isStream = source === 'stream'
    const row = isStream ? this.positions.fromStream(position, performance.now()) : this.positions.fromRest(position)
    if (row === null) return
    this.options.symbols.add(row.symbol)
    this.publish({ kind: 'position', position: row })
  }

  /** Per asset over all wallets. */
  totals(): ReadonlyMap<string, Amount> {
    const totals = new Map<string, Amount>()
    for (const { asset, total } of this.balances.rows())
      totals.set(asset, (totals.get(asset) ?? new Amount(0)).plus(total))
    return totals
  }

  private publish(event: Parameters<Bus['publish']>[0]): void {
    if (!this.closed) this.options.bus.publish(event)
  }
}
